"""Pages of whoever runs the node: how it is, what waits or was given up, mail, log, settings, accounts.

For everybody else these addresses do not exist. They show numbers and reasons; of communities they show nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga import __version__
from minga.identity import commands as identity
from minga.identity import queries as people
from minga.identity.rules.sign_ins import require_fresh
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.node import metrics_token
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit import backlog, health, log, mail
from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.jobs import JobState
from minga.kit.limits import LIMITS
from minga.kit.mail import Letter, LetterState
from minga.kit.settings import described

router = PageRouter()

TEST_SUBJECT = N_("A test letter from your node")
TEST_TEXT = N_("Mail from this node arrives. Nothing else is to be done.")
NO_SERVER = N_(
    "No mail server is set, so no letter can be sent. Set MINGA_SMTP_URL and start the node again."
)
STATES = {
    JobState.WAITING: N_("waiting"),
    JobState.RUNNING: N_("running"),
    JobState.DONE: N_("done"),
    JobState.DEAD: N_("given up"),
}
LETTER_STATES = {
    LetterState.WAITING: N_("waiting"),
    LetterState.SENT: N_("sent"),
    LetterState.FAILED: N_("failed"),
}
CHECKS = {
    "database": N_("Database"),
    "disk": N_("Disk"),
    "jobs": N_("Work in the background"),
    "events": N_("What follows from events"),
    "clock": N_("Clock"),
    "rights": N_("Rights of files"),
    "secrets": N_("Secrets"),
    "address": N_("Address"),
    "driver": N_("Driver of the database"),
    "integrity": N_("Integrity"),
    "languages": N_("Languages"),
}


@contextmanager
def operator_reads(request: Request) -> Iterator[Unit]:
    """A unit for the operator; for others the page is not there."""
    with read_unit(request) as unit:
        identity.require_operator(unit.actor)
        yield unit


@contextmanager
def operator_writes(request: Request) -> Iterator[Unit]:
    with write_unit(request) as unit:
        identity.require_operator(unit.actor)
        yield unit


@router.get("/node", limit="read")
def overview(request: Request) -> Response:
    with operator_reads(request) as unit:
        patient = health.Patient(unit.settings, unit.node.database, unit.now)
        thorough = bool(request.query_params.get("thorough"))
        return render(
            request,
            unit,
            "node/overview.html",
            lag=health.lag_of(unit.session, at=unit.now),
            letters=mail.letters(unit.session),
            mail_works=mail.mail_works(unit.settings),
            findings=health.examine(patient) if thorough else health.ready(patient),
            thorough=thorough,
            checks=CHECKS,
            version=__version__,
            schema=health.schema_of(unit.session),
            metrics_token=metrics_token(unit.node),
        )


@router.get("/node/jobs", limit="read")
def work(request: Request) -> Response:
    with operator_reads(request) as unit:
        state = backlog.state_of(request.query_params.get("state", ""))
        page = backlog.job_lines(unit.session, state, after=request.query_params.get("after"))
        return render(
            request,
            unit,
            "node/jobs.html",
            counts=backlog.job_counts(unit.session),
            given_up=backlog.given_up(unit.session),
            page=page,
            state=state,
            states=STATES,
        )


@router.post("/node/jobs/retries", limit="write")
def retry_all(request: Request) -> Response:
    with operator_writes(request) as unit:
        count = backlog.retry_all(unit.session, unit.actor, at=unit.now)
        return unit.go_to("/node/jobs", said=N_("Tried again: {n}."), n=count)


@router.post("/node/jobs/{job_id}/retry", limit="write")
def retry_job(request: Request, job_id: str) -> Response:
    with operator_writes(request) as unit:
        backlog.retry_job(unit.session, unit.actor, parse_id(job_id), at=unit.now)
        return unit.go_to("/node/jobs", said=N_("It is tried again now."))


@router.post("/node/events/{event_id}/retry", limit="write")
def retry_reaction(request: Request, event_id: str) -> Response:
    with operator_writes(request) as unit:
        reaction = read_form(request).get("reaction")
        backlog.retry_reaction(unit.session, unit.actor, parse_id(event_id), reaction, at=unit.now)
        return unit.go_to("/node/jobs", said=N_("It is tried again now."))


@router.get("/node/mail", limit="read")
def post_room(request: Request) -> Response:
    with operator_reads(request) as unit:
        return _post_room(request, unit)


def _post_room(request: Request, unit: Unit, refusal: Refused | None = None) -> Response:
    return render(
        request,
        unit,
        "node/mail.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        letters=mail.letters(unit.session),
        lines=mail.letter_lines(unit.session),
        states=LETTER_STATES,
        mail_works=mail.mail_works(unit.settings),
        mail_from=unit.settings.mail_from,
    )


@router.post("/node/mail/test", limit="write")
def send_test(request: Request) -> Response:
    with operator_writes(request) as unit:
        if not mail.mail_works(unit.settings):
            raise Conflict(NO_SERVER)
        voice = voice_of(request, unit)
        try:
            letter = Letter(
                to=mail.mail_address(read_form(request).get("to")),
                subject=voice.gettext(TEST_SUBJECT),
                text=voice.gettext(TEST_TEXT),
            )
        except Refused as refusal:
            refusal.fields = {"to": refusal.text}
            return _post_room(request, unit, refusal)
        mail.post(unit.session, letter, kind="test", at=unit.now)
        return unit.go_to(
            "/node/mail", said=N_("The test letter is on its way. Look here whether it was sent.")
        )


@router.post("/node/mail/{letter_id}/retry", limit="write")
def retry_letter(request: Request, letter_id: str) -> Response:
    with operator_writes(request) as unit:
        backlog.retry_letter(unit.session, unit.actor, parse_id(letter_id), at=unit.now)
        return unit.go_to("/node/mail", said=N_("It is tried again now."))


@router.get("/node/log", limit="read")
def node_log(request: Request) -> Response:
    with operator_reads(request) as unit:
        query = request.query_params
        number = query.get("number", "").strip()
        folder = Path(unit.settings.home) / "log"
        return render(
            request,
            unit,
            "node/log.html",
            page=backlog.node_events(unit.session, name=query.get("name", ""), after=query.get("after")),
            name=query.get("name", "")[:60],
            number=number[:20],
            lines=log.with_error_id(folder, number) if number else _troubles(folder),
        )


def _troubles(folder: Path) -> list[dict[str, Any]]:
    worse = [
        line
        for line in log.lines(folder, most=2_000)
        if line.get("level") in {"warning", "error", "critical"}
    ]
    return worse[-20:][::-1]


@router.get("/node/settings", limit="read")
def settings(request: Request) -> Response:
    with operator_reads(request) as unit:
        return render(
            request,
            unit,
            "node/settings.html",
            described=described(),
            shown=unit.settings.shown(),
            sources=unit.settings.sources,
            limits=LIMITS,
        )


@router.get("/node/people", limit="search")
def accounts(request: Request) -> Response:
    with operator_reads(request) as unit:
        q = request.query_params.get("q", "")
        after = request.query_params.get("after")
        page = people.node_people(unit.session, unit.actor, q=q, after=after)
        return render(request, unit, "node/people.html", page=page, q=q[:80])


@router.post("/node/people/{handle}/suspension", limit="write")
def suspend(request: Request, handle: str) -> Response:
    with operator_writes(request) as unit:
        require_fresh(unit.actor.confirmed_at, unit.now)
        person_id = identity.person_called(unit.session, handle).id
        if read_form(request).get("end"):
            identity.unsuspend(unit.session, unit.actor, person_id, at=unit.now)
            return unit.go_to("/node/people", said=N_("@{handle} can sign in again."), handle=handle)
        identity.suspend(unit.session, unit.actor, person_id, at=unit.now)
        said = N_("@{handle} is signed out everywhere and cannot sign in.")
        return unit.go_to("/node/people", said=said, handle=handle)


@router.post("/node/people/{handle}/operator", limit="write")
def share_the_machine(request: Request, handle: str) -> Response:
    with operator_writes(request) as unit:
        require_fresh(unit.actor.confirmed_at, unit.now)
        person_id = identity.person_called(unit.session, handle).id
        if read_form(request).get("end"):
            identity.end_operator(unit.session, unit.actor, person_id, at=unit.now)
            return unit.go_to("/node/people", said=N_("@{handle} no longer runs this node."), handle=handle)
        identity.grant_operator(unit.session, unit.actor, person_id, at=unit.now)
        return unit.go_to("/node/people", said=N_("@{handle} runs this node too."), handle=handle)
