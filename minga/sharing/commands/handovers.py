"""Meeting to hand something over: propose, agree, take back; and what is said when somebody did not come. None commits."""

from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.sharing.access.exchanges import Running, exchange_to_change
from minga.sharing.commands.telling import tell
from minga.sharing.events.handovers import (
    HandoverAgreed,
    HandoverEnded,
    HandoverEvent,
    HandoverProposed,
    NoShowAnswered,
    NoShowSaid,
    NoShowStood,
)
from minga.sharing.models.exchanges import Exchange
from minga.sharing.models.handovers import Handover, NoShow
from minga.sharing.rules import handovers as rules
from minga.sharing.rules.exchanges import ExchangeKind, Side, still_running
from minga.sharing.rules.handovers import NoShowDates, Reply, Way

NOT_YOURS = N_("Only the two of you can arrange this.")
NOTHING_SAID = N_("Nobody said that you did not come.")


def propose_handover(
    session: Session,
    actor: Actor,
    exchange_id: Id,
    *,
    meets_at: datetime,
    place: str = "",
    note: str = "",
    at: datetime,
) -> Handover:
    """Propose when and where; whatever was arranged before gives way. The same again changes nothing."""
    running = _arranging(session, actor, exchange_id, at)
    rules.check_moment(meets_at, at)
    said_place = clean_text(place, rules.PLACE_MAX, field="place")
    said_note = clean_text(note, rules.NOTE_MAX, field="note")
    before = live_handover(session, running.exchange.id)
    if before is not None:
        if (before.meets_at, before.place, before.note) == (meets_at, said_place, said_note):
            return before
        before.ended_at = at
        session.flush()
    out = running.exchange.kind is ExchangeKind.LOAN and running.loan is not None
    new = Handover(
        exchange_id=running.exchange.id,
        way=Way.BACK if out else Way.OUT,
        meets_at=meets_at,
        place=said_place,
        note=said_note,
        proposed_by_id=actor.person_id,
        proposed_at=at,
    )
    session.add(new)
    session.flush()
    _tell(session, actor, running, new, HandoverProposed, at)
    return new


def agree_to_handover(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> Handover:
    """The other side comes. Twice changes nothing."""
    running = _arranging(session, actor, exchange_id, at)
    found = live_handover(session, running.exchange.id)
    if found is None:
        raise Conflict(rules.NOBODY_WAITS, code="nothing_proposed")
    if found.agreed_at is not None:
        return found
    rules.check_agrees(found.proposed_by_id == actor.person_id)
    rules.check_moment(found.meets_at, at)
    found.agreed_at, found.agreed_by_id = at, actor.person_id
    _tell(session, actor, running, found, HandoverAgreed, at)
    return found


def end_handover(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> None:
    """Take the meeting back; the exchange itself goes on. Twice changes nothing."""
    running = _arranging(session, actor, exchange_id, at)
    found = live_handover(session, running.exchange.id)
    if found is not None:
        found.ended_at = at
        _tell(session, actor, running, found, HandoverEnded, at)


def _arranging(session: Session, actor: Actor, exchange_id: Id, at: datetime) -> Running:
    running = exchange_to_change(session, actor, exchange_id, at=at)
    still_running(running.dates.status)
    return _party(running)


def _party(running: Running) -> Running:
    if running.side is None:
        raise Forbidden(NOT_YOURS, code="not_your_side")
    return running


def live_handover(session: Session, exchange_id: Id) -> Handover | None:
    """The meeting that stands or is proposed."""
    return session.scalar(
        select(Handover).where(Handover.exchange_id == exchange_id, Handover.ended_at.is_(None))
    )


def _tell(
    session: Session, actor: Actor, running: Running, one: Handover, kind: type[HandoverEvent], at: datetime
) -> None:
    facts = {"handover_id": one.id, "way": one.way, "meets_at": one.meets_at}
    tell(session, actor, running.exchange, kind, at=at, **facts)


def say_no_show(session: Session, actor: Actor, exchange_id: Id, *, words: str = "", at: datetime) -> NoShow:
    """Say that one waited and the other did not come. Twice is once; it counts only when nobody objects."""
    running = _party(exchange_to_change(session, actor, exchange_id, at=at))
    still_running(running.dates.status)
    met_at = _met_at(session, running)
    rules.check_waited(met_at, at)
    assert met_at is not None  # the rule has refused everything else
    before = session.scalar(
        select(NoShow).where(
            NoShow.exchange_id == running.exchange.id,
            NoShow.by_id == actor.person_id,
            NoShow.met_at == met_at,
        )
    )
    if before is not None:
        return before
    new = NoShow(
        exchange_id=running.exchange.id,
        by_id=actor.person_id,
        about_id=running.other_of(str(actor.person_id)),
        met_at=met_at,
        said_at=at,
        words=clean_text(words, rules.NOTE_MAX, field="words"),
    )
    session.add(new)
    session.flush()
    until = NoShowDates(at).answer_until
    _tell_no_show(session, actor, running.exchange, new, NoShowSaid, at, answer_until=until)
    return new


def _met_at(session: Session, running: Running) -> datetime | None:
    """When they were to meet: the agreed meeting, else the end of the days they agreed on, before it has begun."""
    found = live_handover(session, running.exchange.id)
    if found is not None and found.agreed_at is not None:
        return found.meets_at
    return running.exchange.until_at if running.exchange.started_at is None else None


def answer_no_show(
    session: Session, actor: Actor, exchange_id: Id, reply: Reply, *, words: str = "", at: datetime
) -> NoShow:
    """Say sorry, or that it was not so, within seven days. The same answer again changes nothing."""
    running = exchange_to_change(session, actor, exchange_id, at=at)
    found = session.scalar(
        select(NoShow)
        .where(NoShow.exchange_id == running.exchange.id, NoShow.about_id == actor.person_id)
        .order_by(NoShow.id.desc())
        .limit(1)
    )
    if found is None:
        raise Conflict(NOTHING_SAID, code="nothing_said")
    if found.reply is reply:
        return found
    rules.check_reply(NoShowDates(found.said_at, found.reply), at)
    found.reply, found.replied_at = reply, at
    found.reply_words = clean_text(words, rules.NOTE_MAX, field="words")
    _tell_no_show(session, actor, running.exchange, found, NoShowAnswered, at, reply=reply)
    return found


def let_no_show_stand(session: Session, no_show_id: Id, *, at: datetime) -> None:
    """After seven days without an objection it counts; never while the exchange is being talked over."""
    found = session.get(NoShow, no_show_id, with_for_update=True)
    if found is None or found.stands_since is not None:
        return
    exchange = session.get_one(Exchange, found.exchange_id)
    if exchange.frozen_at is not None or not NoShowDates(found.said_at, found.reply).stands(at):
        return
    found.stands_since = at
    _tell_no_show(session, Actor.machine(), exchange, found, NoShowStood, at)


def _tell_no_show(
    session: Session, actor: Actor, exchange: Exchange, one: NoShow, kind: type, at: datetime, **facts: object
) -> None:
    absent = Side.PROVIDER if one.about_id == exchange.provider_id else Side.RECEIVER
    emit(
        session,
        actor,
        kind(
            exchange_id=exchange.id,
            listing_id=exchange.listing_id,
            provider_id=exchange.provider_id,
            receiver_id=exchange.receiver_id,
            kind=exchange.kind,
            no_show_id=one.id,
            absent=absent,
            **facts,
        ),
        community_id=exchange.community_id,
        person_id=one.by_id if actor.person_id == one.about_id else one.about_id,
        at=at,
    )
