"""From where a listing comes, for this reader: computed from whose it is, never taken from anybody's word."""

from sqlalchemy import ColumnElement, case, literal, select

from minga.kit.db import Session
from minga.sharing.access import Circle, is_given
from minga.sharing.models import Listing
from minga.sharing.rules import Origin


def origin_column(circle: Circle) -> ColumnElement[str]:
    """Each row's nearest group: own, else partner, else network."""
    nearest: list[tuple[ColumnElement[bool], str]] = []
    if circle.own:
        nearest.append((Listing.community_id.in_(tuple(circle.own)), Origin.OWN.value))
    if circle.tied:
        nearest.append((is_given(circle), Origin.PARTNER.value))
    return case(*nearest, else_=Origin.NETWORK.value) if nearest else literal(Origin.NETWORK.value)


def origin_of(session: Session, circle: Circle, found: Listing) -> Origin:
    """The same for one listing; the database is asked only about partners."""
    if found.community_id in circle.own:
        return Origin.OWN
    if found.community_id not in circle.tied:
        return Origin.NETWORK
    given = session.scalar(select(Listing.id).where(Listing.id == found.id, is_given(circle)))
    return Origin.PARTNER if given else Origin.NETWORK
