"""Who sees which listing: the truth table by list, page and search alike, and random worlds in which all three agree."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from minga.communities.models import Membership, Pause, Policy
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.sharing import access, commands, queries
from minga.sharing.models import Listing
from minga.sharing.rules import CloseReason, Direction, Level, Origin, Wish, read_search
from tests.sharing.makers import post
from tests.village import NOBODY, Village

EVERY = frozenset(Origin)
VIEWERS = ("owner", "named", "dispatcher", "member", "paused", "elsewhere", "stranger", "nobody")
MEMBERS = {"owner", "named", "dispatcher", "member", "paused"}


def set_rule(session: Session, village: Village, community_id: Id, key: str, value: object) -> None:
    at = village.clock()
    session.add(Policy(community_id=community_id, key=key, value=value, since_at=at, made_at=at))
    session.flush()


@pytest.fixture
def open_village(village: Village) -> Village:
    """Valley is listed and shows things on the web; Hana's membership rests."""
    at = village.clock()
    with village.database.write() as session:
        set_rule(session, village, village.valley, "community.listed", "node")
        set_rule(session, village, village.valley, "listing.public_on", True)
        rests = select(Membership.id).where(Membership.person_id == village.people["hana"])
        session.add(
            Pause(
                membership_id=session.scalars(rests).one(),
                since_at=at,
                by_id=village.people["hana"],
                by_self=True,
            )
        )
        person = village.people["ivo"]
        session.add(
            Membership(community_id=village.valley, person_id=person, joined_on=at.date(), made_at=at)
        )
    return village


def viewer(village: Village, name: str) -> Actor:
    people = {
        "owner": "bruno",
        "named": "dara",
        "dispatcher": "ana",
        "member": "ivo",
        "paused": "hana",
        "elsewhere": "farid",
        "stranger": "zoe",
    }
    return NOBODY if name == "nobody" else village.actor(people[name])


def expected(name: str, level: Level) -> bool:
    """The table of the specification, without ties."""
    if name == "nobody":
        return level is Level.PUBLIC
    if name in MEMBERS:
        return level is not Level.PRIVATE or name in {"owner", "named", "dispatcher"}
    return level.wide


def seen_alone(session: Session, actor: Actor, listing_id: Id, village: Village) -> bool:
    try:
        access.listing_to_see(session, actor, listing_id, at=village.clock())
    except NotFound:
        return False
    return True


def seen_in_lists(session: Session, actor: Actor, village: Village, wish: Wish) -> set[Id]:
    found: set[Id] = set()
    after = None
    while True:
        page = queries.listings(session, actor, wish, at=village.clock(), after=after, limit=7)
        found |= {card.id for card in page.items}
        after = page.next
        if after is None:
            return found


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("level", Level)
def test_the_truth_table(open_village: Village, level: Level, direction: Direction) -> None:
    village = open_village
    with village.database.write() as session:
        named = (village.people["dara"],)
        made = post(
            session,
            village.bruno,
            village.valley,
            "Canary",
            level=level,
            direction=direction,
            named=named,
            at=village.clock(),
        )
    with village.database.read() as session:
        for name in VIEWERS:
            actor = viewer(village, name)
            assert seen_alone(session, actor, made.id, village) is expected(name, level), (name, level)
            if name == "nobody":
                continue
            for wish in (Wish(origins=EVERY), Wish(origins=EVERY, search=read_search("canary"))):
                listed = made.id in seen_in_lists(session, actor, village, wish)
                assert listed is expected(name, level), (name, level)
            usual = made.id in seen_in_lists(session, actor, village, Wish())
            assert usual is (expected(name, level) and name in MEMBERS), (name, level)


def test_what_is_not_listed_or_not_public_stays_inside(open_village: Village) -> None:
    """Network and public reach no further than the community's own rules, also when these change later."""
    village = open_village
    with village.database.write() as session:
        network = post(session, village.bruno, village.valley, "N", level=Level.NETWORK, at=village.clock())
        public = post(session, village.bruno, village.valley, "P", level=Level.PUBLIC, at=village.clock())
    village.clock.forward(seconds=60)
    with village.database.write() as session:
        set_rule(session, village, village.valley, "community.listed", "nobody")
    with village.database.read() as session:
        assert not seen_alone(session, village.zoe, network.id, village)
        assert seen_alone(session, village.zoe, public.id, village)
        assert seen_alone(session, NOBODY, public.id, village)
    village.clock.forward(seconds=60)
    with village.database.write() as session:
        set_rule(session, village, village.valley, "listing.public_on", False)
    with village.database.read() as session:
        for actor in (village.zoe, NOBODY):
            assert not seen_alone(session, actor, public.id, village)
        assert seen_alone(session, village.hana, public.id, village)


def test_making_a_level_narrower_acts_at_the_next_look(open_village: Village) -> None:
    village = open_village
    with village.database.write() as session:
        made = post(session, village.bruno, village.valley, "Tent", level=Level.NETWORK, at=village.clock())
    with village.database.read() as session:
        assert seen_alone(session, village.zoe, made.id, village)
    with village.database.write() as session:
        from dataclasses import replace

        content = queries.content(session, village.bruno, made.id, at=village.clock())
        commands.edit(
            session,
            village.bruno,
            made.id,
            replace(content, level=Level.COMMUNITY),
            version=None,
            at=village.clock(),
        )
    with village.database.read() as session:
        assert not seen_alone(session, village.zoe, made.id, village)
        assert seen_in_lists(session, village.zoe, village, Wish(origins=EVERY)) == set()


