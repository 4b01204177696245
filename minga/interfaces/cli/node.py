"""The node itself: starting it, looking after it, becoming its owner."""

import os
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minga.interfaces.cli.frame import (
    CheckFailed,
    Context,
    Frame,
    cli_unit,
    frame_of,
    group,
)
from minga.interfaces.cli.options import WrongUse
from minga.interfaces.cli.starting import Shape, start_serving, until_words
from minga.kit import secrets
from minga.kit.settings import NAMES, Settings, SettingsRefused

if TYPE_CHECKING:
    from minga.kit.health import Finding

up = group("up", "Makes what is missing and starts the node.")
web = group("web", "Serves pages and API without the worker.")
worker = group("worker", "Runs reactions and jobs.")
status = group("status", "Shape, versions and lag.")
doctor = group("doctor", "Looks for what is wrong.")
owner_link = group("owner-link", "Makes a new owner link.")

Host = Annotated[str | None, typer.Option(help="Network address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")]
PlainHttp = Annotated[
    bool, typer.Option("--allow-plain-http", help="Serve without TLS outside this machine.")
]


@up.command()
def start(
    context: Context,
    host: Host = None,
    port: Port = None,
    allow_plain_http: PlainHttp = False,
    no_qr: Annotated[bool, typer.Option("--no-qr", help="Leave the QR code out.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only report what would be made.")] = False,
    reload: Annotated[
        bool, typer.Option("--reload", help="With --dev: start again when code changes.")
    ] = False,
    one_process: Annotated[
        bool, typer.Option("--one-process", help="Work in the background in this process; for tiny machines.")
    ] = False,
) -> None:
    """Makes folder, secrets and tables where they are missing, then serves until Ctrl-C. Safe to repeat.

    Beside the process that answers runs a worker for what follows from it; both end together.

    Example: minga up --port 8080
    """
    frame = frame_of(context)
    overrides = _said(host, port, allow_plain_http)
    if check:
        _report_missing(frame, overrides)
        return
    _make_home(frame)
    start_serving(
        Shape.ONE if one_process or reload else Shape.TWO, frame, overrides, qr=not no_qr, reload=reload
    )


@web.command()
def start_web(
    context: Context, host: Host = None, port: Port = None, allow_plain_http: PlainHttp = False
) -> None:
    """Serves pages and API in this process, without reactions and jobs; start `minga worker` beside it.

    Example: minga web --port 8080
    """
    overrides = _said(host, port, allow_plain_http)
    start_serving(Shape.WEB, frame_of(context), overrides, qr=False, reload=False)


@worker.command()
def start_worker(
    context: Context,
    lanes: Annotated[
        str, typer.Option(help="Only these lanes, separated by commas: fast, mail, http, files, heavy.")
    ] = "",
) -> None:
    """Runs reactions and jobs until Ctrl-C. Several may run at once.

    Example: minga worker --lanes mail,http
    """
    from importlib import import_module

    from minga.kit.jobs import LANES

    frame = frame_of(context)
    settings = frame.settings()
    wanted = tuple(lane.strip() for lane in lanes.split(",") if lane.strip())
    unknown = set(wanted) - set(LANES)
    if unknown:
        raise WrongUse(f"There is no lane {', '.join(sorted(unknown))}. There are: {', '.join(LANES)}.")

    def announce() -> None:
        frame.screen.show("worker", {"lanes": wanted or LANES}, "The worker is at work.")

    import_module("minga.interfaces.worker.program").serve(settings, lanes=wanted, announce=announce)


@owner_link.command()
def make_owner_link(context: Context) -> None:
    """Prints a new link for becoming the operator; the one before stops working. It works once, for a day.

    Example: minga owner-link --yes
    """
    from minga.identity import commands

    with cli_unit(context, write=True) as unit:
        if commands.is_owned(unit.session):
            unit.ask("This node has its operator. A new link makes another one.")
        token = commands.make_owner_link(unit.session, unit.actor, at=unit.now)
        address = f"{unit.settings.site_url}/first/{token}"
        until = unit.now + timedelta(days=1)
        unit.screen.show(
            "owner-link",
            {"link": address, "until": until},
            f"{address}\nIt works once, {until_words(until)}.",
        )


