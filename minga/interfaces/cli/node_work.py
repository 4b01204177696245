"""What the node does in the background, and what it wrote down: lists, new tries, lines of the log."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from minga.interfaces.cli.frame import Context, cli_unit, frame_of, group

jobs = group("jobs", "Work in the background.")
log = group("log", "What the node wrote down.")

Limit = Annotated[int, typer.Option(help="At most so many lines, 1 to 100.")]


@jobs.command("list")
def list_jobs(
    context: Context,
    state: Annotated[str, typer.Option(help="Only these: waiting, running, done or dead.")] = "",
    limit: Limit = 50,
) -> None:
    """Lists jobs, those due last first.

    Example: minga jobs list --state dead
    """
    from minga.kit import backlog

    with cli_unit(context) as unit:
        _operator(unit)
        page = backlog.job_lines(unit.session, backlog.state_of(state), limit=limit)
        columns = {
            "id": "Id",
            "lane": "Lane",
            "name": "Name",
            "state": "State",
            "tries": "Tries",
            "error": "Why",
        }
        unit.screen.rows("jobs list", page.items, columns, "There is no such job.")


@jobs.command("dead")
def list_given_up(context: Context) -> None:
    """Lists reactions to events that were given up after all tries.

    Example: minga jobs dead --json
    """
    from minga.kit import backlog

    with cli_unit(context) as unit:
        _operator(unit)
        columns = {
            "event_id": "Event",
            "event_name": "Name",
            "reaction": "Reaction",
            "tries": "Tries",
            "error": "Why",
        }
        unit.screen.rows("jobs dead", backlog.given_up(unit.session), columns, "Nothing was given up.")


@jobs.command("retry")
def retry(
    context: Context,
    which: Annotated[str, typer.Argument(help="Id of a job, or of an event; nothing means all.")] = "",
    reaction: Annotated[str, typer.Option(help="With the id of an event: which of its reactions.")] = "",
) -> None:
    """Tries again what was given up: one job, one reaction, or everything.

    Example: minga jobs retry
    """
    from minga.kit import backlog
    from minga.kit.ids import parse_id

    with cli_unit(context, write=True) as unit:
        _operator(unit)
        count = 1
        if which and reaction:
            backlog.retry_reaction(unit.session, unit.actor, parse_id(which), reaction, at=unit.now)
        elif which:
            backlog.retry_job(unit.session, unit.actor, parse_id(which), at=unit.now)
        else:
            count = backlog.retry_all(unit.session, unit.actor, at=unit.now)
        unit.screen.show("jobs retry", {"tried_again": count}, f"Tried again: {count}.")


@jobs.command("replay")
def replay(
    context: Context,
    reaction: Annotated[str, typer.Argument(help="Its name; nothing lists those that may be repeated.")] = "",
    since: Annotated[str, typer.Option(help="Only events from this day on, like 2026-11-01.")] = "",
) -> None:
    """Lets what was recorded run once more through a reaction that may be repeated, such as counting facts.

    Example: minga jobs replay
    """
    import minga.reactions.all  # noqa: F401 (that all are registered)
    from minga.kit import delivery, replaying

    if not reaction:
        lines = [
            {"reaction": name, "events": ", ".join(kinds)} for name, kinds in delivery.replayable().items()
        ]
        nothing = "No reaction may be repeated."
        frame_of(context).screen.rows(
            "jobs replay", lines, {"reaction": "Reaction", "events": "Events"}, nothing
        )
        return
    start, after, count = _day(since) if since else None, None, 0
    while True:
        with cli_unit(context, write=True) as unit:
            _operator(unit)
            batch = replaying.replay_batch(unit.session, reaction, since=start, after=after, at=unit.now)
            count, after = count + batch.events, batch.after
            if after is None or unit.screen.options.dry_run:
                unit.screen.show("jobs replay", {"events": count}, f"They run again: {count}.")
                return


@log.command("tail")
def tail(
    context: Context,
    n: Annotated[int, typer.Option("-n", help="So many lines, at most 1000.", min=1, max=1000)] = 50,
) -> None:
    """Prints the newest lines of the log.

    Example: minga log tail -n 20
    """
    from minga.kit import log as lines

    frame = frame_of(context)
    _show(context, "log tail", lines.lines(_folder(context), most=n), "The log is empty.")
    frame.screen.more(f"from {_folder(context) / 'minga.log'}")


@log.command("show")
def show(
    context: Context,
    number: Annotated[str, typer.Argument(help="The number that a page showed, like 7Q4-K2M.")],
) -> None:
    """Prints what broke under a number that a page showed.

    Example: minga log show 7Q4-K2M
    """
    from minga.kit import log as lines
    from minga.kit.errors import NotFound
    from minga.kit.i18n import N_

    found = lines.with_error_id(_folder(context), number)
    if not found:
        raise NotFound(N_("The log has no line with the number {number}."), number=number)
    _show(context, "log show", found, "")


def _show(context: Context, command: str, found: list[dict[str, Any]], nothing: str) -> None:
    screen = frame_of(context).screen
    if screen.options.json:
        screen.rows(command, found, {}, nothing)
        return
    for line in found:
        rest = " ".join(f"{k}={v}" for k, v in line.items() if k not in {"time", "level", "event"})
        screen.say(f"{line.get('time', '')} {line.get('level', '')} {line.get('event', '')} {rest}".strip())
    if not found:
        screen.say(nothing)


def _folder(context: Context) -> Path:
    return Path(frame_of(context).settings().home) / "log"


def _day(said: str) -> datetime:
    from minga.kit.errors import Invalid
    from minga.kit.i18n import N_

    try:
        return datetime.fromisoformat(said).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(N_("A day is written like 2026-11-01.")) from None


def _operator(unit: Any) -> None:
    """With `--as`, only for somebody who runs the node; whoever has the machine does."""
    from minga.identity.commands import require_operator

    require_operator(unit.actor)
