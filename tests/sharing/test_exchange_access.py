"""Who meets what in asks, exchanges and loans: done, refused with a sentence, or not there at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from minga.communities.models import Membership, Policy
from minga.communities.rules import EndedWhy
from minga.identity import Actor
from minga.kit.errors import Conflict, Forbidden, NotFound, NotSignedIn, Refused
from minga.kit.ids import Id, new_id
from minga.kit.refs import Ref, may_see, people_of
from minga.sharing import commands, queries
from minga.sharing.rules import AmountRule, Content, Direction, Item, Level, NameShown, Term, TermKind
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, asked, lent, listed
from tests.village import NOBODY, Village

Act = Callable[[Any, Actor, Id, Any], Any]
READ: dict[str, Act] = {
    "ask": lambda s, who, id, at: queries.ask(s, who, id, at=at),
    "exchange": lambda s, who, id, at: queries.exchange(s, who, id, at=at),
    "loan": lambda s, who, id, at: queries.exchange_of_loan(s, who, id, at=at),
}
WRITE: dict[str, tuple[str, Act]] = {
    "accept": ("ask", lambda s, who, id, at: commands.accept(s, who, id, at=at)),
    "decline": ("ask", lambda s, who, id, at: commands.decline(s, who, id, at=at)),
    "propose": (
        "ask",
        lambda s, who, id, at: commands.propose(
            s, who, id, commands.Wish(until_at=at + timedelta(days=3)), at=at
        ),
    ),
    "withdraw": ("ask", lambda s, who, id, at: commands.withdraw(s, who, id, at=at)),
    "lend": ("pending", lambda s, who, id, at: commands.lend(s, who, id, at=at)),
    "cancel": ("pending", lambda s, who, id, at: commands.cancel(s, who, id, at=at)),
    "renew": ("loan", lambda s, who, id, at: commands.renew(s, who, id, at=at)),
    "bring_back": ("loan", lambda s, who, id, at: commands.bring_back(s, who, id, at=at)),
    "take_back": ("loan", lambda s, who, id, at: commands.take_back(s, who, id, at=at)),
    "not_back": ("loan", lambda s, who, id, at: commands.not_back(s, who, id, at=at)),
    "lose": ("loan", lambda s, who, id, at: commands.lose(s, who, id, at=at)),
}
# ✓ done or seen, ✗ refused with a sentence; everybody else finds nothing (404).
TABLE = {
    #             owner asker
    "accept": "✓✗",
    "decline": "✓✗",
    "propose": "✓✗",
    "withdraw": "✗✓",
    "lend": "✓✗",
    "cancel": "✓✓",
    "renew": "✓✓",
    "bring_back": "✗✓",
    "take_back": "✓✗",
    "not_back": "✓✗",
    "lose": "✓✓",
}
OTHERS = ("chidi", "hana", "dara", "farid", "zoe", "ivo", "nobody")


def things(village: Village) -> dict[str, Id]:
    """An ask that waits, an exchange that has not begun, one that is out, and its loan."""
    pending = agreed(village, village.bruno, neighbours.drill(village))
    loan = lent(village, village.bruno, neighbours.drill(village))
    with village.database.read() as session:
        out = queries.exchange_of_loan(session, village.bruno, loan, at=village.clock())
    ask = asked(village, village.bruno, neighbours.drill(village))
    return {"ask": ask.id, "pending": pending.id, "exchange": out, "loan": loan}


def person(village: Village, name: str) -> Actor:
    return NOBODY if name == "nobody" else village.actor(name)


def test_the_two_sides_read_and_nobody_else_finds_anything(village: Village) -> None:
    ids = things(village)
    with village.database.read() as session:
        for kind, act in READ.items():
            for name in ("ana", "bruno"):
                assert act(session, person(village, name), ids[kind], village.clock())
            for name in OTHERS:
                with pytest.raises(NotFound):
                    act(session, person(village, name), ids[kind], village.clock())
            with pytest.raises(NotFound):
                act(session, village.ana, new_id(), village.clock())
        for kind in ("ask", "exchange"):
            ref = Ref(kind, ids[kind])
            assert may_see(session, village.ana, ref, at=village.clock())
            assert not may_see(session, village.zoe, ref, at=village.clock())
            assert set(people_of(session, ref).people) == {village.people["ana"], village.people["bruno"]}
            with pytest.raises(NotFound):
                people_of(session, Ref(kind, new_id()))


@pytest.mark.parametrize("verb", sorted(TABLE))
def test_each_step_is_for_its_side_only(village: Village, verb: str) -> None:
    about, act = WRITE[verb]
    ids = things(village)
    for name in OTHERS:
        with pytest.raises(NotFound), village.database.write() as session:
            act(session, person(village, name), ids[about], village.clock())
    sides = sorted(zip(("ana", "bruno"), TABLE[verb], strict=True), key=lambda pair: pair[1] == "✓")
    for name, mark in sides:
        if mark == "✗":
            with pytest.raises(Forbidden), village.database.write() as session:
                act(session, person(village, name), ids[about], village.clock())
        else:
            with village.database.write() as session:
                assert act(session, person(village, name), ids[about], village.clock())


def test_lists_are_for_those_who_are_signed_in(village: Village) -> None:
    with village.database.read() as session:
        for ask in (
            lambda: queries.exchanges(session, NOBODY, at=village.clock()),
            lambda: queries.running_exchanges(session, NOBODY, at=village.clock()),
            lambda: queries.given_and_received(session, NOBODY, at=village.clock()),
            lambda: queries.open_asks_of(session, NOBODY),
        ):
            with pytest.raises(NotSignedIn):
                ask()
        assert queries.loan_to_remind(session, village.ana, new_id()) is None


def test_only_the_owner_reads_who_asks(village: Village) -> None:
    drill = neighbours.drill(village)
    asked(village, village.bruno, drill)
    with village.database.read() as session:
        with pytest.raises(Forbidden, match="Only who posted this"):
            queries.asks_of_listing(session, village.bruno, drill, at=village.clock())
        with pytest.raises(NotFound):
            queries.asks_of_listing(session, village.zoe, drill, at=village.clock())


def test_a_key_bound_to_another_community_finds_nothing(village: Village) -> None:
    ids = things(village)
    here, there = (
        replace(village.ana, token_scopes=frozenset({"write"}), token_community_id=one)
        for one in (village.valley, village.hill)
    )
    with village.database.read() as session:
        for kind, act in list(READ.items())[:2]:
            assert act(session, here, ids[kind], village.clock())
            with pytest.raises(NotFound):
                act(session, there, ids[kind], village.clock())
        assert queries.exchanges(session, here, at=village.clock()).items
        assert not queries.exchanges(session, there, at=village.clock()).items
    for verb in ("take_back", "lose"):
        with pytest.raises(NotFound), village.database.write() as session:
            WRITE[verb][1](session, there, ids["loan"], village.clock())


def test_a_name_that_is_not_told_stays_untold_until_it_is_agreed(village: Village) -> None:
    """Dignity for needs: who asks for help chooses who reads their name."""
    need = neighbours.groceries(village, name_shown=NameShown.AGREED)
    ask = asked(village, village.bruno, need)
    with village.database.read() as session:
        assert queries.ask(session, village.bruno, ask.id, at=village.clock()).owner_name == ""
        assert queries.ask(session, village.ana, ask.id, at=village.clock()).owner_name == "Ana"
        assert people_of(session, Ref("ask", ask.id)).unnamed == {village.people["ana"]}
    with village.database.write() as session:
        commands.accept(session, village.ana, ask.id, at=village.clock())
    with village.database.read() as session:
        assert queries.ask(session, village.bruno, ask.id, at=village.clock()).owner_name == "Ana"
        assert people_of(session, Ref("ask", ask.id)).unnamed == frozenset()


def test_who_lives_nowhere_asks_for_nothing(village: Village) -> None:
    drill = neighbours.drill(village)
    with village.database.write() as session:
        for membership in session.query(Membership).filter_by(person_id=village.people["bruno"]):
            membership.ended_on, membership.ended_why = village.clock().date(), EndedWhy.LEFT
    with pytest.raises(NotFound):
        asked(village, village.bruno, drill)


def test_a_private_listing_is_asked_for_by_those_who_were_named(village: Village) -> None:
    with village.database.write() as session:
        content = Content(
            title="Ladder",
            own=Item(),
            terms=(Term(kind=TermKind.LOAN),),
            level=Level.PRIVATE,
            named=(village.people["bruno"],),
        )
        made = commands.post(
            session, village.ana, village.valley, Direction.OFFER, content, at=village.clock()
        )
    assert asked(village, village.bruno, made.id).person_id == village.people["bruno"]
    with pytest.raises(NotFound):
        asked(village, village.hana, made.id)


def test_what_this_node_does_not_settle_is_said_so(village: Village) -> None:
    at = village.clock()
    with village.database.write() as session:
        session.add(Policy(community_id=village.valley, key="money.on", value=True, since_at=at, made_at=at))
    sold = listed(
        village,
        village.ana,
        Item(),
        title="Book",
        terms=(Term(kind=TermKind.PURCHASE, rule=AmountRule.FIXED, unit="EUR", amount_minor=500),),
    )
    with pytest.raises(Refused, match="does not settle") as refused:
        asked(village, village.bruno, sold)
    assert refused.value.name == "not_settled_here"


def test_a_swap_needs_something_in_return(village: Village) -> None:
    swap = listed(village, village.ana, Item(), title="Book", terms=(Term(kind=TermKind.SWAP),))
    with pytest.raises(Refused, match="choose something of yours") as refused:
        asked(village, village.bruno, swap)
    assert refused.value.name == "counter_needed"


def test_what_is_late_is_not_promised_again(village: Village) -> None:
    drill = neighbours.drill(village)
    lent(village, village.bruno, drill)
    village.clock.forward(days=20)
    with pytest.raises(Conflict, match="out and late"):
        asked(village, village.chidi, drill)
