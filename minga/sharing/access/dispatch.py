"""Who works on the needs of a community by telephone: its dispatchers, and each person asked for their own answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import community_to_read, register_capability, require
from minga.communities.rules import Capability
from minga.identity import Actor
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.sharing.access.asks import may_read, may_write, within_token
from minga.sharing.access.circles import circle_of
from minga.sharing.access.narrowing import open_to
from minga.sharing.models import DispatchQuestion, Intake, Listing
from minga.sharing.rules import Direction

SEE, ASSIGN = "dispatch.see", "dispatch.assign"
register_capability(
    Capability(
        name=ASSIGN,
        sentence=N_("Take needs in by telephone, ask people, and arrange who helps."),
        roles=("dispatcher", "steward"),
    )
)


def desk_to_see(session: Session, actor: Actor, slug_or_id: str, *, at: datetime, name: str = SEE) -> Any:
    """The community whose needs the actor looks after; for strangers it is not there."""
    found = community_to_read(session, actor, slug_or_id, at=at)
    require(session, actor, name, getattr(found, "community_id", found.id), at=at)
    return found


def case_to_see(
    session: Session, actor: Actor, listing_id: Id, *, at: datetime, lock: bool = False
) -> Listing:
    """A need of a community that the actor is a dispatcher of, in whatever state since it was sent out."""
    circle = circle_of(session, actor, at=at)
    places = circle.dispatched - actor.locked
    if not places:
        raise NotFound()
    wanted = select(Listing).where(
        Listing.id == parse_id(listing_id),
        Listing.direction == Direction.NEED,
        Listing.published_at.is_not(None),
        Listing.community_id.in_(sorted(places)),
        open_to(str(actor.person_id)),
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound()
    return found


def case_to_work(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Listing:
    """The same, locked, for whoever may also arrange things."""
    found = case_to_see(session, actor, listing_id, at=at, lock=True)
    require(session, actor, ASSIGN, found.community_id, at=at)
    return found


def intake_to_work(session: Session, actor: Actor, intake_id: Id, *, at: datetime) -> Intake:
    """What somebody without an account wrote, locked, while it waits for a dispatcher."""
    circle = circle_of(session, actor, at=at)
    places = circle.dispatched - actor.locked
    found = session.scalar(
        select(Intake)
        .where(Intake.id == parse_id(intake_id), Intake.community_id.in_(sorted(places)))
        .with_for_update()
    )
    if found is None:
        raise NotFound()
    require(session, actor, ASSIGN, found.community_id, at=at)
    return found


def question_to_see(session: Session, actor: Actor, question_id: Id, *, at: datetime) -> DispatchQuestion:
    """A question of a round, for whom it was put to and nobody else."""
    if not actor.signed_in:
        raise NotFound()
    may_read(actor)
    return _question(session, actor, question_id, lock=False)


def question_to_answer(session: Session, actor: Actor, question_id: Id, *, at: datetime) -> DispatchQuestion:
    """The same, locked, to answer it."""
    if not actor.signed_in:
        raise NotFound()
    found = _question(session, actor, question_id, lock=True)
    may_write(actor)
    return found


def _question(session: Session, actor: Actor, question_id: Id, *, lock: bool) -> DispatchQuestion:
    wanted = select(DispatchQuestion).where(
        DispatchQuestion.id == parse_id(question_id), DispatchQuestion.person_id == actor.person_id
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None or found.community_id in actor.locked or not within_token(actor, found.community_id):
        raise NotFound()
    return found


refs.register("question", see=question_to_see, address=lambda question_id: f"/questions/{question_id}")
refs.register("case", see=case_to_see, address=lambda listing_id: f"/listings/{listing_id}/case")