@dataclass(frozen=True)
class World:
    """Listings in every state and level, with who owns them."""

    ids: tuple[Id, ...]


def random_world(village: Village, seed: int) -> World:
    chance = random.Random(seed)
    ids: list[Id] = []
    owners = {"bruno": village.valley, "ivo": village.valley, "farid": village.harbour, "zoe": village.hill}
    with village.database.write() as session:
        set_rule(session, village, village.harbour, "community.listed", chance.choice(["node", "nobody"]))
        set_rule(session, village, village.harbour, "listing.public_on", chance.choice([True, False]))
        for number in range(40):
            owner, community = chance.choice(list(owners.items()))
            actor, at = village.actor(owner), village.clock()
            named = tuple(
                village.people[name]
                for name in ("dara", "hana")
                if community == village.valley and chance.random() < 0.3
            )
            direction = chance.choice(list(Direction))
            made = post(
                session,
                actor,
                community,
                f"Canary {number}",
                direction=direction,
                level=Level.COMMUNITY,
                named=named,
                at=at,
            )
            made.level = chance.choice(list(Level))  # also levels that could no longer be chosen
            ids.append(made.id)
            _change(session, chance, actor, made, village)
            village.clock.forward(seconds=chance.randint(0, 3))
    return World(tuple(ids))


def _change(session: Session, chance: random.Random, actor: Actor, made: Listing, village: Village) -> None:
    at = village.clock()
    step = chance.random()
    if step < 0.1:
        commands.pause(session, actor, made.id, at=at)
    elif step < 0.2:
        commands.close(session, actor, made.id, CloseReason.WITHDRAWN, at=at)
    elif step < 0.3:
        made.expires_at = at - timedelta(minutes=1)
    elif step < 0.4:
        made.published_at, made.sent_at = None, chance.choice([None, at])
    session.flush()


@pytest.mark.parametrize("seed", range(4))
def test_in_random_worlds_list_page_and_search_agree(open_village: Village, seed: int) -> None:
    village = open_village
    world = random_world(village, seed)
    leaks = 0
    with village.database.read() as session:
        rows = {row.id: row for row in session.scalars(select(Listing))}
        for name in VIEWERS[:-1]:
            actor = viewer(village, name)
            alone = {one for one in world.ids if seen_alone(session, actor, one, village)}
            is_open = {one for one in world.ids if _is_open(rows[one], village)}
            for wish in (Wish(origins=EVERY), Wish(origins=EVERY, search=read_search("canary"))):
                assert seen_in_lists(session, actor, village, wish) == alone & is_open, (name, seed)
            outside = {
                one
                for one in alone
                if name in {"elsewhere", "stranger"} and rows[one].owner_id != actor.person_id
            }
            leaks += sum(
                rows[one].level.rank < Level.NETWORK.rank and rows[one].community_id == village.valley
                for one in outside
            )
        for one in world.ids:
            if seen_alone(session, NOBODY, one, village):
                assert rows[one].level is Level.PUBLIC
                assert _is_open(rows[one], village)
    assert leaks == 0


def _is_open(row: Listing, village: Village) -> bool:
    ended = row.expires_at is not None and row.expires_at <= village.clock()
    return row.published_at is not None and row.paused_at is None and row.closed_at is None and not ended


def test_each_listing_appears_once_in_its_nearest_group(open_village: Village) -> None:
    village = open_village
    with village.database.write() as session:
        post(session, village.bruno, village.valley, "Ours", level=Level.NETWORK, at=village.clock())
    for actor, origin in ((village.actor("ivo"), Origin.OWN), (village.zoe, Origin.NETWORK)):
        with village.database.read() as session:
            page = queries.listings(session, actor, Wish(origins=EVERY), at=village.clock())
            assert [(card.title, card.origin) for card in page.items] == [("Ours", origin)]
            found = queries.listings(
                session, actor, Wish(origins=EVERY, search=read_search("ours")), at=village.clock()
            )
            assert [card.origin for card in found.items] == [origin]


def test_a_hidden_name_is_in_no_list_and_on_no_page(open_village: Village) -> None:
    from minga.sharing.rules import NameShown

    village = open_village
    with village.database.write() as session:
        made = post(
            session,
            village.bruno,
            village.valley,
            "Shy",
            name_shown=NameShown.DISPATCHERS,
            at=village.clock(),
        )
    for name, shown in (("member", None), ("paused", None), ("owner", "Bruno"), ("dispatcher", "Bruno")):
        with village.database.read() as session:
            actor = viewer(village, name)
            page = queries.listings(session, actor, Wish(), at=village.clock())
            assert [card.owner for card in page.items] == [shown], name
            assert queries.listing(session, actor, made.id, at=village.clock()).card.owner == shown


def _levels() -> Iterator[tuple[str, Level, bool]]:
    for level in Level:
        yield "dara", level, level.rank <= Level.PARTNERS.rank
        yield "bruno", level, True


@pytest.mark.parametrize(("name", "level", "allowed"), list(_levels()))
def test_trial_members_stay_inside_and_partners(
    open_village: Village, name: str, level: Level, allowed: bool
) -> None:
    from minga.kit.errors import Forbidden

    village = open_village
    with village.database.write() as session:
        if allowed:
            post(session, village.actor(name), village.valley, level=level, at=village.clock())
        else:
            with pytest.raises(Forbidden, match="Trial members' offers stay inside Valley and its partners"):
                post(session, village.actor(name), village.valley, level=level, at=village.clock())
