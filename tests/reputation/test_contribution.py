"""What a member gave and received in a period: from exchanges and the ledger, shown as the community decided (COM-2.15)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from minga.communities import commands as communities
from minga.identity import Actor
from minga.kit.errors import Invalid, NotFound, NotSignedIn
from minga.kit.ids import Id, new_id
from minga.ledger import commands as ledger
from minga.reputation import queries
from minga.reputation.queries import Contribution
from minga.sharing import commands as sharing
from minga.sharing.rules import Help
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, lent, listed
from tests.sharing.test_amounts import for_time
from tests.village import NOBODY, Village
from tests.visitor import Visitor

DAY = timedelta(days=1)


def rule(village: Village, key: str, value: Any) -> None:
    """Set a rule of Valley; where it takes two, Chidi says yes."""
    with village.database.write() as session:
        asked = communities.set_policy(
            session,
            village.ana,
            village.valley,
            key,
            value,
            note="We talked.",
            urgent=True,
            at=village.clock(),
        )
        if asked.answered_at is None:
            communities.agree(session, village.chidi, asked.id, at=village.clock())


def seen(village: Village, who: Actor, handle: str | None = None, **days: Any) -> Contribution:
    with village.database.read() as session:
        found = queries.contribution(
            session, who, handle=handle, community="valley", **days, at=village.clock()
        )
    assert found is not None
    return found


def thank(village: Village, giver: Actor, taker: str, minutes: int) -> Id:
    with village.database.write() as session:
        return ledger.give(
            session,
            giver,
            village.valley,
            village.people[taker],
            minutes,
            entry_id=new_id(),
            words="For the soup.",
            thanks=True,
            at=village.clock(),
        ).id


def care(village: Village, minutes: int) -> None:
    """Ana cares for Bruno, who pays so many minutes."""
    own = Help(minutes_estimated=minutes)
    offer = listed(village, village.ana, own, title="Company", terms=for_time(minutes), category="care")
    line = agreed(village, village.bruno, offer)
    with village.database.write() as session:
        sharing.done(session, village.ana, line.id, at=village.clock())
        sharing.done(session, village.bruno, line.id, at=village.clock())


def test_it_is_summed_from_exchanges_and_the_ledger_by_period(
    village: Village, work: Callable[[], None]
) -> None:
    rule(village, "time.on", True)
    loan = lent(village, village.bruno, neighbours.drill(village))
    with village.database.write() as session:
        sharing.take_back(session, village.ana, loan, at=village.clock())
    first = village.clock().date()
    thank(village, village.bruno, "ana", 30)
    village.clock.forward(days=40)
    undone = thank(village, village.bruno, "ana", 20)
    with village.database.write() as session:
        ledger.reverse(session, village.ana, undone, new_id(), "A mistake.", at=village.clock())
    care(village, 90)
    work()
    whole = seen(village, village.ana)
    assert (whole.gave, whole.given_minutes, whole.thanked_minutes, whole.care_minutes) == (2, 120, 30, 90)
    assert whole.counted_minutes == 120
    other = seen(village, village.bruno)
    assert (other.received, other.received_minutes, other.thanks_minutes) == (2, 120, 30)
    assert (other.gave, other.given_minutes) == (0, 0)
    before = seen(village, village.ana, until_on=first + 10 * DAY)
    assert (before.gave, before.given_minutes, before.care_minutes) == (1, 30, 0)
    after = seen(village, village.ana, from_on=first + 10 * DAY)
    assert (before.given_minutes + after.given_minutes, before.gave + after.gave) == (120, 2)
    rule(village, "contribution.care_percent", 150)
    rule(village, "contribution.rest_minutes", 60)
    with village.database.write() as session:
        communities.rest(session, village.ana, village.valley, reason="Harvest", at=village.clock())
    village.clock.forward(days=29)
    rested = seen(village, village.ana)
    assert (rested.care_extra, rested.rest_days, rested.rest_extra) == (45, 30, 60)
    assert rested.counted_minutes == 120 + 45 + 60
    with pytest.raises(Invalid):
        seen(village, village.ana, from_on=first + DAY, until_on=first)


def test_others_see_it_only_as_the_community_decided(
    village: Village, visit: Callable[[str | None], Visitor], call: Callable[..., Any]
) -> None:
    rule(village, "time.on", True)
    thank(village, village.bruno, "ana", 30)
    strangers = (village.zoe, village.farid, village.dara, village.bruno, village.chidi)
    for other in strangers:
        with pytest.raises(NotFound):
            seen(village, other, "ana")
    assert "ana/contribution" not in visit("bruno").get("/people/ana").text
    visit("bruno").get("/people/ana/contribution?community=valley", status=404)
    rule(village, "contribution.shown", "stewards")
    assert seen(village, village.chidi, "ana").thanked_minutes == 30
    with pytest.raises(NotFound):
        seen(village, village.bruno, "ana")
    rule(village, "contribution.shown", "members")
    for other in strangers[:2]:
        with pytest.raises(NotFound):
            seen(village, other, "ana")
    assert seen(village, village.bruno, "ana").thanked_minutes == 30
    page = visit("bruno").get("/people/ana").text
    assert "ana/contribution?community=valley" in page
    assert "30 min" in visit("bruno").get("/people/ana/contribution?community=valley").text
    visit("zoe").get("/people/ana/contribution?community=valley", status=404)
    own = visit("ana").get("/me/contribution?community=valley&from=1.1.2026").text
    assert "30 min" in own
    wrong = visit("ana").get("/me/contribution?from=2026-11-10&until=2026-11-01", status=422)
    assert "The end is before the beginning." in wrong.text
    visit("ana").get("/me/contribution?community=hill", status=404)
    assert call("ana", "GET", "/me/contribution", scope="read")["thanked_minutes"] == 30
    assert call("bruno", "GET", "/people/ana/contribution?community=valley", scope="read")["gave"] == 0
    call("zoe", "GET", "/people/ana/contribution?community=valley", status=404, scope="read")
    with village.database.read() as session, pytest.raises(NotSignedIn):
        queries.contribution(session, NOBODY, at=village.clock())
