"""Asks as they are read: those a listing got, one's own, and the one that stands on a listing's page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import place_of
from minga.communities.models import Community
from minga.communities.rules.examples import examples_in
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound, NotSignedIn
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.sharing.access import listing_to_see
from minga.sharing.access.asks import asks_of, may_read, within_token
from minga.sharing.models import Listing
from minga.sharing.models.asks import Ask
from minga.sharing.models.exchanges import Exchange
from minga.sharing.queries import stock, times
from minga.sharing.queries.settling import Giving, giving
from minga.sharing.rules.asks import AskDates, AskState
from minga.sharing.rules.exchanges import ExchangeKind
from minga.sharing.rules.words import Direction, Kind, NameShown

_Asker, _Owner = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class AskView:
    """An ask with its listing's title and its two people. A name that is not told yet is empty."""

    id: Id
    listing_id: Id
    title: str
    direction: Direction
    kind: Kind
    counted: bool
    unit: str | None
    asker_id: Id
    asker_name: str
    asker_handle: str
    owner_id: Id
    owner_name: str
    words: str
    quantity_milli: int
    from_at: datetime | None
    until_at: datetime | None
    term: ExchangeKind
    sent_at: datetime
    lapses_at: datetime
    proposed_from_at: datetime | None
    proposed_until_at: datetime | None
    proposed_quantity_milli: int | None
    answered_at: datetime | None
    reason: str
    facts_shown: bool
    state: AskState
    exchange_id: Id | None
    zone: str
    mine: bool
    """Whether the reader is who asked; else it is whom it was sent to."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A running exchange of the listing: with whom, and from when."""

    id: Id
    other_name: str
    from_at: datetime | None


@dataclass(frozen=True, slots=True)
class AskBlock:
    """What the page of a listing shows of asking: what is left, one's own ask, and how many wait for its owner."""

    mine: AskView | None
    waiting: int
    left_milli: int | None
    terms: tuple[ExchangeKind, ...]
    giving: Giving
    away_until: datetime | None
    is_owner: bool
    is_example: bool
    """Nobody is behind it who could answer."""
    may_ask: bool
    exchanges: tuple[Agreed, ...]


def _wanted() -> Any:
    return (
        select(
            Ask,
            Listing.title,
            Listing.direction,
            Listing.kind,
            Listing.quantity_milli,
            Listing.quantity_unit,
            Listing.name_shown,
            _Asker.name.label("asker_name"),
            _Asker.handle.label("asker_handle"),
            _Owner.name.label("owner_name"),
            Exchange.id.label("exchange_id"),
            Community.zone,
        )
        .join(Listing, Listing.id == Ask.listing_id)
        .join(Community, Community.id == Listing.community_id)
        .join(_Asker, _Asker.id == Ask.person_id)
        .join(_Owner, _Owner.id == Ask.owner_id)
        .outerjoin(Exchange, Exchange.ask_id == Ask.id)
    )


def _view(row: Any, actor: Actor) -> AskView:
    ask: Ask = row.Ask
    state = AskDates(ask.proposed_at, ask.answer, ask.withdrawn_at, ask.lapsed_at).state
    mine = ask.person_id == actor.person_id
    told = row.name_shown is NameShown.EVERYBODY or not mine or state is AskState.ACCEPTED
    return AskView(
        id=ask.id,
        listing_id=ask.listing_id,
        title=row.title,
        direction=row.direction,
        kind=row.kind,
        counted=row.quantity_milli is not None,
        unit=row.quantity_unit,
        asker_id=ask.person_id,
        asker_name=row.asker_name,
        asker_handle=row.asker_handle,
        owner_id=ask.owner_id,
        owner_name=row.owner_name if told else "",
        words=ask.words,
        quantity_milli=ask.quantity_milli,
        from_at=ask.from_at,
        until_at=ask.until_at,
        term=ask.term,
        sent_at=ask.sent_at,
        lapses_at=ask.lapses_at,
        proposed_from_at=ask.proposed_from_at,
        proposed_until_at=ask.proposed_until_at,
        proposed_quantity_milli=ask.proposed_quantity_milli,
        answered_at=ask.answered_at,
        reason=ask.reason,
        facts_shown=ask.facts_shown,
        state=state,
        exchange_id=row.exchange_id,
        zone=row.zone,
        mine=mine,
    )


