"""T14: what went between two communities is the same from both sides, and only what is done counts."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from minga.kit.db import count_statements
from minga.kit.errors import Invalid, NotFound
from minga.sharing import commands, queries
from minga.sharing.models import ListingItem
from minga.sharing.queries import FlowReport
from minga.sharing.rules import Direction, Help, Item, Level, Measure
from minga.sharing.rules.flow import Flow
from tests.communities.federating import ONE_ENGINE
from tests.communities.tying import listed as findable
from tests.communities.tying import tied
from tests.sharing import neighbours
from tests.sharing.neighbours import GIFT, agreed
from tests.sharing.neighbours import listed as posted
from tests.village import NOBODY, Village
from tests.visitor import Visitor

__all__ = ["findable"]


def report(village: Village, who: str, **span: date) -> FlowReport:
    with village.database.read() as session:
        here = village.harbour if who in ("farid", "gita") else village.valley
        return queries.flow(session, village.actor(who), here, at=village.clock(), **span)


def given(village: Village, title: str = "Flour", *, done: bool = True, value: int | None = None) -> str:
    """Ana gives Farid something across; he says that it came."""
    listing = posted(
        village,
        village.ana,
        Item(),
        title=title,
        terms=GIFT,
        level=Level.PARTNERS,
        quantity_milli=2_000,
        quantity_unit=Measure.KG,
    )
    if value is not None:
        with village.database.write() as session:
            thing = session.get_one(ListingItem, listing)
            thing.value_minor, thing.value_unit = value, "EUR"
    exchange = agreed(village, village.farid, listing)
    with village.database.write() as session:
        if done:
            for who in (village.ana, village.farid):
                commands.done(session, who, exchange.id, at=village.clock())
        else:
            commands.cancel(session, village.ana, exchange.id, at=village.clock())
    return exchange.id


def test_t14_both_sides_agree_and_only_what_is_done_counts(
    findable: Village, visit: Callable[[str | None], Visitor]
) -> None:
    village = findable
    tied(village)
    given(village)
    given(village, "Lamp", value=1250)
    given(village, "Never", done=False)
    agreed(village, village.hana, neighbours.table(village))  # inside Valley, and not done
    need = posted(
        village, village.farid, Help(), title="Lift", direction=Direction.NEED, terms=GIFT,
        community=village.harbour, level=Level.PARTNERS,
    )  # fmt: skip
    helped = agreed(village, village.bruno, need)
    with village.database.write() as session:
        for who in (village.bruno, village.farid):
            commands.done(session, who, helped.id, at=village.clock())
    ours, theirs = report(village, "ana"), report(village, "farid")
    assert ours.out == Flow(3, 2, 1, {"kg": 2000}, {}, {"EUR": 1250}, 2)
    assert (theirs.back, theirs.out) == (ours.out, Flow())
    assert [(one.slug, one.out) for one in ours.partners] == [("harbour", ours.out)]
    assert ours.months[-1].out == ours.out
    with village.database.read() as session:
        with pytest.raises(NotFound):
            queries.flow(session, village.zoe, village.valley, at=village.clock())
        with pytest.raises(NotFound):
            queries.flow(session, NOBODY, village.valley, at=village.clock())
        queries.flow(session, village.ana, village.valley, at=village.clock())
        with count_statements(village.database) as said:
            queries.flow(session, village.ana, village.valley, at=village.clock())
        assert len([one for one in said if "FROM leg" in one]) == 1
    few = report(village, "bruno")
    assert few.rounded
    assert not few.out.told
    assert not few.partners[0].out.told
    tomorrow = village.clock().date() + timedelta(days=1)
    assert report(village, "ana", from_on=tomorrow, until_on=tomorrow).partners == []
    with pytest.raises(Invalid):
        report(village, "ana", from_on=tomorrow, until_on=tomorrow - timedelta(days=2))
    pages(visit)


def pages(visit: Callable[[str | None], Visitor]) -> None:
    page = visit("ana").get("/c/valley/flow").text
    assert "Harbour" in page
    assert "€12.50" in page
    assert "2 kg" in page
    assert "fewer than 5" in visit("bruno").get("/c/valley/flow").text
    assert "12.50" not in visit("bruno").get("/c/valley/flow").text
    visit("zoe").get("/c/valley/flow", 404)
    assert "harbour,out,exchanges,,3" in visit("ana").get("/c/valley/flow/file").text
    assert "harbour,out,exchanges,,<5" in visit("bruno").get("/c/valley/flow/file").text
    wrong = visit("ana").get("/c/valley/flow?from=2026-12-24&until=2026-12-01", 422).text
    assert "The first day comes before the last" in wrong
    assert 'value="2026-12-24"' in wrong
    visit("ana").get("/c/valley/flow?from=nonsense", 422)


@ONE_ENGINE
def test_is_cross_is_computed_and_closed_spans_add_up(findable: Village) -> None:
    """H13, ICS-4.2: nobody can write it, the plan walks the index of what went across, and parts of a span add up."""
    village = findable
    tied(village)
    first = village.clock().date()
    for day in range(3):
        given(village, f"Thing {day}")
        village.clock.forward(seconds=20 * 86_400)
    last = village.clock().date()
    whole = report(village, "ana", from_on=first, until_on=last)
    assert [one.out.exchanges for one in whole.months] == [1, 2, 0]
    for cut in (first, first + timedelta(days=20), first + timedelta(days=39)):
        parts = (
            report(village, "ana", from_on=first, until_on=cut),
            report(village, "ana", from_on=cut + timedelta(days=1), until_on=last),
        )
        assert sum(one.out.n for one in parts) == whole.out.n == 3
        mirrored = report(village, "farid", from_on=first, until_on=cut)
        assert mirrored.back.n == parts[0].out.n
    with village.database.write() as session, pytest.raises(Exception, match=r"(?i)generated"):
        session.execute(text("UPDATE leg SET is_cross = true"))
