"""Events: written with the change, sealed, delivered once per reaction, tried again, never lost silently."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from minga.identity import Actor
from minga.kit import delivery, events, replaying, seals
from minga.kit.clock import FixedClock
from minga.kit.db import Database, Session, count_statements
from minga.kit.errors import Refused
from minga.kit.events import Event, EventRow, Undelivered, emit, plain
from minga.kit.ids import new_id
from minga.kit.repeat import Repeat, remember
from minga.kit.seals import Seal


@dataclass(frozen=True, kw_only=True)
class KettleBoiled(Event):
    about: ClassVar[str] = "kettle"
    kettle_id: str
    litres: int = 1


ANA = Actor(new_id())


@pytest.fixture
def reactions(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, delivery.Reaction]]:
    mine: dict[str, delivery.Reaction] = {}
    monkeypatch.setitem(delivery._reactions, "KettleBoiled", mine)
    yield mine


def _boil(database: Database, clock: FixedClock, kettle_id: str | None = None) -> str:
    with database.write() as session:
        return emit(session, ANA, KettleBoiled(kettle_id=kettle_id or new_id()), at=clock())


def _note(name: str) -> delivery.Reaction:
    def note(session: Session, event: KettleBoiled, *, at: datetime) -> None:
        remember(session, f"{name} {event.event_id}", "", {}, at=at)

    return note


def _notes(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(key.split()[0] for key in session.scalars(select(Repeat.key)))


def test_an_event_needs_only_its_own_facts_and_knows_the_rest() -> None:
    event = KettleBoiled(kettle_id="0" * 32)
    assert (event.about_id, event.version, event.community_id) == ("0" * 32, 1, None)
    assert len(event.event_id) == 32


def test_an_event_of_a_transaction_that_fails_does_not_exist(database: Database, clock: FixedClock) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        emit(session, ANA, KettleBoiled(kettle_id=new_id()), at=clock())
        raise RuntimeError
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(EventRow)) == 0


@pytest.mark.parametrize(
    "statement", [update(EventRow).values(name="Nothing"), delete(EventRow), delete(Seal)]
)
def test_an_event_and_its_seal_cannot_be_changed(
    database: Database, clock: FixedClock, statement: object
) -> None:
    _boil(database, clock)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize("typed", ["Boil it now", "ñ", "x" * 65])
def test_what_somebody_typed_is_no_fact(database: Database, clock: FixedClock, typed: str) -> None:
    with pytest.raises(ValueError, match="is not an id"), database.write() as session:
        emit(session, ANA, KettleBoiled(kettle_id=typed), at=clock())


def test_the_chain_fits_and_a_changed_byte_is_found(database: Database, clock: FixedClock) -> None:
    if database.dialect != "sqlite":
        pytest.skip("on PostgreSQL the sealer works in batches; see test_sealer")
    for _ in range(5):
        _boil(database, clock)
    count, _, broken = _check(database)
    assert (count, broken) == (5, None)
    with database.write() as session:
        session.execute(text("DROP TRIGGER event_refuses_update"))
        third = session.scalars(select(Seal.event_id).where(Seal.seq == 3)).one()
        session.execute(update(EventRow).where(EventRow.id == third).values(facts={"litres": 2}))
    count, _, broken = _check(database)
    assert count == 2
    assert broken is not None
    assert broken.seq == 3


def _check(database: Database) -> tuple[int, str, seals.Break | None]:
    with database.read() as session:
        rows = session.execute(
            select(Seal.seq, Seal.event_id, Seal.hash, EventRow)
            .join(EventRow, EventRow.id == Seal.event_id)
            .order_by(Seal.seq)
        ).all()
        return seals.check("node", [(seq, id_, hash_, plain(row)) for seq, id_, hash_, row in rows])


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), st.integers()), min_size=1), st.data())
def test_any_changed_row_breaks_the_chain(rows: list[dict[str, int]], data: st.DataObject) -> None:
    head, links = seals.first_hash("c"), []
    for seq, row in enumerate(rows, 1):
        head = seals.next_hash(head, row)
        links.append((seq, str(seq), head.hex(), row))
    assert seals.check("c", links)[2] is None
    at = data.draw(st.integers(0, len(rows) - 1))
    seq, id_, hash_, row = links[at]
    links[at] = (seq, id_, hash_, {**row, "z": 1})
    broken = seals.check("c", links)[2]
    assert broken is not None
    assert broken.seq == at + 1


def test_each_reaction_runs_once_and_redelivery_changes_nothing(
    database: Database, clock: FixedClock, reactions: dict[str, delivery.Reaction]
) -> None:
    reactions.update({"one": _note("one"), "two": _note("two")})
    event_id = _boil(database, clock)
    assert delivery.deliver(database, clock) == 1
    with database.write() as session:
        session.add(Undelivered(event_id=event_id, about_id=None, next_at=clock()))
    assert delivery.deliver(database, clock) == 1
    assert _notes(database) == ["one", "two"]
    assert delivery.deliver(database, clock) == 0


def test_a_reaction_that_fails_is_tried_again_alone_and_ends_as_a_dead_letter(
    database: Database, clock: FixedClock, reactions: dict[str, delivery.Reaction]
) -> None:
    def broken(session: Session, event: Event, *, at: datetime) -> None:
        raise OSError("power cut")

    reactions.update({"good": _note("good"), "bad": broken})
    event_id = _boil(database, clock)
    for _ in range(len(delivery.WAITS) + 3):
        delivery.deliver(database, clock)
        clock.forward(hours=2)
    assert _notes(database) == ["good"]
    with database.read() as session:
        dead = delivery.dead_letters(session)
        assert [(d.event_id, d.reaction, d.tries) for d in dead] == [(event_id, "bad", 6)]
        assert "power cut" in dead[0].error
    reactions["bad"] = _note("bad")
    with database.write() as session:
        delivery.replay(session, event_id, "bad", at=clock())
    delivery.deliver(database, clock)
    assert _notes(database) == ["bad", "good"]
    with database.read() as session:
        assert delivery.dead_letters(session) == []


def test_a_missing_reaction_becomes_a_dead_letter_at_once(
    database: Database, clock: FixedClock, reactions: dict[str, delivery.Reaction]
) -> None:
    def broken(session: Session, event: Event, *, at: datetime) -> None:
        raise OSError

    reactions["gone_next_release"] = broken
    _boil(database, clock)
    delivery.deliver(database, clock)
    del reactions["gone_next_release"]
    delivery.deliver(database, FixedClock(clock.forward(seconds=2)))
    with database.read() as session:
        assert [d.reaction for d in delivery.dead_letters(session)] == ["gone_next_release"]


def test_an_event_of_an_unknown_kind_becomes_a_dead_letter(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _boil(database, clock)
    monkeypatch.delitem(events.Event.named, "KettleBoiled")
    delivery.deliver(database, clock)
    with database.read() as session:
        assert [d.reaction for d in delivery.dead_letters(session)] == [delivery.UNKNOWN]


def test_events_about_one_thing_keep_their_order(
    database: Database, clock: FixedClock, reactions: dict[str, delivery.Reaction]
) -> None:
    seen: list[str] = []
    failing = {"on": True}

    def note(session: Session, event: Event, *, at: datetime) -> None:
        if failing["on"]:
            raise OSError
        seen.append(event.event_id)

    reactions["note"] = note
    kettle = new_id()
    first, second = _boil(database, clock, kettle), _boil(database, clock, kettle)
    delivery.deliver(database, clock)
    failing["on"] = False
    clock.forward(seconds=5)
    delivery.deliver(database, clock)
    delivery.deliver(database, clock)
    assert seen == [first, second]


def test_two_reactions_cannot_share_a_name(reactions: dict[str, delivery.Reaction]) -> None:
    delivery.on(KettleBoiled, name="one")(_note("one"))
    with pytest.raises(ValueError, match="two reactions"):
        delivery.on(KettleBoiled, name="one")(_note("two"))


def test_many_events_without_a_reaction_cost_one_transaction(
    database: Database, clock: FixedClock, reactions: dict[str, delivery.Reaction]
) -> None:
    for _ in range(30):
        _boil(database, clock)
    with count_statements(database) as said:
        assert delivery.deliver(database, clock) == 30
    assert len([one for one in said if not one.startswith("BEGIN")]) <= 4
    assert delivery.deliver(database, clock) == 0


@pytest.mark.parametrize(("seconds", "commits"), [(60.0, 1), (-1.0, 4)], ids=["quick", "slow"])
def test_reactions_share_commits_while_there_is_time_and_one_that_fails_takes_nothing_along(
    database: Database,
    clock: FixedClock,
    reactions: dict[str, delivery.Reaction],
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    commits: int,
) -> None:
    monkeypatch.setattr(delivery, "TRAIN_SECONDS", seconds)

    def picky(session: Session, event: KettleBoiled, *, at: datetime) -> None:
        remember(session, f"picky {event.event_id}", "", {}, at=at)
        session.flush()
        if event.litres == 2:
            raise OSError

    reactions.update({"good": _note("good"), "picky": picky})
    for litres in (1, 2, 1, 1):
        with database.write() as session:
            emit(session, ANA, KettleBoiled(kettle_id=new_id(), litres=litres), at=clock())
    told: list[int] = []
    database.on_commit(lambda: told.append(1))
    assert delivery.deliver(database, clock) == 4
    assert len(told) == commits
    assert _notes(database) == ["good"] * 4 + ["picky"] * 3


def test_what_spoils_the_commit_of_all_is_found_one_by_one(
    database: Database, clock: FixedClock, reactions: dict[str, delivery.Reaction]
) -> None:
    if database.dialect != "sqlite":
        pytest.skip("a constraint that is looked at only when all is kept; here SQLite's")

    def spoil(session: Session, event: KettleBoiled, *, at: datetime) -> None:
        if event.litres == 2:
            session.execute(text("PRAGMA defer_foreign_keys=ON"))
            session.execute(text("INSERT INTO listing_number (root_id, last) VALUES ('nowhere', 1)"))

    reactions.update({"good": _note("good"), "spoils": spoil})
    for litres in (1, 2, 1):
        with database.write() as session:
            emit(session, ANA, KettleBoiled(kettle_id=new_id(), litres=litres), at=clock())
    assert delivery.deliver(database, clock) == 3
    assert _notes(database) == ["good"] * 3
    with database.read() as session:
        waiting = session.scalars(select(delivery.Attempt.reaction)).all()
    assert waiting == ["spoils"]


def test_what_is_replayed_while_a_batch_runs_is_not_forgotten(
    database: Database, clock: FixedClock, reactions: dict[str, delivery.Reaction]
) -> None:
    event_id = _boil(database, clock)

    def fail(session: Session, event: KettleBoiled, *, at: datetime) -> None:
        raise RuntimeError

    reactions["fails"] = fail
    for wait in (0, *delivery.WAITS):
        clock.forward(seconds=wait)
        delivery.deliver(database, clock)
    _boil(database, clock)

    def ask_again(session: Session, event: KettleBoiled, *, at: datetime) -> None:
        delivery.replay(session, event_id, "fails", at=at)

    reactions.clear()
    reactions["asks"] = ask_again
    with database.write() as session:
        session.merge(Undelivered(event_id=event_id, about_id=None, next_at=clock()))
    delivery.deliver(database, clock)
    with database.read() as session:
        left = session.scalars(select(Undelivered.event_id)).all()
    assert event_id in left


def test_events_run_again_only_through_a_reaction_that_may_be_repeated(
    database: Database,
    clock: FixedClock,
    reactions: dict[str, delivery.Reaction],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(delivery, "_replayable", {"kettle.count"})
    reactions["kettle.count"] = lambda session, event, *, at: seen.append(event.event_id)
    reactions["kettle.tell"] = lambda session, event, *, at: (
        pytest.fail("told twice") if len(seen) > 3 else None
    )
    boiled = [_boil(database, clock) for _ in range(3)]
    delivery.deliver(database, clock)
    reactions["kettle.younger"] = lambda session, event, *, at: pytest.fail("it is younger than the event")
    with database.read() as session:
        before = [plain(row) for row in session.scalars(select(EventRow).order_by(EventRow.id))]
    with pytest.raises(Refused, match="kettle"), database.write() as session:
        replaying.replay_batch(session, "kettle.tell", at=clock())
    with database.write() as session:
        assert replaying.replay_batch(session, "kettle.count", at=clock()) == replaying.Replayed(3, None)
    with database.write() as session:
        assert replaying.replay_batch(session, "kettle.count", at=clock()).events == 0, "they wait already"
    clock.forward(seconds=1)
    delivery.deliver(database, clock)
    assert seen == [*boiled, *boiled]
    with database.read() as session:
        assert [plain(row) for row in session.scalars(select(EventRow).order_by(EventRow.id))] == before
        assert session.scalar(select(func.count()).select_from(Undelivered)) == 0


def test_running_again_goes_in_batches_and_from_a_day_on(
    database: Database,
    clock: FixedClock,
    reactions: dict[str, delivery.Reaction],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "_replayable", {"kettle.count"})
    monkeypatch.setattr(replaying, "BATCH", 2)
    reactions["kettle.count"] = lambda session, event, *, at: None
    for _ in range(3):
        _boil(database, clock)
        clock.forward(days=1)
    delivery.deliver(database, clock)
    with database.write() as session:
        first = replaying.replay_batch(session, "kettle.count", at=clock())
        assert first.events == 2
        assert replaying.replay_batch(session, "kettle.count", after=first.after, at=clock()).events == 1
    delivery.deliver(database, clock)
    with database.write() as session:
        since = clock() - timedelta(days=1)
        assert replaying.replay_batch(session, "kettle.count", since=since, at=clock()).events == 1
