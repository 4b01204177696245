"""Makers for tests of partnerships."""

import pytest

from minga.communities import commands, queries
from minga.communities.models import Policy
from minga.communities.rules.ties import Gives, TieState
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.sharing import access
from minga.sharing import queries as sharing
from minga.sharing.rules import KIND_WORDS, Origin, Wish
from tests.village import Village

KINDS = frozenset(kind.value for kind in KIND_WORDS)
EVERY = frozenset(Origin)


@pytest.fixture
def listed(village: Village) -> Village:
    """All three communities can be found on the node."""
    with village.database.write() as session:
        for one in village.communities.values():
            session.add(
                Policy(
                    community_id=one,
                    key="community.listed",
                    value="node",
                    since_at=village.clock(),
                    made_at=village.clock(),
                )
            )
    return village


def propose(village: Village, gives: Gives = Gives(), words: str = "") -> Id:  # noqa: B008
    with village.database.write() as session:
        return commands.propose_tie(
            session,
            village.ana,
            village.valley,
            "harbour",
            gives,
            known_kinds=KINDS,
            words=words,
            at=village.clock(),
        ).id


def agree(village: Village, tie: Id, gives: Gives = Gives(), who: str = "farid") -> None:  # noqa: B008
    with village.database.write() as session:
        commands.agree_to_tie(session, village.actor(who), tie, gives, known_kinds=KINDS, at=village.clock())


def tied(village: Village, ours: Gives = Gives(), theirs: Gives = Gives()) -> Id:  # noqa: B008
    tie = propose(village, ours)
    agree(village, tie, theirs)
    return tie


def state(village: Village, tie: Id, who: str = "ana") -> TieState:
    with village.database.read() as session:
        return queries.tie(session, village.actor(who), tie, at=village.clock()).state


def sees(session: Session, actor: Actor, listing_id: Id, village: Village) -> bool:
    try:
        access.listing_to_see(session, actor, listing_id, at=village.clock())
    except NotFound:
        return False
    return True


def lists(session: Session, actor: Actor, village: Village, wish: Wish) -> dict[Id, Origin]:
    page = sharing.listings(session, actor, wish, at=village.clock(), limit=100)
    return {card.id: card.origin for card in page.items}
