"""From where a listing comes, for this reader: computed from whose it is, never taken from anybody's word."""

from sqlalchemy import ColumnElement, case, literal

from minga.kit.ids import Id
from minga.sharing.access import Circle
from minga.sharing.models import Listing
from minga.sharing.rules import Origin


def origin_column(circle: Circle) -> ColumnElement[str]:
    """Each row's nearest group: own, else partner, else network."""
    groups = ((circle.own, Origin.OWN), (circle.tied, Origin.PARTNER))
    nearest = [(Listing.community_id.in_(sorted(ids)), origin.value) for ids, origin in groups if ids]
    return case(*nearest, else_=Origin.NETWORK.value) if nearest else literal(Origin.NETWORK.value)


def origin_of(circle: Circle, community_id: Id) -> Origin:
    """The same for one listing."""
    if community_id in circle.own:
        return Origin.OWN
    return Origin.PARTNER if community_id in circle.tied else Origin.NETWORK
