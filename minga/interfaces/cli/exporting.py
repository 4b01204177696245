"""Files for other programs: listings in the columns that an import reads, one's own part in sharing, what a library lent."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from minga.interfaces.cli.frame import Context, Unreadable, cli_unit, group
from minga.interfaces.cli.moving import export_community
from minga.interfaces.cli.options import WrongUse

exporting = group("export", "Takes out what is here, for other programs.")
WAYS = ("csv", "jsonl")


@exporting.command("listings")
def export_listings(
    context: Context,
    file: Annotated[Path | None, typer.Argument(help="Where to; to the screen if left out.")] = None,
    way: Annotated[str, typer.Option("--as-file", help="csv or jsonl")] = "csv",
    bom: Annotated[bool, typer.Option("--bom", help="With a mark for programs that guess.")] = False,
) -> None:
    """Takes out the open listings of a community; those who may not take all get their own.

    Example: minga export listings tools.csv --community valley --as ana
    """
    from minga.communities.access import community_to_see
    from minga.interfaces.http.tables import as_csv, as_lines
    from minga.sharing import commands
    from minga.sharing.rules.exports import COLUMNS

    if way not in WAYS:
        raise WrongUse(f"--as-file {way}: choose csv or jsonl.")
    with cli_unit(context, write=True) as unit:
        community = community_to_see(unit.session, unit.actor, unit.community(), at=unit.now)
        rows = list(commands.export_listings(unit.session, unit.actor, community.id, at=unit.now))
        body = as_lines(rows) if way == "jsonl" else as_csv(rows, COLUMNS, bom=bom)
        if _written(file, body):
            facts = {"file": str(file), "listings": len(rows), "bytes": len(body)}
            unit.screen.show("export listings", facts, f"{len(rows)} listings are in {file}.")


def _written(file: Path | None, body: bytes) -> bool:
    """Put it into the file, or onto the screen when there is none; answers whether there is a file."""
    if file is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return False
    try:
        file.write_bytes(body)
    except OSError as error:
        raise Unreadable(f"{file}: {error.strerror}.") from None
    return True


@exporting.command("sharing")
def export_sharing(
    context: Context,
    table: Annotated[str, typer.Argument(help="exchanges, asks or reservations")] = "exchanges",
    file: Annotated[Path | None, typer.Argument(help="Where to; to the screen if left out.")] = None,
    way: Annotated[str, typer.Option("--as-file", help="csv or jsonl")] = "csv",
) -> None:
    """Takes out one's own exchanges, asks or reservations.

    Example: minga export sharing exchanges mine.csv --as ana
    """
    from minga.interfaces.http.tables import as_csv, as_lines
    from minga.sharing import queries
    from minga.sharing.rules.own_exports import OWN_COLUMNS, OwnTable

    if way not in WAYS:
        raise WrongUse(f"--as-file {way}: choose csv or jsonl.")
    if table not in {one.value for one in OwnTable}:
        raise WrongUse(f"{table}: choose {', '.join(OwnTable)}.")
    with cli_unit(context) as unit:
        chosen = OwnTable(table)
        rows = list(queries.own_exported(unit.session, unit.actor, chosen, at=unit.now))
        body = as_lines(rows) if way == "jsonl" else as_csv(rows, OWN_COLUMNS[chosen])
        if _written(file, body):
            facts = {"file": str(file), "rows": len(rows), "bytes": len(body)}
            unit.screen.show("export sharing", facts, f"{len(rows)} rows are in {file}.")


@exporting.command("loans")
def export_loans(
    context: Context,
    file: Annotated[Path | None, typer.Argument(help="Where to; to the screen if left out.")] = None,
    way: Annotated[str, typer.Option("--as-file", help="csv or jsonl")] = "csv",
    table: Annotated[str, typer.Option(help="loans, reservations, waiting or asks")] = "loans",
) -> None:
    """Takes out what of a library is lent, reserved, waited for or asked for, for its desk; the log says so.

    Example: minga export loans loans.csv --community valley --as hana
    """
    from minga.communities.access import community_to_see
    from minga.interfaces.http.tables import as_csv, as_lines
    from minga.sharing import commands
    from minga.sharing.rules.desk_exports import DESK_COLUMNS, DeskTable

    if way not in WAYS:
        raise WrongUse(f"--as-file {way}: choose csv or jsonl.")
    if table not in {one.value for one in DeskTable}:
        raise WrongUse(f"--table {table}: choose {', '.join(DeskTable)}.")
    wanted = DeskTable(table)
    with cli_unit(context, write=True) as unit:
        community = community_to_see(unit.session, unit.actor, unit.community(), at=unit.now)
        rows = commands.export_desk(unit.session, unit.actor, community.id, wanted, at=unit.now)
        body = as_lines(rows) if way == "jsonl" else as_csv(rows, DESK_COLUMNS[wanted])
        if _written(file, body):
            facts = {"file": str(file), "loans": len(rows), "bytes": len(body)}
            unit.screen.show("export loans", facts, f"{len(rows)} rows are in {file}.")


@exporting.command("me")
def export_me(
    context: Context,
    out: Annotated[Path, typer.Option("--output", "-o", help="The new file.")] = Path("my-data.zip"),
) -> None:
    """Takes out everything that is the own of the person of --as: a page to read, tables, photos.

    Example: minga export me -o ana.zip --as ana
    """
    from minga.identity import commands
    from minga.kit.blobs import files_of

    with cli_unit(context, write=True) as unit:
        if unit.actor.person_id is None:
            raise WrongUse("Say who you are: --as HANDLE")
        try:
            with commands.new_file(out.absolute()) as file:
                blobs, site = files_of(unit.settings.home), unit.settings.site_url
                rows = commands.own_data(unit.session, unit.actor, file, blobs, site=site, at=unit.now)
        except OSError as error:
            raise Unreadable(f"{out}: {error.strerror}.") from None
        facts = {"file": str(out), "rows": rows, "bytes": out.stat().st_size}
        unit.screen.show(
            "export me", facts, f"{rows} rows are in {out}. Keep it where only you can reach it."
        )


exporting.command("community")(export_community)
