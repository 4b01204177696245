"""Polls over REST: one poll, its roll and its count, and what is said and done about it. Ballots: `ballots.py`."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

import anyio
from anyio import to_thread
from fastapi import Query, Request, Response

from minga.governance.commands import challenging, closing, opening, voiding
from minga.governance.queries import live, poll_page
from minga.governance.queries.poll_page import PollView
from minga.governance.rules.kinds import ChallengeKind, Results
from minga.governance.rules.sentences import plain, rule_sentences, sentences
from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, ok, page
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.errors import Invalid, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id

router = frame.router("governance")
Cursor = Annotated[str | None, Query(max_length=1000)]
WAIT_MAX = 25
LOOK_EVERY = 0.5
NAIVE = N_("Write instants with their zone, like 2026-11-22T18:00Z.")


class UntilIn(In):
    closes_at: datetime


class VoidIn(In):
    """Ask that it does not count, with a reason; or agree to that as the second person."""

    reason: str = ""
    agree: bool = False


class ChallengeIn(In):
    kind: ChallengeKind
    reason: str = ""


class ChallengeAnswerIn(In):
    upheld: bool
    answer: str = ""


def poll_out(unit: Unit, poll_id: Id, status: int = 200) -> Response:
    """A poll as programs read it, its rule also as a sentence."""
    found = poll_page.poll(unit.session, unit.actor, poll_id, at=unit.now)
    body = {name: getattr(found, name) for name in PollView.__dataclass_fields__ if name != "result"}
    body |= {
        "rule": plain(rule_sentences(found.config)),
        "outcome": found.result["outcome"] if found.result else None,
    }
    return ok(unit, body, status=status)


@router.get("/polls/{id}")
@limit("read")
def show_poll(request: Request, id: str) -> Response:
    """One poll: what was fixed, how far it is, and one's own part in it."""
    with read_unit(request) as unit:
        unit.signed_in()
        return poll_out(unit, parse_id(id))


@router.get("/polls/{id}/roll")
@limit("read")
def show_roll(request: Request, id: str, after: Cursor = None, limit: int | None = None) -> Response:
    """Who may vote, as it was frozen at the opening."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = poll_page.roll(unit.session, unit.actor, parse_id(id), at=unit.now, after=after, limit=limit)
        return page(unit, found)


def _tally(unit: Unit, poll_id: Id) -> dict[str, Any]:
    """The stored Result, or the count of a live poll; 404 where neither may be shown."""
    found = poll_page.poll(unit.session, unit.actor, poll_id, at=unit.now)
    result: Mapping[str, Any] | None = found.result
    if result is None:
        result = live.live_result(unit.session, unit.actor, poll_id, at=unit.now)
    if result is None:
        raise NotFound()
    return {
        "poll": found.id,
        "provisional": found.result is None,
        "version": found.cast or 0,
        "sentence": plain(sentences(result, found.names)),
        "result": result,
    }


@router.get("/polls/{id}/tally")
@limit("read")
async def show_tally(
    request: Request,
    id: str,
    after: Annotated[int | None, Query(ge=0)] = None,
    wait: Annotated[int, Query(ge=0, le=WAIT_MAX)] = 0,
) -> Response:
    """The Result; while a live poll runs, with `after` and `wait` the answer comes when it has changed.

    Between two looks nothing is held: neither a thread nor a connection to the database.
    """
    poll_id, until = parse_id(id), time.monotonic() + wait

    def look() -> Response | None:
        with read_unit(request) as unit:
            unit.signed_in()
            found = _tally(unit, poll_id)
            same = after is not None and found["provisional"] and found["version"] == after
            return None if same and time.monotonic() < until else ok(unit, found)

    while (answer := await to_thread.run_sync(look)) is None:
        await anyio.sleep(LOOK_EVERY)
    return answer


def _done(request: Request, id: str, do: Callable[[Unit, Id], object], status: int = 200) -> Response:
    poll_id = parse_id(id)
    with write_unit(request) as unit:
        unit.signed_in()
        do(unit, poll_id)
        return poll_out(unit, poll_id, status)


@router.post("/polls/{id}/opening")
@limit("write")
def open_now(request: Request, id: str) -> Response:
    """Open one that was set up for later."""
    return _done(
        request, id, lambda unit, poll_id: opening.open_poll(unit.session, unit.actor, poll_id, at=unit.now)
    )


@router.post("/polls/{id}/extension")
@limit("write")
def extend(request: Request, id: str, body: UntilIn) -> Response:
    """Give people longer, once."""
    if body.closes_at.tzinfo is None:
        raise Invalid(NAIVE, fields={"closes_at": NAIVE})

    def do(unit: Unit, poll_id: Id) -> object:
        return opening.extend_poll(unit.session, unit.actor, poll_id, body.closes_at, at=unit.now)

    return _done(request, id, do)


@router.post("/polls/{id}/closure")
@limit("write")
def close(request: Request, id: str) -> Response:
    """Close it early, where the charter allows it and nothing can change any more."""
    return _done(
        request, id, lambda unit, poll_id: closing.close_poll(unit.session, unit.actor, poll_id, at=unit.now)
    )


@router.post("/polls/{id}/tightening")
@limit("write")
def tighten(request: Request, id: str) -> Response:
    """Show the count after the close only."""

    def do(unit: Unit, poll_id: Id) -> object:
        return opening.choose_results(unit.session, unit.actor, poll_id, Results.AFTER_CLOSE, at=unit.now)

    return _done(request, id, do)


@router.post("/polls/{id}/voiding")
@limit("write")
def void(request: Request, id: str, body: VoidIn) -> Response:
    """Two people say that a poll does not count."""

    def do(unit: Unit, poll_id: Id) -> object:
        if body.agree:
            return voiding.confirm_void(unit.session, unit.actor, poll_id, at=unit.now)
        return voiding.ask_to_void(unit.session, unit.actor, poll_id, body.reason, at=unit.now)

    return _done(request, id, do)


@router.post("/polls/{id}/challenge", status_code=201)
@limit("write")
def challenge(request: Request, id: str, body: ChallengeIn) -> Response:
    """Somebody on the roll says that something went wrong."""

    def do(unit: Unit, poll_id: Id) -> object:
        return challenging.challenge(unit.session, unit.actor, poll_id, body.kind, body.reason, at=unit.now)

    return _done(request, id, do, 201)


@router.post("/challenges/{id}/answer")
@limit("write")
def answer_challenge(request: Request, id: str, body: ChallengeAnswerIn) -> Response:
    """The first answers, the second agrees; a challenge that is right makes the poll void."""
    with write_unit(request) as unit:
        unit.signed_in()
        found = challenging.answer_challenge(
            unit.session, unit.actor, parse_id(id), upheld=body.upheld, answer=body.answer, at=unit.now
        )
        return poll_out(unit, found.poll_id)
