"""One poll: what was fixed, how far it is, one's own part in it, what is said against it, and its Result when it may be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from minga.communities.access import may
from minga.governance.access import ENTER_PAPER, OPEN, poll_to_see, voter_of
from minga.governance.models import (
    Ballot,
    LooseBallot,
    Poll,
    PollOption,
    PollResult,
    Presence,
    Proposal,
    ProposalVersion,
    RollRow,
)
from minga.governance.queries import poll_said
from minga.governance.queries.states import poll_dates
from minga.governance.rules.kinds import (
    Channel,
    Results,
    RollUnit,
    Secrecy,
    Tick,
)
from minga.governance.rules.life import PollDates
from minga.governance.rules.statuses import Status, poll_status
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of


@dataclass(frozen=True, slots=True)
class OptionLine:
    """What can be chosen."""

    number: int
    title: str
    cost: int | None


@dataclass(frozen=True, slots=True)
class OwnPart:
    """The reader's own place in a poll. `why_not` names why they cannot vote: `not_on_roll`, `paper`, or nothing."""

    on_roll: bool
    has_cast: bool
    version: int
    channel: Channel | None
    entered_by: str
    ticked: Tick | None
    present: bool
    is_household: bool


@dataclass(frozen=True, slots=True)
class PollMay:
    """Which buttons the reader has; commands ask again."""

    cast: bool
    open: bool
    enter_paper: bool
    extend: bool
    close: bool
    void: bool
    challenge: bool
    answer: bool
    object: bool
    veto: bool
    judge: bool


@dataclass(frozen=True, slots=True)
class PollView:
    """A poll as its page shows it. `cast` and `present` are None where no figure may be shown yet."""

    id: Id
    community_id: Id
    proposal_id: Id | None
    proposal_title: str
    effects: tuple[dict[str, Any], ...]
    round: int
    question: str
    method: str
    rule_class: str
    secrecy: Secrecy
    results: Results
    roll_unit: RollUnit
    config: Mapping[str, Any]
    options: tuple[OptionLine, ...]
    opens_at: datetime
    dates: PollDates
    status: Status
    extended_at: datetime | None
    final_at: datetime | None
    roll_size: int
    roll_weight: int
    roll_root: str
    config_digest: str
    r_node_commitment: str
    ballots_root: str
    cast: int | None
    own: OwnPart
    vetoes: tuple[poll_said.VetoLine, ...]
    objections: tuple[poll_said.ObjectionLine, ...]
    challenges: tuple[poll_said.ChallengeLine, ...]
    scrutiny: tuple[poll_said.ScrutinyLine, ...]
    void_reason: str
    void_asked: bool
    void_asked_by_me: bool
    result: Mapping[str, Any] | None
    version: int
    may: PollMay

    @property
    def names(self) -> tuple[str, ...]:
        """The options in the order of their numbers."""
        return tuple(one.title for one in self.options)

    @property
    def counts_present(self) -> bool:
        """Whether those who are there are the base of the majority."""
        return (self.config.get("threshold") or {}).get("base") == "present"

    @property
    def is_live(self) -> bool:
        """Whether its count is shown while it runs."""
        return self.is_running and self.results is Results.LIVE and self.secrecy is Secrecy.OPEN

    @property
    def is_running(self) -> bool:
        return self.status is Status.OPEN


