"""Pointing at anything, and what waits for a person."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from minga.kit import refs
from minga.kit.errors import NotFound
from minga.kit.ids import new_id
from minga.kit.refs import Act, NeedGroup, NeedLine, Needs, Ref, grouped, in_order

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA = SimpleNamespace(person_id="a" * 32)
STRANGER = SimpleNamespace(person_id=None)
NO_SESSION: Any = None
"""What these things are asked with: none of them looks into a database."""


@pytest.fixture
def drill(monkeypatch: pytest.MonkeyPatch) -> Ref:
    monkeypatch.setattr(refs, "_kinds", {})
    ref = Ref("thing", new_id())

    def thing_to_see(session: object, actor: object, id: str, /, *, at: datetime) -> str:
        if actor is STRANGER or id != ref.id:
            raise NotFound()
        return "a drill"

    refs.register("thing", see=thing_to_see, address=lambda id: f"/things/{id}")
    return ref


def test_a_stranger_finds_nothing_and_who_may_see_gets_the_thing(drill: Ref) -> None:
    with pytest.raises(NotFound):
        refs.to_see(NO_SESSION, STRANGER, drill, at=NOW)
    assert not refs.may_see(NO_SESSION, STRANGER, drill, at=NOW)
    assert refs.to_see(NO_SESSION, ANA, drill, at=NOW) == "a drill"
    assert refs.may_see(NO_SESSION, ANA, drill, at=NOW)


def test_absent_things_and_unknown_kinds_are_not_found_alike(drill: Ref) -> None:
    for absent in (Ref("thing", new_id()), Ref("ghost", drill.id)):
        with pytest.raises(NotFound):
            refs.to_see(NO_SESSION, ANA, absent, at=NOW)
    assert refs.address_of(Ref("ghost", drill.id)) is None
    assert refs.address_of(drill) == f"/things/{drill.id}"


def test_a_kind_belongs_to_one_domain(drill: Ref) -> None:
    with pytest.raises(ValueError, match="twice"):
        refs.register("thing", see=lambda *_, **__: "mine")
    assert refs.kinds() == {"thing"}


@pytest.mark.parametrize(
    "text", ["", "thing", "thing:", "thing:7", "Thing:" + "a" * 32, ":" + "a" * 32, "t-g:" + "a" * 32]
)
def test_what_is_no_ref_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        Ref.parse(text)


def test_a_ref_is_read_as_it_is_written() -> None:
    ref = Ref("return_word", new_id())
    assert Ref.parse(str(ref)) == ref


def line(kind: str = "ask", *, due: float | None = None, weight: int = 1, since: float = 0) -> NeedLine:
    return NeedLine(
        kind=kind,
        ref=Ref("thing", new_id()),
        title="Bruno asks for your drill.",
        since_at=NOW + timedelta(days=since),
        due_at=None if due is None else NOW + timedelta(days=due),
        weight=weight,
    )


def test_overdue_comes_first_then_dated_then_weight_then_the_oldest() -> None:
    long_overdue, overdue = line(due=-3), line(due=-1, weight=3)
    tomorrow, next_week = line(due=1, weight=0), line(due=7, weight=3)
    heavy, old, young = line(weight=3), line(since=-5), line(since=-1)
    mixed = [young, next_week, heavy, overdue, old, tomorrow, long_overdue]
    assert in_order(mixed, NOW) == (long_overdue, overdue, tomorrow, next_week, heavy, old, young)


def test_more_than_five_of_a_kind_become_a_group_in_the_place_of_the_first() -> None:
    asks = tuple(line("ask", since=-n) for n in range(6, 0, -1))
    vote = line("vote", since=-3.5)
    shown = grouped(in_order([*asks, vote], NOW))
    assert shown == (NeedGroup("ask", asks), vote)
    assert isinstance(shown[0], NeedGroup)
    assert shown[0].more == 5
    assert grouped(asks[:5]) == asks[:5]


def test_every_domain_is_asked_once_and_gives_at_most_twenty_lines() -> None:
    needs = Needs()

    @needs.register
    def many(session: object, actor: object, /, *, at: datetime) -> tuple[NeedLine, ...]:
        return tuple(line("many") for _ in range(50))

    needs.register(many)
    assert len(needs.of(NO_SESSION, ANA, at=NOW)) == 20
    assert needs.of(NO_SESSION, STRANGER, at=NOW) == ()


def test_a_line_has_at_most_three_acts() -> None:
    act = Act("Yes", "agree", "/asks/1/agreement")
    with pytest.raises(ValueError, match="three acts"):
        NeedLine(kind="ask", ref=Ref("thing", new_id()), title="x", since_at=NOW, acts=(act,) * 4)
