"""Dispatch on the command line: the list, arranging a case, and the list as a file without any address."""

import csv
import io
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minga.interfaces.cli.frame import CliUnit, Context, cli_unit, group
from minga.interfaces.cli.options import WrongUse
from minga.kit.ids import new_id

if TYPE_CHECKING:
    from minga.sharing.queries import CaseRow, DispatchList

dispatch = group("dispatch", "The work of those who answer the phone.")

COLUMNS = {
    "number": "No",
    "urgency": "Urgency",
    "step": "Step",
    "title": "What",
    "place": "Where",
    "by": "By",
    "dispatcher": "With",
}
FILE = ("number", "step", "urgency", "kind", "title", "place", "by", "since", "last", "last_at", "unanswered")
PAGES_MAX = 100


def _facts(row: "CaseRow") -> dict[str, Any]:
    return {
        "number": row.number,
        "urgency": row.urgency.value,
        "step": row.step.value,
        "title": row.title,
        "place": row.place,
        "by": row.needed_by_at,
        "dispatcher": row.dispatcher,
        "id": row.id,
        "kind": row.kind.value,
        "since": row.published_at,
        "last": row.last,
        "last_at": row.last_at,
        "unanswered": row.unanswered,
    }


def _page(unit: CliUnit, whose: str, after: str | None) -> "DispatchList":
    from minga.sharing import queries

    if whose not in ("", "mine", "nobody"):
        raise WrongUse(f"{whose} is neither mine nor nobody.")
    wanted = queries.Wanted(whose=whose)
    return queries.dispatch(
        unit.session, unit.actor, unit.community(), at=unit.now, wanted=wanted, after=after
    )


@dispatch.command("list")
def list_cases(
    context: Context,
    whose: Annotated[str, typer.Option(help="mine or nobody; all without it")] = "",
    after: Annotated[str | None, typer.Option(help="Go on after the page before.")] = None,
) -> None:
    """Lists open needs, the most urgent first. Names and numbers stand on the pages only.

    Example: minga dispatch list --community valley --as hana --whose mine
    """
    with cli_unit(context) as unit:
        found = _page(unit, whose, after)
        unit.screen.rows("dispatch list", [_facts(row) for row in found.cases], COLUMNS, "Nothing is open.")
        if found.next:
            unit.screen.warn(f"There is more: --after {found.next}")


@dispatch.command("assign")
def assign(
    context: Context,
    id: Annotated[str, typer.Argument(help="The need's id.")],
    member: Annotated[str, typer.Argument(help="Short name of who said yes.")],
) -> None:
    """Arranges a need with a member who said yes by telephone.

    Example: minga dispatch assign 0192f0c1d2e37abc8def0123456789ab bruno --as hana
    """
    from minga.kit.events import said_since
    from minga.kit.ids import parse_id
    from minga.sharing import commands

    with cli_unit(context, write=True) as unit:
        since = new_id()
        made = commands.assign(unit.session, unit.actor, parse_id(id), member, at=unit.now)
        unit.session.flush()
        events = [fact["id"] for fact in said_since(unit.session, since)]
        facts = {"exchange": made.id, "events": events}
        unit.screen.show("dispatch assign", facts, f"Arranged: {made.id} (event {', '.join(events)})")


@dispatch.command("export")
def export_cases(
    context: Context,
    format: Annotated[str, typer.Option(help="csv or jsonl")] = "csv",
    output: Annotated[str, typer.Option("-o", "--output", help="A file; without it, the screen.")] = "",
) -> None:
    """Writes all open needs to a file: what, where roughly, how far. No name, no number, no address.

    Example: minga dispatch export --community valley --as hana -o needs.csv
    """
    if format not in ("csv", "jsonl"):
        raise WrongUse(f"{format} is neither csv nor jsonl.")
    lines: list[dict[str, Any]] = []
    with cli_unit(context) as unit:
        after = None
        for _ in range(PAGES_MAX):
            found = _page(unit, "", after)
            lines += [{name: _facts(row)[name] for name in FILE} for row in found.cases]
            after = found.next
            if after is None:
                break
        text = (
            _csv(lines) if format == "csv" else "".join(f"{json.dumps(one, default=str)}\n" for one in lines)
        )
        if output:
            with open(output, "w", encoding="utf-8") as file:
                file.write(text)
            unit.screen.warn(f"{len(lines)} needs written to {output}.")
        else:
            sys.stdout.write(text)


def _csv(lines: list[dict[str, Any]]) -> str:
    """A table in which no cell is read as a formula by programs for tables."""
    from minga.kit.csvfiles import defused

    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(FILE)
    for line in lines:
        table.writerow([defused("" if line[name] is None else str(line[name])) for name in FILE])
    return file.getvalue()
