"""What a member gave and received in a period, from the facts of exchanges and the entries of the ledger. Sums, no ratio.

Read from what is kept of the events, never stored again, so that it cannot differ from them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import policies
from minga.communities.models import Community, Membership, Pause
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.ledger.models import Account, AccountOwner, Book, Entry, EntryLine
from minga.ledger.rules.kinds import EntryKind, EntryState, OwnerKind
from minga.ledger.rules.units import TIME
from minga.reputation.access import may_read
from minga.reputation.access.contribution import CARE, REST, SHOWN, contribution_to_see, shown_in
from minga.reputation.models import Fact
from minga.reputation.rules import contribution as rules
from minga.reputation.rules.contribution import Period
from minga.reputation.rules.facts import GIVING, TAKING, Dimension, What
from minga.sharing.models import Category, Exchange, Listing

CARE_CATEGORY = "care"


@dataclass(frozen=True, slots=True)
class Contribution:
    """Times and minutes given and received between two days, and how they were counted; minutes are whole."""

    period: Period
    community_id: Id
    slug: str
    name: str
    times: dict[What, int]
    gave: int
    received: int
    given_minutes: int
    received_minutes: int
    thanked_minutes: int
    """Hours that others gave outside an exchange, as thanks or when asked for; part of `given_minutes`."""
    thanks_minutes: int
    """The same the other way; part of `received_minutes`."""
    care_minutes: int
    care_extra: int
    rest_days: int
    rest_extra: int
    shown: str
    """Who else sees this: members, stewards or self."""

    @property
    def counted_minutes(self) -> int:
        """All minutes given, with what the community adds for care and rests."""
        return self.given_minutes + self.care_extra + self.rest_extra


def contribution(
    session: Session,
    actor: Actor,
    *,
    handle: str | None = None,
    community: str | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
    at: datetime,
) -> Contribution | None:
    """One's own sums, or another member's where the community shows them; None for somebody without a community."""
    may_read(actor)
    where = _community(session, actor, community)
    if where is None:
        return None
    period = rules.period_of(from_on, until_on, at.date())
    person_id = contribution_to_see(session, actor, handle, where.id, at=at)
    times, minutes, care = _facts(session, person_id, where.id, period)
    thanked, thanks = _thanks(session, person_id, where.id, period)
    rested = _rested(session, person_id, where.id, period)
    percent = policies.value(session, where.id, CARE, at=at)
    a_month = policies.value(session, where.id, REST, at=at)
    return Contribution(
        period=period,
        community_id=where.id,
        slug=where.slug,
        name=where.name,
        times=times,
        gave=sum(times.get(what, 0) for what in GIVING),
        received=sum(times.get(what, 0) for what in TAKING),
        given_minutes=sum(minutes.get(what, 0) for what in GIVING) + thanked,
        received_minutes=sum(minutes.get(what, 0) for what in TAKING) + thanks,
        thanked_minutes=thanked,
        thanks_minutes=thanks,
        care_minutes=care,
        care_extra=rules.care_on_top(care, percent),
        rest_days=rested,
        rest_extra=rules.rest_minutes(rested, a_month),
        shown=policies.value(session, where.id, SHOWN, at=at),
    )


def contribution_places(session: Session, actor: Actor) -> tuple[tuple[str, str], ...]:
    """The communities whose sums one can look at, by slug and name."""
    rows = session.execute(_own(actor).order_by(Community.name, Community.id))
    return tuple((row.slug, row.name) for row in rows)


def contribution_shown(session: Session, actor: Actor, handle: str, *, at: datetime) -> tuple[str, ...]:
    """The slugs of the communities that show the reader this member's sums."""
    ids = shown_in(session, actor, handle, at=at)
    return tuple(
        session.scalars(select(Community.slug).where(Community.id.in_(ids)).order_by(Community.slug))
    )


def _own(actor: Actor) -> Any:
    found = (
        select(Community.id, Community.slug, Community.name)
        .join(Membership, Membership.community_id == Community.id)
        .where(
            Membership.person_id == actor.person_id,
            Membership.ended_on.is_(None),
            Community.parent_id.is_(None),
        )
    )
    bound = actor.token_community_id
    return found if bound is None else found.where(Community.id == bound)