def poll(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> PollView:
    """The page of a poll, for whoever may read it."""
    found = poll_to_see(session, actor, poll_id, at=at)
    result = session.get(PollResult, found.id)
    dates = poll_dates(found)
    outcome = result.content["outcome"] if result else ""
    status = poll_status(dates, outcome, at)
    own = _own(session, actor, found)
    title, effects = _proposal(session, found)
    return PollView(
        id=found.id,
        community_id=found.community_id,
        proposal_id=found.proposal_id,
        proposal_title=title,
        effects=effects,
        round=found.round,
        question=found.question,
        method=found.method,
        rule_class=found.rule_class,
        secrecy=found.secrecy,
        results=found.results,
        roll_unit=found.roll_unit,
        config=found.config or found.settings,
        options=_options(session, found),
        opens_at=found.opens_at,
        dates=dates,
        status=status,
        extended_at=found.extended_at,
        final_at=found.final_at,
        roll_size=found.roll_size,
        roll_weight=found.roll_weight,
        roll_root=found.roll_root,
        config_digest=found.config_digest,
        r_node_commitment=found.r_node_commitment,
        ballots_root=found.ballots_root,
        cast=_cast(session, found, status),
        own=own,
        vetoes=poll_said.vetoes(session, actor, found),
        objections=poll_said.objections(session, actor, found),
        challenges=poll_said.challenges(session, actor, found),
        scrutiny=poll_said.scrutiny(session, actor, found),
        void_reason=found.void_reason,
        void_asked=found.void_asked_at is not None and found.voided_at is None,
        void_asked_by_me=found.void_asked_by_id == actor.person_id,
        result=result.content if result else None,
        version=found.version,
        may=_may(session, actor, found, status, own, at),
    )


def _proposal(session: Session, found: Poll) -> tuple[str, tuple[dict[str, Any], ...]]:
    """The words that are voted on, and what follows if they pass."""
    if found.proposal_id is None:
        return "", ()
    version = found.proposal_n or session.get_one(Proposal, found.proposal_id).version_n
    words = session.get_one(ProposalVersion, (found.proposal_id, version))
    return words.title, tuple(words.effects)


def _options(session: Session, found: Poll) -> tuple[OptionLine, ...]:
    rows = session.execute(
        select(PollOption.number, PollOption.text, PollOption.cost)
        .where(PollOption.poll_id == found.id)
        .order_by(PollOption.number)
    )
    return tuple(OptionLine(row.number, row.text, row.cost) for row in rows)


def _own(session: Session, actor: Actor, found: Poll) -> OwnPart:
    row = voter_of(session, actor, found)
    if row is None:
        return OwnPart(False, False, 0, None, "", None, False, False)
    ballot = session.get(Ballot, (found.id, row.voter_id))
    entered_by = ""
    if ballot is not None and ballot.entered_by_id:
        entered_by = session.get_one(Person, ballot.entered_by_id).name
    return OwnPart(
        on_roll=True,
        has_cast=ballot is not None or row.ticked is not None,
        version=ballot.version if ballot else 0,
        channel=ballot.channel if ballot else None,
        entered_by=entered_by,
        ticked=row.ticked,
        present=session.get(Presence, (found.id, actor.person_id)) is not None,
        is_household=found.roll_unit is RollUnit.HOUSEHOLD,
    )


def _cast(session: Session, found: Poll, status: Status) -> int | None:
    """How many have voted; how many ballots there are tells nothing of their content, so everybody may know it.

    In a secret poll figures wait for its close: a number that grows by one while somebody is watched tells on them.
    """
    if found.opened_at is None or (status is Status.OPEN and found.secrecy is not Secrecy.OPEN):
        return None
    linked = select(func.count()).select_from(Ballot).where(Ballot.poll_id == found.id)
    loose = select(func.count()).select_from(LooseBallot).where(LooseBallot.poll_id == found.id)
    return (session.scalar(linked) or 0) + (session.scalar(loose) or 0)


def _may(session: Session, actor: Actor, found: Poll, status: Status, own: OwnPart, at: datetime) -> PollMay:
    opens = bool(may(session, actor, OPEN, found.community_id, at=at))
    running = status is Status.OPEN
    config = found.config or found.settings
    counted = found.tallied_at is not None and found.final_at is None and found.voided_at is None
    motion = found.method in ("majority", "consensus", "consent")
    return PollMay(
        cast=running and own.on_roll and not own.ticked,
        open=opens and found.opened_at is None and found.voided_at is None,
        enter_paper=running and bool(may(session, actor, ENTER_PAPER, found.community_id, at=at)),
        extend=opens and running and found.extended_at is None,
        close=opens and running and bool(config.get("early_close")),
        void=opens and found.voided_at is None and found.final_at is None and found.opened_at is not None,
        challenge=own.on_roll and counted,
        answer=opens and counted,
        object=running and own.on_roll and found.method == "consent",
        veto=running and own.on_roll and motion and bool(config.get("veto")),
        judge=own.on_roll and found.method == "consent" and found.closed_at is None,
    )


@dataclass(frozen=True, slots=True)
class RollLine:
    """Somebody who may vote. `took_part` is None where it is not told who did."""

    voter_id: Id
    name: str
    handle: str
    weight: int
    took_part: bool | None


def roll(
    session: Session,
    actor: Actor,
    poll_id: Id,
    *,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[RollLine]:
    """Who may vote, by id: the order of the published roll. Who did is told only in open polls after their close."""
    found = poll_to_see(session, actor, poll_id, at=at)
    many = limit_of(limit)
    question = (
        select(RollRow, Person.name, Person.handle, Ballot.voter_id)
        .outerjoin(Person, Person.id == RollRow.voter_id)
        .outerjoin(Ballot, (Ballot.poll_id == RollRow.poll_id) & (Ballot.voter_id == RollRow.voter_id))
        .where(RollRow.poll_id == found.id)
        .order_by(RollRow.voter_id)
        .limit(many + 1)
    )
    if after:
        question = question.where(beyond((RollRow.voter_id,), Cursor.decode(after, str)))
    told = found.secrecy is Secrecy.OPEN and found.closed_at is not None
    rows = [
        RollLine(
            row.voter_id,
            name or "",
            handle or "",
            row.weight,
            (cast is not None or row.ticked is not None) if told else None,
        )
        for row, name, handle, cast in session.execute(question)
    ]
    return page_of(rows, many, lambda line: (line.voter_id,))
