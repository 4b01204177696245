"""Entering ballots for others: by telephone or on paper with a name, heaps of papers without one; and who is present."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.governance.commands import ballots
from minga.governance.queries import papers, poll_page
from minga.governance.queries.poll_page import PollView
from minga.governance.rules.kinds import Channel
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.governance.ballot_forms import (
    BallotForm,
    ballot_form,
    read_ballot,
    read_lines,
    typed_in,
)
from minga.interfaces.web.governance.ballots import refusal_at_form, said_back
from minga.interfaces.web.governance.polls import page_of_poll
from minga.interfaces.web.governance.words import GovernanceWords, word_maps
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.errors import Conflict, Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id, is_id, parse_id

router = PageRouter()
WHO_MISSING = N_("Choose whose vote it is.")
BY_HAND = (Channel.PHONE, Channel.PAPER, Channel.HALL)
NUMBER_MAX = 10_000


@router.get("/polls/{id}/paper", limit="read")
def show_paper(request: Request, id: str) -> Response:
    """The desk of a poll, for those who enter ballots there."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _desk(request, unit, id, None)


def _desk(
    request: Request,
    unit: Unit,
    id: str,
    refusal: Refused | None,
    compared: ballots.Compared | None = None,
) -> Response:
    found = poll_page.poll(unit.session, unit.actor, parse_id(id), at=unit.now)
    voters = papers.voters(unit.session, unit.actor, found.id, at=unit.now)
    heaps = papers.batches(unit.session, unit.actor, found.id, at=unit.now)
    if not found.is_running:
        return go_to(request, f"/polls/{found.id}")
    words, shape = GovernanceWords.of(request, unit), ballot_form(found.config)
    form = read_form(request)
    ways = [(str(one), words.say(word_maps()["channel_words"][one])) for one in BY_HAND]
    open_ways = set(found.config.get("channels") or ())
    return render(
        request,
        unit,
        "governance/paper.html",
        refusal.status if refusal else 200,
        community=page_of_poll(unit, found),
        refusal=refusal,
        words=words,
        money=words.money,
        found=found,
        shape=shape,
        typed=typed_in(form) if refusal else {},
        form_=form,
        voters=voters,
        choices=[(one.id, one.name) for one in voters if one.name and not one.on_paper],
        heaps=heaps,
        heap=next((one for one in heaps if one.closed_at is None), None),
        ways=[(value, text) for value, text in ways if value in open_ways],
        takes_heaps=found.secrecy != "open" and Channel.PAPER in open_ways,
        answers=_answers(shape, words),
        only_first=_told(words, shape, compared.only_first) if compared else [],
        only_second=_told(words, shape, compared.only_second) if compared else [],
        **word_maps(),
    )


def _answers(shape: BallotForm, words: GovernanceWords) -> list[str]:
    """What the numbers of a line mean."""
    if shape.kind == "motion":
        return [words.say(one[1]) for one in shape.answers]
    return [one.title for one in shape.options]


def _told(words: GovernanceWords, shape: BallotForm, lines: tuple[tuple[Any, int], ...]) -> list[str]:
    return [f"{many} × {' '.join(said_back(words, shape, ballot))}" for ballot, many in lines]


@router.post("/polls/{id}/paper", limit="write")
def use_desk(request: Request, id: str) -> Response:
    """One vote for somebody, or what is done with a heap."""
    form, poll_id = read_form(request), parse_id(id)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            act = form.get("act")
            said = _entered(unit, form, poll_id) if act == "one" else _at_heap(unit, form, poll_id, act)
            return unit.go_to(f"/polls/{poll_id}/paper", said=said)
    except Refused as refusal:
        if not refusal.fields and refusal.status != 409:
            raise
        with read_unit(request) as unit:
            found = poll_page.poll(unit.session, unit.actor, poll_id, at=unit.now)
            return _desk(request, unit, id, refusal_at_form(ballot_form(found.config), refusal))


def _entered(unit: Unit, form: Form, poll_id: Id) -> str:
    found = poll_page.poll(unit.session, unit.actor, poll_id, at=unit.now)
    voter, way = form.get("voter"), form.get("channel")
    if not is_id(voter):
        raise Invalid(WHO_MISSING, fields={"voter": WHO_MISSING})
    ballots.enter_ballot(
        unit.session,
        unit.actor,
        poll_id,
        voter,
        read_ballot(ballot_form(found.config), form),
        channel=Channel(way) if way in set(Channel) else Channel.PHONE,
        reason=form.get("reason"),
        at=unit.now,
    )
    return N_("Entered. They are told.")


def _at_heap(unit: Unit, form: Form, poll_id: Id, act: str) -> str:
    session, actor, now = unit.session, unit.actor, unit.now
    if act == "begin":
        ballots.open_batch(session, actor, poll_id, at=now)
        return N_("A new heap is begun.")
    number = form.integer("number", least=1, most=NUMBER_MAX) or 0
    if act == "close":
        ballots.close_batch(session, actor, poll_id, number, at=now)
        return N_("The heap is closed. Its papers count.")
    if act == "discard":
        ballots.discard_batch(session, actor, poll_id, number, at=now)
        return N_("The heap is taken away. Those ticked can vote again.")
    found = poll_page.poll(session, actor, poll_id, at=now)
    given = read_lines(ballot_form(found.config), form.raw("papers"))
    voters = [one for one in form.all("voters") if is_id(one)]
    ballots.add_papers(session, actor, poll_id, number, voters, given, at=now)
    return N_("Entered.")


@router.post("/polls/{id}/paper/check", limit="write")
def check_heap(request: Request, id: str) -> Response:
    """A second person enters a heap once more; what differs is shown, and nothing of it is kept."""
    form, poll_id = read_form(request), parse_id(id)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            found = poll_page.poll(unit.session, unit.actor, poll_id, at=unit.now)
            number = form.integer("number", least=1, most=NUMBER_MAX) or 0
            given = read_lines(ballot_form(found.config), form.raw("papers"))
            compared = ballots.enter_again(unit.session, unit.actor, poll_id, number, given, at=unit.now)
            if compared.equal:
                return unit.go_to(f"/polls/{poll_id}/paper", said=N_("Both entries are the same."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _desk(request, unit, id, refusal)
    differs = Conflict(N_("The two entries differ. Look at these papers again."), code="entries_differ")
    with read_unit(request) as unit:
        return _desk(request, unit, id, differs, compared)


@router.get("/polls/{id}/presence", limit="read")
def show_presence(request: Request, id: str) -> Response:
    """ "I am here", and the list for the desk."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = poll_page.poll(unit.session, unit.actor, parse_id(id), at=unit.now)
        return render(
            request,
            unit,
            "governance/presence.html",
            community=page_of_poll(unit, found),
            found=found,
            voters=_roll(unit, found),
            **word_maps(),
        )


def _roll(unit: Unit, found: PollView) -> tuple[papers.VoterLine, ...]:
    if not found.may.enter_paper:
        return ()
    return papers.voters(unit.session, unit.actor, found.id, at=unit.now)


@router.post("/polls/{id}/presence", limit="write")
def check_in(request: Request, id: str) -> Response:
    """Say that one is here, or at the desk that somebody is."""
    form, poll_id = read_form(request), parse_id(id)
    with write_unit(request) as unit:
        unit.signed_in()
        voter = form.get("voter")
        who = parse_id(voter) if voter else None
        ballots.check_in(unit.session, unit.actor, poll_id, voter_id=who, at=unit.now)
        return unit.go_to(f"/polls/{poll_id}/presence", said=N_("Noted: here."))
