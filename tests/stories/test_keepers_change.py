"""Those who are kept when things change: a photo of their yes, a keeper who leaves, being erased by their word and a second one."""

import io
from collections.abc import Callable
from typing import Any

from PIL import Image
from sqlalchemy import select

from minga.communities.commands.papers import drop_paper
from minga.communities.models import ActConsent, Keeping, Second
from minga.identity.commands.erasing import erase_due
from minga.identity.models import DataRequest, Person
from minga.interfaces.http import Node
from minga.kit.ids import new_id
from minga.kit.jobs import Run, work_once
from tests.stories.test_keeping import agree, kept
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def sheet_photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "ivory").save(out, "PNG")
    return out.getvalue()


def run(node: Node) -> Run:
    return Run(node.database, node.clock, node.settings, job_id=new_id(), tries=1)


def send_paper(visitor: Visitor, sheet: str, how: str, data: bytes, status: int = 303) -> Any:
    said = {"scopes": ["listings"], "how": how, "days": "30", "note": "In the red folder"}
    return visitor.post(
        f"/keepings/{sheet}/consent", said, status, files={"paper": ("sheet.png", data, "image/png")}
    )


def test_a_yes_on_paper_has_a_note_and_a_photo_for_those_who_look_after_them(
    node: Node, village: Village, visit: Visit
) -> None:
    hana, bruno = visit("hana"), visit("bruno")
    sheet, _edda = kept(hana)
    for who in (visit(None), visit("zoe"), bruno):
        send_paper(who, sheet, "paper", sheet_photo(), 404)
    assert "red folder" in send_paper(hana, sheet, "phone", sheet_photo(), 422).text
    send_paper(hana, sheet, "paper", b"<svg onload=alert(1)>", 422)
    hana.get(f"/keepings/{sheet}/paper", 404)
    send_paper(hana, sheet, "paper", sheet_photo())
    assert "In the red folder" in hana.get(f"/keepings/{sheet}").text
    shown = hana.get(f"/keepings/{sheet}/paper")
    assert (shown.headers["content-type"], shown.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert Image.open(io.BytesIO(shown.content)).size == (40, 30)
    for reader in ("bruno", "zoe"):
        visit(reader).get(f"/keepings/{sheet}/paper", 404)
    hana.post(f"/keepings/{sheet}/handover", {"to": "bruno"})
    assert "red folder" not in bruno.get(f"/keepings/{sheet}").text
    bruno.get(f"/keepings/{sheet}/paper", 404)


def test_whom_a_member_kept_waits_for_somebody_else_when_they_leave(
    node: Node, village: Village, visit: Visit
) -> None:
    hana, chidi, bruno = visit("hana"), visit("chidi"), visit("bruno")
    sheet, edda = kept(hana)
    agree(hana, sheet, "listings")
    chidi.post(f"/keepings/{sheet}/taking-on", {}, 409)
    assert "Nobody looks after Edda" not in chidi.get("/needs").text
    assert "You look after" not in hana.get("/me/data").text or "Edda" in hana.get("/me/data").text
    hana.post("/c/valley/leave", {"sure": "1", "confirm": "1"})
    hana.get(f"/keepings/{sheet}", 404)
    assert "Nobody looks after Edda in Valley any more" in chidi.get("/needs").text
    assert "Nobody looks after Edda" not in bruno.get("/needs").text
    for who, status in ((visit(None), 401), (visit("zoe"), 404), (bruno, 404)):
        who.post(f"/keepings/{sheet}/taking-on", {}, status)
    assert "nobody looks after them any more" in chidi.get("/c/valley/desk/people").text
    led = chidi.post(f"/keepings/{sheet}/taking-on").headers["location"]
    assert "Nobody looks after" not in chidi.get(led).text
    chidi.post(f"{led}/taking-on", {}, 409)
    with node.database.read() as session:
        live = session.scalars(select(Keeping).where(Keeping.person_id == edda, Keeping.until_at.is_(None)))
        assert [one.id for one in live] == [led.removeprefix("/keepings/")]
        assert session.scalars(select(ActConsent)).one().ended_at is None


def test_nobody_who_keeps_somebody_is_erased_before_they_are_handed_on(
    node: Node, village: Village, visit: Visit
) -> None:
    hana = visit("hana")
    kept(hana)
    assert "You look after Edda. Ask somebody else to go on first." in hana.get("/me/data").text
    hana.post("/me/data/erasure", {"sure": "1"}, 409)


def test_who_is_kept_is_erased_by_their_word_and_two_people(
    node: Node, village: Village, visit: Visit
) -> None:
    hana, chidi, bruno = visit("hana"), visit("chidi"), visit("bruno")
    sheet, edda = kept(hana)
    send_paper(hana, sheet, "paper", sheet_photo())
    wish = {"erase_how": "in_person", "keep_words": "1"}
    for who, status in ((visit(None), 401), (visit("zoe"), 404), (bruno, 404)):
        who.post(f"/keepings/{sheet}/erasure", wish, status)
    hana.post(f"/keepings/{sheet}/erasure", {}, 422)
    second = hana.post(f"/keepings/{sheet}/erasure", wish).headers["location"]
    hana.post(f"/keepings/{sheet}/erasure", wish, 409)
    hana.post(f"{second}/yes", {}, 403)
    with node.database.read() as session:
        assert session.scalars(select(DataRequest)).all() == []
    assert "wants to be erased" in chidi.get(second).text
    bruno.get(second, 404)
    chidi.post(f"{second}/yes")
    assert "is erased on" in hana.get(f"/keepings/{sheet}").text
    bruno.post(f"/keepings/{sheet}/erasure/end", {}, 404)
    hana.post(f"/keepings/{sheet}/erasure/end")
    assert "is erased on" not in hana.get(f"/keepings/{sheet}").text

    again = hana.post(f"/keepings/{sheet}/erasure", wish).headers["location"]
    chidi.post(f"{again}/yes")
    village.clock.forward(days=13)
    erase_due(run(node), {})
    with node.database.read() as session:
        assert session.get_one(Person, edda).name == "Edda"
        paper = session.scalars(select(ActConsent.paper)).one()
    assert node.blobs.whole(str(paper))
    village.clock.forward(days=2)
    erase_due(run(node), {})
    while work_once(node.database, node.clock, node.settings, lanes=("files",)):
        pass
    with node.database.read() as session:
        assert session.get_one(Person, edda).erased_at is not None
        yes = session.scalars(select(ActConsent)).one()
        assert (yes.note, yes.paper, yes.ended_at is not None) == ("", None, True)
        assert session.scalars(select(Keeping).where(Keeping.until_at.is_(None))).all() == []
        assert len(session.scalars(select(Second)).all()) == 2
    assert not node.blobs.whole(str(paper))
    drop_paper(run(node), {"file": paper})
    visit("hana").get(f"/keepings/{sheet}", 404)
