"""The first charter of a community: chosen when it is made, or written down when its first poll opens. None commits."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access import community_to_see, require
from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.governance.events import CharterChanged
from minga.governance.models import Charter
from minga.governance.queries.charter import CharterView, charter_of
from minga.governance.rules.charter import shipped
from minga.governance.rules.charter_reading import read_rules
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id

HAS_ONE = N_(
    "The rules of deciding are written down already. A proposal of the kind “governance” changes them."
)


def begin_charter(
    session: Session, actor: Actor, community_id: Id, *, simple_majority: bool, at: datetime
) -> Charter:
    """Choose how a new community decides: consensus of 85 in a hundred, or simple majority, which is named so."""
    community_id = community_to_see(session, actor, community_id, at=at).id
    require(session, actor, "community.edit", community_id, at=at)
    if session.scalar(select(Charter.id).where(Charter.community_id == community_id).limit(1)) is not None:
        raise Conflict(HAS_ONE, code="charter_exists")
    return _first(session, actor, community_id, at, simple_majority=simple_majority)


def kept_charter(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> CharterView:
    """The charter in force, as a row that a poll can name: the shipped one is written down at its first use."""
    found = charter_of(session, community_id, at=at)
    if found.id is not None:
        return found
    _first(session, actor, community_id, at, simple_majority=False)
    return charter_of(session, community_id, at=at)


def _first(
    session: Session, actor: Actor, community_id: Id, at: datetime, *, simple_majority: bool
) -> Charter:
    rules = [rule.as_json() for rule in shipped(simple_majority=simple_majority)]
    read_rules(rules)
    community = session.get_one(Community, community_id)
    day = today(at, community.zone)
    made = Charter(
        community_id=community_id,
        n=1,
        rules=rules,
        kinds={},
        simple_majority=simple_majority,
        in_force_at=at,
        made_by_id=actor.person_id,
        made_at=at,
        review_on=day.replace(year=day.year + 1, day=min(day.day, 28)),
    )
    session.add(made)
    session.flush()
    told = CharterChanged(charter_id=made.id, n=made.n)
    emit(session, actor, told, at=at, community_id=community_id)
    return made
