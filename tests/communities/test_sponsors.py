"""Who stands for a member: named when an application is accepted, changed later with a reason that those concerned read."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from minga.communication.models import Notice
from minga.communities import commands, queries
from minga.communities.commands.membership import live_membership
from minga.communities.models import Application, Membership, Vouch
from minga.kit.db import Database
from minga.kit.delivery import deliver
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.ids import Id
from tests.communities.test_questions import applied, asking
from tests.interfaces.test_api_exchanges import Call
from tests.interfaces.test_api_exchanges import call as call
from tests.village import Village
from tests.visitor import Visitor

__all__ = ["asking"]


def sponsor_of(database: Database, village: Village, who: str) -> Id | None:
    with database.read() as session:
        one = live_membership(session, village.valley, village.people[who])
        assert one is not None
        stands = session.get(Membership, one.sponsor_id) if one.sponsor_id else None
        return stands.person_id if stands else None


def change(village: Village, by: str, who: str, to: str, reason: str = "They moved in together") -> None:
    with village.database.write() as session:
        one = live_membership(session, village.valley, village.people[who])
        assert one is not None
        commands.change_sponsor(session, village.actor(by), one.id, to, reason=reason, at=village.clock())


def test_a_sponsor_is_named_when_an_application_is_accepted(asking: Village) -> None:
    village = asking
    application = applied(village)

    def say(by: str, sponsor: str = "") -> Application:
        with village.database.write() as session:
            return commands.answer(
                session,
                village.actor(by),
                application,
                accept=True,
                sponsor=sponsor,
                at=village.clock(),
            )

    for wrong in ("nobody", "dara", "bruno", "zoe"):
        with pytest.raises(Invalid):
            say("hana", wrong)
    with village.database.write() as session:
        at = village.clock()
        session.add(
            Vouch(
                community_id=village.valley,
                from_id=village.people["bruno"],
                to_id=village.people["zoe"],
                named=True,
                given_at=at,
                until_at=at.replace(year=at.year + 1),
            )
        )
    assert say("hana", "@bruno").answered_at is None
    assert say("ana").answered_at is not None
    assert sponsor_of(village.database, village, "zoe") == village.people["bruno"]


def test_a_sponsor_changes_with_a_reason_and_never_in_a_circle(village: Village) -> None:
    for by, error in (("zoe", NotFound), ("bruno", Forbidden)):
        with pytest.raises(error):
            change(village, by, "dara", "bruno")
    with pytest.raises(Forbidden):
        change(village, "hana", "hana", "ana")
    for wrong in ("nobody", "zoe", "dara"):
        with pytest.raises(Invalid):
            change(village, "hana", "bruno", wrong)
    with pytest.raises(Invalid):
        change(village, "hana", "dara", "bruno", reason=" ")
    change(village, "hana", "dara", "bruno")
    with pytest.raises(Conflict):
        change(village, "hana", "dara", "bruno")
    change(village, "ana", "bruno", "hana")
    with pytest.raises(Invalid, match="Nobody stands"):
        change(village, "ana", "hana", "bruno")
    assert sponsor_of(village.database, village, "dara") == village.people["bruno"]
    while deliver(village.database, village.clock):
        pass
    with village.database.read() as session:
        told = select(Notice.person_id).where(Notice.sentence.contains("stand"))
        people = {"dara", "bruno", "hana"}
        assert {village.people[one] for one in people} == set(session.scalars(told))
        dara = live_membership(session, village.valley, village.people["dara"])
        assert dara is not None
        for who, reads in (("dara", True), ("ana", True), ("bruno", False)):
            found = queries.member(session, village.actor(who), dara.id, at=village.clock())
            assert (found.sponsor_words == "They moved in together") is reads


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_page_and_the_call_change_it_too(
    village: Village, visit: Callable[[str | None], Visitor], call: Call
) -> None:
    with village.database.read() as session:
        dara = live_membership(session, village.valley, village.people["dara"])
        assert dara is not None
    hana = visit("hana")
    assert "Let somebody else stand for them" in hana.get(f"/members/{dara.id}").text
    assert "Let somebody else" not in visit("bruno").get(f"/members/{dara.id}").text
    visit("bruno").post(f"/members/{dara.id}/sponsor", {"sponsor": "bruno", "reason": "x"}, 403)
    visit("zoe").post(f"/members/{dara.id}/sponsor", {"sponsor": "bruno", "reason": "x"}, 404)
    hana.post(f"/members/{dara.id}/sponsor", {"sponsor": "bruno", "reason": "Neighbours"})
    assert "Neighbours" in visit("dara").get(f"/members/{dara.id}").text
    body = {"sponsor": "ana", "reason": "Back to Ana"}
    assert call("hana", "POST", f"/memberships/{dara.id}/sponsor", body)["sponsor_name"] == "Ana"
