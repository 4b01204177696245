"""Recomputing what must not have changed: the chains of the log."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minga.interfaces.cli.frame import (
    CheckFailed,
    CliUnit,
    Context,
    Unreadable,
    cli_unit,
    frame_of,
    group,
)
from minga.kit.errors import Forbidden
from minga.kit.i18n import N_

if TYPE_CHECKING:
    from minga.interfaces.cli.screen import Screen
    from minga.kit.chains import Checked

verify = group("verify", "Recomputes and compares what must not have changed.")


@verify.callback()
def _verify() -> None:
    """Recomputes and compares what must not have changed."""


@verify.command("log")
def verify_log(
    context: Context,
    export: Annotated[
        Path | None, typer.Option(help="Write the chains into this new file, to be checked elsewhere.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Check such a file; neither node nor database is needed.")
    ] = None,
) -> None:
    """Recomputes every chain of the log, or with --community one, and compares the heads that were signed.

    Example: minga verify log --community valley
    """
    if file is not None:
        _check_file(frame_of(context).screen, file)
        return
    from minga.kit import chains

    with cli_unit(context) as unit:
        names = _names(unit)
        found = [chains.check_chain(unit.session, name) for name in names]
        waiting = chains.unsealed_count(unit.session)
        if waiting:
            unit.screen.warn(f"{waiting} events wait for their seal; look again in a minute.")
        _tell(unit.screen, found)
        if export is not None:
            _export(unit, names, export)


@verify.command("ledger")
def verify_ledger(context: Context) -> None:
    """Recounts a community's book; the same as minga ledger verify.

    Example: minga verify ledger --community valley
    """
    from minga.interfaces.cli import ledger

    ledger.verify_ledger(context)


@verify.command("poll")
def verify_poll(
    context: Context,
    file: Path,
    roll: Annotated[
        Path | None, typer.Option(help="The roll as a file, where the record does not hold it.")
    ] = None,
    receipt: Annotated[
        str | None,
        typer.Option(help="The receipt of a sealed ballot: is it in the list, and what does it say?"),
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="The key that has to have signed the record, in hexadecimal.")
    ] = None,
) -> None:
    """Counts a poll again from its record alone; neither node nor database is needed.

    Example: minga verify poll poll-record.json --receipt 07070707070707070707070707070707
    """
    recount(frame_of(context).screen, file, roll=roll, receipt=receipt, key=key)


def recount(
    screen: "Screen",
    file: Path,
    *,
    roll: Path | None = None,
    receipt: str | None = None,
    key: str | None = None,
) -> None:
    """Say whether a record counts again to the same; the codes are those of the program without a node."""
    from minga.governance.rules import verifying

    code, said = verifying.verify_poll(file, roll=roll, receipt=receipt, key=key)
    if code == verifying.UNREADABLE:
        raise Unreadable(said)
    if code == verifying.DIFFERENT:
        raise CheckFailed(said)
    screen.show("verify poll", {"file": str(file), "same": True}, said)


def _names(unit: CliUnit) -> list[str]:
    from minga.communities import queries
    from minga.kit import chains

    slug = unit.frame.options.community
    return [queries.chain_of(unit.session, unit.actor, slug)] if slug else chains.chains(unit.session)


def _tell(screen: "Screen", found: "Iterable[Checked]") -> None:
    rows = [
        {
            "chain": one.chain,
            "count": one.count,
            "head": one.head,
            "first_bad_seq": one.broken.seq if one.broken else None,
            "event_id": one.broken.event_id or None if one.broken else None,
        }
        for one in found
    ]
    columns = {"chain": "Chain", "count": "Lines", "head": "Head", "first_bad_seq": "First bad line"}
    screen.rows("verify log", rows, columns, "There is no chain yet.")
    broken = [one.broken for one in found if one.broken]
    if broken:
        raise CheckFailed(f"The log was changed: chain {broken[0].chain}, line {broken[0].seq}.")
    screen.more(f"{sum(one.count for one in found)} lines fit together.")


def _export(unit: CliUnit, names: list[str], path: Path) -> None:
    """Every line of the chains, those of private facts too: only for whoever has the machine."""
    from minga.kit.chainfiles import lines_of

    if not unit.actor.operator:
        raise Forbidden(N_("Only whoever runs this node takes its whole log along."))
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for line in lines_of(unit.session, names):
                out.write(line + b"\n")
    except OSError as error:
        raise Unreadable(
            f"{path} cannot be written: {error.strerror}. Name a file that is not there yet."
        ) from error
    unit.screen.more(f"Written to {path}. Check it with: minga verify log --file {path}")


def _check_file(screen: "Screen", path: Path) -> None:
    from minga.kit.chainfiles import check_lines

    try:
        with path.open("rb") as lines:
            found = check_lines(lines)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from error
    if not found:
        raise Unreadable(f"{path} holds no chain. Write one with: minga verify log --export FILE")
    _tell(screen, found)
