"""What is agreed stays readable for both sides although its listing is paused or closed; for nobody else."""

import pytest

from minga.kit.errors import NotFound
from minga.sharing import access, commands
from minga.sharing.rules import CloseReason
from tests.sharing import neighbours
from tests.village import Village


def _see(village: Village, name: str, listing_id: str) -> None:
    with village.database.read() as session:
        access.listing_to_see(session, village.actor(name), listing_id, at=village.clock())


def test_both_sides_read_a_paused_or_closed_listing_while_it_is_under_way(village: Village) -> None:
    drill = neighbours.drill(village)
    neighbours.lent(village, village.bruno, drill)
    with village.database.write() as session:
        commands.pause(session, village.ana, drill, at=village.clock())
    _see(village, "bruno", drill)
    for other in ("hana", "zoe"):
        with pytest.raises(NotFound):
            _see(village, other, drill)


def test_when_it_is_over_a_closed_listing_is_its_owners_again(village: Village) -> None:
    groceries = neighbours.groceries(village)
    helped = neighbours.agreed(village, village.bruno, groceries)
    with village.database.write() as session:
        commands.cancel(session, village.bruno, helped.id, at=village.clock())
        commands.close(
            session,
            village.actor(_owner(village, groceries)),
            groceries,
            CloseReason.WITHDRAWN,
            at=village.clock(),
        )
    with pytest.raises(NotFound):
        _see(village, "bruno", groceries)


def _owner(village: Village, listing_id: str) -> str:
    from minga.sharing.models import Listing

    with village.database.read() as session:
        owner = session.get_one(Listing, listing_id).owner_id
    return next(name for name, person in village.people.items() if person == owner)
