"""Setting up a poll: its options, dates and what the charter leaves open; nothing is fixed yet. None commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from minga.communities.access import require
from minga.governance.access import OPEN, poll_to_change, proposal_to_change
from minga.governance.access.members import member_named
from minga.governance.commands.opening import open_now
from minga.governance.commands.telling import tell_poll
from minga.governance.commands.writing import seconders_of
from minga.governance.events import PollPlanned
from minga.governance.models import Poll, PollOption, Proposal, ProposalVersion, Scrutiny
from minga.governance.queries.charter import charter_of
from minga.governance.queries.states import newest_poll, state_of_poll, state_of_proposal
from minga.governance.rules import polls as rules
from minga.governance.rules.charter import Rule
from minga.governance.rules.forms import BUDGET, PROJECTS_MAX
from minga.governance.rules.kinds import OPTION_MAX, OPTIONS_MAX, QUESTION_MAX, SCRUTINEERS_MAX, RollUnit
from minga.governance.rules.life import PollState, ProposalState, check_dates, check_discussed, not_now
from minga.identity import Actor
from minga.kit.canonical import canonical_json
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_line

SECONDERS = N_("The charter asks that {needed} members second it first; {n} have.")
SET_UP = N_("A poll is set up for this proposal already. Change that one.")
COST = N_("Each project needs a cost, a whole number from nought on.")
SCRUTINEERS = N_("A poll has at most {most} scrutineers.")
DISCUSSED = (ProposalState.DISCUSSION, ProposalState.VOID)


@dataclass(frozen=True, kw_only=True)
class OptionPlan:
    """One option; a candidate is named by their handle, a project has a cost."""

    title: str
    cost: int | None = None
    person: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What somebody wishes for a poll; what is left out is as the charter says. `opens_at` None is now."""

    closes_at: datetime
    opens_at: datetime | None = None
    question: str = ""
    options: Sequence[OptionPlan | str] = ()
    method: str | None = None
    parameters: Mapping[str, Any] | None = None
    secrecy: str | None = None
    results: str | None = None
    channels: Sequence[str] | None = None
    leavers: str | None = None
    scrutineers: Sequence[str] = ()
    beacon_name: str = ""


def plan_poll(
    session: Session, actor: Actor, proposal_id: Id, plan: Plan, *, reruns_id: Id | None = None, at: datetime
) -> Poll:
    """Set a poll up for a proposal that was discussed; it opens at once, or the clock opens it."""
    proposal = proposal_to_change(session, actor, proposal_id, at=at)
    require(session, actor, OPEN, proposal.community_id, at=at)
    state = state_of_proposal(session, proposal, at)
    if state not in DISCUSSED:
        raise not_now(state)
    newest = newest_poll(session, proposal)
    if newest is not None and state_of_poll(newest, at) is PollState.PLANNED:
        raise Conflict(SET_UP, code="poll_set_up")
    if newest is not None and reruns_id is None and newest.voided_at is not None:
        reruns_id = newest.id
    return make_poll(session, actor, proposal, plan, reruns_id=reruns_id, at=at)


def make_poll(
    session: Session,
    actor: Actor,
    proposal: Proposal,
    plan: Plan,
    *,
    reruns_id: Id | None,
    at: datetime,
    people: Sequence[Id | None] = (),
) -> Poll:
    """The poll itself; internal, whoever calls this has asked who may and whether it is time."""
    proposal.rounds += 1
    poll = Poll(
        community_id=proposal.community_id,
        proposal_id=proposal.id,
        round=proposal.rounds,
        reruns_id=reruns_id,
        made_by_id=actor.person_id,
        made_at=at,
    )
    _fill(session, poll, proposal, plan, at, people=people)
    if poll.opens_at <= at:
        open_now(session, actor, poll, at=at)
        return poll
    told = PollPlanned(
        poll_id=poll.id, proposal_id=proposal.id, opens_at=poll.opens_at, closes_at=poll.closes_at
    )
    tell_poll(session, actor, poll, told, at=at)
    return poll


def change_planned(session: Session, actor: Actor, poll_id: Id, plan: Plan, *, at: datetime) -> Poll:
    """Set it up otherwise, as long as it is not open."""
    poll = poll_to_change(session, actor, poll_id, at=at)
    require(session, actor, OPEN, poll.community_id, at=at)
    state = state_of_poll(poll, at)
    if state is not PollState.PLANNED:
        raise not_now(state)
    proposal = session.get_one(Proposal, poll.proposal_id)
    for table in (PollOption, Scrutiny):
        session.execute(delete(table).where(table.poll_id == poll.id))
    poll.version += 1
    _fill(session, poll, proposal, plan, at)
    if poll.opens_at <= at:
        open_now(session, actor, poll, at=at)
    return poll


