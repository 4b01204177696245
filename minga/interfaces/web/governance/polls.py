"""Pages of polls: setting one up, one poll with its rule and one's own part, its roll, its count, and what is done about it."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_read
from minga.governance.commands import challenging, closing, objecting, opening, planning, scrutiny, voiding
from minga.governance.queries import live, poll_page, proposal_page
from minga.governance.queries.charter import charter_to_read
from minga.governance.queries.poll_page import PollView
from minga.governance.rules.kinds import ChallengeKind, Channel, ObjectionEnd, Results
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.governance.forms import in_days, read_moment, read_plan, renamed
from minga.interfaces.web.governance.proposals import effect_words
from minga.interfaces.web.governance.words import STATUS_WORDS, GovernanceWords, word_maps
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id

router = PageRouter()
WHEN_MISSING = N_("Say until when.")
PEOPLE = (Channel.WEB, Channel.PHONE, Channel.PAPER, Channel.HALL)


def page_of_poll(unit: Unit, found: PollView) -> Any:
    """The community of a poll for its frame; whoever left it and still votes has none."""
    try:
        return community_to_read(unit.session, unit.actor, found.community_id, at=unit.now)
    except NotFound:
        return None


@router.get("/proposals/{id}/polls", limit="read")
def plan_poll(request: Request, id: str) -> Response:
    """The form of a poll: only what the charter leaves open can be chosen."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _plan(request, unit, id, None)


