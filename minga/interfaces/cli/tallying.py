"""Counting on the command line: a file of ballots from anywhere, counted again without a node."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minga.interfaces.cli.frame import Context, Unreadable, frame_of, group

if TYPE_CHECKING:
    from minga.governance.queries.files import Counted

tally = group("tally", "Counts votes.")

Method = Annotated[
    str, typer.Option(help="irv, stv_scottish, stv_meek, schulze, star, approval, equal_shares …")
]
Format = Annotated[
    str | None, typer.Option(help="blt, abif, ranks, scores, pabulib; otherwise the name tells.")
]
Seats = Annotated[int | None, typer.Option(min=1, help="How many are elected.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="Another parameter of the method, as NAME=VALUE.")
]
Seed = Annotated[str | None, typer.Option(help="Hexadecimal seed of the lots; otherwise the file's SHA-256.")]


@tally.callback()
def _tally() -> None:
    """Counts votes."""


@tally.command("file")
def count(
    context: Context,
    file: Path,
    method: Method,
    format: Format = None,
    seats: Seats = None,
    set_: Set = None,
    seed: Seed = None,
) -> None:
    """Counts a file of ballots by a method and says each stage, tie and lot; no node, no database.

    Example: minga tally file ward-1.blt --method stv_scottish
    """
    from minga.governance.queries.files import ENDINGS, count_file
    from minga.governance.rules.counting import NotAParameter
    from minga.governance.rules.formats import Unreadable as NotOfTheFormat
    from minga.interfaces.cli.options import WrongUse

    form = format or ENDINGS.get(file.suffix.lower().lstrip("."))
    if form is None:
        raise WrongUse("The name does not tell the format. Say --format blt, abif, ranks, scores or pabulib.")
    parameters = _parameters(set_ or [])
    if seats is not None:
        parameters["seats"] = seats
    try:
        content = file.read_bytes()
        counted = count_file(content, method, parameters, format=form, seed=_seed(seed))
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}.") from error
    except NotOfTheFormat as error:
        raise Unreadable(f"{file}, line {error.line}: {error.why}. Nothing was counted.") from error
    except NotAParameter as error:
        raise WrongUse(str(error)) from error
    facts = {
        "options": counted.options,
        "valid": counted.valid,
        "blank": counted.blank,
        "seed": counted.seed,
        "notes": counted.notes,
        "result": counted.result.as_json(),
    }
    frame_of(context).screen.show("tally file", facts, _in_words(counted))


@tally.command("verify")
def verify(context: Context, file: Path) -> None:
    """Counts a poll again from its record; the same as minga verify poll.

    Example: minga tally verify poll-record.json
    """
    from minga.interfaces.cli.verify import recount

    recount(frame_of(context).screen, file)


@tally.command("run")
def run(context: Context, id: str) -> None:
    """Counts a poll whose time is over, now instead of by the clock; says its Result.

    Example: minga tally run 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.interfaces.cli.governing import run_tally

    run_tally(context, id)


def _parameters(given: list[str]) -> dict[str, Any]:
    """`NAME=VALUE`: numbers, pairs as `2/3`, yes and no as true and false, anything else as words."""
    from minga.interfaces.cli.options import WrongUse

    found: dict[str, Any] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise WrongUse(f"--set takes NAME=VALUE; “{one}” has no value.")
        num, slash, den = value.partition("/")
        if value in ("true", "false"):
            found[name] = value == "true"
        elif slash and num.isdecimal() and den.isdecimal():
            found[name] = (int(num), int(den))
        else:
            found[name] = int(value) if value.isdecimal() else value
    return found


def _seed(given: str | None) -> bytes | None:
    from minga.interfaces.cli.options import WrongUse

    if given is None:
        return None
    try:
        found = bytes.fromhex(given)
    except ValueError:
        raise WrongUse("--seed takes 64 hexadecimal digits.") from None
    if len(found) != 32:
        raise WrongUse("--seed takes 64 hexadecimal digits.")
    return found


def _in_words(counted: "Counted") -> str:
    """Stages as a table of text, then who is elected; units are written as decimals."""
    result = counted.result
    lines = [f"{counted.valid} ballots, {counted.blank} blank, counted by {result.method}."]
    for number, stage in enumerate(result.stages, start=1):
        lines.append(f"\nStage {number}{_about(counted, stage.what, stage.options)}")
        for option, total in sorted(stage.totals.items(), key=lambda pair: (-pair[1], pair[0])):
            mark = "  elected" if option in stage.elected else ""
            lines.append(f"  {_number(total, result.unit):>14}  {counted.name(option)}{mark}")
        if stage.exhausted:
            lines.append(f"  {_number(stage.exhausted, result.unit):>14}  (counts for nobody any more)")
    for tie in result.ties:
        names = ", ".join(counted.name(option) for option in tie.order)
        lines.append(f"\nEqual at {tie.where}, decided by {tie.resolved_by}: {names}")
    elected = ", ".join(counted.name(option) for option in result.elected)
    lines.append(f"\nElected: {elected}" if elected else f"\nOutcome: {result.outcome}")
    return "\n".join(lines)


def _about(counted: "Counted", what: str, options: tuple[int, ...]) -> str:
    names = ", ".join(counted.name(option) for option in options)
    return f": {what} {names}" if names else ""


def _number(value: int, unit: int) -> str:
    if unit == 1:
        return str(value)
    digits = len(str(unit)) - 1
    return f"{value // unit}.{value % unit:0{digits}}"
