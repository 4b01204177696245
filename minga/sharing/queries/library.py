"""What the page of a thing says about being lent: by whom, what it takes, what is broken, what one may do."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from minga.communities.access import may
from minga.communities.models import Community
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotSignedIn
from minga.kit.ids import Id
from minga.sharing.access import is_theirs, listing_to_see
from minga.sharing.access.desk import LEND
from minga.sharing.access.lending import lending_of
from minga.sharing.models import Exemption, OutOfUse
from minga.sharing.queries import stock, times
from minga.sharing.rules.exchanges import ExchangeKind
from minga.sharing.rules.words import Direction, Kind

LINES_MAX = 100


@dataclass(frozen=True, slots=True)
class ExemptionView:
    """A rule of lending that one is let off, where, until when and why."""

    community: str
    rule: str
    until_on: date | None
    reason: str
    by: str


def exemptions_of(session: Session, actor: Actor, *, at: datetime) -> tuple[ExemptionView, ...]:
    """What the actor is let off, as they may read it themselves; one statement."""
    if not actor.signed_in:
        raise NotSignedIn()
    rows = session.execute(
        select(Community.name, Exemption.rule, Exemption.until_on, Exemption.reason, Person.name)
        .join(Community, Community.id == Exemption.community_id)
        .join(Person, Person.id == Exemption.by_id)
        .where(
            Exemption.person_id == actor.person_id,
            Exemption.ended_at.is_(None),
            or_(Exemption.until_on.is_(None), Exemption.until_on >= (at - timedelta(days=1)).date()),
        )
        .order_by(Exemption.id.desc())
        .limit(20)
    )
    return tuple(ExemptionView(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class NeededSkill:
    """The verified skill that a thing takes, and where it has to be verified."""

    skill: str
    community_id: Id


def needed_skill(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> NeededSkill | None:
    """What a thing takes, for the interface that looks up who has it; None when nothing."""
    listing = listing_to_see(session, actor, listing_id, at=at)
    skill = lending_of(session, listing, at=at).needs_skill
    return NeededSkill(skill, listing.community_id) if skill else None


@dataclass(frozen=True, slots=True)
class LibraryBlock:
    """What the page of a thing says about being lent: by whom, what it takes, what is broken, what one may do."""

    in_library: bool
    needs_skill: str
    deposit_minor: int
    deposit_unit: str
    broken: tuple[tuple[int, str], ...]
    copies: int
    may_put_in: bool
    may_take_out: bool
    may_keep: bool


def library_block(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> LibraryBlock | None:
    """For whoever sees the thing; None for what is not lent."""
    listing = listing_to_see(session, actor, listing_id, at=at)
    lent = listing.kind is Kind.ITEM and listing.direction is Direction.OFFER
    if not lent or ExchangeKind.LOAN not in stock.terms_of(listing):
        return None
    lending = lending_of(session, listing, at=at)
    theirs = is_theirs(actor, listing)
    lends = bool(actor.signed_in and may(session, actor, LEND.name, listing.community_id, at=at))
    broken = session.execute(
        select(OutOfUse.copy_no, OutOfUse.reason)
        .where(OutOfUse.listing_id == listing.id, OutOfUse.ended_at.is_(None))
        .order_by(OutOfUse.copy_no)
        .limit(LINES_MAX)
    ).all()
    return LibraryBlock(
        in_library=lending.in_library,
        needs_skill=lending.needs_skill,
        deposit_minor=lending.deposit_minor,
        deposit_unit=lending.deposit_unit,
        broken=tuple((row[0], row[1]) for row in broken),
        copies=times.copies_of(session, listing),
        may_put_in=not lending.in_library and lends and theirs,
        may_take_out=lending.in_library and lends,
        may_keep=lends if lending.in_library else theirs,
    )
