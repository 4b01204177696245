"""Ballot tokens as their page makes them."""

import re

from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from tests.village import Village
from tests.visitor import Visitor


def ballot_token(node: Node, village: Village, who: str, community: str = "valley") -> str:
    """Make one on the page, signed in a moment ago."""
    visitor = Visitor(build(node, working=False), node, village.people[who])
    return token_from(visitor, village.communities[community])


def token_from(visitor: Visitor, community_id: str) -> str:
    made = visitor.post("/me/ballot-token", {"community": community_id}, 200).text
    found: str = re.findall(r"mgb_[A-Za-z0-9_-]{43}", made)[0]
    return found
