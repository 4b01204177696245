"""What is known about oneself: figures by community and dimension, each fact with its source, give and take."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select

from minga.communities.access import policies
from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.kit.refs import Ref, address_of
from minga.reputation.access import fact_to_see, facts_of, may_read
from minga.reputation.access.facts import HALF_LIFE
from minga.reputation.models import Contest, ContributionMonth, Fact
from minga.reputation.rules.facts import (
    BASE_DAYS,
    GIVING,
    TAKING,
    TOGETHER_LEAST,
    TWO_SIDED,
    Dimension,
    What,
    month_of,
)
from minga.reputation.rules.figures import Figure, base_rate, figure
from minga.sharing.models import Ask, Exchange, Listing

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """One dimension of one person in one community: halves for and against, and the figure with its interval."""

    dimension: Dimension
    positive: int
    negative: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Contributions:
    """Give and take of the last year: times and minutes, and how often everyone together gave, if enough did."""

    gave: int
    gave_minutes: int
    received: int
    received_minutes: int
    together: int | None
    counts: dict[What, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """What one community has seen of the reader."""

    community_id: Id
    slug: str
    name: str
    figures: tuple[OwnFigure, ...]
    contributions: Contributions


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact with its source; `page` is where it happened, `words` what its person said against it."""

    id: Id
    dimension: Dimension
    what: What
    positive: int
    negative: int
    minutes: int
    happened_on: date
    community: str
    title: str
    page: str | None
    event_id: Id
    struck: bool
    words: str
    answered: bool


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact as its person, the other side or a mediator reads it."""

    line: FactLine
    own: bool
    other_side: bool
    mediator: bool
    waits: bool


def own_standing(session: Session, actor: Actor, *, at: datetime) -> tuple[Standing, ...]:
    """All figures of the reader and their give and take, by community; five statements however many facts."""
    may_read(actor)
    observed = _by_day(session, actor)
    months = _months(session, actor, at)
    communities = {*observed, *months}
    bases = _bases(session, communities, at)
    together = _together(session, communities, at)
    named = session.execute(
        select(Community.id, Community.slug, Community.name)
        .where(Community.id.in_(communities))
        .order_by(Community.name, Community.id)
    )
    found = []
    for community_id, slug, name in named:
        half_life = policies.value(session, community_id, HALF_LIFE, at=at)
        days = observed.get(community_id, {})
        figures = tuple(
            _figure(dimension, days[dimension], bases.get((community_id, dimension), (0, 0)), half_life, at)
            for dimension in TWO_SIDED
            if dimension in days
        )
        given = _contributions(months.get(community_id, {}), together.get(community_id))
        found.append(Standing(community_id, slug, name, figures, given))
    return tuple(found)


Days = list[tuple[date, int, int]]


def _by_day(session: Session, actor: Actor) -> dict[Id, dict[Dimension, Days]]:
    rows = session.execute(
        select(
            Fact.community_id,
            Fact.dimension,
            Fact.happened_on,
            func.sum(Fact.positive),
            func.sum(Fact.negative),
        )
        .where(facts_of(actor), Fact.struck_at.is_(None), Fact.dimension.in_(TWO_SIDED))
        .group_by(Fact.community_id, Fact.dimension, Fact.happened_on)
    )
    found: dict[Id, dict[Dimension, Days]] = defaultdict(lambda: defaultdict(list))
    for community_id, dimension, day, positive, negative in rows:
        found[community_id][dimension].append((day, int(positive), int(negative)))
    return found


def _figure(
    dimension: Dimension, days: Days, base: tuple[int, int], half_life: int, at: datetime
) -> OwnFigure:
    aged = [((at.date() - day).days, positive, negative) for day, positive, negative in days]
    return OwnFigure(
        dimension,
        sum(day[1] for day in days),
        sum(day[2] for day in days),
        figure(aged, base=base_rate(*base), half_life_days=half_life),
    )


def _bases(
    session: Session, communities: Collection[Id], at: datetime
) -> dict[tuple[Id, Dimension], tuple[int, int]]:
    """Halves for and against of everybody in the last year, by community and dimension."""
    rows = session.execute(
        select(Fact.community_id, Fact.dimension, func.sum(Fact.positive), func.sum(Fact.negative))
        .where(
            Fact.community_id.in_(communities),
            Fact.dimension.in_(TWO_SIDED),
            Fact.happened_on >= at.date() - timedelta(days=BASE_DAYS),
            Fact.struck_at.is_(None),
        )
        .group_by(Fact.community_id, Fact.dimension)
    )
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}


def _months(session: Session, actor: Actor, at: datetime) -> dict[Id, dict[What, tuple[int, int]]]:
    mine = ContributionMonth.person_id == actor.person_id
    if actor.token_community_id is not None:
        mine = and_(mine, ContributionMonth.community_id == actor.token_community_id)
    rows = session.execute(
        select(
            ContributionMonth.community_id,
            ContributionMonth.what,
            func.sum(ContributionMonth.count),
            func.sum(ContributionMonth.minutes),
        )
        .where(mine, ContributionMonth.month >= month_of(at.date() - YEAR))
        .group_by(ContributionMonth.community_id, ContributionMonth.what)
    )
    found: dict[Id, dict[What, tuple[int, int]]] = defaultdict(dict)
    for community_id, what, count, minutes in rows:
        found[community_id][what] = (int(count), int(minutes))
    return found


def _together(session: Session, communities: Collection[Id], at: datetime) -> dict[Id, int]:
    """How often everyone together gave, where enough people did that nobody can be told apart."""
    rows = session.execute(
        select(
            ContributionMonth.community_id,
            func.sum(ContributionMonth.count),
            func.count(ContributionMonth.person_id.distinct()),
        )
        .where(
            ContributionMonth.community_id.in_(communities),
            ContributionMonth.month >= month_of(at.date() - YEAR),
            ContributionMonth.what.in_(GIVING),
            ContributionMonth.count > 0,
        )
        .group_by(ContributionMonth.community_id)
    )
    return {row[0]: int(row[1]) for row in rows if row[2] >= TOGETHER_LEAST}


def _contributions(sums: dict[What, tuple[int, int]], together: int | None) -> Contributions:
    def added(of: frozenset[What], place: int) -> int:
        return sum(sums[what][place] for what in of if what in sums)

    counts = {what: sums[what][0] for what in What if what in sums}
    return Contributions(
        added(GIVING, 0), added(GIVING, 1), added(TAKING, 0), added(TAKING, 1), together, counts
    )


def facts(
    session: Session,
    actor: Actor,
    *,
    at: datetime,
    community_id: Id | None = None,
    dimension: Dimension | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> Page[FactLine]:
    """The facts about the reader, newest first, each with its source; struck ones too, marked. One statement."""
    may_read(actor)
    many = limit_of(limit)
    wanted = _lines().where(facts_of(actor)).order_by(Fact.happened_on.desc(), Fact.id.desc()).limit(many + 1)
    if community_id is not None:
        wanted = wanted.where(Fact.community_id == community_id)
    if dimension is not None:
        wanted = wanted.where(Fact.dimension == dimension)
    if after:
        cursor = Cursor.decode(after, date, str)
        wanted = wanted.where(beyond((Fact.happened_on, Fact.id), cursor, descending=True))
    page = page_of(session.execute(wanted).all(), many, lambda row: (row.Fact.happened_on, row.Fact.id))
    return Page(tuple(_line(row) for row in page.items), page.next)


def _lines() -> Any:
    last = select(func.max(Contest.id)).where(Contest.fact_id == Fact.id).correlate(Fact).scalar_subquery()
    return (
        select(Fact, Listing.title, Community.name.label("community"), Contest.words, Contest.answered_at)
        .join(Community, Community.id == Fact.community_id)
        .outerjoin(Exchange, and_(Fact.about_kind == "exchange", Exchange.id == Fact.about_id))
        .outerjoin(Ask, and_(Fact.about_kind == "ask", Ask.id == Fact.about_id))
        .outerjoin(Listing, Listing.id == func.coalesce(Exchange.listing_id, Ask.listing_id))
        .outerjoin(Contest, Contest.id == last)
    )


def _line(row: Any) -> FactLine:
    fact: Fact = row.Fact
    return FactLine(
        id=fact.id,
        dimension=fact.dimension,
        what=fact.what,
        positive=fact.positive,
        negative=fact.negative,
        minutes=fact.minutes,
        happened_on=fact.happened_on,
        community=row.community,
        title=row.title or "",
        page=address_of(Ref(fact.about_kind, fact.about_id)),
        event_id=fact.event_id,
        struck=fact.struck_at is not None,
        words=row.words or "",
        answered=row.answered_at is not None,
    )


def fact(session: Session, actor: Actor, fact_id: Id, *, at: datetime) -> FactView:
    """One fact, for its person, and once contested for the other side and mediators."""
    seen = fact_to_see(session, actor, fact_id, at=at)
    row = session.execute(_lines().where(Fact.id == seen.fact.id)).one()
    return FactView(_line(row), seen.own, seen.other_side, seen.mediator, seen.contest is not None)
