"""Makers for tests of federations."""

from typing import Any

import pytest
from sqlalchemy import select

from minga.communities import commands
from minga.communities.models import Community, Seat, Second
from minga.communities.rules.ties import Gives
from minga.identity import Actor
from minga.kit.ids import Id
from tests.communities.tying import KINDS
from tests.conftest import ENGINES
from tests.village import Village

ONE_ENGINE = pytest.mark.parametrize("engine", ENGINES[:1], indirect=True)
"""For what lies above the database: rules and pages that the same statements serve as elsewhere on every engine."""


def second(village: Village, who: str) -> None:
    """Say the second yes to whatever waits in the community of that person."""
    with village.database.write() as session:
        waiting = session.scalars(
            select(Second).where(Second.answered_at.is_(None), Second.withdrawn_at.is_(None))
        ).one()
        commands.agree(session, village.actor(who), waiting.id, at=village.clock())


def do(village: Village, who: str | Actor, act: Any, /, *given: Any, **named: Any) -> Any:
    """What a command does for somebody now."""
    actor = village.actor(who) if isinstance(who, str) else who
    with village.database.write() as session:
        return act(session, actor, *given, at=village.clock(), **named)


def federate(
    village: Village,
    name: str = "Alliance",
    invited: tuple[str, ...] = ("harbour", "hill"),
    gives: Gives = Gives(),  # noqa: B008
    **more: Any,
) -> Id:
    """Valley founds a federation; those invited have not answered yet."""
    do(
        village,
        "ana",
        commands.found_federation,
        village.valley,
        name=name,
        invited=invited,
        gives=gives,
        known_kinds=KINDS,
        **more,
    )
    second(village, "chidi")
    with village.database.read() as session:
        return session.scalars(select(Community.id).where(Community.name == name)).one()


def take(
    village: Village,
    federation_id: Id,
    community_id: Id,
    first: str,
    other: str = "",
    gives: Gives = Gives(),  # noqa: B008
    **more: Any,
) -> Id:
    """A community takes the seat it was offered, by two of its stewards where it has two."""
    seat_id = seat_of(village, federation_id, community_id)
    do(village, first, commands.accept_seat, seat_id, gives, known_kinds=KINDS, **more)
    if other:
        second(village, other)
    return seat_id


def seat_of(village: Village, federation_id: Id, community_id: Id) -> Id:
    with village.database.read() as session:
        return session.scalars(
            select(Seat.id).where(
                Seat.federation_id == federation_id,
                Seat.community_id == community_id,
                Seat.left_at.is_(None),
                Seat.declined_at.is_(None),
                Seat.withdrawn_at.is_(None),
                Seat.lapsed_at.is_(None),
            )
        ).one()


def alliance(village: Village, **more: Any) -> tuple[Id, Id, Id, Id]:
    """A federation of all three, and the seats of Valley, Harbour and Hill."""
    made = federate(village, **more)
    harbour = take(village, made, village.harbour, "farid", "gita")
    hill = take(village, made, village.hill, "zoe")
    return made, seat_of(village, made, village.valley), harbour, hill
