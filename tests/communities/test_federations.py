"""Federations: founded by two communities, two people for each step, left with notice, no circles, each counted once."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from minga.communities import commands, queries
from minga.communities.models import Community, Mandate, Membership, Policy, Seat, SeatGift
from minga.communities.rules import CameBy
from minga.communities.rules.federations import OLDER_WAIT, SeatState
from minga.communities.rules.ties import Gives
from minga.kit.db import count_statements
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.ids import Id
from minga.sharing.rules import Level, Origin, Wish
from tests.communities.federating import ONE_ENGINE, alliance, do, federate, seat_of, second, take
from tests.communities.tying import EVERY, KINDS, listed, lists, sees
from tests.sharing.makers import post
from tests.village import NOBODY, Village

__all__ = ["listed"]


def state(village: Village, seat_id: Id, who: str = "ana") -> SeatState:
    with village.database.read() as session:
        return queries.seat(session, village.actor(who), seat_id, at=village.clock()).state


def test_a_federation_takes_two_communities_and_two_people_of_each(listed: Village) -> None:
    """S16, S18: strangers and members first, then nobody alone, then founded, seated and counted."""
    village = listed

    def found(who: str, *invited: str) -> None:
        actor = NOBODY if who == "nobody" else village.actor(who)
        do(
            village,
            actor,
            commands.found_federation,
            village.valley,
            name="Alliance",
            invited=invited,
            gives=Gives(),
            known_kinds=KINDS,
        )

    for who, error in (("nobody", NotFound), ("zoe", NotFound), ("bruno", Forbidden)):
        with pytest.raises(error):
            found(who, "harbour")
    for invited in ((), ("valley",)):
        with pytest.raises(Invalid):
            found("ana", *invited)
    found("ana", "harbour", "hill")
    with village.database.read() as session:
        assert session.scalars(select(Seat.id)).all() == []
    with pytest.raises(Forbidden):
        second(village, "ana")
    second(village, "chidi")
    with village.database.read() as session:
        made = session.scalars(select(Community).where(Community.kind == "federation")).one()
        harbour_sees = queries.needs_of(session, village.farid, at=village.clock())
    assert [one.kind for one in harbour_sees] == ["seat_asked"]
    seat_id = seat_of(village, made.id, village.harbour)
    for who, error in (("bruno", Forbidden), ("hana", Forbidden), ("zoe", NotFound)):
        with pytest.raises(error):
            do(village, who, commands.accept_seat, seat_id, known_kinds=KINDS)
    do(village, "farid", commands.accept_seat, seat_id, known_kinds=KINDS)
    assert state(village, seat_id) is SeatState.ASKED
    second(village, "gita")
    assert state(village, seat_id) is SeatState.SEATED
    do(village, "farid", commands.accept_seat, seat_id, known_kinds=KINDS)  # again changes nothing
    with village.database.read() as session:
        page = queries.federation(session, village.bruno, made.slug, at=village.clock())
        assert (page.communities, page.people) == (2, 7)
        assert [one.slug for one in page.tree] == ["harbour", "valley"]
        assert [[one.name for one in seat.speakers] for seat in page.seats] == [["Ana"], ["Farid"]]
        with pytest.raises(NotFound):
            queries.federation(session, village.ivo, made.slug, at=village.clock())
        hill = queries.federation(session, village.zoe, made.slug, at=village.clock())
        assert (hill.inside, hill.tree, hill.people) == (False, [], None)
        assert [one.community for one in hill.seats] == ["Hill"]


@ONE_ENGINE
def test_one_person_of_both_sides_cannot_agree_with_themselves(listed: Village) -> None:
    village = listed
    with village.database.write() as session:
        commands.begin(
            session,
            village.zoe,
            village.hill,
            village.people["ana"],
            at=village.clock(),
            came_by=CameBy.INVITE,
            trial_days=0,
        )
    give_steward(village, village.hill, "ana")
    made = federate(village, invited=("hill",))
    seat_id = seat_of(village, made, village.hill)
    with pytest.raises(Forbidden) as refusal:
        do(village, "ana", commands.accept_seat, seat_id, known_kinds=KINDS)
    assert refusal.value.name == "same_person"
    do(village, "zoe", commands.accept_seat, seat_id, known_kinds=KINDS)
    with pytest.raises(Forbidden):
        second(village, "ana")
    with pytest.raises(IntegrityError), village.database.write() as session:
        seat = session.get_one(Seat, seat_id)
        seat.agreed_by_id = seat.asked_by_id
        session.flush()


def give_steward(village: Village, community_id: Id, name: str) -> None:
    from tests.village import _give

    with village.database.write() as session:
        _give(session, village, community_id, name, "steward")


def test_s18_notice_stops_sharing_at_once_and_the_seat_on_its_day(listed: Village) -> None:
    village = listed
    made, _, _, hill_seat = alliance(village)
    with village.database.write() as session:
        at = village.clock()
        tent = post(session, village.bruno, village.valley, "Tent", level=Level.PARTNERS, at=at)
        boat = post(session, village.farid, village.harbour, "Boat", level=Level.PARTNERS, at=at)
        plough = post(session, village.zoe, village.hill, "Plough", level=Level.PARTNERS, at=at)
        hidden = post(session, village.zoe, village.hill, "Hidden", level=Level.COMMUNITY, at=at)
    with village.database.read() as session:
        assert lists(session, village.zoe, village, Wish()) == {
            tent.id: Origin.PARTNER,
            boat.id: Origin.PARTNER,
            plough.id: Origin.OWN,
            hidden.id: Origin.OWN,
        }
        assert lists(session, village.bruno, village, Wish()).keys() == {tent.id, boat.id, plough.id}
        assert lists(session, village.ivo, village, Wish(origins=EVERY)) == {}
    with pytest.raises(NotFound):
        do(village, "ivo", commands.leave_federation, hill_seat)
    with pytest.raises(Forbidden):
        do(village, "ana", commands.leave_federation, hill_seat)
    do(village, "zoe", commands.leave_federation, hill_seat, words="We rest.")
    with village.database.read() as session:
        for who in ("bruno", "farid"):
            assert not sees(session, village.actor(who), plough.id, village)
            assert plough.id not in lists(session, village.actor(who), village, Wish(origins=EVERY))
        assert lists(session, village.zoe, village, Wish()).keys() == {plough.id, hidden.id}
        assert lists(session, village.bruno, village, Wish()).keys() == {tent.id, boat.id}
        assert session.scalars(select(Mandate.recalled_at).where(Mandate.seat_id == hill_seat)).all() == [
            None
        ]
    village.clock.forward(seconds=13 * 86_400)
    do(village, "zoe", commands.stay_in_federation, hill_seat)
    assert state(village, hill_seat) is SeatState.SEATED
    with village.database.read() as session:  # what is older waits a week again
        assert not sees(session, village.bruno, plough.id, village)
    village.clock.forward(seconds=int(OLDER_WAIT.total_seconds()))
    with village.database.read() as session:
        assert sees(session, village.bruno, plough.id, village)
    do(village, "zoe", commands.leave_federation, hill_seat)
    village.clock.forward(seconds=14 * 86_400)
    with pytest.raises(Conflict):
        do(village, "zoe", commands.stay_in_federation, hill_seat)
    for _ in range(2):
        with village.database.write() as session:
            commands.close_due(session, at=village.clock())
    assert state(village, hill_seat, "zoe") is SeatState.LEFT
    with village.database.read() as session:
        assert queries.federation(session, village.ana, made, at=village.clock()).communities == 2
        held = select(Membership).where(
            Membership.community_id == made, Membership.person_id == village.people["zoe"]
        )
        assert session.scalars(held).one().ended_on is not None
        running = select(SeatGift.id).where(SeatGift.giver_id == village.hill, SeatGift.until_at.is_(None))
        assert session.scalars(running).all() == []


def test_what_is_given_and_how_far(listed: Village) -> None:
    """COM-4.8: kinds of a seat, agreements between federations, and nothing onward unless the community says so."""
    village = listed
    north = federate(village, "North", ("harbour",), Gives(needs=False, kinds=("item", "space")))
    take(village, north, village.harbour, "farid", "gita")
    south = found_alone(village, "South", "zoe", village.hill, ("harbour",))
    with village.database.write() as session:
        for one in (north, south):
            session.add(
                Policy(
                    community_id=one,
                    key="community.listed",
                    value="node",
                    since_at=village.clock(),
                    made_at=village.clock(),
                )
            )
    village.clock.forward(seconds=60)
    with village.database.write() as session:
        tent = post(session, village.bruno, village.valley, "Tent", level=Level.PARTNERS, at=village.clock())
    with pytest.raises(Invalid):  # a community and a federation are no partners
        do(village, "ana", commands.propose_tie, village.valley, south, Gives(), known_kinds=KINDS)
    tie = do(village, "ana", commands.propose_tie, north, south, Gives(kinds=("item",)), known_kinds=KINDS)
    do(village, "zoe", commands.agree_to_tie, tie.id, Gives(), known_kinds=KINDS)

    def zoe_sees() -> bool:
        with village.database.read() as session:
            seen = sees(session, village.zoe, tent.id, village)
            assert (tent.id in lists(session, village.zoe, village, Wish())) is seen
            return seen

    village.clock.forward(seconds=int(OLDER_WAIT.total_seconds()))
    assert not zoe_sees()
    seat_id = seat_of(village, north, village.valley)
    given = Gives(needs=False, kinds=("item", "space"))
    asked = do(village, "ana", commands.change_seat_gives, seat_id, given, onward=True, known_kinds=KINDS)
    assert asked is not None
    assert not zoe_sees()
    second(village, "chidi")
    assert not zoe_sees()  # older than that: a week
    village.clock.forward(seconds=int(OLDER_WAIT.total_seconds()))
    assert zoe_sees()
    narrower = Gives(needs=False, kinds=("space",))
    assert do(village, "ana", commands.change_seat_gives, seat_id, narrower, known_kinds=KINDS) is None
    assert not zoe_sees()
    with village.database.read() as session:
        assert not sees(session, village.farid, tent.id, village)


def found_alone(village: Village, name: str, who: str, own: Id, invited: tuple[str, ...]) -> Id:
    """Founded by a community of one steward, who acts alone."""
    do(
        village,
        who,
        commands.found_federation,
        own,
        name=name,
        invited=invited,
        gives=Gives(),
        known_kinds=KINDS,
    )
    with village.database.read() as session:
        return session.scalars(select(Community.id).where(Community.name == name)).one()


def test_s19_no_circle_no_depth_and_each_is_counted_once(listed: Village) -> None:
    village = listed
    low = federate(village, "Low", ("harbour",))
    take(village, low, village.harbour, "farid", "gita")
    high = found_alone(village, "High", "zoe", village.hill, ("valley",))
    take(village, high, village.valley, "ana", "chidi")

    def join(upper: Id, lower: Id, speaker: str, answerer: str) -> Id:
        do(village, speaker, commands.ask_for_seat, lower, upper, Gives(), known_kinds=KINDS)
        if len([one for one in ("ana", "farid") if speaker == one]):
            second(village, "farid" if speaker == "ana" else "ana")
        seat_id = seat_of(village, upper, lower)
        do(village, answerer, commands.accept_seat, seat_id, known_kinds=KINDS)
        return seat_id

    with village.database.write() as session:
        for one in (low, high):
            session.add(
                Policy(
                    community_id=one,
                    key="community.listed",
                    value="node",
                    since_at=village.clock(),
                    made_at=village.clock(),
                )
            )
    join(high, low, "ana", "zoe")
    with village.database.read() as session:
        with count_statements(village.database) as said:
            page = queries.federation(session, village.bruno, high, at=village.clock())
        assert (page.communities, page.people) == (3, 8)  # Valley sits in both and is counted once
        assert [one.name for one in page.tree] == ["Hill", "Low", "Valley"]
        assert [one.name for one in page.tree[1].below] == ["Harbour", "Valley"]
        recursive = [one for one in said if "RECURSIVE" in one and "count(" in one]
        assert len(recursive) == 1
    with pytest.raises(Conflict) as refusal:
        do(village, "ana", commands.ask_for_seat, high, low, Gives(), known_kinds=KINDS)
    assert str(refusal.value) == "Low already belongs to High."
    deep = found_alone(village, "Deep", "zoe", village.hill, ("valley",))
    with pytest.raises(Conflict) as refusal:
        do(village, "zoe", commands.invite_to_federation, deep, high)
    assert refusal.value.name == "too_deep"
    with pytest.raises(Conflict) as refusal:
        do(village, "zoe", commands.dissolve_federation, high)
    assert refusal.value.name == "holds_federations"


@ONE_ENGINE
def test_mandates_end_with_the_seat_the_member_and_the_word_of_the_community(listed: Village) -> None:
    village = listed
    made, seat_id, _, _ = alliance(village)
    bruno = membership_of(village, village.valley, "bruno")
    with pytest.raises(Forbidden):
        do(village, "bruno", commands.give_mandate, seat_id, bruno)
    do(village, "ana", commands.give_mandate, seat_id, bruno)
    second(village, "chidi")
    with village.database.read() as session:
        assert queries.federation(session, village.bruno, made, at=village.clock()).may["invite"]
        given = select(Mandate).where(Mandate.membership_id == bruno)
        mandate = session.scalars(given).one().id
    with pytest.raises(Forbidden):
        do(village, "farid", commands.recall_mandate, mandate)
    for _ in range(2):
        do(village, "chidi", commands.recall_mandate, mandate)
    with village.database.read() as session:
        assert not queries.federation(session, village.bruno, made, at=village.clock()).may["invite"]
    do(village, "ana", commands.give_mandate, seat_id, bruno)
    second(village, "chidi")
    do(village, "bruno", commands.leave, village.valley)
    with village.database.read() as session:
        with pytest.raises(NotFound):
            queries.federation(session, village.bruno, made, at=village.clock())
        assert all(one.recalled_at for one in session.scalars(given))


def membership_of(village: Village, community_id: Id, name: str) -> Id:
    with village.database.read() as session:
        return session.scalars(
            select(Membership.id).where(
                Membership.community_id == community_id, Membership.person_id == village.people[name]
            )
        ).one()


@ONE_ENGINE
def test_excluding_and_dissolving_take_two_communities(listed: Village) -> None:
    village = listed
    made, _, _, hill_seat = alliance(village)
    do(village, "ana", commands.exclude_from_federation, hill_seat, words="No answer for a year.")
    with pytest.raises(Forbidden) as refusal:
        second(village, "zoe")
    assert refusal.value.name == "two_seats"
    second(village, "farid")
    assert state(village, hill_seat) is SeatState.LEAVING
    with pytest.raises(Conflict):
        do(village, "zoe", commands.stay_in_federation, hill_seat)
    with village.database.read() as session:
        leaves = session.get_one(Seat, hill_seat).leaves_at
    assert leaves == village.clock() + timedelta(days=14)
    do(village, "ana", commands.dissolve_federation, made)
    second(village, "farid")
    with village.database.read() as session:
        assert session.scalars(select(SeatGift.id).where(SeatGift.until_at.is_(None))).all() == []
        assert session.scalars(select(Seat.id).where(Seat.left_at.is_(None))).all() == []
        assert session.get_one(Community, made).archived_at is not None


@ONE_ENGINE
def test_what_nobody_answers_is_declined_taken_back_or_lapses(listed: Village) -> None:
    village = listed
    made = federate(village)
    hill, harbour = (seat_of(village, made, one) for one in (village.hill, village.harbour))
    with pytest.raises(Forbidden):
        do(village, "farid", commands.withdraw_seat, harbour)
    for _ in range(2):
        do(village, "farid", commands.decline_seat, harbour)
        do(village, "ana", commands.withdraw_seat, hill)
    assert (state(village, harbour), state(village, hill)) == (SeatState.DECLINED, SeatState.WITHDRAWN)
    with pytest.raises(Conflict):
        do(village, "farid", commands.accept_seat, harbour, known_kinds=KINDS)
    again = do(village, "ana", commands.invite_to_federation, made, "harbour").id
    with pytest.raises(Conflict):
        do(village, "ana", commands.invite_to_federation, made, "harbour")
    village.clock.forward(seconds=60 * 86_400)
    with village.database.write() as session:
        commands.close_due(session, at=village.clock())
    assert state(village, again) is SeatState.LAPSED
