"""What every command shares: groups, the unit of work, who acts, questions, and how refusals become exit codes.

A domain's commands live in `cli/<domain>.py`, each group a Typer made by `group`, named in `catalogue`:

    person = group("person", "People of this node.")

    @person.command("list")
    def list_people(context: Context, limit: Annotated[int, typer.Option(help="At most so many.")] = 50) -> None:
        '''Lists people. Example: minga person list --community valley'''
        with cli_unit(context) as unit:
            page = queries.people(unit.session, unit.actor, unit.community(), limit=limit)
            unit.screen.rows("person list", page.items, {"handle": "Handle", "name": "Name"}, "Nobody is here yet.")

    @person.command("suspend")
    def suspend(context: Context, handle: str) -> None:
        '''Ends all sign-ins of a person. Example: minga person suspend bruno --yes'''
        with cli_unit(context, write=True) as unit:
            unit.ask("Bruno can no longer sign in.")
            commands.suspend(unit.session, unit.actor, ..., at=unit.now)
            unit.screen.say("Done.")

One `cli_unit` is one transaction: it commits at the end of the block, and not with `--dry-run`. Let refusals fly:
`minga.interfaces.cli.main` turns every `Refused` into its sentence and exit code, here and nowhere else. Raise
`CheckFailed` for a check that found a difference (7), `NeedsYes` comes from `unit.ask` (8), `Unreadable` is for files
(9). The options `--data --as --community --json --dry-run --yes --quiet --verbose --lang --trace --dev --at` belong to
every command and must not be declared again. Import domains inside functions when they are heavy.
"""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from minga.interfaces.cli.options import Options, WrongUse
from minga.interfaces.cli.screen import Screen, encoded
from minga.kit import clock, errors
from minga.kit.clock import Clock, FixedClock
from minga.kit.errors import Refused, Translate
from minga.kit.ids import new_id
from minga.kit.settings import Settings, SettingsRefused, find_home, from_process

if TYPE_CHECKING:
    from minga.identity import Actor
    from minga.interfaces.http.node import Node
    from minga.kit.db import Database, Session

Context = typer.Context
WIDTH = 100


class CheckFailed(Exception):
    """A check ran and found something; the findings were printed."""


class NeedsYes(Exception):
    """Nobody is there to answer a question; the text says what would happen."""


class Unreadable(Exception):
    """A file cannot be read, is of an unknown version or has faults; nothing was applied."""


# The most particular first: the first class that fits gives the code.
EXITS: tuple[tuple[type[BaseException], int], ...] = (
    (SettingsRefused, 2),
    (WrongUse, 2),
    (errors.NotFound, 3),
    (errors.Forbidden, 4),
    (errors.NotSignedIn, 4),
    (errors.Confirm, 4),
    (errors.Conflict, 5),
    (errors.Stale, 5),
    (errors.Busy, 6),
    (errors.NoSpace, 6),
    (errors.TooMany, 6),
    (CheckFailed, 7),
    (NeedsYes, 8),
    (Unreadable, 9),
    (Refused, 1),
    (KeyboardInterrupt, 130),
)
OUR_FAULT = 70


def exit_code(error: BaseException) -> int:
    """The exit code of every way to end, from one list.

    >>> exit_code(errors.NotFound()), exit_code(errors.Invalid("no")), exit_code(ZeroDivisionError())
    (3, 1, 70)
    """
    return next((code for kind, code in EXITS if isinstance(error, kind)), OUR_FAULT)


def group(name: str, words: str) -> typer.Typer:
    """A group of commands; with a single command that has no name of its own, it is that command itself."""
    return typer.Typer(
        name=name,
        help=words,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"], "terminal_width": WIDTH},
    )


def is_command(app: typer.Typer) -> bool:
    """Whether this group is one command, called by the group's own name."""
    return [one.name for one in app.registered_commands] == [None] and not app.registered_groups


def run(app: typer.Typer, words: list[str], name: str, frame: "Frame | None" = None) -> None:
    """Run the rest of a line in a group; ends with SystemExit or whatever flies out of the command."""
    program = typer.main.get_command(app) if is_command(app) else typer.main.get_group(app)
    program.main(args=words, prog_name=f"minga {name}", obj=frame)


@dataclass(frozen=True)
class Frame:
    """One call of the program: its options, its screen, its number."""

    options: Options
    screen: Screen
    request_id: str = field(default_factory=new_id)

    def home(self) -> Path:
        """The node's folder, whether it is there or not."""
        return (self.options.data or find_home(os.environ, Path.cwd())).absolute()

    def settings(self, **overrides: Any) -> Settings:
        """The node's settings, with what the command line says about them."""
        if self.options.dev:
            overrides.setdefault("env", "dev")
        return from_process(self.options.data, overrides)

    def translate(self) -> Translate:
        """How sentences are said in the language of `--lang`; English when there is none."""
        from minga.kit.i18n import choose_language, translator

        return translator(choose_language(self.options.lang, None, "")).gettext

    def clock(self, settings: Settings) -> Clock:
        """The machine's clock, or the time of `--at` on a node for trying out."""
        if self.options.at is None:
            return clock.utc_now
        if settings.env == "prod":
            raise WrongUse("--at needs --dev: a real node goes by the real time.")
        try:
            at = datetime.fromisoformat(self.options.at)
        except ValueError:
            raise WrongUse(f"--at {self.options.at} is no time. Write it like 2026-11-20T09:00Z.") from None
        return FixedClock(at if at.tzinfo else at.replace(tzinfo=UTC))


