"""The archive of decisions: found by words, kind, method, year and how far they are; one of them in full."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import community_to_read, may, require
from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.governance.access import SEE, decision_to_see, proposal_to_see
from minga.governance.access.capabilities import RECORD
from minga.governance.access.proposals import is_proposer
from minga.governance.models import Decision, Effect, PollResult, Proposal, ProposalVersion
from minga.governance.queries.effects import EffectLine, lines_of
from minga.governance.rules import decisions as rules
from minga.governance.rules.decisions import Progress
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of

EXPORT_MAX = 10_000
YEARS_MAX = 50


@dataclass(frozen=True)
class DecisionLine:
    """A decision in the archive."""

    id: Id
    number: str
    title: str
    kind: str
    method: str
    outcome: str
    reason: str
    decided_at: datetime
    owner: str | None
    owner_handle: str | None
    deadline_on: date | None
    implemented_on: date | None
    review_on: date | None
    progress: Progress


@dataclass(frozen=True)
class Sought:
    """What is looked for; an empty field leaves nothing out."""

    q: str = ""
    kind: str = ""
    method: str = ""
    year: int | None = None
    outcome: str = ""
    progress: Progress | None = None


@dataclass(frozen=True)
class DecisionPage:
    """One decision in full. `figures` are those of the stored Result, `under_new` those by the rule it proposed."""

    line: DecisionLine
    community_id: Id
    community_slug: str
    community_name: str
    proposal_id: Id | None
    poll_id: Id | None
    description: str
    rationale: str
    supersedes: str
    statement: str
    statement_by: str | None
    statement_at: datetime | None
    reviewed_at: datetime | None
    figures: dict[str, Any] = field(default_factory=dict)
    under_new: dict[str, Any] = field(default_factory=dict)
    effects: list[EffectLine] = field(default_factory=list)
    may_look_after: bool = False
    may_state: bool = False


def decisions(
    session: Session,
    actor: Actor,
    community: Id,
    sought: Sought = Sought(),
    *,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[DecisionLine]:
    """One page of the archive, newest first."""
    here = community_to_read(session, actor, community, at=at)
    require(session, actor, SEE, here.id, at=at)
    most = limit_of(limit)
    question = _question(here.id, sought, today(at, here.zone))
    if after:
        question = question.where(beyond((Decision.id,), Cursor.decode(after, str), descending=True))
    rows = session.execute(question.limit(most + 1)).all()
    day = today(at, here.zone)
    return page_of([_line(row, day) for row in rows], most, lambda line: (line.id,))


def all_decisions(
    session: Session,
    actor: Actor,
    community: Id,
    sought: Sought = Sought(),
    *,
    at: datetime,
) -> Iterator[DecisionLine]:
    """The newest 10,000 that fit, page by page, for a file."""
    after: str | None = None
    for _ in range(EXPORT_MAX // 100):
        page = decisions(session, actor, community, sought, at=at, after=after, limit=100)
        yield from page.items
        after = page.next
        if after is None:
            return


def years(session: Session, actor: Actor, community: Id, *, at: datetime) -> list[int]:
    """The years in which something was decided, the last first."""
    here = community_to_read(session, actor, community, at=at)
    require(session, actor, SEE, here.id, at=at)
    found = select(Decision.year).where(Decision.community_id == here.id).distinct()
    return list(session.scalars(found.order_by(Decision.year.desc()).limit(YEARS_MAX)))


def decision_by_number(
    session: Session, actor: Actor, community: Id, number: str, *, at: datetime
) -> DecisionPage:
    """One decision by the number people call it."""
    here = community_to_read(session, actor, community, at=at)
    require(session, actor, SEE, here.id, at=at)
    read = rules.read_number(number)
    found = (
        session.scalar(
            select(Decision.id).where(
                Decision.community_id == here.id, Decision.year == read[0], Decision.number == read[1]
            )
        )
        if read
        else None
    )
    if found is None:
        raise NotFound()
    return decision(session, actor, found, at=at)


def decision_of_proposal(session: Session, actor: Actor, proposal_id: Id, *, at: datetime) -> DecisionPage:
    """What was decided last about a proposal; not found while nothing is."""
    found = proposal_to_see(session, actor, proposal_id, at=at)
    last = select(Decision.id).where(Decision.proposal_id == found.id).order_by(Decision.id.desc())
    made = session.scalars(last.limit(1)).first()
    if made is None:
        raise NotFound()
    return decision(session, actor, made, at=at)


def decision(session: Session, actor: Actor, decision_id: Id, *, at: datetime) -> DecisionPage:
    """One decision with its words, its count, and what followed."""
    found = decision_to_see(session, actor, decision_id, at=at)
    here = session.get_one(Community, found.community_id)
    row = session.execute(_lines().where(Decision.id == found.id)).one()
    proposal = session.get(Proposal, found.proposal_id) if found.proposal_id else None
    version = (
        session.get(ProposalVersion, (found.proposal_id, found.proposal_n)) if found.proposal_id else None
    )
    stated_by = session.get(Person, found.statement_by_id) if found.statement_by_id else None
    effects = session.scalars(select(Effect).where(Effect.decision_id == found.id).order_by(Effect.n)).all()
    result = session.get(PollResult, found.poll_id) if found.poll_id else None
    figures = dict(result.content.get("figures", {})) if result else {}
    looks_after = (found.owner_id is not None and found.owner_id == actor.person_id) or bool(
        may(session, actor, RECORD, here.id, at=at)
    )
    return DecisionPage(
        line=_line(row, today(at, here.zone)),
        community_id=here.id,
        community_slug=here.slug,
        community_name=here.name,
        proposal_id=found.proposal_id,
        poll_id=found.poll_id,
        description=version.description if version else "",
        rationale=version.rationale if version else "",
        supersedes=proposal.supersedes if proposal else "",
        statement=found.statement,
        statement_by=stated_by.name if stated_by else None,
        statement_at=found.statement_at,
        reviewed_at=found.reviewed_at,
        figures=figures,
        under_new=dict(figures.get("own_rule", {})),
        effects=lines_of(session, actor, here.id, effects, at=at),
        may_look_after=looks_after,
        may_state=looks_after or (proposal is not None and is_proposer(session, actor, proposal)),
    )


def _lines() -> Any:
    owner = aliased(Person)
    return (
        select(
            Decision.id,
            Decision.year,
            Decision.number,
            Decision.title,
            Decision.kind,
            Decision.method,
            Decision.outcome,
            Decision.reason,
            Decision.decided_at,
            Decision.deadline_on,
            Decision.implemented_on,
            Decision.review_on,
            owner.name.label("owner"),
            owner.handle.label("owner_handle"),
        )
        .select_from(Decision)
        .outerjoin(owner, owner.id == Decision.owner_id)
    )


def _question(community_id: Id, sought: Sought, day: date) -> Any:
    question = _lines().where(Decision.community_id == community_id).order_by(Decision.id.desc())
    for column, wanted in (
        (Decision.kind, sought.kind),
        (Decision.method, sought.method),
        (Decision.outcome, sought.outcome),
        (Decision.year, sought.year),
    ):
        if wanted:
            question = question.where(column == wanted)
    if sought.progress is not None:
        question = question.where(is_at(sought.progress, day))
    words = sought.q.strip().lower()[: rules.SEARCH_MAX]
    if words:
        question = question.outerjoin(
            ProposalVersion,
            and_(
                ProposalVersion.proposal_id == Decision.proposal_id,
                ProposalVersion.n == Decision.proposal_n,
            ),
        ).where(
            or_(
                *(
                    func.lower(column).contains(words, autoescape=True)
                    for column in (Decision.title, Decision.statement, ProposalVersion.description)
                ),
                Decision.id.in_(_numbered(community_id, words)),
            )
        )
    return question


def _numbered(community_id: Id, words: str) -> Select[Any]:
    year, number = rules.read_number(words) or (0, 0)
    return select(Decision.id).where(
        Decision.community_id == community_id, Decision.year == year, Decision.number == number
    )


def is_at(progress: Progress, day: date) -> ColumnElement[bool]:
    """The condition of one progress, the same as `rules.decisions.progress` says of one row."""
    counted = Decision.outcome.in_([*sorted(rules.PASSED), rules.STATED])
    late = and_(Decision.deadline_on.is_not(None), Decision.deadline_on < day)
    match progress:
        case Progress.NONE:
            return ~counted
        case Progress.DONE:
            return and_(counted, Decision.implemented_on.is_not(None))
        case Progress.OVERDUE:
            return and_(counted, Decision.implemented_on.is_(None), late)
        case Progress.OPEN:
            return and_(counted, Decision.implemented_on.is_(None), ~late)


def _line(row: Any, day: date) -> DecisionLine:
    return DecisionLine(
        id=row.id,
        number=f"{row.year}-{row.number:03}",
        title=row.title,
        kind=row.kind,
        method=row.method,
        outcome=row.outcome,
        reason=row.reason,
        decided_at=row.decided_at,
        owner=row.owner,
        owner_handle=row.owner_handle,
        deadline_on=row.deadline_on,
        implemented_on=row.implemented_on,
        review_on=row.review_on,
        progress=rules.progress(row.outcome, row.deadline_on, row.implemented_on, day),
    )
