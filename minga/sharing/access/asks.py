"""Who sees an ask, who answers it and who takes it back: its two sides, and nobody else."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from minga.communities.rules import capability, scopes_allow
from minga.identity import Actor
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.refs import TakingPart
from minga.sharing.models import Listing
from minga.sharing.models.asks import Ask
from minga.sharing.rules import NameShown
from minga.sharing.rules.asks import Answer

NOT_BY_TOKEN = N_("This key may not do that. Make one that may, or use the page.")


def asks_of(actor: Actor) -> ColumnElement[bool]:
    """The asks that an actor sent, answers or entered for somebody."""
    return or_(
        Ask.person_id == actor.person_id,
        Ask.owner_id == actor.person_id,
        Ask.entered_by_id == actor.person_id,
    )


def ask_to_see(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> Ask:
    """The ask, for its two sides; a stranger learns nothing."""
    if not actor.signed_in:
        raise NotFound()
    may_read(actor)
    found = session.scalar(select(Ask).where(Ask.id == parse_id(ask_id), asks_of(actor)))
    if found is None or not within_token(actor, found.community_id):
        raise NotFound()
    return found


def ask_to_answer(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> Ask:
    """The ask, for whom it was sent to."""
    found = ask_to_see(session, actor, ask_id, at=at)
    if found.owner_id != actor.person_id:
        raise Forbidden(
            N_("Only whom you asked can answer. You can take your ask back."), code="not_your_side"
        )
    may_write(actor)
    return found


def own_ask(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> Ask:
    """The ask, for who sent it."""
    found = ask_to_see(session, actor, ask_id, at=at)
    if found.person_id != actor.person_id:
        raise Forbidden(N_("Only who asked can do that. You can say yes or no."), code="not_your_side")
    may_write(actor)
    return found


def may_read(actor: Actor) -> None:
    """Raise when the actor comes by a key that may not read what is shared."""
    if not scopes_allow(actor.token_scopes, capability("listing.see")):
        raise Forbidden(NOT_BY_TOKEN, code="token_scope")


def may_write(actor: Actor) -> None:
    """Raise when the actor comes by a key that may only read."""
    if not scopes_allow(actor.token_scopes, capability("ask.make")):
        raise Forbidden(NOT_BY_TOKEN, code="token_scope")


def within_token(actor: Actor, *community_ids: Id) -> bool:
    """Whether a key that is bound to one community reaches one of these."""
    return actor.token_community_id is None or actor.token_community_id in community_ids


def _taking_part(session: Session, ask_id: Id) -> TakingPart:
    row = session.execute(
        select(Ask, Listing.name_shown).join(Listing, Listing.id == Ask.listing_id).where(Ask.id == ask_id)
    ).first()
    if row is None:
        raise NotFound()
    found, shown = row
    told = shown is NameShown.EVERYBODY or found.answer is Answer.ACCEPT
    unnamed = frozenset() if told else frozenset({found.owner_id})
    return TakingPart(found.community_id, (found.person_id, found.owner_id), unnamed)


refs.register("ask", see=ask_to_see, address=lambda ask_id: f"/asks/{ask_id}", people=_taking_part)
