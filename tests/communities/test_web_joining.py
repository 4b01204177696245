"""Founding, inviting and joining over the real application."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from minga.communities.models import Application, Community, Membership
from minga.identity.models import Person
from minga.interfaces.http import Node
from minga.kit.clock import FixedClock
from minga.kit.jobs import work_once
from minga.kit.schedule import enqueue_due
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
PASSWORD = "barley tram october lamp"


def link_on(page: Any) -> str:
    """The path of the invitation's link that a page shows."""
    found = re.search(r'value="http://[^"/]+(/join/[0-9A-Z-]+)"', page.text)
    assert found, page.text[:2000]
    return found[1]


def invite(visitor: Visitor, **fields: Any) -> str:
    made = visitor.post(
        "/c/valley/invites/new", {"joining": "at_once", "uses_max": "1", "days": "14", **fields}
    )
    return link_on(visitor.follow(made))


def test_founding_ends_with_an_invitation_that_lets_a_neighbour_in(visit: Visit, node: Node) -> None:
    """S1 from the wizard on: five questions, a link, and Bruno sees his community."""
    ivo, newcomer = visit("ivo"), visit(None)
    ivo.get("/first/community")
    made = ivo.post("/first/community", {"name": "Río Arriba", "template": "tool_library", "language": "es"})
    assert made.headers["location"] == "/c/rio-arriba/ready"
    link = link_on(ivo.follow(made))
    assert "Río Arriba" in newcomer.get(link).text
    joined = newcomer.post(link, {"name": "Karla", "means": "password", "password": PASSWORD})
    assert joined.headers["location"] == "/c/rio-arriba"
    assert "Río Arriba" in newcomer.follow(joined).text
    with node.database.read() as session:
        karla = session.scalars(select(Person).where(Person.name == "Karla")).one()
        membership = session.scalars(select(Membership).where(Membership.person_id == karla.id)).one()
        assert membership.sponsor_id is not None
        assert membership.trial_ends_at is not None


def test_a_name_is_asked_and_a_taken_address_named(visit: Visit) -> None:
    ivo = visit("ivo")
    assert "Write the name." in ivo.post("/communities/new", {"name": ""}, status=422).text
    page = ivo.post("/communities/new", {"name": "Valley", "slug": "valley"}, status=409)
    assert "The address “valley” is taken. Free: valley-2." in page.text
    assert ivo.post("/communities/new", {"name": "Me", "slug": "admin"}, status=422).text.count("kept free")


def test_who_is_on_trial_founds_nothing(visit: Visit) -> None:
    visit("dara").post("/communities/new", {"name": "Mine"}, status=403)


@pytest.mark.parametrize("wrong", ["0000", "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6", "%00", "é" * 30])
def test_every_link_that_opens_nothing_gets_the_same_page(visit: Visit, wrong: str) -> None:
    """S5: unknown, forged, expired, revoked, used up: one page, 404."""
    ana, stranger = visit("ana"), visit(None)
    dead = invite(ana)
    ana.post(f"/invites/{last_invite(ana)}/revocation")
    one, other = stranger.get(dead, 404), stranger.get(f"/join/{wrong}", 404)
    assert "This invitation does not work any more." in one.text
    assert plain(one.text) == plain(other.text)


def plain(text: str) -> str:
    """The page without what differs on every answer."""
    return re.sub(r'(nonce|value|href|action|content)="[^"]*"', "", re.sub(r"/join/[^\"<]*", "", text))


def last_invite(visitor: Visitor) -> str:
    return str(re.findall(r"/invites/([0-9a-f]{32})", visitor.get("/c/valley/invites").text)[0])


def test_reissuing_kills_the_old_card_and_keeps_the_uses(visit: Visit) -> None:
    """S4."""
    ana, karla, lena = visit("ana"), visit(None), visit(None)
    old = invite(ana, uses_max="2")
    karla.post(old, {"name": "Karla", "means": "neither"})
    id = last_invite(ana)
    new = link_on(ana.follow(ana.post(f"/invites/{id}/reissue")))
    assert new != old
    lena.get(old, 404)
    lena.post(new, {"name": "Lena", "means": "neither"})
    visit(None).get(new, 404)


