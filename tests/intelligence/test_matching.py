"""What fits what: who may be suggested to whom, with which reasons; counts that go as if they had never been there."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

import minga.reactions.all
from minga.identity import Actor
from minga.identity import commands as identity
from minga.intelligence import commands, queries
from minga.intelligence.models import GramCount, ListingGram, ListingVector, Suggestion
from minga.intelligence.rules import concepts, text
from minga.kit import delivery, jobs
from minga.kit.clock import FixedClock
from minga.kit.db import Database, count_statements
from minga.kit.errors import NotFound, NotSignedIn
from minga.kit.ids import Id, new_id
from minga.kit.settings import Settings
from minga.reputation.models import Fact
from minga.reputation.rules.facts import Dimension, What
from minga.sharing import commands as sharing
from minga.sharing import queries as sharing_queries
from minga.sharing.models import Listing
from minga.sharing.rules import Content, Direction, Help, Item, Kind, Level, Narrowing
from minga.sharing.rules.kinds import Urgency
from minga.sharing.rules.words import CloseReason
from tests.sharing.makers import post
from tests.sharing.neighbours import GIFT
from tests.village import NOBODY, Village

REACTIONS = minga.reactions.all
Work = Callable[[], None]


@pytest.fixture
def work(database: Database, clock: FixedClock, settings: Settings) -> Work:
    """The worker with all its lanes, until nothing is left to do."""

    def until_done() -> None:
        while delivery.deliver(database, clock) + jobs.work_once(
            database, clock, settings, lanes=("fast", "heavy")
        ):
            pass

    return until_done


def listed(village: Village, who: Actor, title: str, *, need: bool = False, **more: Any) -> Id:
    community = more.pop("community", village.valley)
    with village.database.write() as session:
        direction = Direction.NEED if need else Direction.OFFER
        made = post(session, who, community, title, at=village.clock(), direction=direction, **more)
        return made.id


def fitting(village: Village, who: Actor, listing_id: Id) -> list[str]:
    with village.database.read() as session:
        return [one.title for one in queries.fitting(session, who, listing_id, at=village.clock())]


def test_a_need_and_an_offer_find_each_other_with_reasons_that_add_up(village: Village, work: Work) -> None:
    """COM-4.12: shown to the owner of each, in two languages, with additive reasons."""
    need = listed(village, village.bruno, "Looking for a cordless drill", need=True)
    offer = listed(village, village.ana, "Taladro percutor con brocas")
    listed(village, village.hana, "Piano lessons")
    work()
    assert fitting(village, village.bruno, need) == ["Taladro percutor con brocas"]
    assert fitting(village, village.ana, offer) == ["Looking for a cordless drill"]
    with village.database.read() as session:
        [one] = queries.fitting(session, village.bruno, need, at=village.clock())
        assert sum(reason.points for reason in one.reasons) == one.points >= 250
        assert {reason.name: reason.because for reason in one.reasons}["concept"] == ["drill"]
        [mine] = queries.for_me(session, village.ana, at=village.clock())
        assert (mine.own_id, mine.listing_id) == (offer, need)


def test_what_fits_is_for_the_owner_alone(village: Village, work: Work) -> None:
    need = listed(village, village.bruno, "Looking for a cordless drill", need=True)
    listed(village, village.ana, "Cordless drill")
    work()
    for other in (village.ana, village.chidi, village.zoe, village.farid):
        with pytest.raises(NotFound):
            fitting(village, other, need)
    with pytest.raises((NotFound, NotSignedIn)):
        fitting(village, NOBODY, need)
    with village.database.write() as session:
        suggestion = session.scalars(select(Suggestion)).one().id
        for other in (village.chidi, village.zoe):
            with pytest.raises(NotFound):
                commands.not_useful(session, other, suggestion, at=village.clock())
        with pytest.raises(NotSignedIn):
            commands.not_useful(session, NOBODY, suggestion, at=village.clock())


def test_not_useful_is_not_shown_again_to_who_said_so(village: Village, work: Work) -> None:
    need = listed(village, village.bruno, "Looking for a cordless drill", need=True)
    offer = listed(village, village.ana, "Cordless drill")
    work()
    with village.database.write() as session:
        suggestion = session.scalars(select(Suggestion)).one().id
        commands.not_useful(session, village.bruno, suggestion, at=village.clock())
        commands.not_useful(session, village.bruno, suggestion, at=village.clock())
    assert fitting(village, village.bruno, need) == []
    assert fitting(village, village.ana, offer) == ["Looking for a cordless drill"]


def test_who_switched_off_is_neither_source_nor_target(village: Village, work: Work) -> None:
    """Off takes effect at once, without waiting for a worker."""
    need = listed(village, village.bruno, "Looking for a cordless drill", need=True)
    offer = listed(village, village.ana, "Cordless drill")
    work()
    with village.database.write() as session:
        commands.switch(session, village.ana, on=False, at=village.clock())
    assert fitting(village, village.bruno, need) == fitting(village, village.ana, offer) == []
    with village.database.write() as session:
        commands.match_listing(session, need, at=village.clock())
    assert fitting(village, village.bruno, need) == []
    with village.database.write() as session:
        commands.switch(session, village.ana, on=True, at=village.clock())
        commands.match_listing(session, offer, at=village.clock())
    assert fitting(village, village.bruno, need) == ["Cordless drill"]


def test_a_community_switches_it_off(village: Village, work: Work) -> None:
    need = listed(village, village.bruno, "Looking for a cordless drill", need=True)
    listed(village, village.ana, "Cordless drill")
    work()
    from minga.communities.models import Policy

    with village.database.write() as session:
        since = village.clock()
        session.add(
            Policy(
                community_id=village.valley,
                key="matching.on",
                value=False,
                since_at=since,
                made_at=since,
            )
        )
    assert fitting(village, village.bruno, need) == []


def test_blocked_closed_private_urgent_and_foreign_listings_are_no_candidates(
    village: Village, work: Work
) -> None:
    """INT-T4: nothing that one side may not see."""
    need = listed(village, village.bruno, "Looking for a cordless drill", need=True, level=Level.COMMUNITY)
    listed(village, village.ana, "Cordless drill A", level=Level.PRIVATE)
    listed(village, village.zoe, "Cordless drill B", community=village.hill)
    blocked = listed(village, village.hana, "Cordless drill C")
    closed = listed(village, village.chidi, "Cordless drill D")
    listed(village, village.bruno, "Cordless drill E")
    work()
    assert sorted(fitting(village, village.bruno, need)) == ["Cordless drill C", "Cordless drill D"]
    with village.database.write() as session:
        identity.block(session, village.hana, village.people["bruno"], at=village.clock())
        sharing.close(session, village.chidi, closed, CloseReason.WITHDRAWN, at=village.clock())
    assert fitting(village, village.bruno, need) == [], "at once, before any work"
    work()
    with village.database.read() as session:
        pairs = session.scalars(select(Suggestion.offer_id)).all()
        assert closed not in pairs
    assert blocked


def test_a_pair_is_gone_at_once_when_either_side_may_not_see_the_other_any_more(
    village: Village, work: Work
) -> None:
    """Read from both sides: Ana leaves Bruno out, and his need, which is open to her, is not shown to her either."""
    need = listed(village, village.bruno, "Looking for a cordless drill", need=True)
    offer = listed(village, village.ana, "Cordless drill")
    work()
    assert fitting(village, village.ana, offer) == ["Looking for a cordless drill"]
    with village.database.write() as session:
        content = sharing_queries.content(session, village.ana, offer, at=village.clock())
        narrowed = replace(content, narrowing=Narrowing(without=(village.people["bruno"],)))
        sharing.edit(session, village.ana, offer, narrowed, version=None, at=village.clock())
    assert fitting(village, village.bruno, need) == fitting(village, village.ana, offer) == []


def test_an_emergency_goes_to_dispatch_and_not_to_suggestions(village: Village, work: Work) -> None:
    def hand(who: Actor, urgency: Urgency, *, need: bool) -> Id:
        content = Content(title="Ride to the doctor", own=Help(urgency=urgency, reach="By bell"), terms=GIFT)
        with village.database.write() as session:
            way = Direction.NEED if need else Direction.OFFER
            return sharing.post(session, who, village.valley, way, content, at=village.clock()).id

    urgent = hand(village.bruno, Urgency.EMERGENCY, need=True)
    normal = hand(village.hana, Urgency.NORMAL, need=True)
    offer = hand(village.ana, Urgency.NORMAL, need=False)
    work()
    with village.database.read() as session:
        found = queries.fitting(session, village.ana, offer, at=village.clock())
    assert [one.listing_id for one in found] == [normal]
    assert fitting(village, village.bruno, urgent) == []


def counted(village: Village) -> tuple[dict[int, int], int, int]:
    with village.database.read() as session:
        df = {row.dim: row.df for row in session.scalars(select(GramCount))}
        grams = session.scalar(select(func.count()).select_from(ListingGram)) or 0
        return df, grams, session.scalar(select(func.count()).select_from(ListingVector)) or 0


TITLES = ("Cordless drill", "Taladro", "Piano lessons", "Ride to the doctor", "🙂", "Drill drill drill")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(TITLES), st.sampled_from(["open", "close", "change"])), max_size=8
    )
)
def test_counts_are_those_of_the_open_listings(village: Village, steps: list[tuple[str, str]]) -> None:
    """INT-T2: added when open, subtracted when it goes; the tables are as if what is gone had never been there."""
    there: dict[Id, str] = {}
    for title, step in steps:
        if step == "open" or not there:
            there[listed(village, village.ana, title)] = title
        else:
            id = next(iter(there))
            with village.database.write() as session:
                if step == "close":
                    sharing.close(session, village.ana, id, CloseReason.WITHDRAWN, at=village.clock())
                    del there[id]
                else:
                    session.execute(update(Listing).where(Listing.id == id).values(title=title))
                    there[id] = title
        with village.database.write() as session:
            for id in session.scalars(select(Listing.id)).all():
                for _ in range(2):
                    commands.index_listing(session, id, at=village.clock())
    corpus = text.Corpus()
    for number, title in enumerate(there.values()):
        corpus.add(number, text.words_of(title, ""))
    assert counted(village) == (corpus.df, sum(len(one) for one in corpus.texts.values()), len(there))
    with village.database.write() as session:
        for id in there:
            sharing.close(session, village.ana, id, CloseReason.WITHDRAWN, at=village.clock())
        while commands.forget_gone(session, at=village.clock()):
            pass
    assert counted(village) == ({}, 0, 0)


def test_what_ended_by_the_clock_is_forgotten_at_night(village: Village, work: Work) -> None:
    listed(village, village.ana, "Cordless drill")
    work()
    village.clock.forward(days=3)
    with village.database.write() as session:
        assert commands.forget_gone(session, at=village.clock()) == 0
        session.execute(update(Listing).values(expires_at=village.clock()))
        assert commands.forget_gone(session, at=village.clock()) == 1
    assert counted(village) == ({}, 0, 0)


def test_matched_again_everything_stands_once(village: Village, work: Work) -> None:
    need = listed(village, village.bruno, "Looking for a cordless drill", need=True)
    offer = listed(village, village.ana, "Cordless drill")
    work()

    def pairs() -> list[tuple[Any, ...]]:
        with village.database.read() as session:
            rows = session.scalars(select(Suggestion))
            return [(row.id, row.need_id, row.offer_id, row.billionths, row.terms) for row in rows]

    before = pairs()
    assert len(before) == 1
    with village.database.write() as session:
        for id in (need, offer, need):
            commands.match_listing(session, id, at=village.clock())
    assert pairs() == before, "the same from either side"


def test_what_people_are_known_for_changes_no_order(village: Village, work: Work) -> None:
    """H17: good or bad, one's facts leave every suggestion where it was, with the same points."""
    need = listed(village, village.bruno, "Looking for a cordless drill", need=True)
    for who in (village.ana, village.hana, village.chidi):
        listed(village, who, f"Cordless drill of {who.person_id}")
    work()

    def matched() -> list[tuple[str, int]]:
        with village.database.write() as session:
            commands.match_listing(session, need, at=village.clock())
        with village.database.read() as session:
            found = queries.fitting(session, village.bruno, need, at=village.clock())
            return [(one.title, one.points) for one in found]

    before = matched()
    assert len(before) == 3
    for name, good in (("ana", 0), ("hana", 2), ("chidi", 0)):
        for _ in range(5):
            known_for(village, village.people[name], good=good)
    assert matched() == before


