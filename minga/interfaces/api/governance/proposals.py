"""Proposals over REST: the list, one proposal, its words and versions, support, amendments, advice, and putting it to the vote."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field

from minga.communities.access import community_to_read
from minga.governance.commands import discussing, planning, writing
from minga.governance.commands.planning import OptionPlan, Plan
from minga.governance.queries import effects, proposal_page, proposals
from minga.governance.queries.proposals import Wished
from minga.governance.rules.kinds import ProposalKind
from minga.governance.rules.statuses import Status
from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, ok, page, version_demanded
from minga.interfaces.api.governance.polls import poll_out
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id

router = frame.router("governance")
Cursor = Annotated[str | None, Query(max_length=1000)]
NAIVE = N_("Write instants with their zone, like 2026-11-22T18:00Z.")


class ProposalIn(In):
    """What is proposed; amounts are whole numbers of the smallest unit, people are named by their handles."""

    kind: str = ProposalKind.POLICY.value
    title: str = Field(max_length=255)
    description: str
    rationale: str = ""
    own_kind: str = ""
    topic: str = ""
    amount: int | None = None
    unit: str = ""
    effects: list[dict[str, Any]] = Field(default_factory=list, max_length=10)
    owner: str = ""
    deadline: date | None = None
    subject: str = ""
    supersedes: str = ""

    def written(self) -> writing.Written:
        return writing.Written(
            kind=self.kind,
            title=self.title,
            description=self.description,
            rationale=self.rationale,
            own_kind=self.own_kind,
            topic=self.topic,
            amount=self.amount,
            unit=self.unit,
            effects=self.effects,
            owner=self.owner,
            deadline_on=self.deadline,
            subject=self.subject,
            supersedes=self.supersedes,
        )


class WhyIn(In):
    reason: str = ""


class SupportIn(In):
    support: bool = True


class WordsIn(In):
    words: str = ""


class AnswerIn(In):
    accept: bool = True
    answer: str = ""


class PersonIn(In):
    """Somebody by their handle; empty says yes to being asked oneself."""

    handle: str = ""


class AdviceIn(In):
    """Ask somebody (`handle`), or give the advice one was asked for (`words`)."""

    handle: str = ""
    words: str = ""


class OptionIn(In):
    title: str = Field(max_length=500)
    cost: int | None = None
    person: str = ""


class PollIn(In):
    """A poll; only what the charter leaves open can be chosen."""

    question: str = ""
    options: list[OptionIn | str] = Field(default_factory=list, max_length=1000)
    opens_at: datetime | None = None
    closes_at: datetime
    method: str | None = None
    parameters: dict[str, Any] | None = None
    secrecy: str | None = None
    results: str | None = None
    channels: list[str] | None = None
    leavers: str | None = None
    scrutineers: list[str] = Field(default_factory=list, max_length=10)

    def plan(self) -> Plan:
        for moment in (self.opens_at, self.closes_at):
            if moment is not None and moment.tzinfo is None:
                raise Invalid(NAIVE, fields={"closes_at": NAIVE})
        options = [
            one if isinstance(one, str) else OptionPlan(title=one.title, cost=one.cost, person=one.person)
            for one in self.options
        ]
        return Plan(
            question=self.question,
            options=options,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            method=self.method,
            parameters=self.parameters,
            secrecy=self.secrecy,
            results=self.results,
            channels=self.channels,
            leavers=self.leavers,
            scrutineers=self.scrutineers,
        )


def _shown(unit: Unit, proposal_id: Id, status: int = 200) -> Response:
    found = proposal_page.proposal(unit.session, unit.actor, proposal_id, at=unit.now)
    lines = effects.effects_of_proposal(unit.session, unit.actor, proposal_id, at=unit.now)
    told = [{"kind": one.kind, "sentence": one.sentence, "facts": one.facts} for one in lines]
    return ok(unit, {**_plain(found), "effects": told}, status=status, etag=str(found.version))


def _plain(found: proposal_page.ProposalView) -> dict[str, Any]:
    return {name: getattr(found, name) for name in type(found).__dataclass_fields__}


@router.get("/communities/{c}/proposals")
@limit("read")
def list_proposals(
    request: Request,
    c: str,
    kind: ProposalKind | None = None,
    status: Status | None = None,
    after: Cursor = None,
    limit: int | None = None,
) -> Response:
    """The proposals of a community, newest first."""
    with read_unit(request) as unit:
        unit.signed_in()
        here = community_to_read(unit.session, unit.actor, c, at=unit.now)
        wished = Wished(kind, status)
        found = proposals.proposals(
            unit.session, unit.actor, here.id, wished, at=unit.now, after=after, limit=limit
        )
        return page(unit, found)


@router.post("/communities/{c}/proposals", status_code=201)
@limit("proposal")
def make_proposal(request: Request, c: str, body: ProposalIn) -> Response:
    """Write a proposal as a draft; `discussion` opens it to the others."""
    with write_unit(request) as unit:
        unit.signed_in()
        here = community_to_read(unit.session, unit.actor, c, at=unit.now)
        made = writing.write_proposal(unit.session, unit.actor, here.id, body.written(), at=unit.now)
        return _shown(unit, made.id, 201)


@router.get("/proposals/{id}")
@limit("read")
def show_proposal(request: Request, id: str) -> Response:
    """One proposal with all that belongs to it."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _shown(unit, parse_id(id))


