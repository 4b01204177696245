"""Sessions that are lent for reading again and again: each reading is of its own moment and knows nothing of the last."""

import pytest
from sqlalchemy import select

from minga.kit.clock import FixedClock
from minga.kit.db import Database, Session
from minga.kit.errors import NotFound
from minga.kit.repeat import Repeat, remember


def keys(session: Session) -> list[str]:
    return sorted(session.scalars(select(Repeat.key)))


def test_each_reading_is_of_its_own_moment_and_forgets_what_was_read(
    database: Database, clock: FixedClock
) -> None:
    for n in range(3):
        with database.write() as session:
            remember(session, f"key {n}", "0" * 64, {}, at=clock())
        with database.read() as session:
            assert keys(session) == [f"key {m}" for m in range(n + 1)]
            assert "note" not in session.info
            assert not session.identity_map
            session.info["note"] = n
            row = session.scalars(select(Repeat).where(Repeat.key == "key 0")).one()
            with database.read() as inner:
                assert inner is not session
                with database.write() as writing:
                    remember(writing, f"late {n}", "0" * 64, {}, at=clock())
                assert f"late {n}" not in keys(session) or database.dialect != "sqlite"
            with database.write() as writing:
                writing.delete(writing.get_one(Repeat, f"late {n}"))
        assert row not in session, "what was read belongs to no session any more"


def test_a_reading_that_broke_or_was_ended_by_hand_leaves_nothing_to_the_next(
    database: Database, clock: FixedClock
) -> None:
    with database.write() as session:
        remember(session, "kept", "0" * 64, {}, at=clock())
    with pytest.raises(NotFound), database.read() as refused:
        refused.info["note"] = 1
        raise NotFound
    with pytest.raises(ZeroDivisionError), database.read() as broken:
        assert "note" not in broken.info
        broken.add(Repeat(key="never", body_hash="", answer={}, made_at=clock()))
        raise ZeroDivisionError
    with database.read() as session:
        assert not session.new
        assert keys(session) == ["kept"]
        session.rollback()
    with database.read() as session:
        assert keys(session) == ["kept"]
        session.add(Repeat(key="never", body_hash="", answer={}, made_at=clock()))
    with database.read() as session:
        assert not session.new
        assert keys(session) == ["kept"]
