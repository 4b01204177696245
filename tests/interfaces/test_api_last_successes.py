"""Operations whose success no other story tells: each once, by the person who may (`tests/answered.py` counts them)."""

import pytest

from minga.communities import commands as communities
from minga.communities.commands.founding import grant_at_founding
from minga.communities.commands.membership import live_membership
from minga.communities.models import Community
from minga.communities.rules import JoiningMode
from minga.identity import commands as identity
from minga.sharing import commands as sharing
from minga.sharing.rules import Help, Item
from tests.interfaces.test_api_exchanges import Call
from tests.interfaces.test_api_exchanges import call as call
from tests.sharing import neighbours
from tests.sharing.commons import claimed, opened, pool, share_of, shared_out
from tests.sharing.test_amounts import haircut
from tests.sharing.test_dispatch import taken
from tests.sharing.test_disputes import helped, quarrel
from tests.sharing.test_draws import squashes
from tests.sharing.test_meetings import do
from tests.village import Village

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
"""What the databases do differently is tested where the commands are."""


def test_of_people_and_communities(village: Village, call: Call) -> None:
    with village.database.write() as session:
        at = village.clock()
        identity.start_sign_in(session, village.people["bruno"], at=at)
        garden = communities.found_subgroup(
            session, village.ana, village.valley, name="Garden", mode=JoiningMode.ASKED, at=at
        )
        asked = communities.apply(session, village.bruno, garden.id, words="Please", at=at).application
        dara = live_membership(session, village.valley, village.people["dara"])
        rule = communities.set_policy(
            session, village.ana, village.valley, "joining.trial_days", 9, note="", at=at
        )
        assert asked is not None
        assert dara is not None
        ids = asked.id, dara.id, rule.id
    [one] = call("bruno", "GET", "/me/sign-ins")["items"]
    call("bruno", "DELETE", f"/me/sign-ins/{one['id']}", status=204)
    call("bruno", "POST", f"/applications/{ids[0]}/withdrawal", status=204)
    longer = call("ana", "POST", f"/memberships/{ids[1]}/trial", {"until_on": "2026-12-24"})
    assert longer["trial_last_day"] == "2026-12-24"
    assert call("chidi", "POST", f"/seconds/{ids[2]}/no")["state"] == "refused"
    call("bruno", "POST", "/communities/valley/leave", status=204)
    call("bruno", "GET", "/communities/valley/members", status=404)


def test_of_a_partnership_that_is_declined(village: Village, call: Call) -> None:
    with village.database.write() as session:
        for actor, c in ((village.ana, village.valley), (village.farid, village.harbour)):
            communities.set_policy(
                session, actor, c, "community.listed", "node", note="", urgent=True, at=village.clock()
            )
    for who in ("chidi", "gita"):
        [second] = [one for one in call(who, "GET", "/me/needs")["items"] if one["kind"] == "second_needed"]
        call(who, "POST", f"/seconds/{second['about'].partition(':')[2]}/yes")
    made = call("ana", "POST", "/communities/valley/partnerships", {"with_community": "harbour"}, 201)
    assert call("farid", "POST", f"/partnerships/{made['id']}/refusal")["state"] == "declined"


def test_of_things_and_queues(village: Village, call: Call) -> None:
    drill = neighbours.drill(village)
    neighbours.lent(village, village.bruno, drill)
    hold = call("chidi", "POST", f"/listings/{drill}/holds", status=201)
    assert call("chidi", "GET", f"/holds/{hold['id']}")["position"] == 1
    body = {"kind": "item", "direction": "offer", "title": "Pan", "terms": [{"kind": "gift"}]}
    waits = call(
        "dara", "POST", "/communities/valley/listings", body | {"description": "call 0676 123 45 67"}, 201
    )
    call("bruno", "GET", f"/listings/{waits['id']}", status=404)
    call("ana", "POST", f"/listings/{waits['id']}/look")
    call("bruno", "GET", f"/listings/{waits['id']}")
    squash = squashes(village)
    neighbours.asked(village, village.bruno, squash, quantity_milli=1_000)
    village.clock.forward(hours=11)
    do(village, sharing.draw_lot, squash)
    assert call("ana", "GET", f"/listings/{squash}/draw")["listing"] == squash
    hat = neighbours.listed(village, village.ana, Item(), title="Hat", terms=neighbours.GIFT)
    agreed = neighbours.agreed(village, village.bruno, hat)
    assert call("bruno", "POST", f"/exchanges/{agreed.id}/cancellation")["status"] == "cancelled"


def test_of_what_is_decided_and_asked(village: Village, call: Call) -> None:
    exchange = neighbours.agreed(village, village.bruno, haircut(village)).id
    with village.database.write() as session:
        community = session.get_one(Community, village.valley)
        holder = live_membership(session, village.valley, village.people["hana"])
        assert holder is not None
        grant_at_founding(session, community, holder, "steward", village.people["ana"], at=village.clock())
    dispute = quarrel(village, exchange)
    do(village, sharing.ask_for_mediation, village.bruno, dispute)
    helped(village, dispute, "hana")
    decided = call("hana", "POST", f"/disputes/{dispute}/decision", {"effects": ["finish"]})
    assert (decided["may_decide"], len(decided["ends"])) == (False, 1)
    assert call("bruno", "POST", f"/disputes/{dispute}/appeal")["id"] == dispute
    neighbours.listed(village, village.bruno, Help(), title="I drive", terms=neighbours.GIFT)
    do(village, sharing.ask_people, village.ana, taken(village), (village.people["bruno"],))
    [line] = [one for one in call("bruno", "GET", "/me/needs")["items"] if one["kind"] == "question"]
    call("bruno", "POST", f"/questions/{line['about'].partition(':')[2]}", {"answer": "not_now"}, 204)
    paid = call(
        "ana", "POST", "/communities/valley/payment-asks", {"to": "bruno", "amount": 5, "words": "Eggs"}, 201
    )
    assert call("bruno", "GET", f"/payment-asks/{paid['id']}")["amount"]["minor"] == 5


def test_of_pools(village: Village, call: Call) -> None:
    flour = pool(village, stock=4)
    n = opened(village, flour)
    claim = claimed(village, village.bruno, flour, n, steps=2)
    shared_out(village, flour, n)
    share = share_of(village, claim)
    assert share is not None
    assert call("bruno", "POST", f"/shares/{share.id}/refusal")["state"] == "refused"
    off = opened(village, flour)
    call("ana", "POST", f"/pools/{flour}/rounds/{off}/cancellation", {"why": "Mice"})
