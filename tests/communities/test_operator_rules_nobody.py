"""Whoever runs the node operates it and rules over nobody: no page of a community, no decision; what they do is told to stewards."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from minga.communication.models import Notice
from minga.communities import commands
from minga.communities.commands.membership import live_membership
from minga.identity import commands as identity
from minga.kit.delivery import deliver
from minga.kit.errors import NotFound
from minga.sharing.rules import Level
from tests.sharing.makers import post
from tests.village import Village
from tests.visitor import Visitor


def told(village: Village, words: str) -> set[str]:
    while deliver(village.database, village.clock):
        pass
    with village.database.read() as session:
        found = session.scalars(select(Notice.person_id).where(Notice.sentence.contains(words))).all()
    names = {person_id: name for name, person_id in village.people.items()}
    return {names[one] for one in found}


def test_the_operator_reads_no_page_of_a_community_and_decides_nothing(
    village: Village, visit: Callable[[str | None], Visitor]
) -> None:
    with village.database.write() as session:
        at = village.clock()
        private = post(session, village.bruno, village.valley, "Canary", level=Level.PRIVATE, at=at)
        asked = commands.set_policy(
            session, village.ana, village.valley, "joining.trial_days", 9, note="", at=at
        )
        dara = live_membership(session, village.valley, village.people["dara"])
        assert dara is not None
    ivo = visit("ivo")
    for path in (
        "/c/valley/members",
        "/c/valley/log",
        "/c/valley/rules",
        "/c/valley/roles",
        "/c/valley/listings",
        "/c/valley/money",
        f"/listings/{private.id}",
        f"/seconds/{asked.id}",
        f"/members/{dara.id}",
    ):
        assert "Canary" not in ivo.get(path, 404).text
    for path in (
        f"/seconds/{asked.id}/yes",
        f"/members/{dara.id}/full",
        f"/members/{dara.id}/pause",
        "/c/valley/rules/joining.trial_days",
        "/c/valley/invites/new",
    ):
        ivo.post(path, {"value": "1", "until_on": "2026-12-01", "reason": "x"}, 404)
    assert "Canary" not in ivo.get("/node").text + ivo.get("/node/log").text + ivo.get("/node/people").text
    with village.database.write() as session, pytest.raises(NotFound):
        commands.set_policy(
            session, village.ivo, village.valley, "joining.trial_days", 1, note="", at=village.clock()
        )


def test_each_time_the_operator_reaches_in_is_logged_and_told_to_stewards(
    village: Village, visit: Callable[[str | None], Visitor]
) -> None:
    with village.database.write() as session:
        commands.pause_community(session, village.ivo, village.valley, paused=True, at=village.clock())
        identity.suspend(session, village.ivo, village.people["bruno"], at=village.clock())
    assert told(village, "read-only") == {"ana", "chidi"}
    assert told(village, "has closed the account of") == {"ana", "chidi"}
    assert "read-only" in visit("ana").get("/c/valley/log").text
    with village.database.write() as session:
        commands.pause_community(session, village.ivo, village.valley, paused=False, at=village.clock())
        identity.unsuspend(session, village.ivo, village.people["bruno"], at=village.clock())
    assert told(village, "opened {community} again") == {"ana", "chidi"}
    assert told(village, "has opened the account of") == {"ana", "chidi"}