def _plan(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    found = proposal_page.proposal(unit.session, unit.actor, parse_id(id), at=unit.now)
    if not found.may.open_poll and refusal is None:
        raise NotFound()
    here = community_to_read(unit.session, unit.actor, found.community_id, at=unit.now)
    charter = charter_to_read(unit.session, unit.actor, found.community_id, at=unit.now)
    rule = charter.rule_for(found.kind, found.words.amount, found.own_kind)
    words = GovernanceWords.of(request, unit)
    form = read_form(request)
    names = (
        "question",
        "options",
        "opens",
        "opens_time",
        "closes",
        "closes_time",
        "scrutineers",
        "seats",
        "budget",
    )
    values = {name: form.raw(name) for name in names}
    values["closes"] = values["closes"] or in_days(unit.now, max(rule.voting_days, 1), here.zone)
    return render(
        request,
        unit,
        "governance/poll_new.html",
        refusal.status if refusal else 200,
        community=here,
        refusal=refusal,
        words=words,
        found=found,
        rule=rule,
        rule_words=words.rule(rule.as_json()),
        methods=[(one, words.method(one)) for one in dict.fromkeys((rule.method, *rule.methods))],
        is_motion=rule.method in ("majority", "consensus", "consent"),
        zone=here.zone,
        values=values,
        form_=form,
        may_be_live=rule.results == "live",
        takes_seats=rule.kinds[0] == "election" or "seats" in rule.parameters,
        takes_budget=rule.method == "budget",
        channels=[
            (str(one), words.say(word_maps()["channel_words"][one]))
            for one in PEOPLE
            if str(one) in rule.channels
        ],
        **word_maps(),
    )


@router.post("/proposals/{id}/polls", limit="proposal")
def open_poll(request: Request, id: str) -> Response:
    """Set it up; it opens at once, or by the clock. From then on nothing about it changes."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            found = proposal_page.proposal(unit.session, unit.actor, parse_id(id), at=unit.now)
            here = community_to_read(unit.session, unit.actor, found.community_id, at=unit.now)
            plan = read_plan(unit, form, zone=here.zone)
            made = planning.plan_poll(unit.session, unit.actor, found.id, plan, at=unit.now)
            said = (
                N_("The vote is open.") if made.opened_at else N_("The vote is set up; the clock opens it.")
            )
            return unit.go_to(f"/polls/{made.id}", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            named = renamed(refusal, {"closes_at": "closes", "opens_at": "opens", "channels": "channel"})
            return _plan(request, unit, id, named)


@router.get("/polls/{id}", limit="read")
def show_poll(request: Request, id: str) -> Response:
    """Question, rule, deadline, one's own part; figures only when they may be shown."""
    with read_unit(request) as unit:
        unit.signed_in()
        return show(request, unit, id, None)


def show(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    """The page of a poll, with what did not fit in one of its small forms."""
    found = poll_page.poll(unit.session, unit.actor, parse_id(id), at=unit.now)
    words = GovernanceWords.of(request, unit)
    counted = found.result or live.live_result(unit.session, unit.actor, found.id, at=unit.now)
    here = page_of_poll(unit, found)
    return render(
        request,
        unit,
        "governance/poll.html",
        refusal.status if refusal else 200,
        community=here,
        refusal=refusal,
        words=words,
        found=found,
        state=STATUS_WORDS[found.status],
        method=words.method(found.method),
        rule=words.rule(found.config),
        effects=effect_words(request, unit, found.proposal_id) if here else [],
        view=words.result(counted, found.names) if counted else None,
        is_provisional=found.result is None,
        zone=getattr(here, "zone", "UTC"),
        challenge_options=[
            (str(kind), words.say(text)) for kind, text in word_maps()["challenge_words"].items()
        ],
        **word_maps(),
    )


@router.get("/polls/{id}/tally", limit="read")
def show_tally(request: Request, id: str) -> Response:
    """How it was counted: sentence, denominators, stages, ties and lots, and how anybody counts again."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = poll_page.poll(unit.session, unit.actor, parse_id(id), at=unit.now)
        if found.result is None:
            raise NotFound()
        words = GovernanceWords.of(request, unit)
        return render(
            request,
            unit,
            "governance/tally.html",
            community=page_of_poll(unit, found),
            words=words,
            found=found,
            state=STATUS_WORDS[found.status],
            method=words.method(found.method),
            rule=words.rule(found.config),
            view=words.result(found.result, found.names),
            **word_maps(),
        )


@router.get("/polls/{id}/roll", limit="read")
def show_roll(request: Request, id: str) -> Response:
    """Who may vote, as it was frozen at the opening."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = poll_page.poll(unit.session, unit.actor, parse_id(id), at=unit.now)
        after = request.query_params.get("after")
        page = poll_page.roll(unit.session, unit.actor, found.id, at=unit.now, after=after, limit=100)
        return render(
            request,
            unit,
            "governance/roll.html",
            community=page_of_poll(unit, found),
            found=found,
            lines=page.items,
            weighted=any(one.weight != 1 for one in page.items),
            next=f"/polls/{found.id}/roll?after={page.next}" if page.next else None,
            **word_maps(),
        )


def act(
    request: Request,
    id: str,
    do: Callable[[Unit, Form, Id], object],
    said: str,
    part: str = "",
    names: Mapping[str, str] | None = None,
) -> Response:
    """One small form of the page of a poll; what does not fit is said there, with all that was typed."""
    form, poll_id = read_form(request), parse_id(id)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            do(unit, form, poll_id)
            return unit.go_to(f"/polls/{poll_id}{part}", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return show(request, unit, poll_id, renamed(refusal, names or {}))


@router.post("/polls/{id}/opening", limit="write")
def open_now(request: Request, id: str) -> Response:
    """Open one that was set up for later."""

    def do(unit: Unit, form: Form, poll_id: Id) -> object:
        return opening.open_poll(unit.session, unit.actor, poll_id, at=unit.now)

    return act(request, id, do, N_("The vote is open."))


@router.post("/polls/{id}/extension", limit="write")
def extend(request: Request, id: str) -> Response:
    """Give people longer, once."""

    def do(unit: Unit, form: Form, poll_id: Id) -> object:
        found = poll_page.poll(unit.session, unit.actor, poll_id, at=unit.now)
        zone = getattr(page_of_poll(unit, found), "zone", "UTC")
        until = read_moment(unit, form, "closes", zone=zone, hour=time(20))
        if until is None:
            raise Invalid(WHEN_MISSING, fields={"closes": WHEN_MISSING})
        return opening.extend_poll(unit.session, unit.actor, poll_id, until, at=unit.now)

    said = N_("Everybody has longer now, and is told.")
    return act(request, id, do, said, names={"closes_at": "closes"})


@router.post("/polls/{id}/closure", limit="write")
def close(request: Request, id: str) -> Response:
    """Close it early, where the charter allows it and nothing can change any more."""

    def do(unit: Unit, form: Form, poll_id: Id) -> object:
        return closing.close_poll(unit.session, unit.actor, poll_id, at=unit.now)

    return act(request, id, do, N_("The vote is closed."))


@router.post("/polls/{id}/tightening", limit="write")
def tighten(request: Request, id: str) -> Response:
    """Show the count after the close only; the other way there is no way."""

    def do(unit: Unit, form: Form, poll_id: Id) -> object:
        return opening.choose_results(unit.session, unit.actor, poll_id, Results.AFTER_CLOSE, at=unit.now)

    return act(request, id, do, N_("The count is shown after the close."))


@router.post("/polls/{id}/voiding", limit="write")
def void(request: Request, id: str) -> Response:
    """Say that a poll should not count; a second person agrees, or it goes on."""

    def do(unit: Unit, form: Form, poll_id: Id) -> object:
        if form.get("answer") == "yes":
            return voiding.confirm_void(unit.session, unit.actor, poll_id, at=unit.now)
        return voiding.ask_to_void(unit.session, unit.actor, poll_id, form.get("void"), at=unit.now)

    confirmed = read_form(request).get("answer") == "yes"
    said = N_("The vote is void.") if confirmed else N_("A second person has to agree.")
    return act(request, id, do, said, names={"reason": "void"})


@router.post("/polls/{id}/challenge", limit="write")
def challenge(request: Request, id: str) -> Response:
    """Somebody on the roll says that something went wrong."""

    def do(unit: Unit, form: Form, poll_id: Id) -> object:
        kind = form.get("kind")
        chosen = ChallengeKind(kind) if kind in set(ChallengeKind) else ChallengeKind.PROCESS
        return challenging.challenge(
            unit.session, unit.actor, poll_id, chosen, form.get("challenge"), at=unit.now
        )

    return act(
        request,
        id,
        do,
        N_("Two people who did not propose it will answer."),
        "#challenges",
        {"reason": "challenge"},
    )


@router.post("/challenges/{id}/answer", limit="write")
def answer_challenge(request: Request, id: str) -> Response:
    """The first answers, the second agrees; a challenge that is right makes the poll void."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        found = challenging.answer_challenge(
            unit.session,
            unit.actor,
            parse_id(id),
            upheld=form.get("upheld") == "yes",
            answer=form.get("answer"),
            at=unit.now,
        )
        said = N_("Answered.") if found.answered_at else N_("A second person has to agree.")
        return unit.go_to(f"/polls/{found.poll_id}#challenges", said=said)


@router.post("/polls/{id}/commitments", limit="write")
def commit(request: Request, id: str) -> Response:
    """A scrutineer publishes the hash of a secret number, before the close."""

    def do(unit: Unit, form: Form, poll_id: Id) -> object:
        return scrutiny.commit_secret(unit.session, unit.actor, poll_id, form.get("value"), at=unit.now)

    return act(request, id, do, N_("Your hash is published."), "#scrutiny")


@router.post("/polls/{id}/reveals", limit="write")
def reveal(request: Request, id: str) -> Response:
    """The scrutineer tells the number itself, within a day after the close."""

    def do(unit: Unit, form: Form, poll_id: Id) -> object:
        return scrutiny.reveal_secret(unit.session, unit.actor, poll_id, form.get("value"), at=unit.now)

    return act(request, id, do, N_("Thank you. Your number counts for the lot."), "#scrutiny")


@router.post("/polls/{id}/objections", limit="write")
def object_to(request: Request, id: str) -> Response:
    """Say what harm one sees."""

    def do(unit: Unit, form: Form, poll_id: Id) -> object:
        return objecting.object_to(unit.session, unit.actor, poll_id, form.get("argument"), at=unit.now)

    return act(request, id, do, N_("Your objection stands."), "#objections")


@router.post("/objections/{id}/resolution", limit="write")
def resolve(request: Request, id: str) -> Response:
    """The objector says that it is met; others on the roll say whether it is grave."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        how = form.get("how")
        if how in ("grave", "not_grave"):
            found = objecting.judge_objection(
                unit.session, unit.actor, parse_id(id), paramount=how == "grave", at=unit.now
            )
        else:
            end = ObjectionEnd(how) if how in set(ObjectionEnd) else ObjectionEnd.WITHDRAWN
            found = objecting.end_objection(unit.session, unit.actor, parse_id(id), end, at=unit.now)
        return unit.go_to(f"/polls/{found.poll_id}#objections", said=N_("Noted."))


@router.post("/polls/{id}/vetoes", limit="write")
def veto(request: Request, id: str) -> Response:
    """A veto with its reason, or taking it back."""

    def do(unit: Unit, form: Form, poll_id: Id) -> object:
        if form.get("answer") == "no":
            return objecting.withdraw_veto(unit.session, unit.actor, poll_id, at=unit.now)
        return objecting.make_veto(unit.session, unit.actor, poll_id, form.get("veto"), at=unit.now)

    taken_back = read_form(request).get("answer") == "no"
    return act(
        request,
        id,
        do,
        N_("Taken back.") if taken_back else N_("Your veto stands."),
        "#vetoes",
        {"reason": "veto"},
    )
