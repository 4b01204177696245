"""When something goes wrong: say so, talk, propose an end, ask for help, decide, appeal, close. None commits."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.text import clean_text
from minga.sharing.access.disputes import Quarrel, dispute_to_change, for_mediators, for_sides
from minga.sharing.access.exchanges import exchange_to_change
from minga.sharing.commands.outcomes import carry_out
from minga.sharing.commands.telling import tell
from minga.sharing.events.disputes import (
    DisputeClosed,
    DisputeEndProposed,
    DisputeEvent,
    DisputeMoved,
    DisputeOpened,
)
from minga.sharing.models.disputes import Dispute, DisputeEnd
from minga.sharing.models.exchanges import Exchange
from minga.sharing.rules import disputes as rules
from minga.sharing.rules.disputes import (
    SECOND,
    About,
    ClosedHow,
    DisputeDates,
    DisputeState,
    End,
    check_state,
)

NOT_YOURS = N_("Only the two of you can say that something went wrong.")
OWN_PROPOSAL = N_("You proposed this. The other side agrees to it.")
OWN_DECISION = N_("You wrote this. The other one who mediates has to agree.")


def open_dispute(
    session: Session, actor: Actor, exchange_id: Id, about: About, words: str, *, at: datetime
) -> Dispute:
    """Say that something went wrong: nothing moves by itself until that is settled. Twice is once."""
    running = exchange_to_change(session, actor, exchange_id, at=at)
    exchange = running.exchange
    if running.side is None:
        raise Forbidden(NOT_YOURS, code="not_your_side")
    before = session.scalar(
        select(Dispute).where(Dispute.exchange_id == exchange.id, Dispute.closed_at.is_(None))
    )
    if before is not None:
        return before
    rules.check_open(_last_step(exchange), at)
    said = clean_text(words, rules.WORDS_MAX, field="words")
    if not said:
        raise Refused(rules.SAY_WHAT, code="words_needed", fields={"words": rules.SAY_WHAT})
    new = Dispute(
        exchange_id=exchange.id,
        community_id=exchange.community_id,
        opened_by_id=actor.person_id,
        about=about,
        words=said,
        opened_at=at,
    )
    exchange.frozen_at = at
    session.add(new)
    session.flush()
    until = DisputeDates(at).next_at
    _tell(
        session,
        actor,
        exchange,
        new,
        DisputeOpened,
        at,
        topic=about,
        opened_by_id=actor.person_id,
        next_at=until,
    )
    return new


def _last_step(exchange: Exchange) -> datetime:
    """When something last happened to the exchange."""
    dates = (
        exchange.agreed_at,
        exchange.started_at,
        exchange.provider_done_at,
        exchange.receiver_done_at,
        exchange.completed_at,
        exchange.cancelled_at,
        exchange.until_at if exchange.completed_at is None and exchange.cancelled_at is None else None,
    )
    return max(one for one in dates if one is not None)


def propose_end(
    session: Session, actor: Actor, dispute_id: Id, end: End, words: str = "", *, at: datetime
) -> DisputeEnd:
    """Propose how it shall end; the other side agrees, from wherever it stands."""
    found = for_sides(dispute_to_change(session, actor, dispute_id, at=at))
    check_state(found.dates.state, *_OPEN)
    new = _end(found, actor, end, words, decision=False, at=at)
    session.add(new)
    session.flush()
    facts = {"end_id": new.id, "by_id": actor.person_id}
    _tell(session, actor, found.exchange, found.dispute, DisputeEndProposed, at, **facts)
    return new


_OPEN = (DisputeState.TALKING, DisputeState.MEDIATION, DisputeState.DECIDED, DisputeState.APPEALED)


def _end(found: Quarrel, actor: Actor, end: End, words: str, *, decision: bool, at: datetime) -> DisputeEnd:
    return DisputeEnd(
        dispute_id=found.dispute.id,
        by_id=actor.person_id,
        decision=decision,
        round=found.dates.round,
        words=clean_text(words, rules.WORDS_MAX, field="words"),
        end=end.plain(),
        said_at=at,
    )


def agree_to_end(session: Session, actor: Actor, dispute_id: Id, end_id: Id, *, at: datetime) -> Dispute:
    """Say yes to the other side's end: it is carried out and the dispute is settled. Twice is once."""
    found = for_sides(dispute_to_change(session, actor, dispute_id, at=at))
    row = _end_of(session, found, end_id, decision=False)
    if row.agreed_at is not None:
        return found.dispute
    check_state(found.dates.state, *_OPEN)
    if row.by_id == actor.person_id:
        raise Forbidden(OWN_PROPOSAL, code="not_your_side")
    row.agreed_at, row.agreed_by_id = at, actor.person_id
    _close(session, actor, found, End.read(row.end), ClosedHow.AGREEMENT, at)
    return found.dispute


