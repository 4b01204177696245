"""Members from a list: looked through first, applied on a second yes, cards to print, undone for a week."""

import csv
import io
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.rules.imports import BYTES_MAX, COLUMNS, ROWS_MAX
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.tables import BOM
from minga.interfaces.web.communities.here import community_here, invite_key
from minga.interfaces.web.page import PageRouter, go_to, render, voice_of
from minga.kit import mail
from minga.kit.csvfiles import defused
from minga.kit.errors import Invalid, Refused, TooLarge, fill
from minga.kit.i18n import N_
from minga.kit.ids import parse_id

router = PageRouter()
NO_FILE = N_("Choose a file first.")
TOO_LARGE = N_("A list has at most 5 MB.")


def _community(unit: Unit, c: str) -> Any:
    """The community, for those who may bring members in; that it is them is confirmed when a list is applied."""
    unit.signed_in()
    here = community_here(unit, c)
    decision = access.may(unit.session, unit.actor, "member.import", here.id, at=unit.now)
    if not decision and decision.rule != "confirm":
        access.require(unit.session, unit.actor, "member.import", here.id, at=unit.now)
    return here


@router.get("/c/{c}/members/import")
def import_page(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit, c)


def _page(request: Request, unit: Unit, c: str, refusal: Refused | None = None) -> Response:
    here = _community(unit, c)
    return render(
        request,
        unit,
        "communities/member_import_new.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        before=queries.member_imports(unit.session, unit.actor, here.id, at=unit.now),
        columns=", ".join(COLUMNS),
        rows_max=ROWS_MAX,
    )


@router.post("/c/{c}/members/import", limit="upload")
def look_through(request: Request, c: str) -> Response:
    """Look a file through; nothing is written but the list itself."""
    upload = read_form(request).file("file")
    try:
        data = upload.file.read(BYTES_MAX + 1) if upload else b""
        if upload is None or not data:
            raise Invalid(NO_FILE, fields={"file": NO_FILE})
        if len(data) > BYTES_MAX:
            raise TooLarge(TOO_LARGE, fields={"file": TOO_LARGE})
        with write_unit(request) as unit:
            here = _community(unit, c)
            made = commands.look_through(
                unit.session, unit.actor, here.id, upload.filename or "", data, at=unit.now
            )
            return unit.go_to(f"/imports/{made.id}")
    except (Invalid, TooLarge) as refusal:
        with read_unit(request) as unit:
            return _page(request, unit, c, refusal)


@router.get("/imports/{id}")
def show_import(request: Request, id: str) -> Response:
    """What each row comes to, with totals on top."""
    with read_unit(request) as unit:
        unit.signed_in()
        asked = request.query_params
        found = queries.member_import(unit.session, unit.actor, id, at=unit.now)
        only = asked.get("only", "")
        page = queries.import_rows(
            unit.session, unit.actor, id, at=unit.now, verdict=only, after=asked.get("after")
        )
        here = access.place_of(unit.session, unit.actor, found.community_id, at=unit.now)
        translate = voice_of(request, unit).gettext
        return render(
            request,
            unit,
            "communities/member_import.html",
            community=here,
            here=here,
            found=found,
            rows=[
                (row, fill(translate(row.fault), row.facts, translate) if row.fault else "")
                for row in page.items
            ],
            after=page.next,
            only=only,
            mail_works=mail.mail_works(unit.node.settings),
        )


@router.post("/imports/{id}/choices")
def choose(request: Request, id: str) -> Response:
    """Say of the rows that may be somebody whether they are."""
    form = read_form(request)
    choices = {
        int(key[4:]): value for key, value in form.fields if key.startswith("row_") and key[4:].isdecimal()
    }
    with write_unit(request) as unit:
        unit.signed_in()
        commands.choose(unit.session, unit.actor, id, choices, at=unit.now)
        return unit.go_to(f"/imports/{parse_id(id)}", said=N_("Kept."))


@router.post("/imports/{id}/application")
def apply_import(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        commands.apply_import(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(
            f"/imports/{parse_id(id)}", said=N_("Applied. No mail has left; print their cards.")
        )


@router.post("/imports/{id}/invitations")
def send_cards(request: Request, id: str) -> Response:
    """Send their cards by mail; links that open accounts, so that it is them is confirmed first."""
    with write_unit(request) as unit:
        unit.signed_in()
        works = mail.mail_works(unit.node.settings)
        sent, left = commands.send_cards(unit.session, unit.actor, id, mail_works=works, at=unit.now)
        said = N_("{n} invitations are on their way.")
        if left:
            said = N_("{n} invitations are on their way. {left} are left to send.")
        return unit.go_to(f"/imports/{parse_id(id)}", said=said, n=sent, left=left)


@router.post("/imports/{id}/undo")
def undo_import(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.undo_import(unit.session, unit.actor, id, at=unit.now)
        said = (
            N_("Taken back.") if made.undone_at else N_("Taken back, but for those who have come in already.")
        )
        return unit.go_to(f"/imports/{made.id}", said=said)


@router.post("/imports/{id}/discard")
def discard_import(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.discard_import(unit.session, unit.actor, id, at=unit.now)
        here = access.place_of(unit.session, unit.actor, made.community_id, at=unit.now)
        return unit.go_to(
            f"/c/{here.slug}/members/import" if here else "/", said=N_("Left. Nothing was applied.")
        )


@router.get("/imports/{id}/faults", limit="export")
def faults_file(request: Request, id: str) -> Response:
    """The rows with a fault as a table: what stood there, and what is wrong with it."""
    with read_unit(request) as unit:
        unit.signed_in()
        rows = queries.import_faults(unit.session, unit.actor, id, at=unit.now)
        translate = voice_of(request, unit).gettext
    text = io.StringIO(BOM, newline="")
    text.seek(0, io.SEEK_END)
    table = csv.writer(text)
    table.writerow(["row", "fault", *COLUMNS])
    for n, cells, fault, facts in rows:
        said = [
            str(n),
            fill(translate(fault), facts, translate),
            *(str(cells.get(one, "")) for one in COLUMNS),
        ]
        table.writerow([defused(cell) for cell in said])
    headers = {"Content-Disposition": 'attachment; filename="faults.csv"', "Cache-Control": "no-store"}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/imports/{id}/cards")
def cards(request: Request, id: str) -> Response:
    """Cards for those who have not come in: links that open accounts, so that it is them is confirmed first."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.member_import(unit.session, unit.actor, id, at=unit.now)
        after = read_form(request).integer("after", least=0, most=10**6) or 0
        made = queries.import_cards(unit.session, unit.actor, invite_key(unit), id, at=unit.now, after=after)
        here = access.place_of(unit.session, unit.actor, found.community_id, at=unit.now)
        answer = render(
            request,
            unit,
            "communities/member_cards.html",
            community=here,
            here=here,
            found=found,
            cards=[card for _n, card in made],
            next=made[-1][0] if len(made) == queries.CARDS_MAX else None,
            site_url=unit.node.settings.site_url,
        )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/imports/{id}/cards")
def back_to_import(request: Request, id: str) -> Response:
    """Cards are not kept at an address; whoever opens it here is led to the button."""
    return go_to(request, f"/imports/{parse_id(id)}")
