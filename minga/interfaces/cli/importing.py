"""Files of listings: looked through first, taken in with --apply, gone on with after an interruption, undone."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from minga.interfaces.cli.frame import CliUnit, Context, Unreadable, cli_unit, group
from minga.interfaces.cli.moving import import_community
from minga.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    from minga.kit.zips import Packed
    from minga.sharing.commands import Desk, Ready

CHUNK = 250

importing = group("import", "Takes in what other programs wrote.")


@importing.command("listings")
def import_listings(
    context: Context,
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8, packed with gzip or not.")],
    map: Annotated[Path | None, typer.Option(help="How its columns become fields (TOML).")] = None,
    photos: Annotated[Path | None, typer.Option(help="A ZIP file with the photos that are named.")] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Take them in; without it nothing is written.")
    ] = False,
    skip_faults: Annotated[bool, typer.Option("--skip-faults", help="Leave rows with faults out.")] = False,
) -> None:
    """Takes listings in from a file. Run the same line again after an interruption: it goes on where it stopped.

    Example: minga import listings tools.csv --community valley --as ana --apply
    """
    text = read_text(map) if map else ""
    try:
        with ExitStack() as stack:
            opened = stack.enter_context(file.open("rb"))
            packed = _unpacked(stack.enter_context(photos.open("rb"))) if photos else None
            unit = stack.enter_context(cli_unit(context))
            _import(unit, opened, file.name, text, packed, apply=apply, skip_faults=skip_faults)
    except OSError as error:
        raise Unreadable(f"{file}: {error.strerror}.") from None


@importing.command("members")
def import_members(
    context: Context,
    file: Annotated[
        Path, typer.Argument(help="A CSV file in UTF-8 or UTF-16, with commas, semicolons or tabs.")
    ],
    apply: Annotated[
        bool, typer.Option("--apply", help="Bring them in; without it the list is only looked through.")
    ] = False,
    skip_faults: Annotated[bool, typer.Option("--skip-faults", help="Leave rows with faults out.")] = False,
) -> None:
    """Brings members in from a list. No mail leaves; rows that may be a member wait for a choice on the page.

    Example: minga import members people.csv --community valley --as ana --apply
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Unreadable(f"{file}: {error.strerror}.") from None
    with cli_unit(context, write=True) as unit:
        faults = _members(unit, file.name, data, apply=apply, skip_faults=skip_faults)
    if faults and not skip_faults:
        raise Unreadable("Correct the rows above, or say --skip-faults to leave them out.")


def _members(unit: CliUnit, name: str, data: bytes, *, apply: bool, skip_faults: bool) -> int:
    """Look the list through and, if it is to be, apply it; answers how many rows have a fault."""
    from dataclasses import replace

    from minga.communities import commands, queries
    from minga.communities.access import community_to_see
    from minga.kit.errors import fill

    community = community_to_see(unit.session, unit.actor, unit.community(), at=unit.now)
    actor, translate = replace(unit.actor, confirmed_at=unit.now), unit.frame.translate()
    try:
        made = commands.look_through(unit.session, actor, community.id, name, data, at=unit.now)
    except Invalid as refusal:
        raise Unreadable(f"{name}: {refusal.sentence(translate)}") from None
    for n, _cells, fault, facts in queries.import_faults(unit.session, actor, made.id, at=unit.now):
        said = fill(translate(fault), facts, translate)
        unit.screen.show("import fault", {"row": n, "fault": said}, f"row {n}: {said}")
    found = queries.member_import(unit.session, actor, made.id, at=unit.now)
    if apply and (skip_faults or not found.faults):
        commands.apply_import(unit.session, actor, made.id, at=unit.now)
        found = queries.member_import(unit.session, actor, made.id, at=unit.now)
    facts = {one: getattr(found, one) for one in ("new", "same", "maybe", "faults", "applied")}
    said = (
        f"{found.new} new, {found.same} members already, {found.maybe} maybe, {found.faults} with a fault; "
        f"{found.applied} applied. List {found.id}."
    )
    unit.screen.show("import members", facts | {"run": found.id}, said)
    return found.faults


