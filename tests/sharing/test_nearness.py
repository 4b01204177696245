"""Listings for people who are vouched for, near, or connected: the same for list, page, search and map, for everybody."""

from typing import Any

import pytest
from sqlalchemy import select, update

from minga.communities.models import Vouch
from minga.identity.models import Connection
from minga.kit.errors import Invalid, NotFound
from minga.kit.ids import Id, new_id
from minga.reputation import queries as reputation
from minga.sharing import commands, queries
from minga.sharing.models import ListingNearness
from minga.sharing.rules import Level, Narrowing, Order, Precision, Where, Wish, read_search
from minga.sharing.rules.places import cell_of
from tests.sharing.makers import post, said
from tests.sharing.test_access import EVERY, VIEWERS, open_village, seen_alone, seen_in_lists, viewer
from tests.village import Village

__all__ = ["open_village"]
HERE, NEXT, FAR = "3.4516, -76.5320", "3.4650, -76.5320", "3.9000, -76.5320"
STANDS = Where(lat=3_451_600, lon=-76_532_000, precision=Precision.NEIGHBOURHOOD)
PLACES = {"ivo": NEXT, "hana": FAR, "farid": NEXT, "ana": FAR, "dara": FAR}
"""Zoe says nothing of where she is."""
PATH = (("bruno", "ivo"), ("farid", "ivo"), ("zoe", "farid"))
"""Bruno knows Ivo, he knows Farid, he knows Zoe; whoever asked stands first."""
STEPS = {"member": 1, "elsewhere": 2, "stranger": 3}
NEAR = {"member", "elsewhere"}
VOUCHED = {"member", "paused"}
RULES = [
    Narrowing(),
    Narrowing(vouched_only=True),
    Narrowing(within_km=3),
    *(Narrowing(steps=n) for n in (1, 2, 3)),
    Narrowing(vouched_only=True, within_km=3, steps=1),
]


def connect(village: Village, one: str, other: str, **more: Any) -> Id:
    at, made = village.clock(), new_id()
    with village.database.write() as session:
        ends = {"from_id": village.people[one], "to_id": village.people[other]}
        row = {"purposes": ["things"], "weight": 1, "asked_at": at, "agreed_at": at}
        session.add(Connection(id=made, **ends, **(row | more)))
    return made


@pytest.fixture
def near_village(open_village: Village) -> Village:
    """People with places, a path of connections, and Ana's word for Ivo and Hana."""
    village = open_village
    at = village.clock()
    for one, other in PATH:
        connect(village, one, other)
    with village.database.write() as session:
        for name, point in PLACES.items():
            commands.be_at(
                session, village.actor(name), point=point, precision=Precision.NEIGHBOURHOOD, at=at
            )
        for name in ("ivo", "hana"):
            session.add(
                Vouch(
                    community_id=village.valley,
                    from_id=village.people["ana"],
                    to_id=village.people[name],
                    given_at=at,
                    until_at=at.replace(year=at.year + 1),
                )
            )
    return village


def expected(name: str, level: Level, wish: Narrowing) -> bool:
    """What should be, said once more without a line of what is tested."""
    if name in ("owner", "named", "dispatcher"):
        return True
    if level is Level.PRIVATE:
        return False
    member = name in ("member", "paused")
    if not member and not (level.wide and name != "nobody") and level is not Level.PUBLIC:
        return False
    if not wish.says_something:
        return True
    if name == "nobody":
        return False
    if wish.vouched_only and not (member and name in VOUCHED):
        return False
    if wish.within_km and name not in NEAR:
        return False
    return wish.steps is None or STEPS.get(name, 9) <= wish.steps


def posted(village: Village, level: Level, wishes: list[Narrowing]) -> dict[Id, Narrowing]:
    with village.database.write() as session:
        return {
            post(
                session,
                village.bruno,
                village.valley,
                "Canary",
                level=level,
                named=(village.people["dara"],),
                narrowing=wish,
                where=STANDS,
                at=village.clock(),
            ).id: wish
            for wish in wishes
        }