def ask(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> AskView:
    """One ask, for its two sides."""
    may_read(actor)
    row = session.execute(_wanted().where(Ask.id == parse_id(ask_id), asks_of(actor))).first()
    if row is None or not actor.signed_in or not within_token(actor, row.Ask.community_id):
        raise NotFound()
    return _view(row, actor)


def asks_of_listing(
    session: Session,
    actor: Actor,
    listing_id: Id,
    *,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[AskView]:
    """All asks that a listing got, newest first, for its owner; one statement besides the right to see it."""
    may_read(actor)
    listing = listing_to_see(session, actor, listing_id, at=at)
    if actor.person_id not in (listing.owner_id, listing.entered_by_id):
        raise Forbidden(N_("Only who posted this sees who asks."), code="not_yours")
    many = limit_of(limit)
    wanted = _wanted().where(Ask.listing_id == listing.id, Ask.owner_id == listing.owner_id)
    wanted = wanted.order_by(Ask.id.desc()).limit(many + 1)
    if after:
        wanted = wanted.where(beyond((Ask.id,), Cursor.decode(after, str), descending=True))
    page = page_of(session.execute(wanted).all(), many, lambda row: (row.Ask.id,))
    return Page(tuple(_view(row, actor) for row in page.items), page.next)


def open_asks_of(session: Session, actor: Actor, *, limit: int = 50) -> tuple[AskView, ...]:
    """The open asks one sent or has to answer, newest first."""
    if not actor.signed_in:
        raise NotSignedIn()
    may_read(actor)
    me = actor.person_id
    wanted = (
        _wanted()
        .where(Ask.id.in_(_open_ids(Ask.person_id == me).union_all(_open_ids(Ask.owner_id == me))))
        .order_by(Ask.id.desc())
        .limit(limit)
    )
    return tuple(_view(row, actor) for row in session.execute(wanted))


def _open_ids(whose: ColumnElement[bool]) -> Any:
    """Open asks of one side; both sides are asked for apart, so that each walks its own index."""
    return select(Ask.id).where(
        whose, Ask.answered_at.is_(None), Ask.withdrawn_at.is_(None), Ask.lapsed_at.is_(None)
    )


def ask_block(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> AskBlock:
    """What stands about asking on the page of a listing, for whoever may see the listing."""
    listing = listing_to_see(session, actor, listing_id, at=at)
    is_owner = actor.signed_in and actor.person_id in (listing.owner_id, listing.entered_by_id)
    mine = _mine_on(session, actor, listing.id) if actor.signed_in and not is_owner else None
    waiting = _waiting(session, listing.id) if is_owner else 0
    ways = giving(session, actor, listing, at=at)
    lent = ExchangeKind.LOAN in stock.terms_of(listing)
    away = times.held(session, listing.id, at=at) if lent else []
    until = max((one.taken.window.until_at for one in away if one.taken.window.from_at <= at), default=None)
    is_example = _is_example(session, actor, listing, at)
    return AskBlock(
        mine=mine,
        waiting=waiting,
        left_milli=stock.left_milli(session, listing),
        terms=ways.terms,
        giving=ways,
        away_until=until,
        is_owner=is_owner,
        is_example=is_example,
        may_ask=not is_owner and not is_example and actor.signed_in and (mine is None or not mine.state.open),
        exchanges=_exchanges_on(session, actor, listing.id),
    )


def _is_example(session: Session, actor: Actor, listing: Listing, at: datetime) -> bool:
    place = place_of(session, actor, listing.community_id, at=at)
    if place is None or not place.examples:
        return False
    return listing.owner_id in examples_in(session.get_one(Community, listing.community_id).features)


def _mine_on(session: Session, actor: Actor, listing_id: Id) -> AskView | None:
    row = session.execute(
        _wanted()
        .where(Ask.listing_id == listing_id, Ask.person_id == actor.person_id)
        .order_by(Ask.id.desc())
        .limit(1)
    ).first()
    return _view(row, actor) if row else None


def _waiting(session: Session, listing_id: Id) -> int:
    return len(
        session.scalars(
            select(Ask.id)
            .where(
                Ask.listing_id == listing_id,
                Ask.answered_at.is_(None),
                Ask.withdrawn_at.is_(None),
                Ask.lapsed_at.is_(None),
            )
            .limit(100)
        ).all()
    )


def _exchanges_on(session: Session, actor: Actor, listing_id: Id) -> tuple[Agreed, ...]:
    """The reader's own running exchanges of this listing."""
    if not actor.signed_in:
        return ()
    theirs = case((Exchange.provider_id == actor.person_id, Exchange.receiver_id), else_=Exchange.provider_id)
    found = session.execute(
        select(Exchange.id, Person.name, Exchange.from_at)
        .join(Person, Person.id == theirs)
        .where(
            Exchange.listing_id == listing_id,
            Exchange.completed_at.is_(None),
            Exchange.cancelled_at.is_(None),
            or_(Exchange.provider_id == actor.person_id, Exchange.receiver_id == actor.person_id),
        )
        .order_by(Exchange.from_at.is_(None), Exchange.from_at, Exchange.id.desc())
        .limit(20)
    )
    return tuple(Agreed(*row) for row in found)
