"""Listings, loans and one's own part in sharing as files, by a button: what the reader sees."""

from collections.abc import Iterable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_see, may
from minga.interfaces.http import Form, read_form, read_unit, write_unit
from minga.interfaces.http.tables import as_csv, as_lines
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.sharing import commands, queries
from minga.sharing.rules.desk_exports import DESK_COLUMNS, DESK_TABLE_WORDS, DeskTable
from minga.sharing.rules.exports import COLUMNS
from minga.sharing.rules.own_exports import OWN_COLUMNS, OWN_TABLE_WORDS, OwnTable

router = PageRouter()
BAD_TABLE = N_("Choose what to take out.")


@router.get("/c/{c}/exports/listings", limit="read")
def show_export(request: Request, c: str) -> Response:
    """The form: as what to take them out."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_see(unit.session, unit.actor, c, at=unit.now)
        everything = bool(may(unit.session, unit.actor, "listing.export", community.id, at=unit.now))
        return render(request, unit, "sharing/exports.html", community=community, everything=everything)


@router.post("/c/{c}/exports/listings", limit="export")
def export_listings(request: Request, c: str) -> Response:
    """All listings for those who may, else the reader's own: as CSV, or a document a line."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        community = community_to_see(unit.session, unit.actor, c, at=unit.now)
        rows = commands.export_listings(unit.session, unit.actor, community.id, at=unit.now)
        return _file(form, rows, COLUMNS, f"{community.slug}-listings")


def _file(form: Form, rows: Iterable[Mapping[str, str]], columns: Sequence[str], name: str) -> Response:
    """The rows as the form wants them: CSV, or a document a line."""
    lines = form.get("as") == "lines"
    body = as_lines(rows) if lines else as_csv(rows, columns, bom=form.has("bom"))
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{"jsonl" if lines else "csv"}"',
        "X-Content-Type-Options": "nosniff",
    }
    kind = "application/x-ndjson" if lines else "text/csv; charset=utf-8"
    return Response(body, headers=headers, media_type=kind)


@router.get("/c/{c}/exports/loans", limit="read")
def show_loans_export(request: Request, c: str) -> Response:
    """The form for those at the desk."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_see(unit.session, unit.actor, c, at=unit.now)
        queries.loans_out(unit.session, unit.actor, community.id, at=unit.now)
        say = voice_of(request, unit, community.language).gettext
        tables = [(one.value, say(word)) for one, word in DESK_TABLE_WORDS.items()]
        return render(request, unit, "sharing/exports_loans.html", community=community, tables=tables)


@router.post("/c/{c}/exports/loans", limit="export")
def export_loans(request: Request, c: str) -> Response:
    """What of the library is out, reserved, waited or asked for; the log says that it was taken out."""
    form = read_form(request)
    chosen = form.get("table") or DeskTable.LOANS.value
    if chosen not in {one.value for one in DeskTable}:
        raise Invalid(BAD_TABLE, fields={"table": BAD_TABLE})
    table = DeskTable(chosen)
    with write_unit(request) as unit:
        unit.signed_in()
        community = community_to_see(unit.session, unit.actor, c, at=unit.now)
        rows = commands.export_desk(unit.session, unit.actor, community.id, table, at=unit.now)
        return _file(form, rows, DESK_COLUMNS[table], f"{community.slug}-{table.value}")


@router.get("/me/sharing/export", limit="read")
def show_own_export(request: Request) -> Response:
    """The form: which table of one's own."""
    with read_unit(request) as unit:
        unit.signed_in()
        return render(request, unit, "sharing/exports_own.html", tables=OWN_TABLE_WORDS)


@router.post("/me/sharing/export", limit="export")
def export_own(request: Request) -> Response:
    """One's own exchanges, asks or reservations."""
    form = read_form(request)
    chosen = form.get("table")
    if chosen not in {one.value for one in OwnTable}:
        raise Invalid(BAD_TABLE, fields={"table": BAD_TABLE})
    with read_unit(request) as unit:
        unit.signed_in()
        unit.from_our_form()
        table = OwnTable(chosen)
        rows = queries.own_exported(unit.session, unit.actor, table, at=unit.now)
        return _file(form, rows, OWN_COLUMNS[table], table.value)
