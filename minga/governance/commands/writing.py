"""Writing a proposal: draft, versions of its text, who makes it, putting it up, taking it back. None commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from minga.communities.access import community_to_see, require
from minga.governance.access import DISCUSS, MAKE, proposal_to_change, proposal_to_edit
from minga.governance.access.members import member_named
from minga.governance.commands.telling import tell_proposal
from minga.governance.commands.voiding import void_with_proposal
from minga.governance.events import (
    CoProposerAgreed,
    CoProposerAsked,
    ProposalChanged,
    ProposalDrafted,
    ProposalSeconded,
    ProposalSubmitted,
    ProposalWithdrawn,
)
from minga.governance.models import CoProposer, Decision, Proposal, ProposalVersion, Seconding
from minga.governance.queries.charter import CharterView, charter_of
from minga.governance.queries.states import has_ballots, newest_poll, state_of_poll, state_of_proposal
from minga.governance.rules.effects import check_effects
from minga.governance.rules.kinds import (
    AMOUNT_MAX,
    CLASS_MAX,
    CO_PROPOSERS_MAX,
    NUMBER_MAX,
    REASON_MAX,
    TEXT_MAX,
    TITLE_MAX,
    TOPIC_MAX,
    WHY_MAX,
    WITH_MONEY,
    ProposalKind,
)
from minga.governance.rules.life import PollState, ProposalState, not_now
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound, Stale
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_line, clean_text

KIND = N_("Choose a kind of this list: {kinds}.")
NO_MONEY = N_("Only proposals about resources and budgets carry an amount.")
AMOUNT = N_("An amount is a whole number of the smallest unit, from nought on, with its unit.")
SUBJECT = N_("Say whom it concerns, by their short name.")
NO_DECISION = N_("There is no decision of that number here.")
MANY_PROPOSERS = N_("At most {most} people make a proposal together.")
WHY = N_("People have voted already. Say why you take it back; everybody who may vote is told.")
OWN = N_("It is your own proposal already.")


@dataclass(frozen=True, kw_only=True)
class Written:
    """What somebody wrote. People are named by their handles, amounts are whole numbers of the smallest unit."""

    kind: str = ProposalKind.POLICY.value
    title: str
    description: str
    rationale: str = ""
    own_kind: str = ""
    topic: str = ""
    amount: int | None = None
    unit: str = ""
    effects: Sequence[Mapping[str, Any]] | None = None
    """What follows if it passes; nothing said keeps what was chosen."""
    owner: str = ""
    deadline_on: date | None = None
    subject: str = ""
    supersedes: str = ""


def write_proposal(
    session: Session, actor: Actor, community_id: Id, written: Written, *, at: datetime
) -> Proposal:
    """Begin a draft that only those who make it read."""
    where = community_to_see(session, actor, community_id, at=at)
    require(session, actor, MAKE, where.id, at=at)
    charter = charter_of(session, where.id, at=at)
    made = Proposal(community_id=where.id, proposer_id=actor.person_id, made_at=at, kind=ProposalKind.POLICY)
    _fill(session, made, written, charter)
    session.add(made)
    session.flush()
    session.add(_version(made, 1, written, actor, at))
    session.flush()
    told = ProposalDrafted(proposal_id=made.id, kind=made.kind)
    tell_proposal(session, actor, made, told, at=at)
    return made


def change_proposal(
    session: Session,
    actor: Actor,
    proposal_id: Id,
    written: Written,
    *,
    version: int | None = None,
    at: datetime,
) -> Proposal:
    """Write over a draft, or put up a new version while it is discussed; never while a poll is open."""
    found = proposal_to_edit(session, actor, proposal_id, at=at)
    state = state_of_proposal(session, found, at)
    if state not in (ProposalState.DRAFT, ProposalState.DISCUSSION):
        raise not_now(state)
    if version is not None and version != found.version:
        raise Stale()
    before = session.get_one(ProposalVersion, (found.id, found.version_n))
    kind, own = found.kind, found.own_kind
    _fill(session, found, written, charter_of(session, found.community_id, at=at))
    if state is ProposalState.DISCUSSION and (found.kind, found.own_kind) != (kind, own):
        found.kind, found.own_kind = kind, own  # who discusses it knows by which rule it will be decided
    new = _version(found, found.version_n, written, actor, at)
    if written.effects is None:
        new.effects = check_effects(before.effects, found.kind.value)
    found.version += 1
    if _words(new) == _words(before):
        session.flush()
        return found
    if state is ProposalState.DRAFT:
        _write_over(before, new)
        session.flush()
        return found
    new.n = found.version_n = found.version_n + 1
    session.add(new)
    session.flush()
    tell_proposal(session, actor, found, ProposalChanged(proposal_id=found.id, n=new.n), at=at)
    return found


def submit_proposal(session: Session, actor: Actor, proposal_id: Id, *, at: datetime) -> Proposal:
    """Put a draft up for discussion. Twice changes nothing."""
    found = proposal_to_edit(session, actor, proposal_id, at=at)
    state = state_of_proposal(session, found, at)
    if state is ProposalState.DISCUSSION:
        return found
    if state is not ProposalState.DRAFT:
        raise not_now(state)
    found.submitted_at = at
    found.version += 1
    session.flush()
    told = ProposalSubmitted(proposal_id=found.id, kind=found.kind, n=found.version_n)
    tell_proposal(session, actor, found, told, at=at)
    return found


def withdraw_proposal(
    session: Session, actor: Actor, proposal_id: Id, reason: str = "", *, at: datetime
) -> Proposal:
    """Take it back: freely until the first ballot, after that with a reason that everybody on the roll gets."""
    found = proposal_to_edit(session, actor, proposal_id, at=at)
    state = state_of_proposal(session, found, at)
    if state is ProposalState.WITHDRAWN:
        return found
    if state not in (ProposalState.DRAFT, ProposalState.DISCUSSION, ProposalState.OPEN):
        raise not_now(state)
    said = clean_text(reason, REASON_MAX, field="reason")
    poll = newest_poll(session, found)
    live = poll is not None and state_of_poll(poll, at) in (PollState.PLANNED, PollState.OPEN)
    voted = poll is not None and live and has_ballots(session, poll.id)
    if voted and not said:
        raise Invalid(WHY, code="reason_missing", fields={"reason": WHY})
    found.withdrawn_at, found.withdrawn_why = at, said
    found.version += 1
    if poll is not None and live:
        void_with_proposal(session, actor, poll, said, at=at)
    session.flush()
    told = ProposalWithdrawn(
        proposal_id=found.id, poll_id=poll.id if poll and live else None, after_ballots=voted
    )
    tell_proposal(session, actor, found, told, at=at)
    return found


def second_proposal(session: Session, actor: Actor, proposal_id: Id, *, at: datetime) -> Proposal:
    """Want it put to the vote. Twice is once; those who make it do not second it."""
    found = _to_discuss(session, actor, proposal_id, at)
    asked = session.get(CoProposer, (found.id, actor.person_id))
    if found.proposer_id == actor.person_id or asked is not None:
        raise Conflict(OWN, code="own_proposal")
    if session.get(Seconding, (found.id, actor.person_id)) is not None:
        return found
    session.add(Seconding(proposal_id=found.id, person_id=actor.person_id, at=at))
    session.flush()
    told = ProposalSeconded(proposal_id=found.id, seconders=seconders_of(session, found.id))
    tell_proposal(session, actor, found, told, at=at)
    return found


def unsecond_proposal(session: Session, actor: Actor, proposal_id: Id, *, at: datetime) -> Proposal:
    """Take that back, while it is discussed."""
    found = _to_discuss(session, actor, proposal_id, at)
    row = session.get(Seconding, (found.id, actor.person_id))
    if row is not None:
        session.delete(row)
        session.flush()
        told = ProposalSeconded(proposal_id=found.id, seconders=seconders_of(session, found.id))
        tell_proposal(session, actor, found, told, at=at)
    return found


def seconders_of(session: Session, proposal_id: Id) -> int:
    """How many want it put to the vote."""
    wanted = select(func.count()).select_from(Seconding).where(Seconding.proposal_id == proposal_id)
    return session.scalar(wanted) or 0


def ask_co_proposer(
    session: Session, actor: Actor, proposal_id: Id, handle: str, *, at: datetime
) -> CoProposer:
    """Ask a member to make it together; they read the draft from then on. Twice is once."""
    found = proposal_to_edit(session, actor, proposal_id, at=at)
    state = state_of_proposal(session, found, at)
    if state not in (ProposalState.DRAFT, ProposalState.DISCUSSION):
        raise not_now(state)
    person_id = member_named(session, found.community_id, handle, field="handle")
    if person_id == found.proposer_id:
        raise Conflict(OWN, code="own_proposal")
    row = session.get(CoProposer, (found.id, person_id))
    if row is not None:
        return row
    asked = select(func.count()).select_from(CoProposer).where(CoProposer.proposal_id == found.id)
    if (session.scalar(asked) or 0) >= CO_PROPOSERS_MAX:
        raise Conflict(MANY_PROPOSERS, code="too_many", most=CO_PROPOSERS_MAX + 1)
    row = CoProposer(proposal_id=found.id, person_id=person_id, asked_at=at)
    session.add(row)
    session.flush()
    tell_proposal(session, actor, found, CoProposerAsked(proposal_id=found.id), person_id, at=at)
    return row


def agree_to_propose(session: Session, actor: Actor, proposal_id: Id, *, at: datetime) -> CoProposer:
    """Say yes to making it together. Twice changes nothing."""
    found = proposal_to_change(session, actor, proposal_id, at=at)
    row = session.get(CoProposer, (found.id, actor.person_id))
    if row is None:
        raise NotFound()
    require(session, actor, MAKE, found.community_id, at=at)
    if row.agreed_at is None:
        row.agreed_at = at
        session.flush()
        tell_proposal(session, actor, found, CoProposerAgreed(proposal_id=found.id), at=at)
    return row


def _to_discuss(session: Session, actor: Actor, proposal_id: Id, at: datetime) -> Proposal:
    found = proposal_to_change(session, actor, proposal_id, at=at)
    require(session, actor, DISCUSS, found.community_id, at=at)
    state = state_of_proposal(session, found, at)
    if state is not ProposalState.DISCUSSION:
        raise not_now(state)
    return found


def _fill(session: Session, proposal: Proposal, written: Written, charter: CharterView) -> None:
    proposal.kind, proposal.own_kind = _kind(written, charter)
    proposal.topic = clean_line(written.topic, TOPIC_MAX, field="topic")
    proposal.deadline_on = written.deadline_on
    where = proposal.community_id
    proposal.owner_id = member_named(session, where, written.owner, field="owner") if written.owner else None
    proposal.subject_id = (
        member_named(session, where, written.subject, field="subject") if written.subject else None
    )
    if proposal.kind is ProposalKind.REMOVAL and proposal.subject_id is None:
        raise Invalid(SUBJECT, fields={"subject": SUBJECT})
    proposal.supersedes = _number(session, where, written.supersedes)


def _kind(written: Written, charter: CharterView) -> tuple[ProposalKind, str]:
    own = clean_line(written.own_kind, CLASS_MAX, field="own_kind")
    if own:
        base = charter.base_of(own)
        if base is not None:
            return base, own
    elif written.kind in set(ProposalKind):
        return ProposalKind(written.kind), ""
    kinds = ", ".join((*(one.value for one in ProposalKind), *sorted(charter.kinds)))
    raise Invalid(KIND, fields={"kind": KIND}, kinds=kinds)


def _number(session: Session, community_id: Id, number: str) -> str:
    said = clean_line(number, NUMBER_MAX, field="supersedes")
    if not said:
        return ""
    year, _, counted = said.partition("-")
    known = (
        session.scalar(
            select(Decision.id).where(
                Decision.community_id == community_id,
                Decision.year == int(year),
                Decision.number == int(counted),
            )
        )
        if year.isdecimal() and counted.isdecimal() and year.isascii() and counted.isascii()
        else None
    )
    if known is None:
        raise Invalid(NO_DECISION, fields={"supersedes": NO_DECISION})
    return said


def _version(proposal: Proposal, n: int, written: Written, actor: Actor, at: datetime) -> ProposalVersion:
    if written.amount is not None and proposal.kind not in WITH_MONEY:
        raise Invalid(NO_MONEY, fields={"amount": NO_MONEY})
    unit = clean_line(written.unit, 12, field="unit") if written.amount is not None else ""
    if written.amount is not None and (not 0 <= written.amount <= AMOUNT_MAX or not unit):
        raise Invalid(AMOUNT, fields={"amount": AMOUNT})
    return ProposalVersion(
        proposal_id=proposal.id,
        n=n,
        title=clean_line(written.title, TITLE_MAX, field="title", required=True),
        description=clean_text(written.description, TEXT_MAX, field="description", required=True),
        rationale=clean_text(written.rationale, WHY_MAX, field="rationale"),
        amount=written.amount,
        unit=unit,
        effects=check_effects(written.effects or (), proposal.kind.value),
        by_id=actor.person_id,
        at=at,
    )


_WORDS = ("title", "description", "rationale", "amount", "unit", "effects")


def _words(version: ProposalVersion) -> tuple[Any, ...]:
    return tuple(getattr(version, name) for name in _WORDS)


def _write_over(before: ProposalVersion, new: ProposalVersion) -> None:
    for name in (*_WORDS, "by_id", "at"):
        setattr(before, name, getattr(new, name))
