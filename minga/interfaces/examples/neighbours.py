"""Example neighbours of a real community: they move in with what they share, and go again in one step."""

from datetime import datetime

from minga.communities import commands as communities
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.interfaces.examples.listings import entries, read_entry
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing import commands as sharing
from minga.sharing.rules import Direction, Level

NEIGHBOURS = ("Bruno", "Chidi", "Hana", "Lena", "Mira", "Omar", "Pablo")


def move_in(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> None:
    """Make the neighbours and what they share. They have no means to sign in, and only this community sees them."""
    people = {}
    for name in NEIGHBOURS:
        handle = identity.propose_handle(session, name, at=at)
        person_id = identity.make_person(session, actor, name=name, handle=handle, at=at)
        communities.begin(session, actor, community_id, person_id, at=at, came_by=CameBy.INVITE, trial_days=0)
        people[name.lower()] = person_id
    communities.mark_examples(session, actor, community_id, list(people.values()), at=at)
    for entry in entries():
        if entry["owner"] in people:
            content = read_entry(entry, Level.COMMUNITY)
            neighbour = Actor(people[entry["owner"]], via=actor.via, request_id=actor.request_id)
            sharing.post(session, neighbour, community_id, Direction(entry["direction"]), content, at=at)


def move_out(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> None:
    """Take them out with all they shared; the log keeps ids."""
    sharing.erase_example_listings(session, actor, community_id, at=at)
    communities.end_examples(session, actor, community_id, at=at)