@pytest.mark.parametrize("level", Level)
def test_every_way_agrees(near_village: Village, level: Level) -> None:
    """H1, H2 for how near somebody has to be: every viewer, every level, all that can be said together."""
    village = near_village
    made = posted(village, level, RULES)
    here = cell_of(3_451_600, -76_532_000, Precision.NEIGHBOURHOOD)
    with village.database.read() as session:
        for name in VIEWERS:
            actor = viewer(village, name)
            right = {id for id, wish in made.items() if expected(name, level, wish)}
            alone = {id for id in made if seen_alone(session, actor, id, village)}
            assert alone == right, (name, level)
            if name == "nobody":
                continue
            for wish in (
                Wish(origins=EVERY),
                Wish(origins=EVERY, search=read_search("canary")),
                Wish(origins=EVERY, near=here, order=Order.NEAREST),
            ):
                assert seen_in_lists(session, actor, village, wish) == right, (name, level, wish)
            everywhere = Wish(origins=EVERY)
            n = sum(one.n for one in queries.cells(session, actor, everywhere, at=village.clock()))
            assert n == len(right), (name, level)


def test_what_changes_acts_at_the_next_look(near_village: Village) -> None:
    """An edge hidden, a place forgotten, a word taken back: gone; and the direct edge holds though it is hidden."""
    village = near_village
    one, two, near, vouched = posted(
        village,
        Level.NETWORK,
        [Narrowing(steps=1), Narrowing(steps=2), Narrowing(within_km=3), Narrowing(vouched_only=True)],
    )

    def seen(name: str) -> set[Id]:
        with village.database.read() as session:
            wanted = (one, two, near, vouched)
            return {id for id in wanted if seen_alone(session, village.actor(name), id, village)}

    assert seen("ivo") == {one, two, near, vouched}
    assert seen("farid") == {two, near}
    village.clock.forward(seconds=1)
    with village.database.write() as session:
        ends = (Connection.from_id == village.people["bruno"], Connection.to_id == village.people["ivo"])
        session.execute(update(Connection).where(*ends).values(hidden_by_to=True))
        commands.be_at(
            session, village.farid, point="", precision=Precision.NEIGHBOURHOOD, at=village.clock()
        )
        session.execute(update(Vouch).values(until_at=village.clock()))
    assert seen("farid") == set()
    assert seen("ivo") == {one, two, near}


def test_blocks_part_the_path(near_village: Village) -> None:
    from minga.identity import commands as identity

    village = near_village
    (two,) = posted(village, Level.NETWORK, [Narrowing(steps=2)])
    with village.database.write() as session:
        identity.block(session, village.farid, village.people["ivo"], at=village.clock())
    with village.database.read() as session:
        assert not seen_alone(session, village.farid, two, village)


@pytest.mark.parametrize("seed", range(2))
def test_steps_are_those_of_the_trust_graph(open_village: Village, seed: int) -> None:
    """The condition in the database and the search in Python answer alike, in random graphs with hidden edges."""
    import random

    village, chance = open_village, random.Random(seed)
    names = sorted(village.people)
    for one in names:
        for other in names:
            if one != other and chance.random() < 0.2:
                sides = {f"hidden_by_{side}": chance.random() < 0.15 for side in ("from", "to")}
                agreed = {} if chance.random() < 0.9 else {"agreed_at": None}
                connect(village, one, other, **sides, **agreed)
    made = posted(village, Level.NETWORK, [Narrowing(steps=n) for n in (1, 2, 3)])
    with village.database.read() as session:
        for name in ("ivo", "hana", "farid", "zoe"):
            actor, at = village.actor(name), village.clock()
            try:
                found = reputation.connected(session, actor, village.people["bruno"], at=at)
            except NotFound:
                continue
            steps = found.degree if found else 9
            for id, wish in made.items():
                right = steps <= (wish.steps or 0)
                assert seen_alone(session, actor, id, village) is right, (name, wish, found)


def test_what_cannot_be_is_refused_and_what_is_said_is_kept(open_village: Village) -> None:
    village = open_village
    wrong: list[dict[str, Any]] = [
        {"narrowing": Narrowing(within_km=3)},
        {"narrowing": Narrowing(within_km=4), "where": STANDS},
        {"narrowing": Narrowing(steps=4)},
    ]
    for fields in wrong:
        with village.database.write() as session, pytest.raises(Invalid):
            post(session, village.bruno, village.valley, at=village.clock(), **fields)
    wish = Narrowing(vouched_only=True, within_km=10, steps=2)
    with village.database.write() as session:
        made = post(session, village.bruno, village.valley, at=village.clock(), where=STANDS, narrowing=wish)
    with village.database.read() as session:
        assert queries.content(session, village.bruno, made.id, at=village.clock()).narrowing == wish
    with village.database.write() as session:
        commands.edit(session, village.bruno, made.id, said("Drill"), version=None, at=village.clock())
    with village.database.read() as session:
        assert session.scalars(select(ListingNearness)).all() == []
