"""All that stands about skills and connections on a person's page, asked once."""

from dataclasses import dataclass
from datetime import datetime

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.ids import Id
from minga.reputation.access import common_communities, person_to_see
from minga.reputation.queries.badges import EarnedBadge, badges_of
from minga.reputation.queries.people import Near, Said, SkillLine, connected, said_about, skills_of


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """A person as far as reputation knows them, for one reader."""

    mine: bool
    communities: tuple[Id, ...]
    skills: tuple[SkillLine, ...]
    said: tuple[Said, ...]
    near: Near | None
    badges: tuple[EarnedBadge, ...]


def person_seen(session: Session, actor: Actor, handle: str, *, at: datetime) -> PersonSeen | None:
    """The skills of somebody, what is said of them and how near they are; nothing outside common communities."""
    try:
        other = person_to_see(session, actor, handle, at=at)
    except Refused:
        return None
    common = tuple(common_communities(session, actor, other, at=at))
    mine = other == actor.person_id
    return PersonSeen(
        mine,
        common,
        skills_of(session, actor, handle, at=at),
        said_about(session, actor, handle, at=at),
        None if mine else connected(session, actor, handle, at=at),
        badges_of(session, actor, handle, at=at),
    )
