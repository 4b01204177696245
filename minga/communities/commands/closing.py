"""Closing a community for good, objecting to it, and opening it again (spec: identity-and-communities §10.1)."""

from datetime import datetime

from sqlalchemy import delete, func, select

from minga.communities.access import community_to_see, may, require
from minga.communities.access.closing import full_members, is_full, is_open, open_closing
from minga.communities.commands import seconds
from minga.communities.events import (
    ClosingAnnounced,
    ClosingObjected,
    ClosingStopped,
    CommunityArchived,
    CommunityReopened,
)
from minga.communities.models import Closing, Community, Lineage, Membership, Objection, Second
from minga.communities.rules.closing import (
    ARCHIVE,
    CLOSED,
    CLOSES_ALREADY,
    NOT_OPEN,
    NOTHING_CLOSES,
    NOTICE,
    WORDS_MAX,
    objections_needed,
)
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text


def ask_to_close(session: Session, actor: Actor, community_id: Id, *, words: str, at: datetime) -> Second:
    """Ask a second steward to close the community; from their yes on, members have two weeks to object."""
    here = community_to_see(session, actor, community_id, at=at)
    require(session, actor, ARCHIVE, here.id, at=at, seconded=True)
    if here.archived_at is not None:
        raise Conflict(CLOSED, community=here.name)
    if open_closing(session, here.id) is not None:
        raise Conflict(CLOSES_ALREADY, community=here.name)
    clean = clean_text(words, WORDS_MAX, field="words", required=True)
    return seconds.ask(session, actor, "community.archive", here.id, wish={}, words=clean, at=at)


def ask_to_reopen(session: Session, actor: Actor, community_id: Id, *, words: str, at: datetime) -> Second:
    """Ask a second steward to open a closed community again; it is open from their yes on."""
    here = community_to_see(session, actor, community_id, at=at)
    require(session, actor, ARCHIVE, here.id, at=at, seconded=True)
    if here.archived_at is None:
        raise Conflict(NOT_OPEN, community=here.name)
    return seconds.ask(session, actor, "community.reopen", here.id, wish={}, words=words, at=at)


def object_to_closing(
    session: Session, actor: Actor, community_id: Id, *, words: str = "", at: datetime
) -> Closing:
    """A full member's no. Enough of them stop it at once; saying no again only changes the words."""
    found = _running(session, actor, community_id, at)
    _must_be_full(session, actor, found.community_id, at)
    clean = clean_text(words, WORDS_MAX, field="words")
    mine = session.get(Objection, (found.id, actor.person_id))
    if mine is not None:
        mine.words = clean
        session.flush()
        return found
    session.add(Objection(closing_id=found.id, person_id=actor.person_id, words=clean, made_at=at))
    session.flush()
    told = ClosingObjected(closing_id=found.id)
    emit(session, actor, told, at=at, community_id=found.community_id, person_id=actor.person_id)
    if _is_stopped(session, found, at):
        _stop(session, actor, found, at, why="objections")
    return found


def take_objection_back(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> Closing:
    """No longer mind. Without an objection this changes nothing."""
    found = _running(session, actor, community_id, at)
    session.execute(
        delete(Objection)
        .where(Objection.closing_id == found.id, Objection.person_id == actor.person_id)
        .execution_options(synchronize_session="fetch")
    )
    return found


def stop_closing(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> Closing:
    """Any one steward takes the notice back; the community stays as it is."""
    found = _running(session, actor, community_id, at)
    require(session, actor, ARCHIVE, found.community_id, at=at, seconded=True)
    _stop(session, actor, found, at, why="steward")
    return found


def close_announced(session: Session, *, at: datetime, limit: int) -> None:
    """What the clock does: communities whose notice is over and to which too few objected are closed."""
    machine = Actor.machine()
    due = select(Closing).where(is_open(), Closing.closes_at <= at).order_by(Closing.closes_at).limit(limit)
    for found in session.scalars(due).all():
        if _is_stopped(session, found, at):
            _stop(session, machine, found, at, why="objections")
            continue
        found.done_at = at
        session.flush()
        for one in _line(session, found.community_id):
            if one.archived_at is None:
                one.archived_at = at
                session.flush()
                emit(session, machine, CommunityArchived(subject_id=one.id), at=at, community_id=one.id)


def _running(session: Session, actor: Actor, community_id: Id, at: datetime) -> Closing:
    here = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "community.see", here.id, at=at)
    found = open_closing(session, here.id)
    if found is None or found.closes_at <= at:
        raise Conflict(NOTHING_CLOSES, community=here.name)
    return found


def _must_be_full(session: Session, actor: Actor, community_id: Id, at: datetime) -> None:
    mine = select(Membership.id).where(
        Membership.community_id == community_id, Membership.person_id == actor.person_id, is_full(at)
    )
    if not may(session, actor, "log.see", community_id, at=at) or session.scalar(mine) is None:
        raise Forbidden(N_("Full members of this community have a word in this."), code="not_yet")


def _is_stopped(session: Session, found: Closing, at: datetime) -> bool:
    """Whether enough of those who are full members now have objected."""
    against = session.scalar(
        select(func.count())
        .select_from(Objection)
        .join(Membership, Membership.person_id == Objection.person_id)
        .where(Objection.closing_id == found.id, Membership.community_id == found.community_id, is_full(at))
    )
    return (against or 0) >= objections_needed(full_members(session, found.community_id, at=at))


def _stop(session: Session, actor: Actor, found: Closing, at: datetime, *, why: str) -> None:
    found.stopped_at = at
    found.stopped_by_id = actor.person_id if why == "steward" else None
    session.flush()
    told = ClosingStopped(closing_id=found.id, why=why)
    emit(session, actor, told, at=at, community_id=found.community_id)


def _line(session: Session, community_id: Id) -> list[Community]:
    """The community and every group below it, topmost first."""
    below = (
        select(Community)
        .join(Lineage, Lineage.community_id == Community.id)
        .where(Lineage.above_id == community_id)
        .order_by(Lineage.steps, Community.id)
    )
    return list(session.scalars(below))


@seconds.applies("community.archive")
def _announce(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    here = session.get_one(Community, second.community_id)
    if here.archived_at is not None or open_closing(session, here.id) is not None:
        raise Conflict(CLOSES_ALREADY, community=here.name)
    made = Closing(
        community_id=here.id,
        words=second.words,
        asked_by_id=second.asked_by_id,
        agreed_by_id=second.answered_by_id,
        announced_at=at,
        closes_at=at + NOTICE,
    )
    session.add(made)
    session.flush()
    told = ClosingAnnounced(closing_id=made.id, closes_at=made.closes_at)
    emit(session, actor, told, at=at, community_id=here.id)


@seconds.applies("community.reopen")
def _reopen(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    """The groups that were closed with it open with it; one that was closed before stays closed."""
    here = session.get_one(Community, second.community_id)
    if here.archived_at is None:
        raise Conflict(NOT_OPEN, community=here.name)
    closed_at = here.archived_at
    for one in _line(session, here.id):
        if one.archived_at == closed_at:
            one.archived_at = None
            session.flush()
            emit(session, actor, CommunityReopened(subject_id=one.id), at=at, community_id=one.id)