def _community(session: Session, actor: Actor, slug: str | None) -> Any:
    """The community of that slug, or the one the reader joined first. Whether they may look is decided after."""
    if slug is None:
        return session.execute(_own(actor).order_by(Membership.joined_on, Membership.id).limit(1)).first()
    wanted = select(Community.id, Community.slug, Community.name)
    found = session.execute(wanted.where(or_(Community.slug == slug, Community.id == slug))).first()
    if found is None:
        raise NotFound()
    return found


def _facts(
    session: Session, person_id: Id, root_id: Id, period: Period
) -> tuple[dict[What, int], dict[What, int], int]:
    """Times and minutes by what it was, and the minutes of care among what was given."""
    inside = select(Community.id).where(Community.root_id == root_id)
    care = case((Category.key == CARE_CATEGORY, Fact.minutes), else_=0)
    rows = session.execute(
        select(Fact.what, func.count(), func.sum(Fact.minutes), func.sum(care))
        .outerjoin(Exchange, and_(Fact.about_kind == "exchange", Exchange.id == Fact.about_id))
        .outerjoin(Listing, Listing.id == Exchange.listing_id)
        .outerjoin(Category, Category.id == Listing.category_id)
        .where(
            Fact.person_id == person_id,
            Fact.community_id.in_(inside),
            Fact.dimension == Dimension.CONTRIBUTION,
            Fact.struck_at.is_(None),
            Fact.happened_on.between(period.from_on, period.until_on),
        )
        .group_by(Fact.what)
    ).all()
    times = {row[0]: int(row[1]) for row in rows}
    minutes = {row[0]: int(row[2] or 0) for row in rows}
    return times, minutes, sum(int(row[3] or 0) for row in rows if row[0] in GIVING)


def _thanks(session: Session, person_id: Id, root_id: Id, period: Period) -> tuple[int, int]:
    """Minutes that other people gave this person, and that they gave others, outside exchanges; undone ones never."""
    other, theirs, undone = aliased(EntryLine), aliased(AccountOwner), aliased(Entry)
    natural = EntryLine.amount * Account.sign
    rows = session.execute(
        select(
            func.sum(case((natural > 0, natural), else_=0)),
            func.sum(case((natural < 0, -natural), else_=0)),
        )
        .select_from(AccountOwner)
        .join(Book, Book.id == AccountOwner.book_id)
        .join(Account, Account.id == AccountOwner.account_id)
        .join(EntryLine, EntryLine.account_id == AccountOwner.account_id)
        .join(Entry, Entry.id == EntryLine.entry_id)
        .where(
            AccountOwner.owner_kind == OwnerKind.PERSON,
            AccountOwner.owner_id == person_id,
            AccountOwner.unit == TIME,
            Book.community_id == root_id,
            Entry.kind == EntryKind.TRANSFER,
            Entry.state == EntryState.POSTED,
            Entry.effective_on.between(period.from_on, period.until_on),
            ~select(undone.id).where(undone.reverses == Entry.id).exists(),
            Entry.source_ref.is_(None),  # what an exchange posted names it, and is counted there
            select(other.n)
            .join(theirs, theirs.account_id == other.account_id)
            .where(
                other.entry_id == Entry.id,
                theirs.owner_kind == OwnerKind.PERSON,
                theirs.owner_id != person_id,
            )
            .exists(),
        )
    ).one()
    return int(rows[0] or 0), int(rows[1] or 0)


def _rested(session: Session, person_id: Id, root_id: Id, period: Period) -> int:
    """How many days of the period the membership rested."""
    rows = session.execute(
        select(Pause.since_at, Pause.until_at, Pause.ended_at)
        .join(Membership, Membership.id == Pause.membership_id)
        .where(Membership.person_id == person_id, Membership.community_id == root_id)
    )
    spans = [(row[0].date(), row[2] or row[1]) for row in rows]
    return sum(
        rules.days_within(since, until.date() if until is not None else None, period)
        for since, until in spans
    )