@status.command()
def show_status(context: Context) -> None:
    """Shape, versions and lag of this node.

    Example: minga status --json
    """
    from minga import migrations
    from minga.kit import health

    with cli_unit(context) as unit:
        facts: dict[str, Any] = {
            "site_url": unit.settings.site_url,
            "database": unit.database.dialect,
            "tables": migrations.current(unit.database),
            "tables_of_release": migrations.newest(),
            **asdict(health.lag_of(unit.session, at=unit.now)),
        }
        lines = [
            f"{name.replace('_', ' ')}: {'–' if value is None else value}" for name, value in facts.items()
        ]
        unit.screen.show(
            "status", {"version": _version(), **facts}, "\n".join([f"minga {_version()}", *lines])
        )


@doctor.command()
def examine(
    context: Context,
    fix: Annotated[
        bool, typer.Option("--fix", help="Put right what is harmless: rights, missing folders.")
    ] = False,
) -> None:
    """Looks for what is wrong; ends with 0 when nothing fails, else with 7. Changes nothing without --fix.

    Example: minga doctor --json
    """
    frame = frame_of(context)
    from minga.kit import health

    if fix:
        for done in health.mend(Settings(home=frame.home())):
            frame.screen.warn(f"fixed: {done}")
    findings = _findings(frame)
    state = health.worst(findings)
    if frame.options.json:
        frame.screen.show("doctor", {"state": state, "checks": findings}, "")
    else:
        for one in findings:
            frame.screen.say(f"{one.state.value.ljust(5)} {one.name}: {one.words}")
            if one.next_step and one.state is not health.State.OK:
                frame.screen.say(f"      → {one.next_step}")
    if state is health.State.FAIL:
        failed = [one.name for one in findings if one.state is health.State.FAIL]
        raise CheckFailed(f"Not well: {', '.join(failed)}.")


def _findings(frame: Frame) -> list["Finding"]:
    """Settings first: without them nothing else can be looked at."""
    from minga import migrations
    from minga.kit import health
    from minga.kit.db import Database

    try:
        settings = frame.settings()
    except SettingsRefused as refused:
        fail = health.State.FAIL
        return [
            health.Finding(
                "settings", fail, f"{fault.variable}: {fault.problem}", f"for example {fault.example}"
            )
            for fault in refused.faults
        ]
    settings_fine = health.Finding("settings", health.State.OK, f"{len(settings.sources)} set, all allowed.")
    database = Database.open(settings.database_url)
    try:
        found, wanted = migrations.current(database), migrations.newest()
        tables = health.Finding("tables", health.State.OK, f"at {wanted}, as this release wants them.")
        if found != wanted:
            words = f"at {found or 'nothing'}, and this release wants {wanted}."
            return [
                settings_fine,
                health.Finding("tables", health.State.FAIL, words, "minga up brings them there."),
            ]
        patient = health.Patient(settings, database, frame.clock(settings)())
        return [settings_fine, tables, *health.examine(patient)]
    finally:
        database.close()


def _said(host: str | None, port: int | None, allow_plain_http: bool) -> dict[str, Any]:
    """What the command line says about settings; None where it says nothing."""
    return {"host": host, "port": port, "allow_plain_http": allow_plain_http or None}


def _make_home(frame: Frame) -> None:
    """The node's folder and its secrets; what is there is kept. From here on new files are the node's alone."""
    os.umask(0o077)
    home = frame.home()
    if not home.is_dir():
        home.mkdir(mode=0o700, parents=True)
        frame.screen.more(f"made {home}")
    if not _secret_is_given():
        for name in secrets.generate(home):
            frame.screen.more(f"made the secret {name}")


def _secret_is_given() -> bool:
    """Whether the secret comes from outside the folder, so that none has to be made."""
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    named = any(os.environ.get(variable) for variable, name in NAMES.items() if name == "secret")
    return named or bool(credentials and (Path(credentials) / "secret").is_file())


def _report_missing(frame: Frame, overrides: dict[str, Any]) -> None:
    from minga import migrations
    from minga.kit.db import Database

    home, missing = frame.home(), []
    if not home.is_dir():
        missing.append(f"folder {home}")
    if not _secret_is_given() and any(one.made_at is None for one in secrets.stored(home)):
        missing.append("secrets")
    elif home.is_dir():
        settings = frame.settings(**overrides)
        if settings.dialect == "sqlite" and not (home / "minga.db").exists():
            missing.append("database")
        else:
            database = Database.open(settings.database_url)
            if migrations.current(database) != migrations.newest():
                missing.append("tables of this release")
            database.close()
    text = f"minga up would make: {', '.join(missing)}." if missing else "Everything is there."
    frame.screen.show("up --check", {"missing": missing}, text)
    if missing:
        raise CheckFailed("")


def _version() -> str:
    from minga import __version__

    return __version__