def test_a_member_of_elsewhere_joins_with_one_button(visit: Visit, village: Village, node: Node) -> None:
    link = invite(visit("ana"))
    zoe = visit("zoe")
    assert "Join Valley as Zoe" in zoe.get(link).text
    assert zoe.post(link).headers["location"] == "/c/valley"
    bruno = visit("bruno")
    again = invite(visit("chidi"))
    assert bruno.get(again, 303).headers["location"] == "/c/valley"
    with node.database.read() as session:
        live = (
            select(func.count())
            .select_from(Membership)
            .where(Membership.person_id == village.people["zoe"], Membership.community_id == village.valley)
        )
        assert session.scalar(live) == 1


def test_a_taken_handle_and_a_weak_password_are_said_at_the_field_and_store_nothing(
    visit: Visit, node: Node
) -> None:
    link, karla = invite(visit("ana")), visit(None)
    page = karla.post(link, {"name": "Bruno", "handle": "bruno", "means": "neither"}, status=409)
    assert "The name @bruno is taken. Free: @bruno2" in page.text
    karla.post(link, {"name": "Karla", "means": "password", "password": "password1234"}, status=422)
    with node.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 9
    karla.post(link, {"name": "Karla", "means": "neither"})


def test_members_invite_and_welcomers_answer(visit: Visit, village: Village, node: Node) -> None:
    """S14 as far as there are no questions yet: sent, seen, answered, told."""
    bruno, hana, karla = visit("bruno"), visit("hana"), visit(None)
    bruno.post("/c/valley/invites/new", {"joining": "at_once"}, status=403)
    link = invite(bruno, joining="asked")
    sent = karla.post(link, {"name": "Karla", "means": "neither", "words": "I mend bicycles."})
    place = sent.headers["location"]
    assert "Sent" in karla.get(place).text
    karla.get("/c/valley", 404)
    bruno.get(place, 404)
    bruno.get("/c/valley/applications", 403)
    assert "I mend bicycles." in hana.get(place).text
    assert "Karla" in hana.get("/c/valley/applications").text
    karla.post(f"{place}/answer", {"accept": "yes"}, status=404)
    hana.post(f"{place}/answer", {"accept": "yes"})
    karla.get("/c/valley")
    hana.post(f"{place}/answer", {"accept": "yes"}, status=409)
    with node.database.read() as session:
        one = session.scalars(select(Application)).one()
        made = session.scalars(select(Membership).where(Membership.person_id == one.person_id)).one()
        sponsor = session.get_one(Membership, made.sponsor_id)
        assert sponsor.person_id == village.people["bruno"]


def test_a_no_is_told_with_its_reason(visit: Visit) -> None:
    hana, karla = visit("hana"), visit(None)
    link = invite(visit("bruno"), joining="asked")
    place = karla.post(link, {"name": "Karla", "means": "neither"}).headers["location"]
    hana.post(f"{place}/answer", {"accept": "no"}, status=422)
    hana.post(f"{place}/answer", {"accept": "no", "reason": "We are full until spring."})
    assert "We are full until spring." in karla.get(place).text
    karla.post(f"{place}/withdrawal", status=409)


def test_the_link_is_the_makers_alone(visit: Visit) -> None:
    bruno, ana = visit("bruno"), visit("ana")
    link = invite(bruno, joining="asked", for_whom="Karla")
    id = last_invite(bruno)
    seen = ana.get(f"/invites/{id}").text
    assert "Karla" in seen
    assert link.split("/")[-1] not in seen
    ana.get(f"/invites/{id}/card", 404)
    assert link.split("/")[-1] in bruno.get(f"/invites/{id}/card").text
    visit("dara").get(f"/invites/{id}", 404)
    visit("zoe").get(f"/invites/{id}", 404)


def test_an_old_address_leads_to_the_new_one_but_only_those_who_may_see(visit: Visit, node: Node) -> None:
    ana = visit("ana")
    ana.post("/c/valley/settings", {"name": "Valley", "slug": "green-valley"})
    moved = visit("bruno").get("/c/valley", 308)
    assert moved.headers["location"] == "/c/green-valley"
    visit("zoe").get("/c/valley", 404)
    visit("ivo").post("/communities/new", {"name": "Other", "slug": "valley"}, status=409)
    ana.post("/c/green-valley/settings", {"name": "Valley", "slug": "valley"})
    assert visit("bruno").get("/c/green-valley", 308).headers["location"] == "/c/valley"


