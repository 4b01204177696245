"""The community of a page, and the links that its pages show."""

from dataclasses import dataclass

from starlette.responses import Response

from minga.communities import queries
from minga.communities.queries import CommunityPage
from minga.identity import commands as identity
from minga.identity.rules.invites import Words
from minga.interfaces.http import Unit
from minga.kit.errors import NotFound
from minga.kit.images import media_type_of


def community_here(unit: Unit, c: str) -> CommunityPage:
    """The community in the address, for those who are inside; for everybody else it is not there."""
    found = queries.community(unit.session, unit.actor, c, at=unit.now)
    if not found.is_inside:
        raise NotFound()
    return found


def invite_key(unit: Unit) -> bytes:
    return identity.invite_key(unit.session, unit.node.settings.secret)


def photo_of(unit: Unit, words: Words) -> Response:
    """The photo of an invitation, as it was kept; whether somebody may see it is asked before."""
    if words.photo is None:
        raise NotFound()
    data = unit.node.blobs.read(words.photo)
    return Response(data, media_type=media_type_of(data))


@dataclass(frozen=True)
class Link:
    """A link to hand on; the token is what stands beneath its code."""

    url: str
    token: str


def join_link(unit: Unit, token: str) -> Link:
    """The link of an invitation."""
    return Link(f"{unit.node.settings.site_url}/join/{token}", token)