def ending(frame: Frame, error: BaseException, code: int) -> str:
    """Why a command ended, in the reader's words, and what to do next."""
    if isinstance(error, Refused):
        text = f"{error.sentence(frame.translate())} ({error.name})"
        fields = [f"  {name}: {said}" for name, said in error.at_fields(frame.translate()).items()]
        who = [f"Who can lift this: {', '.join(error.lifted_by)}"] if error.lifted_by else []
        return "\n".join([text, *fields, *who])
    if isinstance(error, SettingsRefused):
        return f"The settings do not fit together yet:\n{error}"
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted. What was saved is whole; the same line again goes on."
    if isinstance(error, NeedsYes):
        return f"{error} Say --yes to go on."
    if code == OUR_FAULT:
        return (
            f"This is our fault, not yours. Number of the report: {_report(frame, error)}\n"
            "The same line with --trace shows the inside."
        )
    return str(error)


def report_end(frame: Frame, error: BaseException) -> int:
    """Say why it ended, once, on stderr, and answer the exit code."""
    code = exit_code(error)
    if code == OUR_FAULT and frame.options.trace:
        raise error
    text = ending(frame, error, code)
    if frame.options.json:
        print(ending_document(error, text, code), file=sys.stderr)
    elif text:
        print(text, file=sys.stderr)
    return code


def ending_document(error: BaseException, text: str, code: int) -> str:
    """The same for programs: one document on stderr."""
    name = error.name if isinstance(error, Refused) else type(error).__name__
    return encoded("ending", {"exit": code, "code": name, "sentence": text})


def _report(frame: Frame, error: BaseException) -> str:
    """Keep the inside of a fault in the node's folder, for whoever runs the node; answers its number."""
    folder = frame.home() / "tmp"
    if folder.parent.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"report-{frame.request_id}.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)))
    return frame.request_id


@dataclass
class CliUnit:
    """One command's work: its transaction, who does it, its moment, its screen."""

    frame: Frame
    node: "Node"
    session: "Session"
    actor: "Actor"
    now: datetime

    @property
    def settings(self) -> Settings:
        return self.node.settings

    @property
    def database(self) -> "Database":
        return self.node.database

    @property
    def screen(self) -> Screen:
        return self.frame.screen

    def community(self) -> str:
        """The slug of `--community`, which this command needs."""
        if not self.frame.options.community:
            raise WrongUse("Say which community: --community SLUG")
        return self.frame.options.community

    def ask(self, what_happens: str) -> None:
        """Go on only with a yes; without a terminal and without `--yes` it is refused with exit code 8."""
        ask(self.frame, what_happens)


def frame_of(context: Context) -> Frame:
    """The call that this command belongs to."""
    frame = context.find_root().obj
    assert isinstance(frame, Frame)
    return frame


def ask(frame: Frame, what_happens: str) -> None:
    """Go on only with a yes: `--yes`, or a person who types it. `--dry-run` asks nothing."""
    if frame.options.yes or frame.options.dry_run:
        return
    if not sys.stdin.isatty():
        raise NeedsYes(what_happens)
    print(f"{what_happens}\nGo on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes", "s", "sí", "si"}:
        raise NeedsYes("Nothing was changed.")


class _NotForReal(Exception):
    """Ends a write unit of `--dry-run` without its commit."""


@contextmanager
def cli_unit(context: Context, *, write: bool = False) -> Iterator[CliUnit]:
    """One unit of work of a command. With `write` it commits at the end of the block, unless `--dry-run`."""
    from minga.interfaces.http.node import open_node

    frame = frame_of(context)
    settings = frame.settings()
    node = open_node(settings, frame.clock(settings))
    now = node.clock()
    try:
        if not write:
            with node.database.read() as session:
                yield CliUnit(frame, node, session, _actor(frame, session, now), now)
            return
        with node.database.write() as session:
            since = new_id()
            yield CliUnit(frame, node, session, _actor(frame, session, now), now)
            if frame.options.dry_run:
                _tell_difference(frame, session, since)
                raise _NotForReal
    except _NotForReal:
        frame.screen.warn("Nothing was changed: this was --dry-run.")
    finally:
        node.close()


def _actor(frame: Frame, session: "Session", now: datetime) -> "Actor":
    """The person of `--as`, or whoever has this machine."""
    from dataclasses import replace

    from minga.identity import Actor

    if frame.options.acting is None:
        return replace(Actor.machine(), request_id=frame.request_id)
    from minga.identity.access import actor_by_handle

    return replace(actor_by_handle(session, frame.options.acting, at=now), request_id=frame.request_id)


def _tell_difference(frame: Frame, session: "Session", since: str) -> None:
    from minga.kit.events import said_since

    session.flush()
    for fact in said_since(session, since):
        frame.screen.show("dry-run", fact, f"would happen: {fact['name']} {fact['facts']}")


def pass_on(settings: Settings) -> None:
    """Put what the command line said into the environment, for the server that this process starts."""
    for name, source in settings.sources.items():
        if source == "command line":
            from minga.kit.settings import shown

            os.environ[f"MINGA_{name.upper()}"] = shown(getattr(settings, name))
    os.environ["MINGA_HOME"] = str(settings.home)
