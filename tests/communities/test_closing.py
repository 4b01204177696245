"""Closing a community for good: two stewards, two weeks, a fifth of the members; and what stays possible then."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from minga.communication.models import Notice
from minga.communities import access, commands, queries
from minga.communities.models import Closing, Community
from minga.communities.rules.closing import NOTICE, QUIET
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.clock import FixedClock
from minga.kit.delivery import deliver
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.ids import Id, new_id
from tests.village import NOBODY, Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def ask(village: Village, who: Actor, words: str = "We join Harbour.") -> Id:
    with village.database.write() as session:
        return commands.ask_to_close(session, who, village.valley, words=words, at=village.clock()).id


def announce(village: Village) -> None:
    second = ask(village, village.ana)
    with village.database.write() as session:
        commands.agree(session, village.chidi, second, at=village.clock())


def lines(village: Village, who: str) -> set[str]:
    with village.database.read() as session:
        return {one.kind for one in queries.needs_of(session, village.actor(who), at=village.clock())}


def state(village: Village) -> str:
    with village.database.read() as session:
        return queries.closing(session, village.bruno, village.valley, at=village.clock()).state


def test_strangers_find_nothing_members_may_not_and_one_steward_is_not_enough(village: Village) -> None:
    for actor, error in ((NOBODY, NotFound), (village.zoe, NotFound), (village.bruno, Forbidden)):
        with pytest.raises(error):
            ask(village, actor)
    with pytest.raises(NotFound), village.database.read() as session:
        queries.closing(session, village.zoe, village.valley, at=village.clock())
    with pytest.raises(Invalid):
        ask(village, village.ana, " ")
    second = ask(village, village.ana)
    assert state(village) == "open"
    with pytest.raises(Forbidden), village.database.write() as session:
        commands.agree(session, village.ana, second, at=village.clock())
    with pytest.raises(Conflict), village.database.write() as session:  # nothing to object to yet
        commands.object_to_closing(session, village.bruno, village.valley, at=village.clock())


def test_enough_objections_stop_it_at_once_and_others_do_not_count(
    village: Village, clock: FixedClock
) -> None:
    announce(village)
    with pytest.raises(Conflict):
        ask(village, village.chidi)
    assert "community_closes" in lines(village, "bruno")
    assert "community_closes" not in lines(village, "dara") | lines(village, "zoe")
    for actor, error in ((village.zoe, NotFound), (village.dara, Forbidden)):  # a stranger, and one on trial
        with pytest.raises(error), village.database.write() as session:
            commands.object_to_closing(session, actor, village.valley, at=clock())
    with village.database.write() as session:
        found = commands.object_to_closing(session, village.bruno, village.valley, words="No!", at=clock())
        assert found.stopped_at == clock()
    assert state(village) == "open"
    while deliver(village.database, clock):
        pass
    with village.database.read() as session:
        told = [one.person_id for one in session.query(Notice).filter(Notice.ref_kind == "closing")]
    everybody = {village.people[who] for who in ("ana", "chidi", "bruno", "hana", "dara")}
    assert set(told) == everybody
    announce(village)  # it may be asked again
    with village.database.write() as session:
        commands.stop_closing(session, village.ana, village.valley, at=clock())
    clock.forward(seconds=int(NOTICE.total_seconds()))
    with village.database.write() as session:
        commands.close_due(session, at=clock())
    assert state(village) == "open"


def test_after_two_weeks_it_is_closed_with_its_groups_and_two_stewards_open_it_again(
    village: Village, clock: FixedClock
) -> None:
    with village.database.write() as session:
        garden = commands.found_subgroup(session, village.bruno, village.valley, name="Garden", at=clock()).id
    announce(village)
    clock.forward(seconds=int(NOTICE.total_seconds()))
    with pytest.raises(Conflict), village.database.write() as session:
        commands.object_to_closing(session, village.bruno, village.valley, at=clock())
    for _ in range(2):
        with village.database.write() as session:
            commands.close_due(session, at=clock())
    assert state(village) == "closed"
    with village.database.read() as session:
        assert session.get_one(Community, garden).archived_at == clock()
        may = {
            name: bool(access.may(session, village.ana, name, village.valley, at=clock(), seconded=True))
            for name in ("listing.see", "listing.export", "listing.publish", "ask.make", "member.invite")
        } | {
            "mediate": bool(access.may(session, village.ana, "exchange.mediate", village.valley, at=clock()))
        }
    assert may == {
        "listing.see": True,
        "listing.export": True,
        "listing.publish": False,
        "ask.make": False,
        "member.invite": False,
        "mediate": True,
    }
    with village.database.write() as session:
        commands.pause_community(session, village.ivo, village.valley, paused=True, at=clock())
        brake = access.may(session, village.ana, "exchange.mediate", village.valley, at=clock())
        assert brake.rule == "community_closed"
        commands.pause_community(session, village.ivo, village.valley, paused=False, at=clock())
    with village.database.write() as session:
        asked = commands.ask_to_reopen(session, village.chidi, village.valley, words="", at=clock())
        commands.agree(session, village.ana, asked.id, at=clock())
    assert state(village) == "open"
    with village.database.read() as session:
        assert session.get_one(Community, garden).archived_at is None


def test_the_notice_on_pages_and_over_the_api(village: Village, visit: Visit, clock: FixedClock) -> None:
    ana, chidi, bruno, zoe = (visit(name) for name in ("ana", "chidi", "bruno", "zoe"))
    zoe.get("/c/valley/closing", 404)
    assert "Only stewards can begin" in bruno.get("/c/valley/closing").text
    refused = ana.post("/c/valley/closing", {"words": ""}, 422)
    assert 'name="words"' in refused.text
    asked = ana.post("/c/valley/closing", {"words": "We join Harbour."}).headers["location"]
    assert "wants to close Valley for good" in chidi.get(asked).text
    chidi.post(f"{asked}/yes")
    with village.database.read() as session:
        notice = session.query(Closing).one().id
    assert bruno.get(f"/closings/{notice}", 303).headers["location"] == "/c/valley/closing"
    zoe.get(f"/closings/{notice}", 404)
    bruno.get(f"/closings/{new_id()}", 404)
    page = bruno.get("/c/valley/closing").text
    assert "We join Harbour." in page
    assert "0 of 1 that are needed" in page
    bruno.post("/c/valley/closing/stop", status=403)
    zoe.post("/c/valley/closing/objection", status=404)
    chidi.post("/c/valley/closing/stop")
    assert "stays open" in bruno.get("/c/valley/closing").text or state(village) == "open"
    with village.database.write() as session:
        token = identity.make_token(
            session, village.hana, name="T", scopes=["read", "write"], days=9, at=clock()
        )
    announce(village)
    header = {"Authorization": f"Bearer {token}"}
    api = "/api/v1/communities/valley/closing"
    assert visit(None).get(api, headers=header).json()["state"] == "announced"
    client = visit(None).client
    assert client.delete(f"{api}/objection", headers=header).json()["objections"] == 0
    said = client.put(f"{api}/objection", headers=header, json={"words": "Not now"}).json()
    assert (said["state"], said["objections"], said["said"]) == ("open", 1, [])


def test_when_no_steward_was_there_for_a_month_the_longest_members_are_asked(
    village: Village, visit: Visit, clock: FixedClock
) -> None:
    visit("ana")
    clock.forward(seconds=int((QUIET - timedelta(hours=1)).total_seconds()))
    assert "stewards_away" not in lines(village, "bruno")
    clock.forward(seconds=2 * 86_400)
    assert "stewards_away" in lines(village, "bruno") & lines(village, "hana")
    assert "stewards_away" not in lines(village, "zoe")  # nobody ever signed in at Hill
    with village.database.write() as session:
        identity.start_sign_in(session, village.people["chidi"], at=clock())
    assert "stewards_away" not in lines(village, "bruno")


def test_the_notice_band_stands_on_every_page_of_the_community(visit: Visit) -> None:
    ana = visit("ana")
    ana.post("/c/valley/settings", {"version": 1, "notice": "Trial until May"})
    for page in ("/c/valley", "/c/valley/rules", "/c/valley/listings"):
        assert visit("bruno").get(page).text.count("Trial until May") == 1
    assert "Trial until May" not in visit("bruno").get("/me").text
