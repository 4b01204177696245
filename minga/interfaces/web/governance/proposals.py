"""Pages of proposals: the list of a community, one proposal, writing and changing one, its versions."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communication import queries as communication
from minga.communities.access import community_to_read, may
from minga.governance.access import MAKE
from minga.governance.commands import writing
from minga.governance.queries import effects, proposal_page, proposals
from minga.governance.queries.charter import charter_to_read
from minga.governance.queries.proposals import Wished
from minga.governance.rules.kinds import WITH_MONEY, ProposalKind
from minga.governance.rules.statuses import Status
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.governance.decisions import sentence_of
from minga.interfaces.web.governance.forms import read_money, read_own_day
from minga.interfaces.web.governance.words import KIND_WORDS, STATUS_WORDS, GovernanceWords, word_maps
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit.errors import Invalid, NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.refs import Ref

router = PageRouter()
CHOOSE_KIND = N_("Choose what it is about first.")
NOT_IN_LIST = (Status.ADVISED,)


@router.get("/c/{c}/proposals", limit="read")
def show_proposals(request: Request, c: str) -> Response:
    """What needs one's vote first, then everything by the filters."""
    with read_unit(request) as unit:
        unit.signed_in()
        here = community_to_read(unit.session, unit.actor, c, at=unit.now)
        asked = request.query_params
        wished = Wished(_kind(asked.get("kind", "")), _status(asked.get("state", "")))
        after = asked.get("after")
        page = proposals.proposals(unit.session, unit.actor, here.id, wished, at=unit.now, after=after)
        plain = wished == Wished() and not after
        waiting = proposals.to_vote_on(unit.session, unit.actor, here.id, at=unit.now) if plain else ()
        query = "".join(f"{name}={asked[name]}&" for name in ("kind", "state") if asked.get(name))
        return render(
            request,
            unit,
            "governance/proposals.html",
            community=here,
            words=GovernanceWords.of(request, unit),
            waiting=waiting,
            lines=[one for one in page.items if one.id not in {each.id for each in waiting}],
            next=f"/c/{here.slug}/proposals?{query}after={page.next}" if page.next else None,
            wished=wished,
            filtered=wished != Wished(),
            may_make=may(unit.session, unit.actor, MAKE, here.id, at=unit.now),
            **word_maps(),
        )


def _kind(typed: str) -> ProposalKind | None:
    return ProposalKind(typed) if typed in set(ProposalKind) else None


def _status(typed: str) -> Status | None:
    return Status(typed) if typed in set(Status) else None


