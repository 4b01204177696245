"""Belonging by REST: agreements, reports, households, letters, lists of members, federations and lessons, as their people do it."""

from typing import Any

import pytest
from sqlalchemy import select

from minga.communication.commands import notify
from minga.communication.models import Notice
from minga.communication.rules import NoticeClass
from minga.communities.commands.membership import live_membership
from minga.communities.models import Community, Keeping, Mandate, Policy
from minga.kit.ids import new_id
from minga.kit.refs import Ref
from tests.communities.tying import listed as listed
from tests.interfaces.test_api_exchanges import Call
from tests.interfaces.test_api_exchanges import call as call
from tests.sharing import neighbours
from tests.sharing.test_lessons import add, knitting, take
from tests.village import Village

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
"""What the databases do differently is tested where the commands are."""


def yes(call: Call, who: str) -> None:
    """The second person's yes to whatever waits for them."""
    [line] = [one for one in call(who, "GET", "/me/needs")["items"] if one["kind"] == "second_needed"]
    call(who, "POST", f"/seconds/{line['about'].partition(':')[2]}/yes")


def test_what_is_agreed_is_published_by_two_and_accepted_or_not(village: Village, call: Call) -> None:
    text = {"language": "en", "title": "Peace", "words": "1. Be kind."}
    body = {"key": "kind", "texts": [text], "must_accept": True}
    call("bruno", "POST", "/communities/valley/agreements", body, 403)
    assert call("ana", "POST", "/communities/valley/agreements", body, 201)["agreed"] is False
    assert call("bruno", "GET", "/communities/valley/agreements")["items"] == []
    yes(call, "chidi")
    [found] = call("bruno", "GET", "/communities/valley/agreements")["items"]
    version = call("bruno", "GET", f"/agreements/{found['id']}")["shown"]["id"]
    call("zoe", "POST", f"/agreements/{found['id']}/acceptance", {"version_id": version}, 404)
    call("bruno", "POST", f"/agreements/{found['id']}/acceptance", {"version_id": version})
    call("dara", "POST", f"/agreements/{found['id']}/refusal", {"version_id": version}, 204)
    for who, accepted in (("bruno", True), ("dara", False)):
        [line] = call(who, "GET", "/communities/valley/agreements")["items"]
        assert bool(line["accepted_at"]) is accepted


def test_a_report_is_taken_given_back_answered_and_looked_at_again(village: Village, call: Call) -> None:
    advert = neighbours.drill(village)
    body = {"about": f"listing:{advert}", "words": "This is an advert.", "clause": "No adverts"}
    call("zoe", "POST", "/reports", body, 404)
    made = call("dara", "POST", "/reports", body, 201)["id"]
    call("bruno", "GET", f"/reports/{made}", status=404)
    call("chidi", "POST", f"/reports/{made}/taking")
    call("chidi", "POST", f"/reports/{made}/return")
    call("chidi", "POST", f"/reports/{made}/taking")
    call("chidi", "POST", f"/reports/{made}/answer", {"measure": "hide", "words": "We agreed on that."})
    call("bruno", "GET", f"/listings/{advert}", status=404)
    call("ana", "POST", f"/reports/{made}/appeal", {"words": "It is a drill."})
    assert "dara" not in str(call("ana", "GET", f"/reports/{made}")).lower()
    other = call("dara", "POST", "/reports", body | {"about": f"listing:{neighbours.drill(village)}"}, 201)[
        "id"
    ]
    call("dara", "POST", f"/reports/{other}/withdrawal")


def test_a_household_is_founded_and_somebody_asked_in(village: Village, call: Call) -> None:
    home = call("bruno", "POST", "/communities/valley/households", {"name": "Mill 3"}, 201)["id"]
    call("dara", "POST", f"/households/{home}/seats", {"handle": "dara"}, 403)
    call("bruno", "POST", f"/households/{home}/seats", {"handle": "hana"}, 201)
    [line] = [one for one in call("hana", "GET", "/me/needs")["items"] if one["kind"] == "household_asked"]
    seat = line["acts"][0]["address"].split("/")[2] if "acts" in line else ""
    seat = seat or call("hana", "GET", f"/households/{home}")["asked_me"]
    call("dara", "POST", f"/household-seats/{seat}/answer", {"accept": True}, 404)
    answered = call("hana", "POST", f"/household-seats/{seat}/answer", {"accept": True})
    assert {one["handle"] for one in answered["seats"]} == {"bruno", "hana"}


