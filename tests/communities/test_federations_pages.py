"""Federations by page and over the API: strangers first; founded, joined, spoken for, left."""

from collections.abc import Callable

from sqlalchemy import select

from minga.communication.models import Notice
from minga.communities import queries
from minga.communities.models import Community
from minga.kit.delivery import deliver
from minga.kit.ids import Id
from minga.sharing.rules import Level
from tests.communities.federating import ONE_ENGINE, seat_of
from tests.communities.test_ties import with_token
from tests.communities.tying import listed
from tests.sharing.makers import post
from tests.village import Village
from tests.visitor import Visitor

__all__ = ["listed"]


@ONE_ENGINE
def test_a_federation_on_pages_and_over_the_api(
    listed: Village, visit: Callable[[str | None], Visitor]
) -> None:
    """S18 over HTTP: strangers first; founded, joined, spoken for, left; what was refused keeps what was typed."""
    ana, chidi, bruno, zoe, farid = (visit(name) for name in ("ana", "chidi", "bruno", "zoe", "farid"))
    for who, status in ((visit(None), 404), (zoe, 404), (bruno, 403)):
        who.get("/c/valley/federations/new", status)
    zoe.get("/c/valley/seats", 404)
    assert "No federation yet." in bruno.get("/c/valley/seats").text
    refused = ana.post("/c/valley/federations/new", {"name": "Alliance", "gives": "offer"}, 422)
    assert "at least two communities" in refused.text
    assert 'value="Alliance"' in refused.text
    wish = {"name": "Alliance", "gives": "offer", "invited": ["hill"], "scope_words": "The river"}
    asked = ana.post("/c/valley/federations/new", wish).headers["location"].split("?")[0]
    page = chidi.get(asked).text
    assert "found the federation “Alliance”" in page
    assert "offers" in page
    chidi.post(f"{asked}/yes")
    assert "Alliance" in bruno.get("/c/valley/ties").text
    inside = bruno.get("/c/alliance/seats").text
    assert "The river" in inside
    assert "Speak for it: Ana" in inside
    for path in ("/c/alliance/seats", "/c/alliance"):
        farid.get(path, 404)
    with listed.database.read() as session:
        made = session.scalars(select(Community.id).where(Community.slug == "alliance")).one()
        lines = [line.kind for line in queries.needs_of(session, listed.zoe, at=listed.clock())]
    assert lines == ["seat_asked"]
    seat_id = seat_of(listed, made, listed.hill)
    farid.get(f"/seats/{seat_id}", 404)
    bruno.get(f"/seats/{seat_id}", 403)
    assert "Take the seat" in zoe.get(f"/seats/{seat_id}").text
    zoe.post(f"/seats/{seat_id}/acceptance", {}, 422)
    zoe.post(f"/seats/{seat_id}/acceptance", {"gives": ["offer", "need"], "kinds": "item"})
    assert "Gives: offers and needs: Thing" in bruno.get("/c/alliance/seats").text
    with listed.database.write() as session:
        older = post(session, listed.zoe, listed.hill, "Plough", level=Level.PARTNERS, at=listed.clock())
    assert "Plough" in bruno.get("/c/valley/listings").text
    zoe.post(f"/seats/{seat_id}/notice", {"words": "We rest."})
    assert "Plough" not in bruno.get("/c/valley/listings").text
    bruno.get(f"/listings/{older.id}", 404)
    assert "We rest." in bruno.get(f"/seats/{seat_id}").text
    while deliver(listed.database, listed.clock):
        pass
    with listed.database.read() as session:
        told = session.scalars(select(Notice).where(Notice.ref_kind == "seat")).all()
        assert {one.person_id for one in told} == {listed.people["ana"], listed.people["zoe"]}
    over_the_api(listed, visit, seat_id)


def over_the_api(listed: Village, visit: Callable[[str | None], Visitor], seat_id: Id) -> None:
    ana, zoe, farid = (with_token(listed, visit, name) for name in ("ana", "zoe", "farid"))
    shown = ana("GET", "/communities/alliance/federation")
    assert (shown.status_code, shown.json()["communities"], shown.json()["inside"]) == (200, 2, True)
    assert farid("GET", "/communities/alliance/federation").status_code == 404
    assert farid("GET", f"/seats/{seat_id}").status_code == 404
    assert zoe("POST", f"/seats/{seat_id}/notice/withdrawal").json() == {"second": None}
    assert zoe("GET", f"/seats/{seat_id}").json()["state"] == "seated"
    sneaky = zoe("PUT", f"/seats/{seat_id}/gives", {"offers": True, "joined_at": "2026-01-01T00:00:00Z"})
    assert sneaky.status_code == 422
    narrower = {"offers": False, "needs": True, "kinds": ["item"]}
    assert zoe("PUT", f"/seats/{seat_id}/gives", narrower).json() == {"second": None}
    assert ana("POST", f"/seats/{seat_id}/notice", {}).status_code == 403
    assert ana("GET", "/communities/valley/seats").json()["items"][0]["federation_slug"] == "alliance"
    body = {"federation": "alliance", "words": "Us too"}
    assert farid("POST", "/communities/harbour/seats", body).status_code == 404  # it does not show itself
