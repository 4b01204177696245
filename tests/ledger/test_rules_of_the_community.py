"""What a community decides about hours: a beginning, limits that follow, who sees balances, gifts only; who is told."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

import minga.reactions.all  # noqa: F401
from minga.communication.models import Notice
from minga.communities.models import Policy
from minga.interfaces.http import Node
from minga.kit import delivery
from minga.kit.errors import NotFound, Refused
from minga.kit.jobs import Run
from minga.ledger import commands, queries
from minga.ledger.commands.demurrage import take_shares
from minga.ledger.models import LimitChange
from tests.ledger.makers import account_id, given, pay, stands
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def rule(village: Village, key: str, value: Any) -> None:
    """What a second steward agreed to, in force at once."""
    at = village.clock()
    with village.database.write() as session:
        session.add(Policy(community_id=village.valley, key=key, value=value, since_at=at, made_at=at))
    village.clock.forward(seconds=1)


def test_a_new_account_can_begin_with_a_gift_of_all(village: Village) -> None:
    rule(village, "ledger.time_start", 120)
    pay(village, "bruno", "ana", 30)
    with village.database.read() as session:
        assert (stands(session, village, "bruno"), stands(session, village, "ana")) == (90, 150)
        report = queries.verification(session, village.ana, village.valley, at=village.clock())
        assert report is not None
        assert report.well


def test_limits_follow_the_rule_but_nobody_is_made_to_break_it(village: Village) -> None:
    pay(village, "bruno", "ana", 500)
    rule(village, "ledger.time_debt_max", 300)
    with village.database.write() as session, pytest.raises(Refused, match="limit is −8 h 20"):
        commands.transfer(session, village.bruno, given(village, "bruno", "ana", 1), at=village.clock())
    pay(village, "ana", "bruno", 400)
    with village.database.write() as session, pytest.raises(Refused, match="limit is −5 h"):
        commands.transfer(session, village.bruno, given(village, "bruno", "ana", 201), at=village.clock())
    pay(village, "bruno", "ana", 200)
    with village.database.read() as session:
        assert stands(session, village, "bruno") == -300
        assert session.scalars(select(LimitChange.by_id)).all().count(None) >= 2


def test_a_ceiling_refuses_too(village: Village) -> None:
    rule(village, "ledger.time_saved_max", 100)
    pay(village, "bruno", "ana", 100)
    with village.database.write() as session, pytest.raises(Refused) as full:
        commands.transfer(session, village.bruno, given(village, "bruno", "ana", 1), at=village.clock())
    assert full.value.name == "above_maximum"


@pytest.mark.parametrize(("value", "seen"), [("private", False), ("members", True), ("open", True)])
def test_balances_are_seen_as_the_community_decided(
    visit: Visit, village: Village, value: str, seen: bool
) -> None:
    rule(village, "ledger.balances", value)
    pay(village, "bruno", "ana", 90, memo="A secret")
    page = visit("hana").get("/c/valley/money").text
    assert ('id="others"' in page) is seen
    assert "A secret" not in page
    visit("zoe").get("/c/valley/money", 404)
    with village.database.read() as session:
        ask = (session, village.hana, village.valley, village.people["bruno"], "TIME")
        if seen:
            assert queries.balance_of(*ask, at=village.clock()).amount == -90
        else:
            with pytest.raises(NotFound):
                queries.balance_of(*ask, at=village.clock())
        with pytest.raises(NotFound):
            queries.balance_of(
                session, village.zoe, village.valley, village.people["bruno"], "TIME", at=village.clock()
            )


def test_with_gifts_only_there_is_no_limit_and_no_balance_to_see(visit: Visit, village: Village) -> None:
    rule(village, "ledger.gift_mode", True)
    rule(village, "ledger.balances", "open")
    pay(village, "bruno", "ana", 2_000)
    page = visit("bruno").get("/c/valley/money").text
    assert "You gave once and received 0 times." in page
    assert "big-figure" not in page
    assert "then " not in page
    assert 'id="others"' not in visit("hana").get("/c/valley/money").text


def test_savings_shrink_only_where_it_was_decided_and_once_a_month(village: Village, node: Node) -> None:
    run = Run(village.database, village.clock, node.settings, "0" * 32, 1)
    pay(village, "bruno", "ana", 600)
    village.clock.forward(days=20)
    take_shares(run, {})
    with village.database.read() as session:
        assert stands(session, village, "ana") == 600
    rule(village, "ledger.demurrage_percent", 12)
    for days, left in ((0, 594), (0, 594), (31, 589)):
        village.clock.forward(days=days)
        take_shares(run, {})
        with village.database.read() as session:
            assert (stands(session, village, "ana"), stands(session, village, "bruno")) == (left, -600)


def _told(village: Village, name: str) -> list[str]:
    while delivery.deliver(village.database, village.clock):
        pass
    with village.database.read() as session:
        rows = session.scalars(
            select(Notice).where(Notice.person_id == village.people[name]).order_by(Notice.id)
        ).all()
        return [row.sentence.format(**row.facts) for row in rows]


def test_whoever_it_concerns_is_told(village: Village) -> None:
    pay(village, "bruno", "ana", 90)
    assert _told(village, "ana") == ["Bruno gave you 1 h 30."]
    assert _told(village, "bruno") == []
    with village.database.write() as session:
        account = account_id(session, village, "bruno")
        commands.set_limit(
            session, village.ana, account, commands.Limits(-900, None), reason="x", at=village.clock()
        )
        ask = commands.ask_payment(
            session,
            village.hana,
            village.valley,
            village.people["bruno"],
            20,
            ask_id="0199aa0000007000800000000000c001",
            at=village.clock(),
        )
    assert _told(village, "bruno") == [
        "How far your account may go was changed.",
        "Hana asks you for 0 h 20.",
    ]
    with village.database.write() as session:
        commands.answer_payment_ask(session, village.bruno, ask.id, accepted=False, at=village.clock())
    assert _told(village, "hana") == ["Bruno did not pay: not this time."]
