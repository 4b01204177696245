"""Guests: they come for some days by a welcomer's invitation, see what is shared, and go by themselves."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import delete, select

from minga.communities import access, commands, queries
from minga.communities.commands.membership import live_membership
from minga.communities.commands.new_capabilities import give_new
from minga.communities.models import Role, RoleCapability
from minga.communities.rules import JoiningMode
from minga.interfaces.http import Node
from minga.kit.clock import FixedClock
from minga.kit.errors import Conflict
from minga.kit.jobs import Run
from tests.village import Village
from tests.visitor import Visitor

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
Visit = Callable[[str | None], Visitor]


def test_a_guest_is_invited_looks_around_and_is_gone_after_some_days(
    village: Village, visit: Visit, clock: FixedClock
) -> None:
    hana, zoe = visit("hana"), visit("zoe")
    assert "guest_days" not in visit("bruno").get("/c/valley/invites/new").text
    visit("bruno").post("/c/valley/invites/new", {"joining": "asked", "guest_days": "3"}, 403)
    form = {"joining": "at_once", "guest_days": "400"}
    assert "365" in hana.post("/c/valley/invites/new", form, 422).text
    made = hana.get(hana.post("/c/valley/invites/new", form | {"guest_days": "3"}).headers["location"]).text
    link = re.search(r"/join/[0-9A-Z-]+", made)
    assert link is not None
    assert "You are a guest for 3 days." in zoe.get(link[0]).text
    zoe.post(link[0])
    zoe.get("/c/valley")
    zoe.get("/c/valley/listings")
    zoe.get("/c/valley/members", 403)
    zoe.post("/c/valley/listings/new", {"direction": "offer", "kind": "item", "title": "X"}, 403)
    assert "Guest until" in zoe.get("/me/communities").text
    with village.database.write() as session:
        at = clock()
        one = live_membership(session, village.valley, village.people["zoe"])
        assert one is not None
        role = session.scalars(
            select(Role.id).where(Role.community_id == village.valley, Role.key == "welcomer")
        ).one()
        for refused in (commands.make_full, commands.grant_role):
            subject = (role, one.id) if refused is commands.grant_role else (one.id,)
            with pytest.raises(Conflict):
                refused(session, village.ana, *subject, at=at)
        garden = commands.found_subgroup(
            session, village.ana, village.valley, name="Garden", mode=JoiningMode.OPEN, at=at
        )
        with pytest.raises(Conflict):
            commands.join_subgroup(session, village.zoe, garden.id, at=at)
    with village.database.read() as session:
        waits = {one.kind for one in queries.needs_of(session, village.hana, at=clock())}
    assert "trial_ending" not in waits
    clock.forward(days=3)
    with village.database.read() as session:
        assert not access.may(session, village.zoe, "listing.see", village.valley, at=clock())
    for _ in range(2):
        with village.database.write() as session:
            commands.close_due(session, at=clock())
    with village.database.read() as session:
        assert live_membership(session, village.valley, village.people["zoe"]) is None
    zoe.get("/c/valley", 404)


def test_communities_of_before_get_the_role_of_guests(village: Village, node: Node) -> None:
    with village.database.write() as session:
        old = select(Role.id).where(Role.key == "guest", Role.community_id == village.hill)
        session.execute(delete(RoleCapability).where(RoleCapability.role_id.in_(old)))
        session.execute(delete(Role).where(Role.id.in_(old.scalar_subquery())))
    for _ in range(2):
        give_new(Run(node.database, node.clock, node.settings, "0" * 32, 1), {})
    with village.database.read() as session:
        found = session.execute(
            select(RoleCapability.capability)
            .join(Role, Role.id == RoleCapability.role_id)
            .where(Role.key == "guest", Role.community_id == village.hill)
        )
        assert sorted(found.scalars()) == ["community.see", "listing.see"]
