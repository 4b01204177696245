"""Fewer people than the level says: the same for list, page and search, for every viewer, and never wider."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from minga.communities import commands as communities
from minga.communities.rules import JoiningMode
from minga.kit.errors import Invalid, NotFound
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.models import ListingNarrowing, ListingWithout
from minga.sharing.rules import Direction, Kind, Level, Narrowing, Wish, read_search
from minga.sharing.rules.kinds import Urgency
from tests.sharing.makers import post, said
from tests.sharing.test_access import (
    EVERY,
    VIEWERS,
    expected,
    open_village,
    seen_alone,
    seen_in_lists,
    viewer,
)
from tests.village import Village, _give

__all__ = ["open_village"]
TRIAL, PAUSED = {"named"}, {"paused"}
"""Dara, who is named, is on trial; Hana's membership rests; Ana is a steward, and a dispatcher by that."""


@pytest.fixture
def garden(open_village: Village) -> Id:
    """A group of Valley in which only Bruno and Ivo are, besides Ana."""
    village = open_village
    with village.database.write() as session:
        made = communities.found_subgroup(
            session,
            village.bruno,
            village.valley,
            name="Garden",
            purpose="To dig",
            mode=JoiningMode.OPEN,
            at=village.clock(),
        )
        communities.join_subgroup(session, village.ivo, made.id, at=village.clock())
    return made.id


IN_GARDEN = {"owner", "member"}
LEFT_OUT = {"nobody", "member", "elsewhere", "dispatcher", "named"}


def narrowed(name: str, level: Level, wish: Narrowing, without: str) -> bool:
    """What should be: the level's own answer, made smaller by all that is said."""
    wide = expected(name, level)
    if name in ("owner", "named") or not wide:
        return wide
    if not wish.says_something:
        return wide
    if name == "dispatcher":
        return level is not Level.PRIVATE or name != without
    if name == without:
        return False
    if name == "nobody":
        return False
    if name in ("elsewhere", "stranger"):
        return not (wish.full_only or wish.within)
    if wish.full_only and name in PAUSED:
        return False
    return not (wish.within and name not in IN_GARDEN)


@pytest.mark.parametrize(
    "level", [Level.PRIVATE, Level.COMMUNITY, Level.PARTNERS, Level.NETWORK, Level.PUBLIC]
)
@pytest.mark.parametrize("without", ["", "member", "paused", "dispatcher"])
def test_list_page_and_search_agree(open_village: Village, garden: Id, level: Level, without: str) -> None:
    """H1, for narrowing: every viewer, every level, all that can be said together."""
    village = open_village
    made: list[tuple[Id, Narrowing]] = []
    for full, group in product((False, True), (False, True)):
        wish = Narrowing(
            full,
            garden if group else "",
            (str(viewer(village, without).person_id),) if without else (),
        )
        with village.database.write() as session:
            listing = post(
                session,
                village.bruno,
                village.valley,
                "Canary",
                level=level,
                named=(village.people["dara"],),
                narrowing=wish,
                at=village.clock(),
            )
            made.append((listing.id, wish))
    with village.database.read() as session:
        for name in VIEWERS:
            actor = viewer(village, name)
            right = {id for id, wish in made if narrowed(name, level, wish, without)}
            alone = {id for id, _ in made if seen_alone(session, actor, id, village)}
            assert alone == right, (name, level, without)
            if name == "nobody":
                continue
            for listed in (Wish(origins=EVERY), Wish(origins=EVERY, search=read_search("canary"))):
                assert seen_in_lists(session, actor, village, listed) == right, (name, level, without)


def test_only_ones_own_group_and_people_of_the_community(open_village: Village, garden: Id) -> None:
    village = open_village
    wrong: list[dict[str, Any]] = [
        {"narrowing": Narrowing(within=village.harbour)},
        {"narrowing": Narrowing(within=village.valley)},
        {"narrowing": Narrowing(without=(village.people["zoe"],))},
        {"narrowing": Narrowing(without=(village.people["bruno"],))},
        {"narrowing": Narrowing(without=(village.people["dara"],)), "named": (village.people["dara"],)},
        {"narrowing": Narrowing(without=tuple(f"{n:032}" for n in range(30)))},
    ]
    for fields in wrong:
        with village.database.write() as session, pytest.raises(Invalid):
            post(session, village.bruno, village.valley, at=village.clock(), **fields)
    with village.database.write() as session, pytest.raises(Invalid):
        post(
            session,
            village.chidi,
            village.valley,
            at=village.clock(),
            narrowing=Narrowing(within=garden),
        )


def test_it_is_changed_by_its_owner_and_kept_by_others(open_village: Village) -> None:
    """Whoever changes somebody else's listing neither reads nor widens its circle."""
    village = open_village
    wish = Narrowing(full_only=True, without=(village.people["dara"],))
    with village.database.write() as session:
        made = post(session, village.bruno, village.valley, at=village.clock(), narrowing=wish)
    with village.database.write() as session:
        commands.edit(session, village.ana, made.id, said("Drill, mended"), version=None, at=village.clock())
    with village.database.read() as session:
        assert queries.content(session, village.bruno, made.id, at=village.clock()).narrowing == wish
        assert queries.listing(session, village.bruno, made.id, at=village.clock()).narrowing == wish
        assert queries.listing(session, village.ana, made.id, at=village.clock()).narrowing == Narrowing()
        with pytest.raises(NotFound):
            queries.listing(session, village.dara, made.id, at=village.clock())
    with village.database.write() as session:
        commands.edit(session, village.bruno, made.id, said("Drill"), version=None, at=village.clock())
    with village.database.read() as session:
        assert queries.listing(session, village.dara, made.id, at=village.clock())
        assert session.get(ListingNarrowing, made.id) is None
        assert session.scalars(select(ListingWithout)).all() == []


def test_a_dispatcher_who_is_no_steward_can_be_left_out_of_what_is_private(village: Village) -> None:
    with village.database.write() as session:
        _give(session, village, village.valley, "hana", "dispatcher")
        wish = Narrowing(without=(village.people["hana"],))
        shown = post(session, village.bruno, village.valley, level=Level.PRIVATE, at=village.clock())
        kept = post(
            session, village.bruno, village.valley, level=Level.PRIVATE, narrowing=wish, at=village.clock()
        )
    with village.database.read() as session:
        assert seen_alone(session, village.hana, shown.id, village)
        assert not seen_alone(session, village.hana, kept.id, village)
        assert seen_in_lists(session, village.hana, village, Wish(origins=EVERY)) == {shown.id}


def test_a_dispatcher_who_is_left_out_has_no_case_of_it(village: Village) -> None:
    with village.database.write() as session:
        _give(session, village, village.valley, "hana", "dispatcher")
        kept = post(
            session,
            village.bruno,
            village.valley,
            kind=Kind.HELP,
            direction=Direction.NEED,
            urgency=Urgency.URGENT,
            narrowing=Narrowing(without=(village.people["hana"],)),
            at=village.clock(),
        )
    village.clock.forward(hours=20)
    with village.database.read() as session:
        at = village.clock()
        assert [one.id for one in queries.dispatch(session, village.ana, village.valley, at=at).cases] == [
            kept.id
        ]
        assert queries.dispatch(session, village.hana, village.valley, at=at).cases == ()
        with pytest.raises(NotFound):
            queries.case(session, village.hana, kept.id, at=at)
        assert len(queries.needs_of(session, village.ana, at=at)) == 1
        assert queries.needs_of(session, village.hana, at=at) == ()
        assert queries.call_sheet(session, village.hana, village.valley, at=at, mine=False) == []
