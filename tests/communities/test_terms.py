"""Terms of a partnership: two people agree, one from each side; duties outlast the end, reading does not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from minga.communication.models import Notice
from minga.communities import commands, queries
from minga.communities.models import Partnership, TieTerms
from minga.kit.delivery import deliver
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.ids import Id, new_id
from minga.sharing.rules import Level
from tests.communities.tying import listed, propose, sees, tied
from tests.interfaces.test_api_exchanges import Call
from tests.interfaces.test_api_exchanges import call as call
from tests.sharing.makers import post
from tests.village import Village
from tests.visitor import Visitor

__all__ = ["listed"]
BREAD = "Bread on Fridays."


def terms(village: Village, tie: Id, by: str = "ana", text: str = BREAD, days: int = 30) -> Id:
    with village.database.write() as session:
        side = village.valley if by in ("ana", "chidi", "bruno", "zoe") else village.harbour
        made = commands.propose_terms(
            session, village.actor(by), tie, side, text, notice_days=days, at=village.clock()
        )
        return made.id


def answered(village: Village, which: Id, by: str, *, yes: bool = True) -> TieTerms:
    with village.database.write() as session:
        do = commands.agree_to_terms if yes else commands.close_terms
        return do(session, village.actor(by), which, at=village.clock())


def test_terms_hold_once_another_person_of_the_other_side_agrees(listed: Village) -> None:
    village = listed
    waiting = propose(village)
    with pytest.raises(Conflict):
        terms(village, waiting)
    with village.database.write() as session:
        commands.withdraw_tie(session, village.ana, waiting, at=village.clock())
    tie = tied(village)
    for who, error in (("zoe", NotFound), ("bruno", Forbidden)):
        with pytest.raises(error):
            terms(village, tie, who)
    with pytest.raises(NotFound):
        terms(village, new_id())
    for days in (-1, 91):
        with pytest.raises(Invalid):
            terms(village, tie, days=days)
    with pytest.raises(Invalid):
        terms(village, tie, text=" ")
    first = terms(village, tie)
    with pytest.raises(Conflict):
        terms(village, tie, text="More")
    for who, error in (("zoe", NotFound), ("ana", Forbidden), ("chidi", Forbidden)):
        with pytest.raises(error):
            answered(village, first, who)
    with village.database.read() as session:
        at = village.clock()
        assert queries.tie_terms(session, village.bruno, tie, at=at) == []
        [shown] = queries.tie_terms(session, village.farid, tie, at=at)
        assert (shown.state, shown.may_agree, shown.may_close) == ("waits", True, True)
    held = answered(village, first, "farid")
    assert answered(village, first, "farid").agreed_at == held.agreed_at
    with pytest.raises(Conflict):
        answered(village, first, "farid", yes=False)
    with pytest.raises(Conflict):
        terms(village, tie)
    second = terms(village, tie, "gita", "Bread on Mondays.", 0)
    assert answered(village, second, "gita", yes=False).closed_at is not None
    third = terms(village, tie, "gita", "Bread on Sundays.", 0)
    assert answered(village, third, "ana", yes=False).closed_at is not None
    while deliver(village.database, village.clock):
        pass
    with village.database.read() as session:
        shown_to = queries.tie_terms(session, village.bruno, tie, at=village.clock())
        assert [(one.n, one.state) for one in shown_to] == [(1, "holds")]
        told = session.scalars(select(Notice.person_id).where(Notice.sentence.contains("terms"))).all()
        assert {village.people[one] for one in ("farid", "gita", "ana", "chidi")} == set(told)


def test_one_person_of_both_sides_never_agrees_alone(listed: Village) -> None:
    village = listed
    tie = tied(village)
    with village.database.write() as session:
        from minga.communities.commands.founding import grant_at_founding
        from minga.communities.models import Community
        from minga.communities.rules import CameBy

        at = village.clock()
        joined = commands.begin(
            session,
            village.farid,
            village.harbour,
            village.people["ana"],
            at=at,
            came_by=CameBy.INVITE,
            trial_days=0,
        )
        harbour = session.get_one(Community, village.harbour)
        grant_at_founding(session, harbour, joined, "steward", village.people["farid"], at=at)
    first = terms(village, tie)
    with pytest.raises(Forbidden, match="Somebody else from Harbour"):
        answered(village, first, "ana")


def test_at_the_end_reading_stops_at_once_and_duties_go_on_for_the_notice(listed: Village) -> None:
    village = listed
    tie = tied(village)
    answered(village, terms(village, tie, days=30), "farid")
    with village.database.write() as session:
        drill = post(session, village.ana, village.valley, "Drill", level=Level.PARTNERS, at=village.clock())
    village.clock.forward(seconds=1)
    with village.database.read() as session:
        assert sees(session, village.farid, drill.id, village)
    with village.database.write() as session:
        commands.end_tie(session, village.ana, tie, village.valley, at=village.clock())
    with village.database.read() as session:
        assert not sees(session, village.farid, drill.id, village)
        found = session.get_one(Partnership, tie)
        assert found.duties_until_at == village.clock() + timedelta(days=30)
        shown = queries.tie(session, village.farid, tie, at=village.clock())
        assert shown.duties_until_at == found.duties_until_at
    with pytest.raises(Conflict):
        terms(village, tie, text="More")


@pytest.mark.parametrize("engine", ["sqlite"])
def test_pages_and_calls_of_terms(
    listed: Village, visit: Callable[[str | None], Visitor], call: Call
) -> None:
    tie = tied(listed)
    ana, farid = visit("ana"), visit("farid")
    address = f"/partnerships/{tie}/terms"
    wish = {"side": listed.valley, "text": BREAD, "notice_days": "30"}
    visit("zoe").post(address, wish, 404)
    visit("bruno").post(address, wish, 403)
    assert "Propose terms" in ana.post(address, {**wish, "text": ""}, 422).text
    ana.post(address, wish)
    page = farid.get(f"/partnerships/{tie}").text
    assert BREAD in page
    assert BREAD not in visit("bruno").get(f"/partnerships/{tie}").text
    [one] = call("farid", "GET", address)["items"]
    visit("zoe").post(f"/tie-terms/{one['id']}/approval", {}, 404)
    farid.post(f"/tie-terms/{one['id']}/approval")
    assert BREAD in visit("bruno").get(f"/partnerships/{tie}").text
    body = {"side": listed.valley, "text": "Bread and salt.", "notice_days": 5}
    made = call("ana", "POST", address, body, 201)["items"][0]
    assert made["state"] == "waits"
    assert call("farid", "POST", f"/tie-terms/{made['id']}/approval")["items"][0]["state"] == "holds"
    again = call("gita", "POST", address, {**body, "side": listed.harbour, "text": "Salt"}, 201)["items"][0]
    assert call("gita", "POST", f"/tie-terms/{again['id']}/closing")["items"][0]["state"] == "closed"
    last = call("gita", "POST", address, {**body, "side": listed.harbour, "text": "Bread"}, 201)["items"][0]
    ana.post(f"/tie-terms/{last['id']}/closing")
