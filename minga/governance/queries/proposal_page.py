"""One proposal with all that belongs to it: words and versions, who stands behind it, what others said, its polls."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from minga.communities.access import may
from minga.governance.access import DISCUSS, MAKE, OPEN, is_proposer, proposal_to_see
from minga.governance.models import (
    Advice,
    Amendment,
    CoProposer,
    Decision,
    Poll,
    PollResult,
    Proposal,
    ProposalVersion,
    Seconding,
)
from minga.governance.queries.states import poll_dates
from minga.governance.rules.kinds import ProposalKind, Results, Secrecy
from minga.governance.rules.life import PollDates, ProposalDates
from minga.governance.rules.statuses import Status, poll_status, status_of
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id

VERSIONS_MAX, PEOPLE_MAX, WORDS_MAX, POLLS_MAX = 50, 100, 100, 20


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody as pages name them; both empty for a former member."""

    name: str
    handle: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the words."""

    n: int
    title: str
    description: str
    rationale: str
    amount: int | None
    unit: str
    by: Name
    at: datetime


@dataclass(frozen=True, slots=True)
class AmendmentLine:
    """What somebody would have said otherwise; `accepted` is None until it is answered."""

    id: Id
    by: Name
    words: str
    made_at: datetime
    accepted: bool | None
    answer: str


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """Somebody affected who was asked, what they said, and how it was answered."""

    id: Id
    adviser: Name
    asked_at: datetime
    words: str
    said_at: datetime | None
    answer: str
    answered_at: datetime | None
    is_mine: bool


@dataclass(frozen=True, slots=True)
class PollLine:
    """One of its polls."""

    id: Id
    round: int
    question: str
    method: str
    secrecy: Secrecy
    results: Results
    opens_at: datetime
    dates: PollDates
    status: Status
    outcome: str


@dataclass(frozen=True, slots=True)
class MayDo:
    """Which buttons the reader has."""

    edit: bool
    submit: bool
    withdraw: bool
    second: bool
    unsecond: bool
    amend: bool
    answer: bool
    open_poll: bool


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as its page shows it."""

    id: Id
    community_id: Id
    kind: ProposalKind
    own_kind: str
    topic: str
    status: Status
    version: int
    words: Version
    proposer: Name
    together_with: tuple[tuple[Id, Name, bool], ...]
    asked_to_join: bool
    owner: Name
    subject: Name
    deadline_on: date | None
    supersedes: str
    made_at: datetime
    submitted_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_why: str
    seconders: tuple[Name, ...]
    amendments: tuple[AmendmentLine, ...]
    advice: tuple[AdviceLine, ...]
    polls: tuple[PollLine, ...]
    effects: tuple[dict[str, Any], ...]
    decision_id: Id | None
    decision: str
    may: MayDo

    @property
    def poll(self) -> PollLine | None:
        """Its newest poll."""
        return self.polls[-1] if self.polls else None


def proposal(session: Session, actor: Actor, proposal_id: Id, *, at: datetime) -> ProposalView:
    """The page of a proposal, for whoever may read it."""
    found = proposal_to_see(session, actor, proposal_id, at=at)
    words, proposer, owner, subject = _words(session, found)
    polls = _polls(session, found, at)
    decision = session.scalars(
        select(Decision).where(Decision.proposal_id == found.id).order_by(Decision.id.desc()).limit(1)
    ).first()
    status = _status(found, polls, decision, at)
    together = _together(session, found)
    seconders = _seconders(session, found)
    version = session.get_one(ProposalVersion, (found.id, found.version_n))
    return ProposalView(
        id=found.id,
        community_id=found.community_id,
        kind=found.kind,
        own_kind=found.own_kind,
        topic=found.topic,
        status=status,
        version=found.version,
        words=words,
        proposer=proposer,
        together_with=tuple((who, name, agreed) for who, name, agreed in together),
        asked_to_join=any(who == actor.person_id and not agreed for who, _, agreed in together),
        owner=owner,
        subject=subject,
        deadline_on=found.deadline_on,
        supersedes=found.supersedes,
        made_at=found.made_at,
        submitted_at=found.submitted_at,
        withdrawn_at=found.withdrawn_at,
        withdrawn_why=found.withdrawn_why,
        seconders=tuple(name for _, name in seconders),
        amendments=_amendments(session, found),
        advice=_advice(session, actor, found),
        polls=polls,
        effects=tuple(version.effects),
        decision_id=decision.id if decision else None,
        decision=decision.said_number if decision else "",
        may=_may(session, actor, found, status, {who for who, _ in seconders}, at),
    )


def versions(session: Session, actor: Actor, proposal_id: Id, *, at: datetime) -> tuple[Version, ...]:
    """All versions of the words, the newest first."""
    found = proposal_to_see(session, actor, proposal_id, at=at)
    rows = session.execute(_versions().where(ProposalVersion.proposal_id == found.id).limit(VERSIONS_MAX))
    return tuple(_version(row) for row in rows)


def _versions() -> Any:
    return (
        select(ProposalVersion, Person.name, Person.handle)
        .outerjoin(Person, Person.id == ProposalVersion.by_id)
        .order_by(ProposalVersion.n.desc())
    )


def _version(row: Any) -> Version:
    one: ProposalVersion = row[0]
    by = _name(row[1], row[2])
    return Version(one.n, one.title, one.description, one.rationale, one.amount, one.unit, by, one.at)