def _end_of(session: Session, found: Quarrel, end_id: Id, *, decision: bool) -> DisputeEnd:
    row = session.scalar(
        select(DisputeEnd).where(
            DisputeEnd.id == parse_id(end_id),
            DisputeEnd.dispute_id == found.dispute.id,
            DisputeEnd.decision.is_(decision),
        )
    )
    if row is None:
        raise NotFound()
    return row


def ask_for_mediation(session: Session, actor: Actor, dispute_id: Id, *, at: datetime) -> Dispute:
    """Either side asks that somebody helps. Twice is once."""
    found = for_sides(dispute_to_change(session, actor, dispute_id, at=at))
    if found.dates.state is DisputeState.MEDIATION:
        return found.dispute
    check_state(found.dates.state, DisputeState.TALKING)
    found.dispute.mediation_at = at
    _moved(session, actor, found, at)
    return found.dispute


def decide(
    session: Session, actor: Actor, dispute_id: Id, end: End, words: str = "", *, at: datetime
) -> DisputeEnd:
    """Who mediates decides; it holds after fourteen days without an appeal. After an appeal two decide together."""
    found = for_mediators(dispute_to_change(session, actor, dispute_id, at=at))
    check_state(found.dates.state, DisputeState.MEDIATION, DisputeState.APPEALED)
    new = _end(found, actor, end, words, decision=True, at=at)
    session.add(new)
    session.flush()
    if found.dates.round != SECOND:
        found.dispute.decided_at = at
        _moved(session, actor, found, at)
    return new


def agree_to_decision(session: Session, actor: Actor, dispute_id: Id, end_id: Id, *, at: datetime) -> Dispute:
    """The second of the two who look at it again agrees: it holds at once. Twice is once."""
    found = for_mediators(dispute_to_change(session, actor, dispute_id, at=at))
    row = _end_of(session, found, end_id, decision=True)
    if row.agreed_at is not None:
        return found.dispute
    check_state(found.dates.state, DisputeState.APPEALED)
    if row.round != SECOND:
        raise Conflict(rules.NOT_NOW, code="not_now")
    if row.by_id == actor.person_id:
        raise Forbidden(OWN_DECISION, code="not_your_side")
    row.agreed_at, row.agreed_by_id = at, actor.person_id
    _close(session, actor, found, End.read(row.end), ClosedHow.APPEAL, at)
    return found.dispute


def appeal(session: Session, actor: Actor, dispute_id: Id, *, at: datetime) -> Dispute:
    """Either side asks two others to look at it again: once, within fourteen days."""
    found = for_sides(dispute_to_change(session, actor, dispute_id, at=at))
    rules.check_appeal(found.dates, at)
    found.dispute.appealed_at, found.dispute.appealed_by_id = at, actor.person_id
    _moved(session, actor, found, at)
    return found.dispute


def move_dispute(session: Session, dispute_id: Id, *, at: datetime) -> None:
    """What time does: after a week of talking help is looked for, after a fortnight a decision holds."""
    dispute = session.get(Dispute, dispute_id)
    if dispute is None:
        return
    exchange = session.get_one(Exchange, dispute.exchange_id, with_for_update=True)
    session.refresh(dispute)
    found = Quarrel(dispute, exchange, None, None)
    due = found.dates.next_at
    if due is None or due > at:
        return
    if found.dates.state is DisputeState.TALKING:
        dispute.mediation_at = at
        _moved(session, Actor.machine(), found, at)
        return
    row = session.scalars(
        select(DisputeEnd)
        .where(DisputeEnd.dispute_id == dispute.id, DisputeEnd.decision)
        .order_by(DisputeEnd.id.desc())
        .limit(1)
    ).one()
    _close(session, Actor.machine(), found, End.read(row.end), ClosedHow.DECISION, at)


def _close(session: Session, actor: Actor, found: Quarrel, end: End, how: ClosedHow, at: datetime) -> None:
    dispute = found.dispute
    dispute.closed_at, dispute.closed_how = at, how
    carry_out(session, actor, found.exchange, end, at=at)
    facts = {"how": how, "effects": end.effects, "amount": end.amount}
    _tell(session, actor, found.exchange, dispute, DisputeClosed, at, **facts)


def _moved(session: Session, actor: Actor, found: Quarrel, at: datetime) -> None:
    facts = {"to_state": found.dates.state, "next_at": found.dates.next_at}
    _tell(session, actor, found.exchange, found.dispute, DisputeMoved, at, **facts)


def _tell(
    session: Session,
    actor: Actor,
    exchange: Exchange,
    dispute: Dispute,
    event: type[DisputeEvent],
    at: datetime,
    **facts: Any,
) -> None:
    tell(session, actor, exchange, event, at=at, dispute_id=dispute.id, **facts)