def test_a_letter_is_told(village: Village, call: Call) -> None:
    kept = call("hana", "POST", "/communities/valley/keepings", {"name": "Emma"}, 201)["id"]
    with village.database.write() as session:
        emma = session.get_one(Keeping, kept).person_id
        notify(
            session,
            emma,
            ref=Ref("keeping", kept),
            sentence="The hall is open.",
            facts={},
            notice_class=NoticeClass.ANSWER,
            event_id=new_id(),
            community_id=village.valley,
            at=village.clock(),
        )
        letter = session.scalars(select(Notice.id).where(Notice.person_id == emma)).one()
    call("bruno", "POST", f"/letters/{letter}/done", {"how": "phone"}, 404)
    call("hana", "POST", f"/letters/{letter}/done", {"how": "phone"}, 204)


def test_a_list_of_members_is_looked_through_and_applied_on_its_page_only(
    village: Village, call: Call
) -> None:
    call("bruno", "POST", "/communities/valley/imports", {"csv": "name\nKim\n"}, 403)
    made = call("ana", "POST", "/communities/valley/imports", {"csv": "name\nKim\n"}, 201)["id"]
    assert call("ana", "POST", f"/imports/{made}/application", status=403)["code"] == "confirm"
    call("ana", "DELETE", f"/imports/{made}", status=204)


def seat(call: Call, who: str, c: str) -> Any:
    """The one seat that a community has or is offered."""
    every = call(who, "GET", f"/communities/{c}/seats")["items"]
    [found] = [one for one in every if one["state"] != "declined"]
    return found


@pytest.mark.usefixtures("listed")
def test_a_federation_from_founding_to_exclusion(village: Village, call: Call) -> None:
    body = {"name": "Alliance", "invited": ["harbour"]}
    assert call("ana", "POST", "/communities/valley/federations", body, 202)["second"]
    yes(call, "chidi")
    theirs = seat(call, "farid", "harbour")["id"]
    call("farid", "POST", f"/seats/{theirs}/acceptance", {})
    yes(call, "gita")
    invited = call("ana", "POST", "/communities/alliance/seat-invitations", {"community": "hill"}, 201)["id"]
    call("zoe", "POST", f"/seats/{invited}/refusal")
    call(
        "zoe", "POST", "/communities/hill/seats", {"federation": "alliance"}, 404
    )  # it shows itself to nobody yet
    with village.database.write() as session:
        alliance = session.scalars(select(Community.id).where(Community.slug == "alliance")).one()
        shown = {"key": "community.listed", "value": "node", "since_at": village.clock()}
        session.add(Policy(community_id=alliance, made_at=village.clock(), **shown))
    asked = call("zoe", "POST", "/communities/hill/seats", {"federation": "alliance"})
    assert asked["second"] is None
    call("farid", "POST", f"/seats/{seat(call, 'zoe', 'hill')['id']}/acceptance", {})
    own = seat(call, "ana", "valley")["id"]
    with village.database.read() as session:
        bruno = live_membership(session, village.valley, village.people["bruno"])
        assert bruno is not None
        membership = bruno.id
    call("ana", "POST", f"/seats/{own}/mandates", {"membership": membership}, 202)
    yes(call, "chidi")
    with village.database.read() as session:
        mandate = session.scalars(select(Mandate.id).where(Mandate.membership_id == membership)).one()
    call("ana", "POST", f"/mandates/{mandate}/recall")
    call("ana", "POST", f"/seats/{seat(call, 'zoe', 'hill')['id']}/exclusion", {"words": "Twice late"}, 202)
    call("farid", "POST", f"/seats/{theirs}/notice", {"words": "We go."}, 202)
    yes(call, "gita")
    assert call("farid", "GET", f"/seats/{theirs}")["state"] == "leaving"


def test_a_lesson_whose_leader_takes_somebody_off_and_notes_who_came(village: Village, call: Call) -> None:
    [lesson] = add(village, knitting(village), days=2)
    for who in (village.bruno, village.hana):
        take(village, who, lesson)
    bruno, hana = village.people["bruno"], village.people["hana"]
    call("hana", "DELETE", f"/lessons/{lesson}/people/{bruno}", status=404)
    call("ana", "DELETE", f"/lessons/{lesson}/people/{bruno}", status=204)
    village.clock.forward(days=2, hours=3)
    call("hana", "PUT", f"/lessons/{lesson}/attendance", {"came": {hana: True}}, 403)
    noted = call("ana", "PUT", f"/lessons/{lesson}/attendance", {"came": {hana: True}})
    assert [(one["handle"], one["came"]) for one in noted["people"]] == [("hana", True)]