def _fill(
    session: Session,
    poll: Poll,
    proposal: Proposal,
    plan: Plan,
    at: datetime,
    *,
    people: Sequence[Id | None] = (),
) -> None:
    words = session.get_one(ProposalVersion, (proposal.id, proposal.version_n))
    charter = charter_of(session, proposal.community_id, at=at)
    rule = charter.rule_for(proposal.kind, words.amount, proposal.own_kind)
    opens_at = plan.opens_at if plan.opens_at is not None and plan.opens_at > at else at
    _check_time(session, poll, proposal, rule, opens_at, plan.closes_at, at)
    method = rules.method_of(rule, plan.method)
    secrecy = rules.secrecy_of(rule, plan.secrecy)
    poll.rule_class, poll.method, poll.secrecy = rule.rule_class, method, secrecy
    poll.results = rules.results_of(rule, secrecy, plan.results)
    poll.roll_unit = RollUnit(rule.roll_unit)
    poll.opens_at, poll.closes_at = opens_at, plan.closes_at
    poll.question = clean_line(plan.question or words.title, QUESTION_MAX, field="question", required=True)
    poll.beacon_name = clean_line(plan.beacon_name, 200, field="beacon_name")
    poll.settings = {
        "parameters": _plain(rules.parameters_of(rule, method, plan.parameters)),
        "channels": rules.channels_of(rule, plan.channels),
        "leavers": rules.leavers_of(rule, secrecy, plan.leavers),
    }
    options = _options(session, poll, plan, people)
    rules.check_options(method, len(options), PROJECTS_MAX if method == BUDGET else OPTIONS_MAX)
    scrutineers = _scrutineers(session, poll, plan)
    session.add(poll)
    session.flush()
    for number, option in enumerate(options, start=1):
        option.poll_id, option.number = poll.id, number
        session.add(option)
    for person_id in scrutineers:
        session.add(Scrutiny(poll_id=poll.id, person_id=person_id))
    session.flush()


def _check_time(
    session: Session,
    poll: Poll,
    proposal: Proposal,
    rule: Rule,
    opens_at: datetime,
    closes_at: datetime,
    at: datetime,
) -> None:
    """Long enough discussed, seconded by enough, and open for long enough. A second poll on the same needs no more talk."""
    check_dates(opens_at, closes_at, at, rule.voting_days)
    if poll.reruns_id is None:
        check_discussed(proposal.submitted_at or at, opens_at, rule.discussion_days)
    seconders = seconders_of(session, proposal.id)
    if seconders < rule.seconders:
        raise Conflict(SECONDERS, code="seconders_missing", needed=rule.seconders, n=seconders)


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters are whole numbers, words and lists of them; anything else cannot be fixed to the byte."""
    try:
        canonical_json(dict(parameters))
    except (TypeError, ValueError) as fault:
        said = N_("Only whole numbers, words and lists can be fixed here.")
        raise Invalid(said, code="not_an_integer", fields={"parameters": said}) from fault
    return dict(parameters)


def _options(session: Session, poll: Poll, plan: Plan, people: Sequence[Id | None]) -> list[PollOption]:
    found = []
    for n, one in enumerate(plan.options):
        given = OptionPlan(title=one) if isinstance(one, str) else one
        person = people[n] if n < len(people) else None
        if given.person:
            person = member_named(session, poll.community_id, given.person, field="options")
        if poll.method == BUDGET and (given.cost is None or given.cost < 0):
            raise Invalid(COST, fields={"options": COST})
        title = clean_line(given.title, OPTION_MAX, field="options", required=True)
        found.append(PollOption(text=title, person_id=person, cost=given.cost))
    return found


def _scrutineers(session: Session, poll: Poll, plan: Plan) -> list[Id]:
    if len(plan.scrutineers) > SCRUTINEERS_MAX:
        raise Invalid(SCRUTINEERS, fields={"scrutineers": SCRUTINEERS}, most=SCRUTINEERS_MAX)
    named = (
        member_named(session, poll.community_id, handle, field="scrutineers") for handle in plan.scrutineers
    )
    return list(dict.fromkeys(named))
