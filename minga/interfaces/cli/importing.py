"""Files of listings: looked through first, taken in with --apply, gone on with after an interruption, undone."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from minga.interfaces.cli.frame import CliUnit, Context, Unreadable, cli_unit, group
from minga.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    from minga.sharing.commands import Desk, Ready

CHUNK = 250

importing = group("import", "Takes in what other programs wrote.")


@importing.command("listings")
def import_listings(
    context: Context,
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8, packed with gzip or not.")],
    map: Annotated[Path | None, typer.Option(help="How its columns become fields (TOML).")] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Take them in; without it nothing is written.")
    ] = False,
    skip_faults: Annotated[bool, typer.Option("--skip-faults", help="Leave rows with faults out.")] = False,
) -> None:
    """Takes listings in from a file. Run the same line again after an interruption: it goes on where it stopped.

    Example: minga import listings tools.csv --community valley --as ana --apply
    """
    text = _read_text(map) if map else ""
    try:
        with file.open("rb") as opened, cli_unit(context) as unit:
            _import(unit, opened, file.name, text, apply=apply, skip_faults=skip_faults)
    except OSError as error:
        raise Unreadable(f"{file}: {error.strerror}.") from None


@importing.command("undo")
def undo(
    context: Context, run: Annotated[str, typer.Argument(help="The number that the import printed.")]
) -> None:
    """Takes back all listings of an import, while nobody has changed or asked for them.

    Example: minga import undo 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.kit.ids import parse_id
    from minga.sharing import commands

    with cli_unit(context, write=True) as unit:
        unit.ask("All listings of this import are deleted.")
        batch = commands.undo_import(unit.session, unit.actor, parse_id(run), at=unit.now)
        facts = {"id": batch.id, "taken_back": batch.rows_done}
        unit.screen.show("import undo", facts, f"{batch.rows_done} listings are taken back.")


def _import(unit: CliUnit, file: BinaryIO, name: str, text: str, *, apply: bool, skip_faults: bool) -> None:
    from minga.communities.access import community_to_see
    from minga.kit.csvfiles import digest_of
    from minga.sharing import commands, rules

    community = community_to_see(unit.session, unit.actor, unit.community(), at=unit.now)
    try:
        plan = rules.read_map(text) if text else None
        good, bad = _look_through(unit, file, community.id, plan)
    except Invalid as refusal:
        raise Unreadable(f"{name}: {refusal.sentence(unit.frame.translate())}") from None
    facts: dict[str, Any] = {"rows": good + bad, "good": good, "faults": bad, "applied": False}
    if bad and not skip_faults:
        unit.screen.show(
            "import listings", facts, f"{good} rows fit, {bad} have faults. Nothing was taken in."
        )
        raise Unreadable("Correct the rows above, or say --skip-faults to leave them out.")
    if not apply or unit.frame.options.dry_run:
        said = f"{good} rows fit, {bad} have faults. Say --apply to take them in."
        unit.screen.show("import listings", facts, said)
        return
    file.seek(0)
    digest = digest_of(file, text)
    batch_id, done = _take_in(unit, file, name, digest, community.id, plan, total=good + bad)
    with unit.database.write() as session:
        batch = commands.finish_import(session, unit.actor, batch_id, at=unit.now)
        taken = batch.rows_done
    facts |= {"applied": True, "taken": taken, "gone_on_after": done, "run": batch_id}
    unit.screen.show(
        "import listings", facts, f"{taken} listings are taken in, {bad} left out. Import {batch_id}."
    )


def _look_through(unit: CliUnit, file: BinaryIO, community_id: str, plan: Any) -> tuple[int, int]:
    """How many rows fit and how many do not; one line for each that does not."""
    good = bad = 0
    desk, table = _desk(unit, unit.session, file, community_id, plan)
    with unit.screen.progress("Looking through") as progress:
        for number, _ready, fault in desk.checked(table):
            progress.step()
            if fault is None:
                good += 1
            else:
                bad += 1
                _tell(unit, number, fault)
    return good, bad


def _take_in(
    unit: CliUnit, file: BinaryIO, name: str, digest: str, community_id: str, plan: Any, *, total: int
) -> tuple[str, int]:
    """Write chunk after chunk, each with how far it came; answers the import and what was there before."""
    from minga.sharing import commands

    with unit.database.write() as session:
        batch = commands.begin_import(
            session, unit.actor, community_id, name=name, digest=digest, at=unit.now
        )
        batch_id, before = batch.id, batch.rows_seen
    file.seek(0)
    desk, table = _desk(unit, unit.session, file, community_id, plan)
    with unit.screen.progress("Taking in", total) as progress:
        progress.done = before
        ready: list[Ready] = []
        seen = refused = 0
        for _number, one, _fault in desk.checked(table, after=before):
            seen += 1
            if one is None:
                refused += 1
            else:
                ready.append(one)
            if seen == CHUNK:
                _write(unit, batch_id, ready, seen, refused)
                progress.step(seen)
                ready, seen, refused = [], 0, 0
        if seen:
            _write(unit, batch_id, ready, seen, refused)
            progress.step(seen)
    return batch_id, before


def _write(unit: CliUnit, batch_id: str, ready: "list[Ready]", seen: int, refused: int) -> None:
    from minga.sharing import commands

    with unit.database.write() as session:
        commands.take_in(session, unit.actor, batch_id, ready, seen=seen, refused=refused, at=unit.now)


def _desk(unit: CliUnit, session: Any, file: BinaryIO, community_id: str, plan: Any) -> "tuple[Desk, Any]":
    from minga.kit.csvfiles import Table
    from minga.sharing import commands, rules

    table = Table(file)
    plan = plan or rules.own_columns(table.columns)
    plan.fit(table.columns)
    return commands.Desk(session, unit.actor, community_id, plan, at=unit.now), table


def _tell(unit: CliUnit, number: int, fault: Refused) -> None:
    """One line per refused row."""
    translate = unit.frame.translate()
    fields = [f"{name}: {said}" for name, said in fault.at_fields(translate).items()]
    said = "; ".join(fields) or fault.sentence(translate)
    unit.screen.show("import fault", {"row": number, "fault": said}, f"row {number}: {said}")


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path} is not UTF-8.") from None
