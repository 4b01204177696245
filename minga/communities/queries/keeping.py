"""Who is kept, what they agreed to, and what was entered for them."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, and_, case, exists, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import require
from minga.communities.access.keeping import (
    KEEP,
    keeping_to_keep,
    keeping_to_see,
    kept_by,
    live_consent,
    looks_after,
    open_card,
    runs,
)
from minga.communities.models import ActConsent, Community, Keeping, Membership, Second
from minga.communities.rules.keeping import may_undo
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Contact, Invite, Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.events import EventRow
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of


class KeptLine(msgspec.Struct, frozen=True, kw_only=True):
    """One kept person in the list."""

    id: Id
    person_id: Id
    name: str
    handle: str
    keeper: str
    since_at: datetime
    mine: bool
    scopes: tuple[str, ...]
    agreed_until: datetime | None
    asked: str | None
    claimed_at: datetime | None
    alone: bool


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands about one kept person: `tends` for those who look after them, `asked_me` for whom they asked."""

    line: KeptLine
    community_id: Id
    how: str | None
    note: str
    has_paper: bool
    agreed_at: datetime | None
    phone: str
    address: str
    tends: bool
    asked_me: bool
    is_me: bool
    claim_id: Id | None
    erased_at: datetime | None
    erasure_asked_id: Id | None


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody entered for a person."""

    id: Id
    name: str
    about_id: Id | None
    by: str
    happened_at: datetime
    undone: bool
    can_undo: bool


class Claimable(msgspec.Struct, frozen=True, kw_only=True):
    """What the bearer of a card reads before they take over."""

    person_id: Id
    name: str
    handle: str
    community: str
    keeper: str | None


def _lines(actor: Actor) -> Any:
    keeper, kept, asked = aliased(Person), aliased(Person), aliased(Person)
    ours, theirs = aliased(Membership), aliased(Membership)
    return (
        select(
            Keeping.id,
            Keeping.person_id,
            Keeping.community_id,
            Keeping.since_at,
            Keeping.claimed_at,
            Keeping.claim_id,
            kept.name,
            kept.name_key,
            kept.handle,
            keeper.name.label("keeper"),
            (keeper.id == (actor.person_id or "")).label("mine"),
            asked.name.label("asked"),
            (asked.id == (actor.person_id or "")).label("asked_me"),
            ActConsent.scopes,
            ActConsent.how,
            ActConsent.note,
            ActConsent.paper,
            ours.ended_on.is_not(None).label("alone"),
            ActConsent.given_at,
            ActConsent.until_at.label("agreed_until"),
        )
        .join(kept, kept.id == Keeping.person_id)
        .join(ours, ours.id == Keeping.keeper_id)
        .join(keeper, keeper.id == ours.person_id)
        .outerjoin(theirs, theirs.id == Keeping.next_id)
        .outerjoin(asked, asked.id == theirs.person_id)
        .outerjoin(
            ActConsent,
            and_(
                ActConsent.person_id == Keeping.person_id,
                ActConsent.community_id == Keeping.community_id,
                ActConsent.ended_at.is_(None),
            ),
        )
    )


def keepings(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[KeptLine]:
    """The kept people of a community, oldest first: one's own, or all for those who may keep people there."""
    require(session, actor, "community.see", community_id, at=at)
    most = limit_of(limit)
    wanted = (
        _lines(actor)
        .where(Keeping.community_id == community_id, runs(at), kept_by(actor, at=at, name=KEEP))
        .order_by(Keeping.id)
        .limit(most + 1)
    )
    if after:
        wanted = wanted.where(beyond((Keeping.id,), Cursor.decode(after, str)))
    page = page_of(session.execute(wanted).all(), most, lambda row: (row.id,))
    return Page(tuple(_line(row, at) for row in page.items), page.next)


def _line(row: Any, at: datetime) -> KeptLine:
    agreed = row.agreed_until is not None and row.agreed_until > at
    return KeptLine(
        id=row.id,
        person_id=row.person_id,
        name=row.name,
        handle=row.handle,
        keeper=row.keeper,
        since_at=row.since_at,
        mine=bool(row.mine),
        scopes=tuple(row.scopes) if agreed else (),
        agreed_until=row.agreed_until if agreed else None,
        asked=row.asked,
        claimed_at=row.claimed_at,
        alone=bool(row.alone) and row.claimed_at is None,
    )


def keeping(session: Session, actor: Actor, keeping_id: Id, *, at: datetime) -> Sheet:
    """The sheet of one kept person. Whoever is only asked to go on reads neither number nor address."""
    found = keeping_to_see(session, actor, keeping_id, at=at)
    row = session.execute(_lines(actor).where(Keeping.id == found.id)).one()
    is_me = found.person_id == actor.person_id
    tends = not is_me and looks_after(session, actor, found, at=at)
    reach_by: dict[str, str] = {}
    if tends or is_me:
        told = select(Contact.kind, Contact.value).where(
            Contact.person_id == found.person_id,
            Contact.kind.in_(("phone", "address")),
            Contact.ended_at.is_(None),
        )
        reach_by = {one.kind: one.value for one in session.execute(told)}
    line = _line(row, at)
    return Sheet(
        line=line,
        community_id=found.community_id,
        how=row.how.value if line.agreed_until else None,
        note=row.note if line.agreed_until and (tends or is_me) else "",
        has_paper=bool(line.agreed_until and (tends or is_me) and row.paper),
        agreed_at=row.given_at if line.agreed_until else None,
        phone=reach_by.get("phone", ""),
        address=reach_by.get("address", ""),
        tends=tends,
        asked_me=bool(row.asked_me),
        is_me=is_me,
        claim_id=found.claim_id,
        erased_at=_erased_at(session, found.person_id) if tends else None,
        erasure_asked_id=_erasure_asked(session, found.id, at) if tends else None,
    )


