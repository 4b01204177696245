"""The life of a listing: who may move it, what each step tells, and what is refused."""

import pytest
from sqlalchemy import select

from minga.kit.db import Database
from minga.kit.errors import NotFound
from minga.kit.events import EventRow
from minga.sharing import access
from minga.sharing.models import Listing
from minga.sharing.rules import Direction, Kind, Level
from tests.sharing.makers import post
from tests.village import Village


def names(database: Database, listing_id: str) -> list[str]:
    with database.read() as session:
        found = select(EventRow.name).where(EventRow.about_id == listing_id).order_by(EventRow.id)
        return list(session.scalars(found))


def test_a_stranger_can_neither_write_nor_learn_of_the_community(village: Village) -> None:
    with village.database.write() as session, pytest.raises(NotFound):
        post(session, village.zoe, village.valley, at=village.clock())
    with village.database.read() as session:
        assert session.scalars(select(Listing.id)).all() == []
        assert session.scalars(select(EventRow.id).where(EventRow.name == "ListingCreated")).all() == []


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("direction", Direction)
def test_every_kind_in_both_directions_is_posted_seen_and_told_once(
    village: Village, kind: Kind, direction: Direction
) -> None:
    with village.database.write() as session:
        made = post(
            session,
            village.ana,
            village.valley,
            "Something",
            kind=kind,
            direction=direction,
            at=village.clock(),
        )
    assert names(village.database, made.id) == ["ListingCreated", "ListingPublished"]
    with village.database.read() as session:
        seen = access.listing_to_see(session, village.bruno, made.id, at=village.clock())
        assert (seen.kind, seen.direction, seen.number, seen.level) == (kind, direction, 1, Level.PARTNERS)
        with pytest.raises(NotFound):
            access.listing_to_see(session, village.farid, made.id, at=village.clock())
