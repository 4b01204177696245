"""How two people of an exchange may reach each other: what each has opened to the other, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.identity.models import Contact
from minga.kit.db import Session
from minga.kit.ids import Id, parse_id
from minga.kit.sealed import field_key
from minga.sharing.access.exchanges import exchange_to_see
from minga.sharing.models import ContactShare, DispatchCase, Exchange
from minga.sharing.queries.dispatch import opened
from minga.sharing.rules.contact_shares import ShareField, lives

KINDS = (ShareField.PHONE, ShareField.ADDRESS, ShareField.MAIL)


@dataclass(frozen=True, slots=True)
class Reach:
    """What the reader may read of the other side, what they have opened themselves, and what else they could."""

    theirs: tuple[tuple[ShareField, str], ...]
    mine: tuple[ShareField, ...]
    could: tuple[ShareField, ...]


def contact_shares(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> Reach:
    """For the two sides of an exchange; a stranger learns nothing."""
    running = exchange_to_see(session, actor, parse_id(exchange_id), at=at)
    exchange = running.exchange
    found = session.scalars(
        select(ContactShare).where(ContactShare.exchange_id == exchange.id, ContactShare.ended_at.is_(None))
    ).all()
    over_at = exchange.completed_at or exchange.cancelled_at
    live = [share for share in found if lives(share.ended_at, over_at, at)]
    mine = {share.field for share in live if share.from_id == actor.person_id}
    open_to_me = {share.field for share in live if share.to_id == actor.person_id}
    other = exchange.receiver_id if actor.person_id == exchange.provider_id else exchange.provider_id
    could = (
        () if over_at is not None else values_of(session, exchange, str(actor.person_id), KINDS_AND_CALLER)
    )
    theirs = values_of(session, exchange, other, open_to_me) if open_to_me else {}
    return Reach(
        theirs=tuple((field, theirs[field]) for field in ShareField if field in theirs),
        mine=tuple(field for field in ShareField if field in mine),
        could=tuple(field for field in ShareField if field in could and field not in mine),
    )


KINDS_AND_CALLER = frozenset(ShareField)


def values_of(
    session: Session, exchange: Exchange, person_id: Id, fields: Iterable[ShareField]
) -> dict[ShareField, str]:
    """What somebody has written down of these; the caller says by whom it may be read."""
    wanted = set(fields)
    kinds = [field.value for field in KINDS if field in wanted]
    rows = session.execute(
        select(Contact.kind, Contact.value).where(
            Contact.person_id == person_id, Contact.ended_at.is_(None), Contact.kind.in_(kinds)
        )
    )
    found = {ShareField(row.kind): row.value for row in rows if row.value}
    if ShareField.CALLER in wanted and person_id == exchange.receiver_id:
        kept = session.get(DispatchCase, exchange.listing_id)
        reach = opened(field_key(session), kept.reach, f"reach {kept.listing_id}") if kept else ""
        if kept is not None and kept.caller and reach:
            found[ShareField.CALLER] = reach
    return found
