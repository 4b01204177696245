"""H1, H2, I10, I11: in random worlds of ties, seats, agreements and times nobody sees more, or less, than the rules say.

What the rules say is computed here once more, in plain Python over the facts, without a line of what is tested.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from minga.communities.models import Federation, Partnership, Seat, SeatGift, TieGift
from minga.communities.rules.federations import DecidedBy, Scope
from minga.communities.rules.ties import Given
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, new_id
from minga.sharing import queries
from minga.sharing.access import circle_of, is_open, listing_to_see, visible_to
from minga.sharing.models import Listing
from minga.sharing.queries.origins import origin_column
from minga.sharing.rules import Direction, Level, Origin, Wish, read_search
from tests.communities.tying import EVERY, listed
from tests.sharing.makers import post
from tests.village import NOBODY, Village

__all__ = ["listed"]

LIVES = {"ana": "valley", "bruno": "valley", "farid": "harbour", "zoe": "hill", "ivo": ""}
VIEWERS = (*LIVES, "nobody")
DISPATCHERS = {"ana": "valley", "farid": "harbour", "zoe": "hill"}
OWNERS = {"valley": "bruno", "harbour": "farid", "hill": "zoe"}
NAMES = tuple(OWNERS)
DAY = timedelta(days=1)
EVERYWHERE = 12
"""In every so many worlds all ways are compared, in the others the one condition behind them."""


@dataclass
class Told:
    """A listing as the oracle knows it."""

    id: Id
    community: str
    level: Level
    direction: Direction
    published_at: datetime


@dataclass
class World:
    """The facts of a world: gifts of ties and of seats, and who sits where since when."""

    at: datetime
    ties: list[dict[str, Any]] = field(default_factory=list)
    seats: list[dict[str, Any]] = field(default_factory=list)
    gifts: list[dict[str, Any]] = field(default_factory=list)

    def given(self, one: Told, taker: str) -> bool:
        """Whether a listing is given to the people of a community."""

        def reached(since: datetime | None, older: datetime | None) -> bool:
            if since is None or older is None:
                return False
            return older <= self.at or (since <= self.at and since <= one.published_at)

        def carries(gift: dict[str, Any]) -> bool:
            runs = gift["until_at"] is None and gift["direction"] == one.direction.value
            return runs and gift["kind"] in ("item", "*") and reached(gift["since_at"], gift["older_at"])

        def sits(federation: str) -> bool:
            return any(
                seat["federation"] == federation
                and seat["community"] == taker
                and seat["leaving_at"] is None
                and reached(seat["joined_at"], seat["older_at"])
                for seat in self.seats
            )

        if any(
            gift["giver"] == one.community and gift["taker"] == taker and carries(gift) for gift in self.ties
        ):
            return True
        for gift in self.gifts:
            if gift["giver"] != one.community or not carries(gift):
                continue
            if taker != one.community and sits(gift["federation"]):
                return True
            onward = reached(gift["onward_at"], gift["onward_older_at"])
            for tie in self.ties:
                if onward and tie["giver"] == gift["federation"] and carries(tie) and sits(tie["taker"]):
                    return True
        return False

    def origin(self, one: Told, who: str) -> Origin | None:
        """Where it stands for somebody; None when they do not see it."""
        home = LIVES.get(who, "")
        if who == OWNERS[one.community] or DISPATCHERS.get(who) == one.community:
            return Origin.OWN
        if one.level is Level.PRIVATE:
            return None
        if home == one.community:
            return Origin.OWN
        if one.level is Level.COMMUNITY or not home:
            return None
        if self.given(one, home):
            return Origin.PARTNER
        return Origin.NETWORK if one.level is Level.NETWORK else None


def draw(chance: random.Random, at: datetime) -> World:
    """A world by chance: some ties, seats and gifts, older and newer, running and ended."""
    world = World(at)
    places = {**{name: name for name in NAMES}, "north": "north", "south": "south"}

    def times() -> tuple[datetime | None, datetime | None]:
        if chance.random() < 0.1:
            return None, None
        since = at - chance.choice((1, 3, 9, 20, 20, 20)) * DAY
        return since, since + 7 * DAY

    def gift() -> dict[str, Any]:
        since, older = times()
        return {
            "direction": chance.choice(("offer", "need")),
            "kind": chance.choice(("*", "*", "item", "skill")),
            "since_at": since,
            "older_at": older,
            "until_at": at - DAY if chance.random() < 0.2 else None,
        }

    pairs = [(a, b) for a in NAMES for b in NAMES if a != b] + [("north", "south"), ("south", "north")]
    for giver, taker in pairs:
        if chance.random() < (0.7 if giver in ("north", "south") else 0.1):
            world.ties.append({"giver": places[giver], "taker": places[taker], **gift()})
    for federation in ("north", "south"):
        for name in NAMES:
            if chance.random() < 0.3:
                continue
            joined, older = times()
            leaving = at - DAY if joined is not None and chance.random() < 0.2 else None
            seat = {"federation": federation, "community": name, "joined_at": joined, "older_at": older}
            world.seats.append({**seat, "leaving_at": leaving})
            if chance.random() < 0.8:
                made = gift()
                onward = times() if chance.random() < 0.6 else (None, None)
                made |= {"onward_at": onward[0], "onward_older_at": onward[1]}
                world.gifts.append({"giver": name, "federation": federation, **made})
    return world


def build(session: Session, village: Village, world: World, ids: dict[str, Id]) -> None:
    """The same facts as rows."""
    person = village.people["ana"]
    for tie in world.ties:
        giver, taker = ids[tie["giver"]], ids[tie["taker"]]
        low, high = sorted((giver, taker))
        made = Partnership(
            id=new_id(), low_id=low, high_id=high, proposer_id=low, proposed_by_id=person, proposed_at=world.at,
            withdrawn_at=world.at,
        )  # fmt: skip
        session.add(made)
        session.flush()
        facts = {name: tie[name] for name in ("kind", "since_at", "older_at", "until_at")}
        gift = TieGift(partnership_id=made.id, giver_id=giver, taker_id=taker, **facts)
        gift.direction = Given(tie["direction"])
        session.add(gift)
    held: dict[tuple[str, str], Id] = {}
    for seat in world.seats:
        row = Seat(
            id=new_id(),
            federation_id=ids[seat["federation"]],
            community_id=ids[seat["community"]],
            asked_by_federation=True,
            asked_by_id=person,
            asked_at=world.at,
            joined_at=seat["joined_at"],
            older_at=seat["older_at"],
            leaving_at=seat["leaving_at"],
            leaves_at=seat["leaving_at"] and world.at + 13 * DAY,
        )
        session.add(row)
        held[seat["federation"], seat["community"]] = row.id
    session.flush()
    for one in world.gifts:
        facts = {name: one[name] for name in one if name not in ("giver", "federation", "direction")}
        seat_id = held[one["federation"], one["giver"]]
        federation_id, giver = ids[one["federation"]], ids[one["giver"]]
        given = SeatGift(seat_id=seat_id, federation_id=federation_id, giver_id=giver, **facts)
        given.direction = Given(one["direction"])
        session.add(given)
    session.flush()


def seen_by(who: str, world: World, told: list[Told]) -> dict[Id, Origin]:
    found = {one.id: world.origin(one, who) for one in told}
    return {id: origin for id, origin in found.items() if origin is not None}


def look(session: Session, who: str, actor: Actor, world: World, told: list[Told]) -> None:
    """The one condition behind all of them agrees with the rules, with the origin that it gives."""
    circle = circle_of(session, actor, at=world.at)
    rows = session.execute(
        select(Listing.id, origin_column(circle)).where(visible_to(circle), is_open(world.at))
    )
    assert {row[0]: Origin(row[1]) for row in rows} == seen_by(who, world, told), (who, world)


def check(session: Session, who: str, actor: Actor, world: World, told: list[Told]) -> None:
    """List, search, page, totals and what discovery counts agree with the rules."""
    seen = seen_by(who, world, told)
    at = world.at
    for search in ("", "canary"):
        wish = Wish(origins=EVERY, search=read_search(search))
        page = queries.listings(session, actor, wish, at=at, limit=100)
        assert {card.id: card.origin for card in page.items} == seen, (who, search, world)
    usual = queries.listings(session, actor, Wish(), at=at, limit=100)
    near = {id: origin for id, origin in seen.items() if origin is not Origin.NETWORK}
    assert {card.id: card.origin for card in usual.items} == near, (who, world)
    for one in told:
        try:
            listing_to_see(session, actor, one.id, at=at)
        except NotFound:
            assert one.id not in seen, (who, one, world)
        else:
            assert one.id in seen, (who, one, world)
    counted = {one.slug: one.n for one in queries.totals(session, actor, Wish(origins=EVERY), at=at)}
    by_community = {name: sum(one.id in seen for one in told if one.community == name) for name in NAMES}
    assert counted == {name: n for name, n in by_community.items() if n}, (who, world)
    for found in queries.discovery(session, actor, at=at, limit=100).items:
        shared = found.active_offers + found.active_needs
        assert shared == by_community.get(found.slug, 0), (who, found, world)


def walk(village: Village, seed: int, worlds: int) -> int:
    """Random worlds one after the other, each thrown away; how many pairs of reader and listing were compared."""
    chance, told, cases = random.Random(seed), [], 0
    ids = {name: village.communities[name] for name in NAMES}
    ids |= {"north": bare_federation(village, "North"), "south": bare_federation(village, "South")}
    for n, level in enumerate((*(set(Level) - {Level.PUBLIC}), Level.PARTNERS, Level.PARTNERS)):
        for name in NAMES:
            direction = (Direction.OFFER, Direction.NEED)[n % 2]
            village.clock.forward(seconds=86_400 // 4)
            with village.database.write() as session:
                made = post(
                    session, village.actor(OWNERS[name]), village.communities[name], f"Canary {n}",
                    level=level, direction=direction, at=village.clock(),
                )  # fmt: skip
                told.append(Told(made.id, name, level, direction, village.clock()))
    village.clock.forward(seconds=3_600)
    for n in range(worlds):
        world = draw(chance, village.clock())
        with village.database.write() as session:
            build(session, village, world, ids)
            for who in VIEWERS:
                actor = NOBODY if who == "nobody" else village.actor(who)
                look(session, who, actor, world, told)
                if n % EVERYWHERE == 0:
                    check(session, who, actor, world, told)
                cases += len(told)
            session.rollback()
    return cases


def bare_federation(village: Village, name: str) -> Id:
    """A federation without anybody in it."""
    with village.database.write() as session:
        from minga.communities.commands.founding import make_community

        made = make_community(
            session,
            name=name,
            slug="",
            kind="federation",
            purpose="",
            language="en",
            zone="UTC",
            at=village.clock(),
        )
        session.add(
            Federation(
                community_id=made.id,
                decided_by=DecidedBy.CONSENSUS,
                scope=Scope.CUSTOM,
                founded_by_id=village.valley,
            )
        )
        return made.id


def test_nobody_sees_more_or_less_than_the_rules_say(listed: Village) -> None:
    assert walk(listed, seed=20_261_120, worlds=6) >= 500


@pytest.mark.slow
def test_ten_thousand_pairs_of_reader_and_listing(listed: Village) -> None:
    assert walk(listed, seed=4_711, worlds=120) >= 10_000