@router.patch("/proposals/{id}")
@limit("write")
def change_proposal(request: Request, id: str, body: ProposalIn) -> Response:
    """Other words: a draft is written over, in the discussion a new version stands beside the old ones."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = writing.change_proposal(
            unit.session,
            unit.actor,
            parse_id(id),
            body.written(),
            version=version_demanded(request),
            at=unit.now,
        )
        return _shown(unit, made.id)


@router.get("/proposals/{id}/versions")
@limit("read")
def list_versions(request: Request, id: str) -> Response:
    """Every version of the words, the newest first."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = proposal_page.versions(unit.session, unit.actor, parse_id(id), at=unit.now)
        return ok(unit, {"items": found, "next": None})


@router.post("/proposals/{id}/discussion")
@limit("write")
def open_discussion(request: Request, id: str) -> Response:
    """From here on members read and discuss it."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = writing.submit_proposal(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _shown(unit, made.id)


@router.post("/proposals/{id}/withdrawal")
@limit("write")
def withdraw_proposal(request: Request, id: str, body: WhyIn) -> Response:
    """Take it back; once somebody has voted, with a reason."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = writing.withdraw_proposal(unit.session, unit.actor, parse_id(id), body.reason, at=unit.now)
        return _shown(unit, made.id)


@router.post("/proposals/{id}/support")
@limit("write")
def support_proposal(request: Request, id: str, body: SupportIn) -> Response:
    """Wish that it is put to the vote, or take that back."""
    with write_unit(request) as unit:
        unit.signed_in()
        act = writing.second_proposal if body.support else writing.unsecond_proposal
        made = act(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _shown(unit, made.id)


@router.post("/proposals/{id}/proposers")
@limit("write")
def propose_together(request: Request, id: str, body: PersonIn) -> Response:
    """Ask somebody to make it together; without a handle, say yes to being asked."""
    proposal_id = parse_id(id)
    with write_unit(request) as unit:
        unit.signed_in()
        if body.handle:
            writing.ask_co_proposer(unit.session, unit.actor, proposal_id, body.handle, at=unit.now)
        else:
            writing.agree_to_propose(unit.session, unit.actor, proposal_id, at=unit.now)
        return _shown(unit, proposal_id)


@router.post("/proposals/{id}/amendments", status_code=201)
@limit("write")
def amend_proposal(request: Request, id: str, body: WordsIn) -> Response:
    """Say what should read otherwise."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = discussing.propose_amendment(unit.session, unit.actor, parse_id(id), body.words, at=unit.now)
        return _shown(unit, made.proposal_id, 201)


@router.post("/amendments/{id}/answer")
@limit("write")
def answer_amendment(request: Request, id: str, body: AnswerIn) -> Response:
    """The proposer says whether it is taken up."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = discussing.answer_amendment(
            unit.session, unit.actor, parse_id(id), accept=body.accept, answer=body.answer, at=unit.now
        )
        return _shown(unit, made.proposal_id)


@router.post("/proposals/{id}/advice", status_code=201)
@limit("write")
def advise(request: Request, id: str, body: AdviceIn) -> Response:
    """Ask somebody affected for advice, or give it when asked."""
    proposal_id = parse_id(id)
    with write_unit(request) as unit:
        unit.signed_in()
        if body.handle:
            discussing.ask_advice(unit.session, unit.actor, proposal_id, body.handle, at=unit.now)
        else:
            discussing.give_advice(unit.session, unit.actor, proposal_id, body.words, at=unit.now)
        return _shown(unit, proposal_id, 201)


@router.post("/advice/{id}/answer")
@limit("write")
def answer_advice(request: Request, id: str, body: WordsIn) -> Response:
    """The proposer says what became of an advice."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = discussing.answer_advice(unit.session, unit.actor, parse_id(id), body.words, at=unit.now)
        return _shown(unit, made.proposal_id)


@router.post("/proposals/{id}/statement")
@limit("write")
def state_outcome(request: Request, id: str, body: WordsIn) -> Response:
    """What was decided after advice: that ends it."""
    proposal_id = parse_id(id)
    with write_unit(request) as unit:
        unit.signed_in()
        discussing.state_outcome(unit.session, unit.actor, proposal_id, body.words, at=unit.now)
        return _shown(unit, proposal_id)


@router.post("/proposals/{id}/polls", status_code=201)
@limit("proposal")
def open_poll(request: Request, id: str, body: PollIn) -> Response:
    """Put it to the vote, now or by the clock; from the opening on nothing about it changes."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = planning.plan_poll(unit.session, unit.actor, parse_id(id), body.plan(), at=unit.now)
        return poll_out(unit, made.id, 201)