def _name(name: str | None, handle: str | None) -> Name:
    return Name(name or "", handle or "")


def _words(session: Session, found: Proposal) -> tuple[Version, Name, Name, Name]:
    """The words that hold now, and the three people who are named."""
    named = (ProposalVersion.proposal_id == found.id, ProposalVersion.n == found.version_n)
    words = _version(session.execute(_versions().where(*named)).one())
    wanted = [one for one in (found.proposer_id, found.owner_id, found.subject_id) if one]
    rows = session.execute(select(Person.id, Person.name, Person.handle).where(Person.id.in_(wanted)))
    names = {row.id: Name(row.name, row.handle) for row in rows}
    nobody = Name("", "")
    return (
        words,
        names.get(found.proposer_id or "", nobody),
        names.get(found.owner_id or "", nobody),
        names.get(found.subject_id or "", nobody),
    )


def _together(session: Session, found: Proposal) -> list[tuple[Id, Name, bool]]:
    rows = session.execute(
        select(CoProposer.person_id, CoProposer.agreed_at, Person.name, Person.handle)
        .join(Person, Person.id == CoProposer.person_id)
        .where(CoProposer.proposal_id == found.id)
        .order_by(Person.name)
        .limit(PEOPLE_MAX)
    )
    return [(row.person_id, Name(row.name, row.handle), row.agreed_at is not None) for row in rows]


def _seconders(session: Session, found: Proposal) -> list[tuple[Id, Name]]:
    rows = session.execute(
        select(Seconding.person_id, Person.name, Person.handle)
        .join(Person, Person.id == Seconding.person_id)
        .where(Seconding.proposal_id == found.id)
        .order_by(Seconding.at, Person.name)
        .limit(PEOPLE_MAX)
    )
    return [(row.person_id, Name(row.name, row.handle)) for row in rows]


def _amendments(session: Session, found: Proposal) -> tuple[AmendmentLine, ...]:
    rows = session.execute(
        select(Amendment, Person.name, Person.handle)
        .outerjoin(Person, Person.id == Amendment.by_id)
        .where(Amendment.proposal_id == found.id)
        .order_by(Amendment.id)
        .limit(WORDS_MAX)
    )
    return tuple(
        AmendmentLine(one.id, _name(name, handle), one.words, one.made_at, one.accepted, one.answer)
        for one, name, handle in rows
    )


def _advice(session: Session, actor: Actor, found: Proposal) -> tuple[AdviceLine, ...]:
    rows = session.execute(
        select(Advice, Person.name, Person.handle)
        .join(Person, Person.id == Advice.adviser_id)
        .where(Advice.proposal_id == found.id)
        .order_by(Advice.asked_at, Person.name)
        .limit(WORDS_MAX)
    )
    return tuple(
        AdviceLine(
            one.id,
            _name(name, handle),
            one.asked_at,
            one.words,
            one.said_at,
            one.answer,
            one.answered_at,
            one.adviser_id == actor.person_id,
        )
        for one, name, handle in rows
    )


def _polls(session: Session, found: Proposal, at: datetime) -> tuple[PollLine, ...]:
    result = aliased(PollResult)
    rows = session.execute(
        select(Poll, result.content["outcome"].as_string().label("outcome"))
        .outerjoin(result, result.poll_id == Poll.id)
        .where(and_(Poll.proposal_id == found.id))
        .order_by(Poll.round)
        .limit(POLLS_MAX)
    )
    return tuple(_poll(row[0], row[1] or "", at) for row in rows)


def _poll(poll: Poll, outcome: str, at: datetime) -> PollLine:
    dates = poll_dates(poll)
    return PollLine(
        poll.id,
        poll.round,
        poll.question,
        poll.method,
        poll.secrecy,
        poll.results,
        poll.opens_at,
        dates,
        poll_status(dates, outcome, at),
        outcome,
    )


def _status(found: Proposal, polls: tuple[PollLine, ...], decision: Decision | None, at: datetime) -> Status:
    last = polls[-1] if polls else None
    dates = ProposalDates(
        found.submitted_at,
        found.withdrawn_at,
        found.outcome_stated_at,
        decision is not None and decision.implemented_on is not None,
        last.dates if last else None,
    )
    return status_of(dates, last.outcome if last else "", at)


def _may(
    session: Session, actor: Actor, found: Proposal, status: Status, seconders: set[Id], at: datetime
) -> MayDo:
    """What the page offers; commands ask again."""
    own = is_proposer(session, actor, found)
    makes = own and bool(may(session, actor, MAKE, found.community_id, at=at))
    talks = bool(may(session, actor, DISCUSS, found.community_id, at=at))
    opens = bool(may(session, actor, OPEN, found.community_id, at=at))
    in_discussion = status in (Status.DISCUSSION, Status.VOID)
    advice = found.kind is ProposalKind.ADVICE
    return MayDo(
        edit=makes and status in (Status.DRAFT, Status.DISCUSSION),
        submit=makes and status is Status.DRAFT,
        withdraw=makes and status in (Status.DRAFT, Status.DISCUSSION, Status.OPEN),
        second=talks and in_discussion and not own and actor.person_id not in seconders,
        unsecond=talks and in_discussion and actor.person_id in seconders,
        amend=talks and in_discussion and not own,
        answer=makes and in_discussion,
        open_poll=opens and in_discussion and not advice,
    )
