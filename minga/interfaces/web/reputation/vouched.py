"""What a person's page says about vouches: whether members vouch, and by whom the reader knows."""

from minga.communities import queries
from minga.communities.queries.vouches import Standing
from minga.interfaces.http import Unit
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.reputation import queries as reputation

NEAR = 2
"""Over how many steps of connections a voucher counts as somebody whom the reader knows."""


def standing_of(unit: Unit, person_id: Id) -> list[Standing]:
    """What the reader learns in each common community. Nearness is asked of connections and handed down."""
    if not unit.actor.signed_in:
        return []

    def knows(handle: str) -> bool:
        try:
            near = reputation.connected(unit.session, unit.actor, handle, degree=NEAR, at=unit.now)
        except NotFound:
            return False
        return near is not None

    return queries.standing_behind(unit.session, unit.actor, person_id, knows, at=unit.now)
