"""Disputes as they are read: by the two sides and by whom they asked to help."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotSignedIn
from minga.kit.ids import Id
from minga.sharing.access.asks import may_read
from minga.sharing.access.disputes import Quarrel, dispute_to_see
from minga.sharing.access.exchanges import exchange_to_see
from minga.sharing.models import Listing
from minga.sharing.models.amounts import ExchangeAmount
from minga.sharing.models.disputes import Dispute, DisputeEnd, Mediator
from minga.sharing.models.exchanges import Exchange
from minga.sharing.queries.mediators import may_mediate
from minga.sharing.rules import disputes as rules
from minga.sharing.rules.disputes import About, ClosedHow, DisputeState, End

MOST = 50


@dataclass(frozen=True, slots=True)
class EndShown:
    """An end that was proposed or decided."""

    id: Id
    by_name: str
    mine: bool
    decision: bool
    words: str
    end: End
    said_at: datetime
    agreed_at: datetime | None
    may_agree: bool


@dataclass(frozen=True, slots=True)
class MediatorShown:
    """Somebody who is asked to help."""

    person_id: Id
    name: str
    round: int
    complete: bool
    refused: bool
    may_answer: bool


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A dispute with all that was said, and what its reader can do now."""

    id: Id
    exchange_id: Id
    title: str
    provider_name: str
    receiver_name: str
    about: About
    words: str
    opened_by_name: str
    opened_at: datetime
    state: DisputeState
    next_at: datetime | None
    closed_how: ClosedHow | None
    unit: str
    ends: tuple[EndShown, ...]
    mediators: tuple[MediatorShown, ...]
    may_propose: bool
    may_ask_for_help: bool
    may_name: tuple[tuple[Id, str], ...]
    may_decide: bool
    may_appeal: bool
    is_side: bool


_Provider, _Receiver = aliased(Person), aliased(Person)


def dispute(session: Session, actor: Actor, dispute_id: Id, *, at: datetime) -> DisputeView:
    """One dispute, for those who see it."""
    found = dispute_to_see(session, actor, dispute_id, at=at)
    one, exchange, state = found.dispute, found.exchange, found.dates.state
    row = session.execute(
        select(Listing.title, _Provider.name.label("provider"), _Receiver.name.label("receiver"))
        .join(Exchange, Exchange.listing_id == Listing.id)
        .join(_Provider, _Provider.id == Exchange.provider_id)
        .join(_Receiver, _Receiver.id == Exchange.receiver_id)
        .where(Exchange.id == exchange.id)
    ).one()
    unit = session.scalar(
        select(ExchangeAmount.unit)
        .where(ExchangeAmount.exchange_id == exchange.id)
        .order_by(ExchangeAmount.id.desc())
        .limit(1)
    )
    side, helping = found.side is not None, state in (DisputeState.MEDIATION, DisputeState.APPEALED)
    mediators = _mediators(session, actor, found, helping)
    asked = [m for m in mediators if not m.refused and m.round == found.dates.round]
    names = side and helping and len(asked) < rules.MEDIATORS[found.dates.round]
    deadline = found.dates.next_at
    return DisputeView(
        id=one.id,
        exchange_id=exchange.id,
        title=row.title,
        provider_name=row.provider,
        receiver_name=row.receiver,
        about=one.about,
        words=one.words,
        opened_by_name=row.provider if one.opened_by_id == exchange.provider_id else row.receiver,
        opened_at=one.opened_at,
        state=state,
        next_at=deadline,
        closed_how=one.closed_how,
        unit=unit or "TIME",
        ends=_ends(session, actor, found),
        mediators=mediators,
        may_propose=side and state is not DisputeState.CLOSED,
        may_ask_for_help=side and state is DisputeState.TALKING,
        may_name=tuple(may_mediate(session, found, at=at).items()) if names else (),
        may_decide=not side and found.mediates and helping,
        may_appeal=side
        and state is DisputeState.DECIDED
        and one.appealed_at is None
        and deadline is not None
        and at <= deadline,
        is_side=side,
    )


def _ends(session: Session, actor: Actor, found: Quarrel) -> tuple[EndShown, ...]:
    rows = session.execute(
        select(DisputeEnd, Person.name)
        .join(Person, Person.id == DisputeEnd.by_id)
        .where(DisputeEnd.dispute_id == found.dispute.id)
        .order_by(DisputeEnd.id)
        .limit(MOST)
    )
    open_still = found.dates.state is not DisputeState.CLOSED
    shown = []
    for row, name in rows:
        mine = row.by_id == actor.person_id
        second = row.decision and found.mediates and row.round == rules.SECOND
        may_agree = open_still and not mine and (second or (not row.decision and found.side is not None))
        shown.append(
            EndShown(
                id=row.id,
                by_name=name,
                mine=mine,
                decision=row.decision,
                words=row.words,
                end=End.read(row.end),
                said_at=row.said_at,
                agreed_at=row.agreed_at,
                may_agree=may_agree,
            )
        )
    return tuple(shown)


def _mediators(session: Session, actor: Actor, found: Quarrel, helping: bool) -> tuple[MediatorShown, ...]:
    rows = session.execute(
        select(Mediator, Person.name)
        .join(Person, Person.id == Mediator.person_id)
        .where(Mediator.dispute_id == found.dispute.id)
        .order_by(Mediator.id)
        .limit(MOST)
    )
    shown = []
    for row, name in rows:
        own = row.person_id == actor.person_id and row.taken_at is None
        other = found.side is not None and row.proposed_by_id != actor.person_id and row.other_yes_at is None
        now = helping and row.refused_at is None and row.round == found.dates.round
        complete = row.taken_at is not None and row.other_yes_at is not None
        shown.append(
            MediatorShown(
                row.person_id, name, row.round, complete, row.refused_at is not None, now and (own or other)
            )
        )
    return tuple(shown)


def dispute_of(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> Id | None:
    """The newest dispute about an exchange, for its two sides; None when nothing went wrong."""
    running = exchange_to_see(session, actor, exchange_id, at=at)
    return session.scalar(
        select(Dispute.id)
        .where(Dispute.exchange_id == running.exchange.id)
        .order_by(Dispute.id.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class MediationLine:
    """A dispute in the list of whom was asked to help."""

    dispute_id: Id
    title: str
    proposed_at: datetime
    taken: bool
    closed: bool


def my_mediations(session: Session, actor: Actor, *, at: datetime) -> tuple[MediationLine, ...]:
    """Where one was asked to help and has not said no, newest first; one statement."""
    if not actor.signed_in:
        raise NotSignedIn()
    may_read(actor)
    rows = session.execute(
        select(Dispute.id, Listing.title, Mediator.proposed_at, Mediator.taken_at, Dispute.closed_at)
        .join(Dispute, Dispute.id == Mediator.dispute_id)
        .join(Exchange, Exchange.id == Dispute.exchange_id)
        .join(Listing, Listing.id == Exchange.listing_id)
        .where(
            Mediator.person_id == actor.person_id, Mediator.refused_at.is_(None), Mediator.proposed_at <= at
        )
        .order_by(Mediator.id.desc())
        .limit(MOST)
    )
    return tuple(
        MediationLine(row.id, row.title, row.proposed_at, row.taken_at is not None, row.closed_at is not None)
        for row in rows
    )
