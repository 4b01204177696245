"""The page of the command line: help of every command, as it is printed."""

import contextlib
import io
import os
from importlib import import_module
from unittest import mock

import typer

from minga.interfaces.cli import catalogue, help_text
from minga.interfaces.cli.docs.tables import table
from minga.interfaces.cli.frame import is_command, run

EXITS = (
    ("0", "done; for checks: all well"),
    ("1", "refused by a rule"),
    ("2", "wrong use, or settings that do not fit"),
    ("3", "not found, or not for this actor"),
    ("4", "not allowed"),
    ("5", "conflict: changed meanwhile, or already there"),
    ("6", "not now: busy, full, network; trying later is right"),
    ("7", "a check found something; nothing was written"),
    ("8", "needs a yes (`--yes`)"),
    ("9", "a file cannot be read or has faults; nothing was applied"),
    ("70", "our fault; the number of a report is printed"),
    ("130", "interrupted; the same line again goes on"),
)


def page() -> str:
    """docs/cli.md"""
    older = [
        [f"`{' '.join(old)}`", f"`{' '.join(new)}`"]
        for old, new in catalogue.ALIASES.items()
        if new[0] in catalogue.COMMANDS
    ]
    parts = [
        "# The command line",
        "Every command is one call of one command or query of a domain, in one transaction. Words for people go to"
        " stdout, progress and refusals to stderr. With `--json` a command answers with one document, or with one line"
        ' for each row; their first key is `"schema"`.',
        "## Exit codes\n\n" + table(["exit", "meaning"], EXITS),
        "## All commands\n\n" + _block(help_text()),
    ]
    if older:
        parts.append("Older names answer too and print the new one:\n\n" + table(["older", "now"], older))
    for name, entry in sorted(catalogue.COMMANDS.items()):
        parts.append(f"## minga {name}\n\n{entry.words}")
        parts += [_block(help_of(name, [one] if one else [])) for one in subcommands(entry)]
    return "\n\n".join(parts)


def app_of(entry: catalogue.Entry) -> typer.Typer:
    """The Typer behind a name of the catalogue."""
    found = getattr(import_module(f"minga.interfaces.cli.{entry.module}"), entry.attribute)
    assert isinstance(found, typer.Typer)
    return found


def subcommands(entry: catalogue.Entry) -> list[str]:
    """Names of the commands in a group; one empty name when the group is a command itself."""
    app = app_of(entry)
    if is_command(app):
        return [""]
    names = [
        one.name or one.callback.__name__.replace("_", "-")
        for one in app.registered_commands
        if one.callback and not one.hidden
    ]
    return sorted([*names, *(one.name for one in app.registered_groups if isinstance(one.name, str))])


def help_of(name: str, words: list[str]) -> str:
    """What `minga NAME … --help` prints, at a fixed width."""
    printed = io.StringIO()
    with (
        mock.patch.dict(os.environ, {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}),
        contextlib.redirect_stdout(printed),
        contextlib.suppress(SystemExit),
    ):
        run(app_of(catalogue.COMMANDS[name]), [*words, "--help"], name)
    return "\n".join(line.rstrip() for line in printed.getvalue().strip().splitlines())


def _block(text: str) -> str:
    return f"```text\n{text}\n```"
