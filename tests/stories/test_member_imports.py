"""S12 over HTTP: a list of 60 with faults and possible doubles: looked through, applied, cards printed, taken back."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from minga.communities.models import Keeping, Membership, RoleGrant
from minga.interfaces.http import Node
from minga.kit.db import Base
from tests.stories.test_keeping import kept
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
ADDRESS = "/c/valley/members/import"
HEAD = "Nombre;E-Mail;Teléfono;Funciones;Hogar;Sponsor;joined_on;shoe size"
FIRST = (
    "Ana Prieto;ann@;;;;;;38",
    "Kurt;;;;;@kurt.holm;;",
    "Karl;;;owner;;;;",
    "Edda Holm;;+57 300 765 43 99;;House by the river;;;",
    "Holm, Edda;;+57 310 765 43 21;;;;;",
    "=1+1;formula@example.org;;;;;;",
    "Rosa Luz;rosa@example.org;;welcomer;House by the river;emil@example.org;2024-05-01;41",
)
OWN = {
    "event",
    "event_undelivered",
    "seal",
    "chain_head",
    "member_import",
    "member_import_row",
    "repeat",
    "job",
}


def listed() -> bytes:
    rows = [*FIRST, *(f"Neighbour {n};emil{n or ''}@example.org;;;;;;" for n in range(53))]
    return "\n".join((HEAD, *rows)).replace("emil@", "emil@", 1).encode("utf-16")


def dump(node: Node) -> dict[str, list[Any]]:
    """Every row of every table that lists and events do not keep for themselves."""
    with node.database.read() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.name not in OWN and not table.name.startswith(("event", "seal", "repeat", "search"))
        }


def upload(visitor: Visitor, data: bytes, status: int = 303) -> Any:
    return visitor.post(ADDRESS, {}, status, files={"file": ("people.csv", data, "text/csv")})


def test_a_list_is_looked_through_applied_and_taken_back(node: Node, village: Village, visit: Visit) -> None:
    ana, bruno, hana, zoe = (visit(name) for name in ("ana", "bruno", "hana", "zoe"))
    for who, status in ((zoe, 404), (bruno, 403)):
        upload(who, listed(), status)
    kept(hana, "Edda Holm")  # +57 300 765 43 21
    before = dump(node)
    led = upload(ana, listed()).headers["location"]
    assert dump(node) == before
    page = ana.get(f"{led}?only=fault").text
    for words in (
        "“ann@” is not a mail address.",
        "Sponsor “@kurt.holm” is not in the list or in Valley.",
        "owner",
    ):
        assert words in page
    assert "Is it Edda Holm?" in ana.get(f"{led}?only=maybe").text
    assert "'=1+1" not in ana.get(f"{led}/faults").text
    for path in ("", "/faults"):
        bruno.get(f"{led}{path}", 403)
        zoe.get(f"{led}{path}", 404)
    for act in ("application", "undo", "discard", "choices", "cards"):
        zoe.post(f"{led}/{act}", {}, 404)
    ana.post(f"{led}/choices", {"row_5": "same", "row_1": "new", "row_x": "new"})
    ana.post(f"{led}/application")
    with node.database.read() as session:
        live = select(func.count()).select_from(Membership).where(Membership.community_id == village.valley)
        assert session.scalar(live) == 5 + 1 + 55 + 1
        rosa = session.scalars(select(Membership).join(RoleGrant).where(Membership.came_by == "import")).one()
        assert (str(rosa.joined_on), rosa.sponsor_id is not None) == ("2024-05-01", True)
        assert session.scalar(select(func.count()).select_from(Keeping)) == 57
    cards = ana.post(f"{led}/cards", {}, 200).text
    assert len(set(re.findall(r"/claim/[\w-]+", cards))) == 56
    again = upload(ana, listed()).headers["location"]
    assert "57 rows of this file were applied before." in ana.get(again).text
    ana.post(f"{again}/discard")
    ana.post(f"{led}/undo")
    after = dump(node)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    ana.post(f"{led}/application", {}, 409)


def test_who_has_come_in_stays_and_files_that_do_not_fit_are_refused(
    node: Node, village: Village, visit: Visit
) -> None:
    ana, chidi = visit("ana"), visit("chidi")
    assert "no column called name" in upload(ana, b"mail,phone\nx@example.org,\n", 422).text
    assert "Choose a file" in upload(ana, b"", 422).text
    assert "mean the same" in upload(ana, b"name,nombre\nx,y\n", 422).text
    led = upload(ana, b"name,roles,is_operator,membership_id\nRosa,steward,1,7\nEmil,,1,7\n").headers[
        "location"
    ]
    ana.post(f"{led}/application")
    token = re.findall(r"/claim/([\w-]+)", ana.post(f"{led}/cards", {}, 200).text)[-1]
    visit(None).post(f"/claim/{token}", {"means": "neither"})
    chidi.post(f"{led}/undo")
    assert "1" in chidi.get(led).text
    with node.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Keeping)) == 1
    village.clock.forward(days=8)
    assert "more than 7 days ago" in visit("chidi").post(f"{led}/undo", {}, 422).text


def test_members_are_taken_out_with_a_purpose_that_everybody_finds(
    node: Node, village: Village, visit: Visit
) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    file, why = "/c/valley/members/file", {"purpose": "Phone list for the fire drill"}
    bruno.post(file, why, 403)
    visit("zoe").post(file, why, 404)
    ana.post(file, {"purpose": " "}, 422)
    bruno.post("/me/profile", {"phone": "+57 300 123 4567", "phone_audience": "me", "name": "=Bruno"})
    table = ana.post(file, why, 200).text
    assert "'=Bruno" in table
    assert "4567" not in table
    assert "Zoe" not in table
    assert "file of members that was taken out" in bruno.get("/me/log").text
    assert "drill" not in bruno.get("/me/log").text
    village.clock.forward(minutes=20)
    ana.post(file, why, 403)  # it is confirmed anew that it is her
