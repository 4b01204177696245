"""S11 over HTTP: Edda has no device; Hana keeps her, enters a need for her, prints her sheet; Edda takes over with her card."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from minga.communication.commands import notify
from minga.communication.models import Notice
from minga.communication.rules import NoticeClass
from minga.communities.models import Keeping, Policy
from minga.identity.models import Person
from minga.interfaces.http import Node
from minga.interfaces.http.acting import COOKIE
from minga.kit.db import new_id
from minga.kit.delivery import deliver
from minga.kit.events import EventRow
from minga.kit.ids import Id
from minga.kit.refs import Ref
from minga.sharing.models import Ask, Listing
from tests.sharing.makers import post
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
KIND: dict[str, Any] = {"notice_class": NoticeClass.ANSWER}
NEED = {"direction": "need", "kind": "help", "terms": "gift", "level": "community"}


def kept(hana: Visitor, name: str = "Edda") -> tuple[Id, Id]:
    """Somebody whom Hana keeps: the keeping and the person."""
    led = hana.post("/c/valley/desk/people/new", {"name": name, "phone": "+57 300 765 43 21"})
    sheet = led.headers["location"].removeprefix("/keepings/")
    with hana.node.database.read() as session:
        return sheet, session.get_one(Keeping, sheet).person_id


def agree(hana: Visitor, sheet: Id, *scopes: str, days: int = 90) -> None:
    hana.post(f"/keepings/{sheet}/consent", {"scopes": list(scopes), "how": "phone", "days": str(days)})


def rows(node: Node, what: type) -> int:
    with node.database.read() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_edda_is_kept_acted_for_and_takes_over(node: Node, village: Village, visit: Visit) -> None:
    hana, bruno = visit("hana"), visit("bruno")
    for path in ("/c/valley/desk/people", "/c/valley/desk/people/new"):
        visit(None).get(path, 404)
        visit("zoe").get(path, 404)
        bruno.get(path, 403)
    wrong = hana.post("/c/valley/desk/people/new", {"name": "Edda", "phone": "call me"}, 422)
    assert "call me" in wrong.text
    sheet, edda = kept(hana)
    for path in (new_id(), sheet):
        visit(None).get(f"/keepings/{path}", 401)
    for who in ("zoe", "bruno"):
        visit(who).get(f"/keepings/{sheet}", 404)
        visit(who).post(f"/keepings/{sheet}/consent", {"scopes": "listings", "how": "phone"}, 404)
    new = "/c/valley/listings/new"
    said = {**NEED, "title": "Groceries on Friday", "_for": edda}
    refused = hana.post(new, said, 403)
    assert "has not agreed to that" in refused.text
    hana.post(f"/keepings/{sheet}/consent", {"how": "phone", "scopes": "everything"}, 422)
    agree(hana, sheet, "listings", "exchanges")

    hana.post("/acting", {"person": edda, "to": new})
    page = hana.get(f"{new}?direction=need&kind=help").text
    assert "You act for Edda" in page
    assert f'name="_for" value="{edda}"' in page
    assert "You act for" not in hana.get("/c/valley").text
    done = hana.post(new, said)
    assert done.headers["location"] == f"/keepings/{sheet}"
    assert not hana.client.cookies.get(COOKIE)
    with node.database.read() as session:
        listing = session.scalars(select(Listing)).one()
        assert (listing.owner_id, listing.title) == (edda, "Groceries on Friday")
        event = session.scalars(select(EventRow).where(EventRow.name == "ListingPublished")).one()
        assert (event.actor_id, event.for_id, event.via) == (edda, village.people["hana"], "desk")
    assert "entered by Hana" in bruno.get(f"/listings/{listing.id}").text
    assert "entered by" not in visit(None).get(f"/listings/{listing.id}", 404).text

    with village.database.write() as session:
        drill = post(session, village.bruno, village.valley, "Drill", at=village.clock())
    asked = hana.post(f"/listings/{drill.id}/asks", {"_for": edda, "words": "For Edda"})
    assert asked.headers["location"] == f"/keepings/{sheet}"
    with node.database.read() as session:
        assert session.scalars(select(Ask.person_id)).one() == edda
    while deliver(village.database, village.clock):  # what Edda is told about her need becomes letters
        pass
    with village.database.write() as session:
        told: dict[str, Any] = {"event_id": new_id(), "community_id": village.valley, "at": village.clock()}
        ref, sentence = Ref("listing", listing.id), "Bruno can help with “{title}”."
        notify(session, edda, ref=ref, sentence=sentence, facts={"title": "Groceries"}, **KIND, **told)
    assert "Letters to tell or print for Edda: 1." in hana.get("/needs").text
    assert "Bruno can help with “Groceries”." in hana.get("/c/valley/letters").text
    assert "Groceries" not in bruno.get("/c/valley/letters").text
    with node.database.read() as session:
        letter = session.scalars(select(Notice.id).where(Notice.person_id == edda)).one()
    for other in (bruno, visit("chidi")):
        other.post(f"/letters/{letter}/done", {"how": "phone"}, 404)
    hana.post(f"/letters/{letter}/done", {"how": "pigeon"}, 422)
    hana.post(f"/letters/{letter}/done", {"how": "phone"})
    assert "Letters to tell" not in hana.get("/needs").text
    printed = hana.get(f"/keepings/{sheet}").text
    for words in ("What was entered for you", "Groceries on Friday", "Drill"):
        assert words in printed
    acts = re.findall(rf"/keepings/{sheet}/acts/(\w+)/undo", printed)
    bruno.post(f"/keepings/{sheet}/acts/{acts[0]}/undo", {}, 404)
    hana.post(f"/keepings/{sheet}/acts/{acts[0]}/undo")
    hana.post(f"/keepings/{sheet}/acts/{acts[0]}/undo", {}, 409)
    with node.database.read() as session:
        assert session.scalars(select(Ask)).one().withdrawn_at is not None
    village.clock.forward(days=15)
    assert "/undo" not in hana.get(f"/keepings/{sheet}").text

    visit("zoe").post(f"/keepings/{sheet}/card", {}, 404)
    card = hana.follow(hana.post(f"/keepings/{sheet}/card")).text
    token = re.search(r"/claim/([\w-]+)", card)[1]  # type: ignore[index]
    stranger = visit(None)
    stranger.get(f"/claim/{token[:-1]}{'0' if token[-1] != '0' else '1'}", 404)
    stranger.get(f"/join/{token}", 404)
    assert "Hana of Valley looked after this account" in stranger.get(f"/claim/{token}").text
    stranger.post(f"/claim/{token}", {"means": "password", "password": "short"}, 422)
    stranger.post(f"/claim/{token}", {"means": "password", "password": "barley tram october night"})
    assert "Edda" in stranger.get("/me").text
    stranger.get(f"/listings/{listing.id}/edit")
    assert "Groceries on Friday" in stranger.get(f"/keepings/{sheet}").text
    visit(None).get(f"/claim/{token}", 404)
    before = rows(node, Listing)
    hana.post(new, {**NEED, "title": "More", "_for": edda}, 403)
    hana.post(f"/keepings/{sheet}/consent", {"scopes": "listings", "how": "phone"}, 409)
    hana.post(f"/keepings/{sheet}/card", {}, 409)
    hana.get(f"/listings/{listing.id}/edit", 404)
    assert rows(node, Listing) == before
    village.clock.forward(days=31)
    visit("hana").get(f"/keepings/{sheet}", 404)


def test_nobody_acts_for_somebody_who_did_not_agree(node: Node, village: Village, visit: Visit) -> None:
    """Forged ids, fields, cookies and headers: every way says the same to a stranger, and no row appears."""
    hana, bruno = visit("hana"), visit("bruno")
    sheet, edda = kept(hana)
    agree(hana, sheet, "listings", days=10)
    new, said = "/c/valley/listings/new", {**NEED, "title": "Forged"}
    before = rows(node, Listing)
    answers = {
        re.sub(r'nonce="[^"]*"|value="[^"]*"', "", bruno.post(new, {**said, "_for": who}, 404).text)
        for who in (new_id(), edda, village.people["ana"], "ana", "edda")
    }
    assert len(answers) == 1
    visit("zoe").post("/acting", {"person": edda, "to": new}, 404)
    bruno.client.cookies.set(COOKIE, edda, domain=node.host)
    bruno.get(new, 404)
    assert bruno.client.cookies.get(COOKIE) is None
    hana.post(new, {**said, "_for": village.people["hana"]}, 409)
    hana.post(new, {**said, "_for": village.people["bruno"]}, 404)
    for path in ("/c/valley/leave", "/me/tokens", f"/keepings/{sheet}/card", "/c/valley/invites/new"):
        assert "cannot be done for somebody else" in hana.post(path, {"_for": edda}, 403).text
    hana.post("/me/profile", {"_for": edda, "name": "Edda the second"}, 403)
    agree(hana, sheet, "listings", "profile", days=10)
    hana.post("/me/profile", {"_for": edda, "mail": "hana@example.org"}, 422)
    village.clock.forward(days=10)
    hana.post(new, {**said, "_for": edda}, 403)
    assert rows(node, Listing) == before

    agree(hana, sheet, "listings")
    with village.database.write() as session:  # one's own switch, and nobody without a role
        session.get_one(Person, edda).suspended_at = village.clock()
    hana.post(new, {**said, "_for": edda}, 404)
    bruno.post("/acting/switch", {"community": "valley", "scopes": "listings"})
    hana.post(new, {**said, "title": "For Bruno", "_for": village.people["bruno"]})
    visit("farid").post(new, {**said, "_for": village.people["bruno"]}, 404)
    bruno.post("/acting/switch", {"community": "valley"})
    hana.post(new, {**said, "_for": village.people["bruno"]}, 404)
    assert rows(node, Listing) == before + 1


def test_keeping_goes_on_only_with_a_yes(node: Node, village: Village, visit: Visit) -> None:
    hana, dara = visit("hana"), visit("dara")
    sheet, edda = kept(hana)
    agree(hana, sheet, "listings")
    for nobody in ("dara", "zoe", "nobody", "edda", "hana"):
        hana.post(f"/keepings/{sheet}/handover", {"to": nobody}, 422)
    hana.post(f"/keepings/{sheet}/handover", {"to": "bruno"})
    dara.post(f"/keepings/{sheet}/handover", {"answer": "yes"}, 404)
    hana.post(f"/keepings/{sheet}/handover", {"answer": "yes"}, 404)
    bruno = visit("bruno")
    assert "+57" not in bruno.get(f"/keepings/{sheet}").text
    bruno.post(f"/keepings/{sheet}/consent", {"scopes": "listings", "how": "phone"}, 404)
    assert "look after Edda" in bruno.get("/needs").text
    led = bruno.post(f"/keepings/{sheet}/handover", {"answer": "yes"}).headers["location"]
    assert "+57" in bruno.get(led).text
    bruno.post("/c/valley/listings/new", {**NEED, "title": "Wood", "_for": edda})
    visit("hana").get(f"/keepings/{sheet}", 404)
    with village.database.write() as session:
        session.add(
            Policy(
                community_id=village.valley,
                key="acting.people_max",
                value=0,
                since_at=village.clock() - timedelta(days=1),
                made_at=village.clock(),
            )
        )
    refused = hana.post("/c/valley/desk/people/new", {"name": "Emil"}, 409)
    assert "You keep 0 people already" in refused.text