@importing.command("undo")
def undo(
    context: Context, run: Annotated[str, typer.Argument(help="The number that the import printed.")]
) -> None:
    """Takes back all listings of an import, while nobody has changed or asked for them, or the members of a list.

    Example: minga import undo 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.kit.ids import parse_id
    from minga.sharing import commands

    with cli_unit(context, write=True) as unit:
        if _members_undone(unit, parse_id(run)):
            return
        unit.ask("All listings of this import are deleted.")
        batch = commands.undo_import(unit.session, unit.actor, parse_id(run), at=unit.now)
        facts = {"id": batch.id, "taken_back": batch.rows_done}
        unit.screen.show("import undo", facts, f"{batch.rows_done} listings are taken back.")


def _members_undone(unit: CliUnit, run: str) -> bool:
    """Whether the number is that of a list of members; if so, it is taken back."""
    from dataclasses import replace

    from minga.communities import commands, queries
    from minga.kit.errors import NotFound

    actor = replace(unit.actor, confirmed_at=unit.now)
    try:
        queries.member_import(unit.session, actor, run, at=unit.now)
    except NotFound:
        return False
    unit.ask("Members of this list who have not come in are removed.")
    commands.undo_import(unit.session, actor, run, at=unit.now)
    found = queries.member_import(unit.session, actor, run, at=unit.now)
    facts = {"id": found.id, "left": found.applied}
    unit.screen.show("import undo", facts, f"Taken back; {found.applied} members have come in and stay.")
    return True


def _unpacked(file: BinaryIO) -> "Packed":
    from minga.kit.images import BYTES_MAX
    from minga.kit.zips import Packed

    return Packed(file, each_max=BYTES_MAX)


def _import(
    unit: CliUnit,
    file: BinaryIO,
    name: str,
    text: str,
    packed: "Packed | None",
    *,
    apply: bool,
    skip_faults: bool,
) -> None:
    from minga.communities.access import community_to_see
    from minga.kit.csvfiles import digest_of
    from minga.sharing import commands, rules

    community = community_to_see(unit.session, unit.actor, unit.community(), at=unit.now)
    try:
        plan = rules.read_map(text) if text else None
        good, bad = _look_through(unit, file, community.id, plan, packed)
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
    batch_id, done = _take_in(unit, file, name, digest, community.id, plan, packed, total=good + bad)
    with unit.database.write() as session:
        batch = commands.finish_import(session, unit.actor, batch_id, at=unit.now)
        taken = batch.rows_done
    facts |= {"applied": True, "taken": taken, "gone_on_after": done, "run": batch_id}
    unit.screen.show(
        "import listings", facts, f"{taken} listings are taken in, {bad} left out. Import {batch_id}."
    )


def _look_through(
    unit: CliUnit, file: BinaryIO, community_id: str, plan: Any, packed: "Packed | None"
) -> tuple[int, int]:
    """How many rows fit and how many do not; one line for each that does not."""
    good = bad = 0
    desk, table = _desk(unit, unit.session, file, community_id, plan, packed)
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
    unit: CliUnit,
    file: BinaryIO,
    name: str,
    digest: str,
    community_id: str,
    plan: Any,
    packed: "Packed | None",
    *,
    total: int,
) -> tuple[str, int]:
    """Write chunk after chunk, each with how far it came; answers the import and what was there before."""
    from minga.sharing import commands

    with unit.database.write() as session:
        batch = commands.begin_import(
            session, unit.actor, community_id, name=name, digest=digest, at=unit.now
        )
        batch_id, before = batch.id, batch.rows_seen
    file.seek(0)
    desk, table = _desk(unit, unit.session, file, community_id, plan, packed)
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
                _write(unit, batch_id, ready, seen, refused, packed)
                progress.step(seen)
                ready, seen, refused = [], 0, 0
        if seen:
            _write(unit, batch_id, ready, seen, refused, packed)
            progress.step(seen)
    return batch_id, before


def _write(
    unit: CliUnit, batch_id: str, ready: "list[Ready]", seen: int, refused: int, packed: "Packed | None"
) -> None:
    from minga.interfaces.http.packed_photos import kept_photos
    from minga.sharing import commands

    photos = kept_photos(unit.node.blobs, packed, (name for one in ready for name in one.photos))
    with unit.database.write() as session:
        commands.take_in(
            session, unit.actor, batch_id, ready, seen=seen, refused=refused, photos=photos, at=unit.now
        )


def _desk(
    unit: CliUnit, session: Any, file: BinaryIO, community_id: str, plan: Any, packed: "Packed | None"
) -> "tuple[Desk, Any]":
    from minga.kit.csvfiles import Table
    from minga.sharing import commands, rules

    table = Table(file)
    plan = plan or rules.own_columns(table.columns)
    plan.fit(table.columns)
    return commands.Desk(session, unit.actor, community_id, plan, at=unit.now, photos=packed or ()), table


def _tell(unit: CliUnit, number: int, fault: Refused) -> None:
    """One line per refused row."""
    translate = unit.frame.translate()
    fields = [f"{name}: {said}" for name, said in fault.at_fields(translate).items()]
    said = "; ".join(fields) or fault.sentence(translate)
    unit.screen.show("import fault", {"row": number, "fault": said}, f"row {number}: {said}")


def read_text(path: Path) -> str:
    """The words of a file, or exit 9."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path} is not UTF-8.") from None


importing.command("community")(import_community)
