"""What the one who wrote a need without an account reads at their link: how it stands, and nobody's name."""

from dataclasses import dataclass
from datetime import datetime

from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.sharing.access.intake import intake_of_token, open_desk
from minga.sharing.models import Listing
from minga.sharing.queries.dispatch import case_row
from minga.sharing.rules.intake import IntakeState, state_of
from minga.sharing.rules.words import CloseReason


@dataclass(frozen=True, slots=True)
class Door:
    """The community whose dispatchers somebody writes to."""

    id: str
    slug: str
    name: str
    language: str
    zone: str


@dataclass(frozen=True, slots=True)
class Status:
    """How a need stands, for whoever holds the link."""

    what: str
    place: str
    sent_at: datetime
    state: IntakeState
    community: Door
    may_take_back: bool


def intake_door(session: Session, actor: Actor, slug: str, *, at: datetime) -> Door:
    """The community, if it takes needs of people without an account; for everybody, signed in or not."""
    return _door(open_desk(session, slug, at=at))


def intake_status(session: Session, actor: Actor, token: str, *, at: datetime) -> Status:
    """How it stands."""
    intake = intake_of_token(session, token)
    listing = session.get(Listing, intake.listing_id) if intake.listing_id else None
    step = case_row(session, listing, at=at).step if listing else None
    state = state_of(
        step,
        refused=intake.refused_at is not None,
        withdrawn=intake.withdrawn,
        closed=listing is not None
        and listing.closed_at is not None
        and listing.close_reason is not CloseReason.FULFILLED,
    )
    return Status(
        what=intake.what,
        place=intake.place,
        sent_at=intake.sent_at,
        state=state,
        community=_door(session.get_one(Community, intake.community_id)),
        may_take_back=state is IntakeState.WAITING,
    )


def _door(found: Community) -> Door:
    return Door(found.id, found.slug, found.name, found.language, found.zone)