def _erased_at(session: Session, person_id: Id) -> datetime | None:
    going = identity.erasure_of(session, person_id)
    return going.due_at if going else None


def _erasure_asked(session: Session, keeping_id: Id, at: datetime) -> Id | None:
    waits = (Second.answered_at.is_(None), Second.withdrawn_at.is_(None), Second.until_at > at)
    asked = select(Second.id).where(Second.act == "person.erase", Second.about == keeping_id, *waits)
    return session.scalar(asked.limit(1))


def consent_paper(session: Session, actor: Actor, keeping_id: Id, *, at: datetime) -> str:
    """The file of the sheet's photo, for the person and those who look after them; NotFound when there is none."""
    found = keeping_to_see(session, actor, keeping_id, at=at)
    if found.person_id != actor.person_id and not looks_after(session, actor, found, at=at):
        raise NotFound()
    yes = live_consent(session, found.person_id, found.community_id)
    if yes is None or yes.until_at <= at or yes.paper is None:
        raise NotFound()
    return yes.paper


def entered(
    session: Session,
    actor: Actor,
    keeping_id: Id,
    *,
    at: datetime,
    undoable: frozenset[str] = frozenset(),
    after: str | None = None,
    limit: int | None = None,
) -> Page[Entered]:
    """What was entered for this person in the community that keeps them, newest first."""
    found = keeping_to_see(session, actor, keeping_id, at=at)
    if found.person_id != actor.person_id and not looks_after(session, actor, found, at=at):
        raise NotFound()
    most = limit_of(limit)
    wanted = _entered(found.person_id, found.community_id).order_by(EventRow.id.desc()).limit(most + 1)
    if after:
        wanted = wanted.where(beyond((EventRow.id,), Cursor.decode(after, str), descending=True))
    page = page_of(session.execute(wanted).all(), most, lambda row: (row.id,))
    return Page(
        tuple(
            Entered(
                id=row.id,
                name=row.name,
                about_id=row.about_id,
                by=row.by,
                happened_at=row.happened_at,
                undone=row.undone,
                can_undo=not row.undone and row.name in undoable and may_undo(row.happened_at, at),
            )
            for row in page.items
        ),
        page.next,
    )


def _entered(person_id: Id, community_id: Id) -> Select[Any]:
    again = aliased(EventRow)
    undone = exists().where(again.about_id == EventRow.id, again.name == "ActUndone")
    return (
        select(
            EventRow.id,
            EventRow.name,
            EventRow.about_id,
            EventRow.happened_at,
            Person.name.label("by"),
            case((undone, True), else_=False).label("undone"),
        )
        .join(Person, Person.id == EventRow.for_id)
        .where(
            EventRow.actor_id == person_id,
            EventRow.for_id.is_not(None),
            EventRow.name.not_in(("ActedFor", "ActUndone", "InviteMade")),
            or_(EventRow.community_id == community_id, EventRow.community_id.is_(None)),
        )
    )


def act_entered(session: Session, actor: Actor, keeping_id: Id, event_id: Id, *, at: datetime) -> Any:
    """One of these acts as a row, for those who see the sheet."""
    found = keeping_to_see(session, actor, keeping_id, at=at)
    row = session.execute(
        _entered(found.person_id, found.community_id).where(EventRow.id == event_id)
    ).first()
    if row is None:
        raise NotFound()
    return row


def claim_token(
    session: Session, actor: Actor, key: bytes, keeping_id: Id, *, at: datetime
) -> tuple[str, datetime | None]:
    """The token of the person's card while it works, and until when; empty when none was made."""
    found = keeping_to_keep(session, actor, keeping_id, at=at)
    card = session.get(Invite, found.claim_id) if found.claim_id else None
    if card is None or found.claimed_at or not identity.is_open(card, at):
        return "", None
    return identity.invite_token(key, card), card.expires_at


def claimable(session: Session, actor: Actor, key: bytes, token: str, *, at: datetime) -> Claimable:
    """Whose card this token is, for whoever holds it; refused like every dead invitation (404)."""
    card = open_card(session, key, token, at=at)
    person = session.get_one(Person, card.person_id)
    keeper = None
    if card.keeping is not None:
        keeper = session.execute(_lines(actor).where(Keeping.id == card.keeping.id)).one().keeper
    return Claimable(
        person_id=person.id,
        name=person.name,
        handle=person.handle,
        community=session.get_one(Community, card.community_id).name,
        keeper=keeper,
    )