@router.get("/c/{c}/proposals/new", limit="read")
def new_proposal(request: Request, c: str) -> Response:
    """The kind first; then what the charter prescribes for it, and the form."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _form(request, unit, c, None)


def _form(request: Request, unit: Unit, c: str, refusal: Refused | None) -> Response:
    here = community_to_read(unit.session, unit.actor, c, at=unit.now)
    form = read_form(request)
    kind = _kind(form.get("kind") or request.query_params.get("kind", ""))
    words = GovernanceWords.of(request, unit)
    return render(
        request,
        unit,
        "governance/proposal_form.html" if kind else "governance/proposal_new.html",
        refusal.status if refusal else 200,
        community=here,
        refusal=refusal,
        words=words,
        kind=kind,
        kinds=[(str(one), words.say(name), words.say(hint)) for one, (name, hint) in KIND_WORDS.items()],
        rules=_rules(unit, here.id, kind, words) if kind else [],
        with_money=kind in WITH_MONEY,
        values=_typed(form),
        address=f"/c/{here.slug}/proposals/new",
        back=f"/c/{here.slug}/proposals",
        found=None,
        may_make=may(unit.session, unit.actor, MAKE, here.id, at=unit.now),
        **word_maps(),
    )


def _rules(unit: Unit, community_id: str, kind: ProposalKind, words: GovernanceWords) -> list[dict[str, Any]]:
    """What the charter prescribes for a kind, in words; one for each range of amounts."""
    charter = charter_to_read(unit.session, unit.actor, community_id, at=unit.now)
    fitting = [rule for rule in charter.rules if kind.value in rule.kinds]
    return [
        {
            "amount": rule.amount,
            "method": words.method(rule.method),
            "rule": words.rule(rule.as_json()),
            "discussion_days": rule.discussion_days,
            "voting_days": rule.voting_days,
            "seconders": rule.seconders,
            "secrecy": rule.secrecy,
        }
        for rule in fitting
    ]


def _typed(form: Form) -> dict[str, str]:
    names = (
        "title",
        "description",
        "rationale",
        "amount",
        "topic",
        "owner",
        "deadline",
        "subject",
        "supersedes",
    )
    return {name: form.raw(name) for name in names}


@router.post("/c/{c}/proposals/new", limit="proposal")
def make_proposal(request: Request, c: str) -> Response:
    """Keep it as a draft, or put it to the discussion at once."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            here = community_to_read(unit.session, unit.actor, c, at=unit.now)
            made = writing.write_proposal(
                unit.session, unit.actor, here.id, read_written(unit, form), at=unit.now
            )
            if form.get("act") != "draft":
                writing.submit_proposal(unit.session, unit.actor, made.id, at=unit.now)
                return unit.go_to(f"/proposals/{made.id}", said=N_("The discussion is open."))
            return unit.go_to(f"/proposals/{made.id}", said=N_("Kept as a draft. Only you see it."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _form(request, unit, c, refusal)


def read_written(unit: Unit, form: Form) -> writing.Written:
    """A proposal as it was typed."""
    kind = _kind(form.get("kind"))
    if kind is None:
        raise Invalid(CHOOSE_KIND, fields={"kind": CHOOSE_KIND})
    amount, unit_of_amount = read_money(form, "amount") if kind in WITH_MONEY else (None, "")
    return writing.Written(
        kind=kind,
        title=form.get("title"),
        description=form.get("description"),
        rationale=form.get("rationale"),
        topic=form.get("topic"),
        amount=amount,
        unit=unit_of_amount,
        owner=form.get("owner").lstrip("@"),
        deadline_on=read_own_day(unit, form, "deadline"),
        subject=form.get("subject").lstrip("@"),
        supersedes=form.get("supersedes"),
    )


@router.get("/proposals/{id}", limit="read")
def show_proposal(request: Request, id: str) -> Response:
    """Text, rule, timeline, what others said, its polls, and the buttons of where it stands."""
    with read_unit(request) as unit:
        unit.signed_in()
        return show(request, unit, id, None)


def show(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    """The page of a proposal, with what did not fit in one of its small forms."""
    found = proposal_page.proposal(unit.session, unit.actor, parse_id(id), at=unit.now)
    here = community_to_read(unit.session, unit.actor, found.community_id, at=unit.now)
    words = GovernanceWords.of(request, unit, money=found.words.unit)
    charter = charter_to_read(unit.session, unit.actor, here.id, at=unit.now)
    rule = charter.rule_for(found.kind, found.words.amount, found.own_kind)
    return render(
        request,
        unit,
        "governance/proposal.html",
        refusal.status if refusal else 200,
        community=here,
        refusal=refusal,
        words=words,
        found=found,
        rule=words.rule(rule.as_json()),
        method=words.method(_method_of(found, rule.method)),
        rule_facts=rule,
        state=STATUS_WORDS[found.status],
        effects=effect_words(request, unit, found.id),
        thread=communication.thread(unit.session, unit.actor, Ref("proposal", found.id), at=unit.now)
        if found.submitted_at
        else None,
        **word_maps(),
    )


def _method_of(found: proposal_page.ProposalView, usual: str) -> str:
    """How its newest poll is counted; what the charter says while there is none."""
    counted = [one for one in found.polls if one.status is not Status.VOID]
    return max(counted, key=lambda one: one.round).method if counted else usual


def effect_words(request: Request, unit: Unit, proposal_id: str | None) -> list[str]:
    """What follows if it passes, in words."""
    if proposal_id is None:
        return []
    lines = effects.effects_of_proposal(unit.session, unit.actor, proposal_id, at=unit.now)
    voice = voice_of(request, unit)
    return [sentence_of(one, voice) for one in lines]


@router.get("/proposals/{id}/edit", limit="read")
def edit_proposal(request: Request, id: str) -> Response:
    """The words once more, to change them."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _edit(request, unit, id, None)


def _edit(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    found = proposal_page.proposal(unit.session, unit.actor, parse_id(id), at=unit.now)
    if not found.may.edit and refusal is None:
        raise NotFound()
    here = community_to_read(unit.session, unit.actor, found.community_id, at=unit.now)
    words = GovernanceWords.of(request, unit, money=found.words.unit)
    form = read_form(request)
    held = {
        "title": found.words.title,
        "description": found.words.description,
        "rationale": found.words.rationale,
        "amount": "" if found.words.amount is None else f"{found.words.amount / 100:.2f}",
        "topic": found.topic,
        "owner": found.owner.handle,
        "deadline": found.deadline_on.isoformat() if found.deadline_on else "",
        "subject": found.subject.handle,
        "supersedes": found.supersedes,
    }
    return render(
        request,
        unit,
        "governance/proposal_form.html",
        refusal.status if refusal else 200,
        community=here,
        refusal=refusal,
        words=words,
        kind=found.kind,
        kinds=[],
        rules=[],
        with_money=found.kind in WITH_MONEY,
        values=_typed(form) if refusal else held,
        address=f"/proposals/{found.id}/edit",
        back=f"/proposals/{found.id}",
        found=found,
        may_make=True,
        **word_maps(),
    )


@router.post("/proposals/{id}/edit", limit="write")
def change_proposal(request: Request, id: str) -> Response:
    """A draft is written over; in the discussion a new version stands beside the old ones."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            version = form.integer("version", least=1, most=10**6)
            made = writing.change_proposal(
                unit.session, unit.actor, parse_id(id), read_written(unit, form), version=version, at=unit.now
            )
            return unit.go_to(f"/proposals/{made.id}", said=N_("The new words stand."))
    except Refused as refusal:
        if not refusal.fields and refusal.status != 412:
            raise
        with read_unit(request) as unit:
            return _edit(request, unit, id, refusal)


@router.get("/proposals/{id}/versions", limit="read")
def show_versions(request: Request, id: str) -> Response:
    """Every version with what changed, the newest first."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = proposal_page.proposal(unit.session, unit.actor, parse_id(id), at=unit.now)
        every = proposal_page.versions(unit.session, unit.actor, found.id, at=unit.now)
        return render(
            request,
            unit,
            "governance/versions.html",
            community=community_to_read(unit.session, unit.actor, found.community_id, at=unit.now),
            words=GovernanceWords.of(request, unit, money=found.words.unit),
            found=found,
            pairs=list(zip(every, [*every[1:], None], strict=True)),
            **word_maps(),
        )
