"""Opening a poll: one transaction fixes options, rule and roll for good. Making it longer, once. None commits."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from minga.communities.access import require
from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.governance.access import OPEN, poll_to_change
from minga.governance.commands.ballots import prepare_ballots
from minga.governance.commands.charters import kept_charter
from minga.governance.commands.telling import tell_poll
from minga.governance.events import PollExtended, PollOpened, PollTightened
from minga.governance.models import (
    Advice,
    Poll,
    PollOption,
    PollSecret,
    Proposal,
    ProposalVersion,
    RollRow,
    Scrutiny,
)
from minga.governance.queries.candidates import who_could_vote
from minga.governance.queries.charter import CharterView
from minga.governance.queries.states import newest_poll, state_of_poll, state_of_proposal
from minga.governance.rules import polls as rules
from minga.governance.rules.charter import Rule
from minga.governance.rules.effects import was_heard
from minga.governance.rules.kinds import ProposalKind, Results, Secrecy
from minga.governance.rules.life import PollState, ProposalState, check_dates, closes_after, not_now
from minga.governance.rules.roll import RollLine, check_roll, roll_of
from minga.governance.rules.secrecy import config_hash, roll_root
from minga.identity import Actor
from minga.kit import lots
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.ids import Id

LONGER_ONCE = N_("This poll was made longer once already; that happens only once.")
NEVER_SHORTER = N_("A poll can be made longer, never shorter.")
NEVER_LIVE = N_("Results can be kept back until the close, never the other way round.")
NOT_HEARD = N_("Ask whom it concerns for their words first, and give them a week.")
ROWS_AT_ONCE = 5_000


def open_poll(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> Poll:
    """Open a poll that is set up before its time has come. Twice changes nothing."""
    poll = poll_to_change(session, actor, poll_id, at=at)
    require(session, actor, OPEN, poll.community_id, at=at)
    state = state_of_poll(poll, at)
    if state is PollState.OPEN:
        return poll
    if state is not PollState.PLANNED:
        raise not_now(state)
    check_dates(at, poll.closes_at, at, 0)
    poll.opens_at = at
    open_now(session, actor, poll, at=at)
    return poll


def open_now(session: Session, actor: Actor, poll: Poll, *, at: datetime) -> None:
    """Fix everything: the text, the options, the rule of the charter, the roll, and the node's secret for lots."""
    proposal = session.get_one(Proposal, poll.proposal_id)
    state = state_of_proposal(session, proposal, at)
    newest = newest_poll(session, proposal)
    if state is not ProposalState.DISCUSSION or newest is None or newest.id != poll.id:
        raise not_now(state)
    words = session.get_one(ProposalVersion, (proposal.id, proposal.version_n))
    charter = kept_charter(session, actor, poll.community_id, at=at)
    rule = charter.rule_for(proposal.kind, words.amount, proposal.own_kind)
    rules.method_of(rule, poll.method)
    rules.secrecy_of(rule, poll.secrecy)
    poll.closes_at = closes_after(poll.opens_at, poll.closes_at, at, rule.voting_days)
    check_dates(poll.opens_at, poll.closes_at, at, rule.voting_days)
    _is_heard(session, proposal, at)
    lines = _roll(session, poll, proposal, rule, at)
    secret = secrets.token_bytes(lots.SECRET_BYTES)
    poll.proposal_n, poll.charter_id, poll.rule_class = words.n, charter.id, rule.rule_class
    poll.roll_root = roll_root(line.as_row() for line in lines)
    poll.roll_size, poll.roll_weight = len(lines), sum(line.weight for line in lines)
    poll.r_node_commitment = lots.commitment(secret)
    config = config_of(session, poll, proposal, words, charter, rule)
    rules.check_countable(config)
    poll.config, poll.config_digest, poll.opened_at = config, config_hash(config), at
    poll.version += 1
    session.add(PollSecret(poll_id=poll.id, r_node=secret))
    session.flush()
    for first in range(0, len(lines), ROWS_AT_ONCE):
        rows = [_row(poll, line) for line in lines[first : first + ROWS_AT_ONCE]]
        session.execute(insert(RollRow), rows)
    prepare_ballots(session, poll)
    tell_poll(session, actor, poll, _opened(poll), at=at)


def _is_heard(session: Session, proposal: Proposal, at: datetime) -> None:
    """Nobody is voted out who was not asked for their words first and had time for them."""
    if proposal.kind is not ProposalKind.REMOVAL:
        return
    asked = session.execute(
        select(Advice.asked_at, Advice.said_at).where(
            Advice.proposal_id == proposal.id, Advice.adviser_id == proposal.subject_id
        )
    ).first()
    if not was_heard(asked.asked_at if asked else None, asked.said_at if asked else None, at):
        raise Conflict(NOT_HEARD, code="not_heard")


def _roll(session: Session, poll: Poll, proposal: Proposal, rule: Rule, at: datetime) -> list[RollLine]:
    community = session.get_one(Community, poll.community_id)
    lines = roll_of(
        who_could_vote(session, poll.community_id, rule, at=at),
        rule.eligible,
        today(at, community.zone),
        unit=rule.roll_unit,
        weights=rule.weights,
        subject_id=proposal.subject_id if rule.exclude_subject else None,
    )
    check_roll(lines, secret=poll.secrecy is not Secrecy.OPEN)
    return lines


