"""Erasing somebody who is kept, by their word: one person says so, another one agrees, and two weeks pass as for everybody."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access import holders_of, require, require_scope
from minga.communities.access.keeping import KEEP, keeping_to_keep
from minga.communities.commands import seconds
from minga.communities.commands.keeping import not_claimed
from minga.communities.models import Community, Keeping, Membership, Second
from minga.communities.rules.keeping import HOW_WORDS, NOT_BY_SELF, ConsentHow
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id

NOBODY_ELSE = N_("Somebody else who may keep people has to agree, and there is nobody yet.")
ELSEWHERE = N_("They belong to another community as well. There they have to leave first.")


def ask_to_erase_kept(
    session: Session, actor: Actor, keeping_id: Id, *, how: str, keep_words: bool, at: datetime
) -> Second:
    """The person wants to be erased and said so; never alone, even where one alone may do all else."""
    require_scope(actor, writing=True)
    found = keeping_to_keep(session, actor, keeping_id, at=at)
    require(session, actor, KEEP, found.community_id, at=at)
    not_claimed(session, found)
    identity.require_confirmed(session, actor, at=at)
    if how not in set(HOW_WORDS) - {ConsentHow.SELF}:
        raise Invalid(NOT_BY_SELF, fields={"erase_how": NOT_BY_SELF})
    lives_only_here(session, found)
    identity.require_nothing_open(session, found.person_id, at=at)
    others = {one.person_id for one in holders_of(session, KEEP, found.community_id, at=at)}
    if not others - {actor.person_id, found.person_id}:
        raise Conflict(NOBODY_ELSE, code="needs_second")
    return seconds.ask(
        session,
        actor,
        "person.erase",
        found.community_id,
        wish={"keep_words": keep_words, "how": how},
        about=found.id,
        concerning=found.person_id,
        at=at,
    )


def take_kept_erasure_back(session: Session, actor: Actor, keeping_id: Id, *, at: datetime) -> None:
    """They stay after all: anybody who looks after them may say so until the day. Twice changes nothing."""
    found = keeping_to_keep(session, actor, keeping_id, at=at)
    identity.stop_erasure(session, actor, found.person_id, at=at)


@seconds.applies("person.erase")
def _begin(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    identity.require_confirmed(session, actor, at=at)
    found = session.get_one(Keeping, second.about)
    not_claimed(session, found)
    lives_only_here(session, found)
    identity.begin_erasure(session, actor, found.person_id, keep_words=second.wish["keep_words"], at=at)


def lives_only_here(session: Session, found: Keeping) -> None:
    """Refuse for somebody who lives in another community as well: people of the one decide nothing about the other."""
    here = session.get_one(Community, found.community_id)
    elsewhere = (
        select(Membership.id)
        .join(Community, Community.id == Membership.community_id)
        .where(
            Membership.person_id == found.person_id,
            Membership.ended_on.is_(None),
            Community.root_id != here.root_id,
        )
    )
    if session.execute(elsewhere.limit(1)).first() is not None:
        raise Conflict(ELSEWHERE, code="lives_elsewhere")
