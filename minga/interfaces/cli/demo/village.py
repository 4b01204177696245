"""The example village: three communities, their neighbours, what they offer and need, and some of it under way.

Everything is made by the commands that pages use, at times before `now`, so that the log tells a believable story.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from minga.communities import commands as communities
from minga.communities.access import places_of
from minga.communities.commands.founding import grant_at_founding
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.interfaces import examples
from minga.interfaces.cli.demo.stories import STORIES, Teller
from minga.kit.db import Database, Session
from minga.kit.ids import Id
from minga.sharing import commands as sharing
from minga.sharing.rules import Direction


@dataclass(frozen=True)
class Neighbour:
    name: str
    language: str = "en"
    role: str = ""
    trial_days: int = 0
    by: str = ""
    """Who invited them; nobody else than the founder when it is not said."""


VALLEY = (
    Neighbour("Chidi", role="steward"),
    Neighbour("Hana", role="welcomer"),
    Neighbour("Bruno"),
    Neighbour("Dara", trial_days=14, by="bruno"),
    Neighbour("Edda", by="hana"),
    Neighbour("Lena", by="edda"),
    Neighbour("Mira", by="bruno"),
    Neighbour("Noor", by="chidi"),
    Neighbour("Omar", by="lena"),
    Neighbour("Pablo", language="es", by="noor"),
    Neighbour("Ruth", by="lena"),
    Neighbour("Tomas", by="noor"),
    Neighbour("Yara"),
)
HARBOUR = (Neighbour("Gita", role="steward"), Neighbour("Jonas"), Neighbour("Kim"))
DOORS = ("ana", "bruno", "edda", "farid", "ivo")
"""Those whose links are printed."""


@dataclass
class Village:
    people: dict[str, Id] = field(default_factory=dict)
    listings: dict[str, Id] = field(default_factory=dict)
    valley: Id = ""
    roots: dict[str, Id] = field(default_factory=dict)

    def actor(self, name: str, at: datetime) -> Actor:
        return Actor(self.people[name], confirmed_at=at)


ABOUT = {
    "Valley": (
        "Neighbours between the mill and the church who lend, help and decide together.",
        "We began with one ladder and a list on the door of the bakery. Today we share **tools, hours and flour**, look"
        " after each other's children, and meet on the first Monday of the month in the mill.\n\nWhoever lives here may"
        " come in when a member invites them.",
    ),
    "Harbour": (
        "A library of things by the water: tools, tents and a sewing room.",
        "The desk is open on Saturdays. What is out can be reserved.",
    ),
    "Hill": ("The gardens on the hill and those who keep them.", ""),
}
"""What a community says of itself: its purpose in a line, and more below."""


def build(database: Database, now: datetime) -> Village:
    """Make the whole village in an empty database."""
    village = Village()
    begun = now - timedelta(days=60)
    with database.write() as session:
        _person(session, village, Neighbour("Ivo"), begun)
        identity.grant_operator(session, Actor.machine(), village.people["ivo"], at=begun)
        _found(session, village, "Valley", "Ana", VALLEY, "mutual_aid", begun)
        _found(session, village, "Harbour", "Farid", HARBOUR, "tool_library", begun)
        _found(session, village, "Hill", "Zoe", (), "other", begun)
    with database.write() as session:
        _list(session, village, now)
    teller = Teller(database, now, village.valley, village.roots, village.people, village.listings)
    for tell in STORIES:
        tell(teller)
    return village


def _person(session: Session, village: Village, one: Neighbour, at: datetime) -> Id:
    made = identity.make_person(
        session, Actor.machine(), name=one.name, handle=one.name.lower(), language=one.language, at=at
    )
    village.people[one.name.lower()] = made
    return made


def _found(
    session: Session,
    village: Village,
    name: str,
    founder: str,
    neighbours: tuple[Neighbour, ...],
    template: str,
    at: datetime,
) -> None:
    _person(session, village, Neighbour(founder), at)
    first = village.actor(founder.lower(), at)
    purpose, description = ABOUT.get(name, ("", ""))
    made = communities.found(
        session, first, name=name, template=template, purpose=purpose, founded_by="anybody", at=at
    )
    if description:
        communities.edit_community(
            session, first, made.id, communities.CommunityWords(description=description), at=at
        )
    village.valley = village.valley or made.id
    village.roots[name.lower()] = made.id
    members = {founder.lower(): _own_membership(session, made.id, first, at)}
    for n, one in enumerate(neighbours):
        joined = at + timedelta(days=56 if one.trial_days else n * 4 % 50)
        person = _person(session, village, one, joined)
        trial = one.trial_days
        sponsor = members[one.by or founder.lower()]
        member = communities.begin(
            session,
            first,
            made.id,
            person,
            at=joined,
            came_by=CameBy.INVITE,
            sponsor_id=sponsor,
            trial_days=trial,
        )
        members[one.name.lower()] = member.id
        if one.role:
            grant_at_founding(session, made, member, one.role, village.people[founder.lower()], at=joined)


def _own_membership(session: Session, community_id: Id, founder: Actor, at: datetime) -> Id:
    place = places_of(session, founder, at=at)[community_id]
    if place.membership_id is None:
        raise RuntimeError("whoever founds a community lives in it")
    return place.membership_id


def _list(session: Session, village: Village, now: datetime) -> None:
    wanted = examples.entries()
    for n, entry in enumerate(wanted):
        at = now - timedelta(hours=entry.get("hours_ago", 7 * (len(wanted) - n)))
        content = examples.read_entry(entry)
        posted = sharing.post(
            session,
            village.actor(entry["owner"], at),
            village.valley,
            Direction(entry["direction"]),
            content,
            at=at,
        )
        village.listings[entry["title"]] = posted.id