def _row(poll: Poll, line: RollLine) -> dict[str, Any]:
    return {
        "poll_id": poll.id,
        "voter_id": line.voter_id,
        "weight": line.weight,
        "group_id": line.group,
        "stratum": line.stratum,
        "dropped": False,
    }


def _opened(poll: Poll) -> PollOpened:
    return PollOpened(
        poll_id=poll.id,
        proposal_id=poll.proposal_id,
        method=poll.method,
        secrecy=poll.secrecy,
        closes_at=poll.closes_at,
        roll_size=poll.roll_size,
        config_digest=poll.config_digest,
        roll_root=poll.roll_root,
        r_node_commitment=poll.r_node_commitment,
    )


def config_of(
    session: Session, poll: Poll, proposal: Proposal, words: ProposalVersion, charter: CharterView, rule: Rule
) -> dict[str, Any]:
    """Everything that is fixed, as one document; counts, pages and records read nothing else."""
    options = session.scalars(
        select(PollOption).where(PollOption.poll_id == poll.id).order_by(PollOption.number)
    )
    scrutineers = session.scalars(
        select(Scrutiny.person_id).where(Scrutiny.poll_id == poll.id).order_by(Scrutiny.person_id)
    )
    shown = rule.as_json()
    return {
        "format": rules.FORMAT,
        "poll": poll.id,
        "community": poll.community_id,
        "proposal": proposal.id,
        "proposal_version": words.n,
        "kind": proposal.kind.value,
        "subject": proposal.subject_id,
        "round": consensus_round(session, poll),
        "reruns": poll.reruns_id,
        "question": poll.question,
        "options": [
            {"number": one.number, "title": one.text, "cost": one.cost, "person": one.person_id}
            for one in options
        ],
        "method": poll.method,
        "method_version": rules.METHOD_VERSION,
        "parameters": poll.settings["parameters"],
        "threshold": shown["threshold"] if poll.method == rule.method else None,
        "quorum": shown["quorum"],
        "min_yes": rule.min_yes,
        "veto": shown["veto"],
        "on_final_tie": rule.on_final_tie,
        "opens_at": poll.opens_at.isoformat(),
        "closes_at": poll.closes_at.isoformat(),
        "secrecy": poll.secrecy.value,
        "results": poll.results.value,
        "receipts": poll.secrecy is Secrecy.SEALED,
        "channels": poll.settings["channels"],
        "delegation": rule.delegation and poll.secrecy is Secrecy.OPEN,
        "roll_unit": rule.roll_unit,
        "leavers": poll.settings["leavers"],
        "exclude_subject": rule.exclude_subject,
        "early_close": rule.early_close,
        "double_entry": rule.double_entry,
        "challenge_hours": rule.challenge_hours,
        "charter": {"id": charter.id, "n": charter.n, "class": rule.rule_class},
        "rule": shown,
        "effects": words.effects,
        "scrutineers": list(scrutineers),
        "beacon_name": poll.beacon_name,
        "roll_root": poll.roll_root,
        "roll_size": poll.roll_size,
        "roll_weight": poll.roll_weight,
        "r_node_commitment": poll.r_node_commitment,
    }


def consensus_round(session: Session, poll: Poll) -> int:
    """Which round this is: a void poll that is set up anew is no new round."""
    counted = session.scalars(
        select(Poll.round).where(
            Poll.proposal_id == poll.proposal_id, Poll.round < poll.round, Poll.voided_at.is_(None)
        )
    ).all()
    return len(counted) + 1


def extend_poll(session: Session, actor: Actor, poll_id: Id, closes_at: datetime, *, at: datetime) -> Poll:
    """Make it longer, once, before it closes; everybody who may vote is told."""
    poll = _open(session, actor, poll_id, at)
    if closes_at == poll.closes_at and poll.extended_at is not None:
        return poll
    if poll.extended_at is not None:
        raise Conflict(LONGER_ONCE, code="poll_frozen")
    if closes_at <= poll.closes_at:
        raise Conflict(NEVER_SHORTER, code="poll_frozen")
    check_dates(poll.opens_at, closes_at, at, 0)
    poll.closes_at, poll.extended_at = closes_at, at
    poll.reminders = min(poll.reminders, 1)
    poll.version += 1
    session.flush()
    told = PollExtended(poll_id=poll.id, proposal_id=poll.proposal_id, closes_at=closes_at)
    tell_poll(session, actor, poll, told, at=at)
    return poll


def choose_results(session: Session, actor: Actor, poll_id: Id, results: str, *, at: datetime) -> Poll:
    """Keep the figures back until the close from now on; they are never opened up. Twice changes nothing."""
    poll = _open(session, actor, poll_id, at)
    if results == poll.results:
        return poll
    if results != Results.AFTER_CLOSE:
        raise Conflict(NEVER_LIVE, code="poll_frozen")
    poll.results = Results.AFTER_CLOSE
    session.flush()
    tell_poll(session, actor, poll, PollTightened(poll_id=poll.id, proposal_id=poll.proposal_id), at=at)
    return poll


def _open(session: Session, actor: Actor, poll_id: Id, at: datetime) -> Poll:
    poll = poll_to_change(session, actor, poll_id, at=at)
    require(session, actor, OPEN, poll.community_id, at=at)
    state = state_of_poll(poll, at)
    if state is not PollState.OPEN:
        raise not_now(state)
    return poll
