"""Roles, rules, groups and the second yes over the real application."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from minga.communities import access
from minga.communities.models import Membership, Role, RoleGrant
from minga.communities.rules import CAPABILITIES
from minga.identity import Actor
from minga.interfaces.http import Node
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def second_of(answer: Any) -> str:
    place = str(answer.headers["location"])
    assert place.startswith("/seconds/"), place
    return place


def role_id(node: Node, village: Village, key: str) -> str:
    with node.database.read() as session:
        return session.scalars(
            select(Role.id).where(Role.community_id == village.valley, Role.key == key)
        ).one()


def membership_id(node: Node, village: Village, name: str) -> str:
    with node.database.read() as session:
        return session.scalars(
            select(Membership.id).where(
                Membership.community_id == village.valley, Membership.person_id == village.people[name]
            )
        ).one()


def test_a_rule_changes_by_two_stewards(visit: Visit) -> None:
    ana, chidi, bruno = visit("ana"), visit("chidi"), visit("bruno")
    page = bruno.get("/c/valley/rules").text
    assert "How many days a trial lasts." in page
    bruno.post("/c/valley/rules/joining.trial_days", {"value": "7"}, status=403)
    ana.post("/c/valley/rules/joining.trial_days", {"value": "9999"}, status=422)
    asked = ana.post("/c/valley/rules/joining.trial_days", {"value": "7", "note": "We grow", "urgent": "1"})
    place = second_of(asked)
    assert "Somebody else has to agree. You already did." in ana.get(place).text
    bruno.get(place, 404)
    visit("zoe").get(place, 404)
    ana.post(f"{place}/yes", status=403)
    assert "We grow" in chidi.get(place).text
    chidi.post(f"{place}/yes")
    history = bruno.get("/c/valley/rules/joining.trial_days").text
    assert "We grow" in history
    assert "with Chidi" in history
    visit("zoe").get("/c/valley/rules/joining.trial_days", 404)
    ana.get("/c/valley/rules/joining.mood", 404)


def test_a_no_of_the_second_person_changes_nothing(visit: Visit) -> None:
    ana, chidi = visit("ana"), visit("chidi")
    place = second_of(ana.post("/c/valley/rules/joining.way", {"value": "open", "urgent": "1"}))
    chidi.post(f"{place}/no")
    assert "By an invitation of a member" in ana.get("/c/valley/rules/joining.way").text
    chidi.post(f"{place}/yes", status=409)


def test_the_matrix_says_what_may_says(visit: Visit, node: Node, village: Village) -> None:
    """Each cell of the page is compared with the decision for somebody who holds just that role."""
    page = visit("bruno").get("/c/valley/roles/matrix").text
    names = re.findall(r'<th scope="col"><bdi>([^<]+)</bdi>', page)
    rows = dict(re.findall(r'<tr data-capability="([^"]+)">(.*?)</tr>', page, re.S))
    assert set(rows) == set(CAPABILITIES)
    for person, standing in (("bruno", "Member"), ("dara", "Newcomer")):
        column = names.index(standing)
        actor = Actor(village.people[person], confirmed_at=node.clock())
        with node.database.read() as session:
            for name, row in rows.items():
                cells = re.findall(r"<td>(.*?)</td>", row, re.S)
                said = access.may(session, actor, name, village.valley, at=node.clock(), seconded=True)
                assert ("<svg" in cells[column]) == bool(said), (person, name)


def test_a_role_is_given_and_ended(visit: Visit, node: Node, village: Village) -> None:
    ana, hana = visit("ana"), visit("hana")
    welcomers, bruno = role_id(node, village, "welcomer"), membership_id(node, village, "bruno")
    hana.post(f"/roles/{welcomers}/grants", {"membership_id": bruno}, status=403)
    ana.post(f"/roles/{welcomers}/grants", {"membership_id": bruno})
    assert "Bruno" in hana.get(f"/roles/{welcomers}").text
    visit("bruno").get("/c/valley/applications")
    with node.database.read() as session:
        grant = session.scalars(select(RoleGrant.id).where(RoleGrant.membership_id == bruno)).one()
    visit("bruno").post(f"/grants/{grant}/end")
    visit("bruno").get("/c/valley/applications", 403)
    visit("zoe").get(f"/roles/{welcomers}", 404)
    visit("zoe").post(f"/grants/{grant}/end", status=404)


def test_a_role_edited_by_one_steward_waits_for_the_second(
    visit: Visit, node: Node, village: Village
) -> None:
    """S26."""
    ana, chidi = visit("ana"), visit("chidi")
    members = role_id(node, village, "member")
    fields = {"name": "Member", "capabilities": ["community.see", "listing.pin"], "urgent": "1"}
    place = second_of(ana.post(f"/roles/{members}", fields))
    with node.database.read() as session:
        bruno = Actor(village.people["bruno"])
        assert not access.may(session, bruno, "listing.pin", village.valley, at=node.clock())
    chidi.post(f"{place}/yes")
    with node.database.read() as session:
        assert access.may(session, bruno, "listing.pin", village.valley, at=node.clock())
        assert not access.may(session, bruno, "ask.make", village.valley, at=node.clock())
    ana.get(f"/roles/{members}")


def test_the_last_steward_is_told_to_hand_the_role_on(visit: Visit) -> None:
    page = visit("zoe").post("/c/hill/leave", status=409).text
    assert "You are the last steward. Hand the role on first." in page


@pytest.mark.parametrize("who", ["zoe", "dara", None, "ivo", "chidi"])
def test_a_quiet_group_is_known_to_its_members_alone(
    visit: Visit, node: Node, village: Village, who: str | None
) -> None:
    """S20, I17: page, list, counts, log, search of communities: the same bytes as for what never was."""
    bruno, outsider = visit("bruno"), visit(who)
    before = {path: outsider.client.get(path).text for path in PUBLIC}
    made = bruno.post("/c/valley/subgroups/new", {"name": "Night watch", "mode": "quiet"})
    place = made.headers["location"]
    assert "Night watch" in bruno.get(place).text
    assert "Night watch" in bruno.get("/c/valley/subgroups").text
    for path in ("", "/rules", "/roles", "/subgroups", "/invites", "/settings", "/leave", "/log"):
        there = outsider.client.get(place + path)
        nowhere = outsider.client.get("/c/never-was-there" + path)
        assert there.status_code == nowhere.status_code
        assert plain(there.text) == plain(nowhere.text)
    for path in PUBLIC:
        assert plain(outsider.client.get(path).text) == plain(before[path]), path


PUBLIC = ("/c/valley", "/c/valley/subgroups", "/communities", "/c/valley/roles", "/me/communities")


def plain(text: str) -> str:
    """The page without what differs on every answer."""
    return re.sub(r'(nonce|value|href|action|content)="[^"]*"', "", re.sub(r"/c/[a-z-]+", "", text))


def test_an_open_group_is_joined_with_one_button(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    place = ana.post("/c/valley/subgroups/new", {"name": "Garden", "mode": "open"}).headers["location"]
    assert "Garden" in bruno.get("/c/valley/subgroups").text
    bruno.post(f"{place}/membership")
    assert "you are in it" in bruno.get("/c/valley/subgroups").text
    visit("zoe").post(f"{place}/membership", status=404)
    asked = ana.post("/c/valley/subgroups/new", {"name": "Kitchen", "mode": "asked"}).headers["location"]
    bruno.post(f"{asked}/membership", status=403)
    bruno.post(f"{asked}/apply", {"words": "I cook."})


def test_groups_lie_at_most_four_levels_deep(visit: Visit) -> None:
    ana = visit("ana")
    place = "/c/valley"
    for name in ("One", "Two", "Three"):
        place = ana.post(f"{place}/subgroups/new", {"name": name}).headers["location"]
    page = ana.post(f"{place}/subgroups/new", {"name": "Four"}, status=409).text
    assert "Groups lie at most 4 levels deep." in page


def test_a_trial_is_ended_by_a_welcomer_on_the_page(visit: Visit, node: Node, village: Village) -> None:
    hana, dara = visit("hana"), membership_id(node, village, "dara")
    assert "Make a full member" in hana.get(f"/members/{dara}").text
    assert "Make a full member" not in visit("bruno").get(f"/members/{dara}").text
    visit("dara").post(f"/members/{dara}/full", status=403)
    hana.post(f"/members/{dara}/trial", {"until_on": "24.12.2026"})
    hana.post(f"/members/{dara}/full")
    hana.post(f"/members/{dara}/trial", {"until_on": "24.12.2026"}, status=409)
    visit("zoe").get(f"/members/{dara}", 404)


def test_rules_and_the_log_speak_in_words(visit: Visit) -> None:
    """No page shows True, False or a key of ours: rule, history, what waits, log and the history of a role."""
    ana, chidi, bruno = visit("ana"), visit("chidi"), visit("bruno")
    rules = bruno.get("/c/valley/rules").text
    assert "Whether things and work may be shared for money." in rules
    assert "<strong>No</strong>" in rules
    for raw in (">True<", ">False<", ">partners<"):
        assert raw not in rules
    place = second_of(ana.post("/c/valley/rules/money.on", {"value": "yes", "urgent": "1"}))
    assert "<dd>Yes</dd>" in chidi.get(place).text
    chidi.post(f"{place}/yes")
    rule = bruno.get("/c/valley/rules/money.on").text
    assert '<p class="figure">Yes</p>' in rule
    assert "<strong>Yes</strong>" in rule
    log = ana.get("/c/valley/log").text
    assert "<span>Whether things and work may be shared for money.</span>" in log
    assert "<span>changing a rule</span>" in log
    for raw in ("money.on", "policy.set", ">True<"):
        assert raw not in log
