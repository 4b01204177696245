"""A small village that every test may visit: named neighbours, three communities, somebody who runs the machine.

Valley: Ana and Chidi keep it, Bruno is a member, Hana welcomes, Dara is new. Harbour: Farid and Gita keep it.
Hill: Zoe, a stranger to both. Ivo runs the node and belongs to no community.
"""

from dataclasses import dataclass, field
from datetime import datetime

from minga.communities import commands as communities
from minga.communities.commands.founding import grant_at_founding
from minga.communities.commands.membership import live_membership
from minga.communities.models import Community
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.clock import FixedClock
from minga.kit.db import Database, Session
from minga.kit.ids import Id


@dataclass
class Village:
    """Actors by name (`village.ana`), communities by name (`village.valley` is an id)."""

    database: Database
    clock: FixedClock
    people: dict[str, Id] = field(default_factory=dict)
    communities: dict[str, Id] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """The neighbour as somebody who signed in and has just shown once more who they are."""
        return Actor(self.people[name], confirmed_at=self.clock(), operator=name == "ivo")

    def __getattr__(self, name: str) -> Actor:
        if name in self.__dict__.get("people", {}):
            return self.actor(name)
        raise AttributeError(name)

    @property
    def valley(self) -> Id:
        return self.communities["valley"]

    @property
    def harbour(self) -> Id:
        return self.communities["harbour"]

    @property
    def hill(self) -> Id:
        return self.communities["hill"]


NOBODY = Actor.nobody()


def build_village(database: Database, clock: FixedClock) -> Village:
    """Found the three communities by the commands that the pages use."""
    village = Village(database, clock)
    with database.write() as session:
        for name in ("Ana", "Bruno", "Chidi", "Dara", "Hana", "Farid", "Gita", "Zoe", "Ivo"):
            _person(session, village, name, clock())
        identity.grant_operator(session, Actor.machine(), village.people["ivo"], at=clock())
        _community(
            session, village, "Valley", "ana", stewards=("chidi",), members=("bruno", "hana"), trial=("dara",)
        )
        _community(session, village, "Harbour", "farid", stewards=("gita",))
        _community(session, village, "Hill", "zoe")
        _give(session, village, village.valley, "hana", "welcomer")
    return village


def _person(session: Session, village: Village, name: str, at: datetime) -> None:
    made = identity.make_person(session, Actor.machine(), name=name, handle=name.lower(), at=at)
    village.people[name.lower()] = made


def _community(
    session: Session,
    village: Village,
    name: str,
    founder: str,
    *,
    stewards: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    trial: tuple[str, ...] = (),
) -> None:
    at, first = village.clock(), village.actor(founder)
    made = communities.found(session, first, name=name, template="mutual_aid", founded_by="anybody", at=at)
    village.communities[name.lower()] = made.id
    for one in (*stewards, *members, *trial):
        days = 14 if one in trial else 0
        person = village.people[one]
        communities.begin(session, first, made.id, person, at=at, came_by=CameBy.INVITE, trial_days=days)
    for one in stewards:
        _give(session, village, made.id, one, "steward")


def _give(session: Session, village: Village, community_id: Id, name: str, role: str) -> None:
    community = session.get_one(Community, community_id)
    holder = live_membership(session, community_id, village.people[name])
    assert holder is not None
    grant_at_founding(session, community, holder, role, village.people[name], at=village.clock())
