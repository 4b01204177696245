"""Cards that a process has made are not read again; whatever changes is seen in the next request, by every reader."""

from datetime import timedelta

from sqlalchemy import update

from minga.communities.models import Community
from minga.identity.models import Person
from minga.kit.clock import FixedClock
from minga.kit.db import Database, count_statements
from minga.sharing import commands, queries
from minga.sharing.models import Listing
from minga.sharing.queries import Card
from minga.sharing.rules import CloseReason, NameShown, Wish
from tests.sharing.makers import post
from tests.village import Village


def _seen(database: Database, village: Village, name: str) -> list[Card]:
    with database.read() as session:
        found = queries.listings(
            session, village.actor(name), Wish(), at=village.clock(), community_id=village.valley
        )
    return list(found.items)


def _one(database: Database, village: Village, name: str = "bruno") -> Card:
    (card,) = _seen(database, village, name)
    return card


def test_a_second_reader_reads_only_keys(village: Village, database: Database) -> None:
    with database.write() as session:
        for n in range(5):
            post(session, village.ana, village.valley, f"Thing {n}", at=village.clock())
    first = _seen(database, village, "bruno")
    with count_statements(database) as said:
        second = _seen(database, village, "chidi")
    assert [id(card) for card in first] == [id(card) for card in second]
    assert not [one for one in said if "listing.description" in one]


def test_every_change_is_seen_at_once(village: Village, database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        listing = post(session, village.ana, village.valley, "Drill", at=clock())
        listing_id = listing.id
    assert (_one(database, village).title, _one(database, village).owner) == ("Drill", "Ana")
    with database.write() as session:
        session.execute(update(Person).where(Person.name == "Ana").values(name="Anouk"))
        session.execute(update(Community).where(Community.id == village.valley).values(name="Vale"))
    assert (_one(database, village).owner, _one(database, village).community) == ("Anouk", "Vale")
    with database.write() as session:
        session.execute(
            update(Listing).values(
                title="Old drill", version=Listing.version + 1, name_shown=NameShown.AGREED
            )
        )
    assert (_one(database, village).title, _one(database, village).owner) == ("Old drill", None)
    assert _one(database, village, "ana").owner == "Anouk"
    assert _one(database, village).owner is None
    with database.write() as session:
        commands.close(session, village.ana, listing_id, CloseReason.WITHDRAWN, at=clock())
    assert _seen(database, village, "bruno") == []


def test_a_kept_card_is_never_shown_to_somebody_else(
    village: Village, database: Database, clock: FixedClock
) -> None:
    with database.write() as session:
        post(session, village.ana, village.valley, "Drill", at=clock())
    assert _one(database, village).title == "Drill"
    assert _seen(database, village, "zoe") == []
    assert _seen(database, village, "farid") == []


def test_what_has_run_out_is_gone_without_any_change(
    village: Village, database: Database, clock: FixedClock
) -> None:
    with database.write() as session:
        listing = post(session, village.ana, village.valley, "Drill", at=clock())
        listing.expires_at = clock() + timedelta(days=1)
    assert len(_seen(database, village, "bruno")) == 1
    clock.forward(days=1)
    assert _seen(database, village, "bruno") == []
