"""Which events a reader is told of: rights are asked at each sending."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from minga.identity import Actor
from minga.kit import hints, refs
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.errors import Invalid, NotFound
from minga.kit.events import Event, emit
from minga.kit.ids import new_id
from minga.kit.refs import Ref

ANA, BRUNO = Actor(new_id()), Actor(new_id())


@dataclass(frozen=True, kw_only=True)
class BellRung(Event):
    about: ClassVar[str] = "bell"
    audience: ClassVar[Any] = "members"
    bell_id: str


@dataclass(frozen=True, kw_only=True)
class BellWhispered(Event):
    about: ClassVar[str] = "bell"
    audience: ClassVar[Any] = "person"
    bell_id: str


@dataclass(frozen=True, kw_only=True)
class BellWeighed(Event):
    about: ClassVar[str] = "bell"
    audience: ClassVar[Any] = "operator"
    bell_id: str


@pytest.fixture
def seen_by(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str | None]]:
    """Who may see bells; tests change it."""
    allowed: set[str | None] = {ANA.person_id}

    def bell_to_see(session: object, actor: Actor, id: str, /, *, at: datetime) -> str:
        if actor.person_id not in allowed:
            raise NotFound()
        return "a bell"

    monkeypatch.setattr(refs, "_kinds", {"bell": refs.Kind(bell_to_see)})
    yield allowed


Ring = Callable[..., str]


@pytest.fixture
def ring(database: Database, clock: FixedClock) -> Ring:
    def one(event: Event, **options: Any) -> str:
        with database.write() as session:
            return emit(session, BRUNO, event, at=clock(), **options)

    return one


def told(
    database: Database, actor: Actor, topics: str, clock: FixedClock
) -> list[tuple[str, str, str | None]]:
    """What the reader would be told of everything that happened."""
    with database.read() as session:
        chosen = hints.topics_of(session, actor, topics, at=clock())
        said = hints.said_after(session, None)
        return [(h.act, h.topic, h.ref) for h in hints.hints_for(session, actor, chosen, said, at=clock())]


@pytest.mark.parametrize("topics", ["", " , ", ",".join(f"bell:{n:032x}" for n in range(21))])
def test_one_to_twenty_topics_are_named(
    database: Database, clock: FixedClock, topics: str, seen_by: object
) -> None:
    with pytest.raises(Invalid, match="Name 1 to 20 topics"):
        told(database, ANA, topics, clock)


@pytest.mark.parametrize(
    "topic", ["bell:{bell}", "ghost:{bell}", "bell:7", "bell", "person:you", "person:me"]
)
def test_nobody_signed_in_may_listen_to_nothing(
    database: Database, clock: FixedClock, topic: str, seen_by: set[str | None]
) -> None:
    with pytest.raises(NotFound):
        told(database, Actor.nobody(), topic.format(bell=new_id()), clock)


def test_each_audience_hears_its_own(
    database: Database, clock: FixedClock, seen_by: set[str | None], ring: Ring
) -> None:
    bell = new_id()
    seen_by.add("ivo")
    ring(BellRung(bell_id=bell))
    ring(BellWhispered(bell_id=bell), person_id=ANA.person_id)
    ring(BellWeighed(bell_id=bell))
    topic, ref = f"bell:{bell}", f"bell:{bell}"
    assert told(database, ANA, topic, clock) == [("BellRung", topic, ref), ("BellWhispered", topic, ref)]
    assert told(database, Actor("ivo", operator=True), topic, clock) == [
        ("BellRung", topic, ref),
        ("changed", topic, ref),
        ("BellWeighed", topic, ref),
    ]
    mine = [("BellRung", "person:me", None)]
    assert told(database, BRUNO, "person:me", clock) == mine, "what I did myself, but not the bell"


def test_what_concerns_me_is_said_without_the_ref_that_i_may_not_see(
    database: Database, clock: FixedClock, seen_by: set[str | None], ring: Ring
) -> None:
    bell = new_id()
    ring(BellRung(bell_id=bell), person_id=ANA.person_id)
    assert told(database, ANA, "person:me", clock) == [("BellRung", "person:me", f"bell:{bell}")]
    seen_by.clear()
    assert told(database, ANA, "person:me", clock) == [("BellRung", "person:me", None)]


def test_nothing_reaches_the_unauthorised_while_rights_flip_a_thousand_times(
    database: Database, clock: FixedClock, seen_by: set[str | None], ring: Ring
) -> None:
    bells = [new_id() for _ in range(3)]
    for bell in bells:
        ring(BellRung(bell_id=bell))
    lot = random.Random(7)
    heard = 0
    with database.read() as session:
        said = hints.said_after(session, None)
        topics = tuple(hints.Topic(f"bell:{bell}", Ref("bell", bell)) for bell in bells)
        for _ in range(1_000):
            if lot.random() < 0.5:
                seen_by.symmetric_difference_update({ANA.person_id})
            found = hints.hints_for(session, ANA, topics, [lot.choice(said)], at=clock())
            allowed = ANA.person_id in seen_by
            assert bool(found) == allowed == hints.still_theirs(session, ANA, topics, at=clock())
            heard += len(found)
    assert 300 < heard < 700, "both sides were tried"


def test_an_event_of_a_later_release_is_left_out(
    database: Database,
    clock: FixedClock,
    seen_by: set[str | None],
    ring: Ring,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bell = new_id()
    ring(BellRung(bell_id=bell))
    monkeypatch.delitem(Event.named, "BellRung")
    assert told(database, ANA, f"bell:{bell}", clock) == []


def test_ids_are_found_by_time() -> None:
    now = datetime.now(UTC)
    assert hints.oldest_kept(now) < new_id()
    assert hints.a_little_before(new_id()) < new_id()
    assert hints.a_little_before("0" * 32) == "0" * 32
    assert hints.id_floor(now) <= new_id()


@dataclass(frozen=True, kw_only=True)
class PullLent(Event):
    about: ClassVar[str] = "pull"
    audience: ClassVar[Any] = "person"
    pull_id: str
    rope_id: str
    bell_id: str
    giver_id: str
    taker_id: str


@dataclass(frozen=True, kw_only=True)
class NoteLeft(Event):
    about: ClassVar[str] = "note"
    audience: ClassVar[Any] = "person"
    note_id: str
    ref_kind: str
    ref_id: str


@dataclass(frozen=True, kw_only=True)
class Blamed(Event):
    audience: ClassVar[Any] = "stewards"
    blamed_id: str


@pytest.fixture
def rope(seen_by: set[str | None], monkeypatch: pytest.MonkeyPatch) -> str:
    """A rope that Ana and Bruno hold; nobody else sees it, whoever sees the bell."""
    rope_id = new_id()
    holders = (str(ANA.person_id), str(BRUNO.person_id))

    def rope_to_see(session: object, actor: Actor, id: str, /, *, at: datetime) -> str:
        if actor.person_id not in holders:
            raise NotFound()
        return "a rope"

    kind = refs.Kind(rope_to_see, people=lambda session, id: refs.TakingPart("0" * 32, holders))
    monkeypatch.setitem(refs._kinds, "rope", kind)
    return rope_id


def test_what_two_do_with_each_other_is_told_to_both_and_to_nobody_who_sees_the_thing(
    database: Database, clock: FixedClock, seen_by: set[str | None], ring: Ring, rope: str
) -> None:
    chidi, bell = Actor(new_id()), new_id()
    seen_by.update({chidi.person_id, BRUNO.person_id})
    giver, taker = str(ANA.person_id), str(BRUNO.person_id)
    ring(PullLent(pull_id=new_id(), rope_id=rope, bell_id=bell, giver_id=giver, taker_id=taker))
    ring(NoteLeft(note_id=new_id(), ref_kind="rope", ref_id=rope))
    both = [(act, f"rope:{rope}", f"rope:{rope}") for act in ("PullLent", "NoteLeft")]
    for one in (ANA, BRUNO):
        assert told(database, one, f"rope:{rope}", clock) == both
        assert [act for act, _, _ in told(database, one, "person:me", clock)][:1] == ["PullLent"]
        assert [act for act, _, _ in told(database, one, f"bell:{bell}", clock)] == ["PullLent"]
    assert told(database, chidi, f"bell:{bell}", clock) == []
    with pytest.raises(NotFound):
        told(database, chidi, f"rope:{rope}", clock)


def test_who_is_only_named_in_an_event_is_not_told_of_it(
    database: Database, clock: FixedClock, seen_by: set[str | None], ring: Ring
) -> None:
    ring(Blamed(blamed_id=str(ANA.person_id)))
    assert told(database, ANA, "person:me", clock) == []
