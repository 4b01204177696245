"""The community of a page, and the links and codes that its pages show."""

from dataclasses import dataclass

from markupsafe import Markup

from minga.communities import queries
from minga.communities.queries import CommunityPage
from minga.identity import commands as identity
from minga.interfaces.http import Unit
from minga.kit.errors import NotFound
from minga.kit.qr import qr_svg


def community_here(unit: Unit, c: str) -> CommunityPage:
    """The community in the address, for those who are inside; for everybody else it is not there."""
    found = queries.community(unit.session, unit.actor, c, at=unit.now)
    if not found.is_inside:
        raise NotFound()
    return found


def invite_key(unit: Unit) -> bytes:
    return identity.invite_key(unit.session, unit.node.settings.secret)


@dataclass(frozen=True)
class Link:
    """A link to hand on, with its code for a camera."""

    url: str
    token: str
    qr: Markup


def join_link(unit: Unit, token: str) -> Link:
    """The link of an invitation; the code is our own SVG, so it goes into the page as it is."""
    url = f"{unit.node.settings.site_url}/join/{token}"
    return Link(url, token, Markup(qr_svg(url)))
