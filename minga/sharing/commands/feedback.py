"""How did it go: each side says it once after the end, and neither reads the other's first. None commits."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.sharing.access.exchanges import Running, exchange_to_change, with_leg
from minga.sharing.events.feedback import (
    FeedbackEvent,
    FeedbackGiven,
    FeedbackReleased,
    FeedbackTakenBack,
    ThanksGiven,
)
from minga.sharing.models.exchanges import Exchange
from minga.sharing.models.feedback import Feedback
from minga.sharing.rules import feedback as rules
from minga.sharing.rules.exchanges import Side, not_frozen
from minga.sharing.rules.feedback import Said

ONLY_PARTIES = N_("Only the two of you say how it went.")


def give_feedback(
    session: Session, actor: Actor, exchange_id: Id, said: Said, *, public: bool = False, at: datetime
) -> Feedback:
    """Say how it went. When both have, both may read it. `public`: the thanks may stand on both profiles."""
    running = exchange_to_change(session, actor, exchange_id, at=at)
    not_frozen(running.dates.status)
    if running.side is None:
        raise Forbidden(ONLY_PARTIES, code="not_your_side")
    rows = _of(session, running.exchange.id)
    given = any(one.by_id == actor.person_id for one in rows)
    rules.check_give(running.exchange.completed_at, at, given=given)
    rules.check_said(said)
    new = Feedback(
        exchange_id=running.exchange.id,
        by_id=actor.person_id,
        about_id=running.other_of(str(actor.person_id)),
        as_agreed=said.as_agreed,
        care=said.care,
        talking=said.talking,
        note=clean_text(said.note, rules.NOTE_MAX, field="note"),
        thanks=clean_text(said.thanks, rules.THANKS_MAX, field="thanks"),
        thanks_public=public,
        given_at=at,
    )
    session.add(new)
    session.flush()
    _tell(session, actor, running.exchange, new, FeedbackGiven, at)
    both = [one for one in (*rows, new) if one.taken_back_at is None]
    if len(both) == 2:
        for one in both:
            _release(session, actor, running, one, at)
    return new


def take_feedback_back(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> None:
    """Unsay it within seven days; its words are erased. Twice changes nothing."""
    running = exchange_to_change(session, actor, exchange_id, at=at)
    found = next((one for one in _of(session, running.exchange.id) if one.by_id == actor.person_id), None)
    if found is None:
        raise NotFound()
    if found.taken_back_at is not None:
        return
    rules.check_take_back(found.given_at, at)
    found.as_agreed = found.care = found.talking = None
    found.note, found.thanks, found.thanks_public, found.thanks_shown_at = "", "", False, None
    found.taken_back_at = at
    _tell(session, actor, running.exchange, found, FeedbackTakenBack, at)


def show_thanks(session: Session, actor: Actor, exchange_id: Id, *, shown: bool, at: datetime) -> Feedback:
    """Let the thanks that one was given stand on both profiles, or take them down again."""
    running = exchange_to_change(session, actor, exchange_id, at=at)
    found = next((one for one in _of(session, running.exchange.id) if one.about_id == actor.person_id), None)
    if found is None or found.released_at is None or not found.thanks or not found.thanks_public:
        raise NotFound()
    found.thanks_shown_at = (found.thanks_shown_at or at) if shown else None
    return found


def release_feedback(session: Session, exchange_id: Id, *, at: datetime) -> None:
    """Show what stood alone for a fortnight; while the exchange is being talked over, nothing happens."""
    exchange = session.get(Exchange, exchange_id, with_for_update=True)
    if exchange is None or exchange.frozen_at is not None:
        return
    running = with_leg(session, exchange, None)
    for one in _of(session, exchange.id):
        if one.taken_back_at is None and rules.released(one.given_at, False, at):
            _release(session, Actor.machine(), running, one, at)


def _of(session: Session, exchange_id: Id) -> list[Feedback]:
    """Both sides' words, the first first; the caller holds the exchange."""
    return list(
        session.scalars(
            select(Feedback)
            .where(Feedback.exchange_id == exchange_id)
            .order_by(Feedback.id)
            .execution_options(populate_existing=True)
        )
    )


def _release(session: Session, actor: Actor, running: Running, one: Feedback, at: datetime) -> None:
    if one.released_at is not None:
        return
    one.released_at = at
    exchange = running.exchange
    side = Side.PROVIDER if one.about_id == exchange.provider_id else Side.RECEIVER
    marks = {"as_agreed": one.as_agreed, "care": one.care, "talking": one.talking}
    facts = {"side": side, "kind": exchange.kind, "what": running.leg.what, **marks}
    _tell(session, actor, exchange, one, FeedbackReleased, at, **facts)
    if one.thanks and one.thanks_public:
        _tell(session, actor, exchange, one, ThanksGiven, at)


def _tell(
    session: Session,
    actor: Actor,
    exchange: Exchange,
    one: Feedback,
    event: type[FeedbackEvent],
    at: datetime,
    **facts: Any,
) -> None:
    emit(
        session,
        actor,
        event(
            feedback_id=one.id,
            exchange_id=exchange.id,
            listing_id=exchange.listing_id,
            by_id=one.by_id,
            subject_id=one.about_id,
            **facts,
        ),
        community_id=exchange.community_id,
        person_id=one.about_id if event in (FeedbackReleased, ThanksGiven) else one.by_id,
        at=at,
    )