def known_for(village: Village, person_id: Id, *, good: int) -> None:
    with village.database.write() as session:
        session.add(
            Fact(
                event_id=new_id(),
                person_id=person_id,
                community_id=village.valley,
                dimension=Dimension.RELIABILITY,
                what=What.DONE,
                positive=good,
                negative=2 - good,
                minutes=0,
                happened_on=village.clock().date(),
                about_kind="exchange",
                about_id=new_id(),
            )
        )


def test_few_statements_however_many_fit(village: Village, work: Work) -> None:
    need = listed(village, village.bruno, "Looking for a cordless drill", need=True)
    asked = []
    for number in range(6):
        listed(village, village.ana, f"Cordless drill {number}")
        work()
        with village.database.read() as session, count_statements(village.database) as said:
            queries.fitting(session, village.bruno, need, at=village.clock())
        asked.append(len(said))
    assert max(asked) == asked[0] <= 10, asked


def test_three_headings_for_what_is_written_as_the_community_calls_them(village: Village) -> None:
    with village.database.read() as session:
        found = queries.suggested_categories(session, village.ana, village.valley, "Taladro percutor")
        assert found[0][1]["en"] == "Tools"
        assert len(found) == 3
        assert queries.suggested_categories(session, village.ana, village.valley, "") == ()
    assert concepts.suggested_categories("\x00") == []


def test_kinds_that_cannot_meet_are_not_suggested(village: Village, work: Work) -> None:
    need = listed(village, village.bruno, "Guitar", need=True)
    listed(village, village.ana, "Guitar", kind=Kind.SPACE)
    listed(village, village.hana, "Guitar", own=Item())
    work()
    with village.database.read() as session:
        found = queries.fitting(session, village.bruno, need, at=village.clock())
    assert [one.owner_name for one in found] == ["Hana"]