def test_leaving_and_resting_on_pages(visit: Visit, node: Node, village: Village) -> None:
    bruno = visit("bruno")
    bruno.get("/c/valley/leave")
    bruno.post("/c/valley/rest", {"until_on": "22.12.2026"})
    assert "Resting" in bruno.get("/me/communities").text
    bruno.post("/c/valley/leave")
    bruno.get("/c/valley", 404)
    visit("zoe").get("/c/valley/leave", 404)


def test_no_community_shows_itself_unless_it_is_listed(visit: Visit, node: Node) -> None:
    page = visit("zoe").get("/communities").text
    assert "Hill" in page
    assert "Valley" not in page
    with node.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Community)) == 3


def test_only_wrong_links_are_counted_for_a_network(visit: Visit) -> None:
    """§2.5: after 20 wrong tokens an hour from one network nothing is tried any more, a street that joins is welcome."""
    link = invite(visit("ana"), uses_max="30")
    for n in range(24):
        visit(None).post(link, {"name": f"Newcomer {n}", "means": "neither"})
    for _ in range(20):
        visit(None).get("/join/0000-0000", 404)
    visit(None).get("/join/0000-0000", 429)
    visit(None).get(link, 429)


def picture(colour: str, **more: Any) -> tuple[str, bytes, str]:
    file = io.BytesIO()
    Image.new("RGB", (1200, 800), colour).save(file, "JPEG", **more)
    return ("us.jpg", file.getvalue(), "image/jpeg")


def test_a_photo_in_an_invitation(visit: Visit, node: Node) -> None:
    """WB-1.4: shown to whoever holds the link, bare of what the camera wrote; it goes with the words."""
    ana, bruno, stranger = visit("ana"), visit("bruno"), visit(None)
    terms = {"joining": "at_once", "uses_max": "1", "days": "14", "for_whom": "Lena"}
    drawing = ("us.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")
    page = ana.post("/c/valley/invites/new", terms, status=422, files={"photo": drawing}).text
    assert "Drawings in SVG are not taken" in page
    assert 'value="Lena"' in page
    camera = Image.Exif()
    camera[0x010E] = "taken at Lena's door"
    sent = ana.post("/c/valley/invites/new", terms, files={"photo": picture("green", exif=camera)})
    at = sent.headers["location"]
    link = link_on(ana.follow(sent))
    assert f'src="{link}/photo"' in stranger.get(link).text
    shown = stranger.get(f"{link}/photo")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "private, no-store"
    assert b"door" not in shown.content
    assert Image.open(io.BytesIO(shown.content)).size == (960, 640)
    assert ana.get(f"{at}/photo").content == shown.content
    bruno.get(f"{at}/photo", 404)
    stranger.get("/join/0000/photo", 404)

    ana.post(f"{at}/words", {"greeting": "Come!"})
    assert stranger.get(f"{link}/photo").content == shown.content
    assert "SVG" in ana.post(f"{at}/words", {"greeting": "Come!"}, status=422, files={"photo": drawing}).text
    ana.post(f"{at}/words", {"greeting": "Come!"}, files={"photo": picture("blue")})
    assert stranger.get(f"{link}/photo").content != shown.content
    work_once(node.database, node.clock, node.settings)
    assert len(list(node.blobs.manifest())) == 1
    ana.post(f"{at}/words", {"greeting": "Come!", "remove_photo": "1"})
    assert "/photo" not in stranger.get(link).text
    stranger.get(f"{link}/photo", 404)
    ana.get(f"{at}/photo", 404)
    work_once(node.database, node.clock, node.settings)
    assert not list(node.blobs.manifest())


def test_the_photo_goes_30_days_after_the_last_invitation_that_shows_it(
    visit: Visit, node: Node, clock: FixedClock
) -> None:
    ana = visit("ana")
    for days in ("14", "20"):
        terms = {"joining": "at_once", "uses_max": "1", "days": days}
        ana.post("/c/valley/invites/new", terms, files={"photo": picture("green")})
    assert len(list(node.blobs.manifest())) == 1
    for forward, left in ((43, 1), (2, 1), (6, 0)):
        clock.forward(days=forward)
        for _ in range(2):
            enqueue_due(node.database, clock)
            work_once(node.database, clock, node.settings)
        assert len(list(node.blobs.manifest())) == left
