"""Other listings that an ask could be passed on to."""

from datetime import datetime

from sqlalchemy import and_, select

from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access import circle_of, is_open, reaches
from minga.sharing.access.asks import ask_to_see
from minga.sharing.models import Listing
from minga.sharing.rules import TermKind
from minga.sharing.rules.asks import AskDates
from minga.sharing.rules.words import NameShown

FITTING_MAX = 5


def listings_that_fit(
    session: Session, actor: Actor, ask_id: Id, *, at: datetime
) -> tuple[tuple[Id, str, str], ...]:
    """Open listings like the one that was asked for, of others, that both see: id, title, whose. Empty for the asker."""
    ask = ask_to_see(session, actor, ask_id, at=at)
    dates = AskDates(ask.proposed_at, ask.answer, ask.withdrawn_at, ask.lapsed_at)
    if ask.owner_id != actor.person_id or not dates.state.open:
        return ()
    own = session.get_one(Listing, ask.listing_id)
    asker = Actor(ask.person_id)
    both = and_(
        reaches(circle_of(session, actor, at=at)), reaches(circle_of(session, asker, at=at)), is_open(at)
    )
    alike = Listing.category_id == own.category_id if own.category_id else Listing.category_id.is_(None)
    wanted = (
        select(Listing.id, Listing.title, Person.name, Listing.name_shown)
        .join(Person, Person.id == Listing.owner_id)
        .where(
            both,
            Listing.id != own.id,
            Listing.direction == own.direction,
            Listing.kind == own.kind,
            alike,
            Listing.owner_id.not_in((ask.person_id, ask.owner_id)),
            Listing.term_bits.op("&")(TermKind(ask.term.value).bit) != 0,
        )
        .order_by(Listing.published_at.desc(), Listing.id.desc())
        .limit(FITTING_MAX)
    )
    return tuple(
        (row.id, row.title, row.name if row.name_shown is NameShown.EVERYBODY else "")
        for row in session.execute(wanted)
    )
