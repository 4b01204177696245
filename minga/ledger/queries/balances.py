"""How somebody stands in a unit, as far as the asker may know."""

from datetime import datetime

import msgspec

from minga.communities.access import may, policies
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.ledger.access import account_of, account_row, commons_book, root_of
from minga.ledger.access.rows import SEE

__all__ = [
    "Standing",
    "balance_of",
    "counts_time",
    "is_gift_only",
    "shows_balances",
    "time_is_counted",
    "warn_percent",
]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in an account, natural: `available` is what may still be spent, None without a limit.

    Before the first use there is no account, and everything is nothing.
    """

    account_id: Id | None
    unit: str
    amount: int
    held_out: int
    held_in: int
    floor: int | None
    ceiling: int | None
    available: int | None
    resting: bool


def counts_time(session: Session, community_id: Id, *, at: datetime) -> bool:
    """Whether hours are counted in a community."""
    return bool(policies.value(session, community_id, "time.on", at=at))


def time_is_counted(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> bool:
    """The same, for those who see the community."""
    return bool(may(session, actor, "community.see", community_id, at=at)) and counts_time(
        session, community_id, at=at
    )


def is_gift_only(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> bool:
    """Whether a community counts what was given and received, and keeps no balances."""
    return bool(may(session, actor, "community.see", community_id, at=at)) and _gift(
        session, community_id, at
    )


def _gift(session: Session, community_id: Id, at: datetime) -> bool:
    return bool(policies.value(session, community_id, "ledger.gift_mode", at=at))


def warn_percent(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> int:
    """From what share of a limit on the community tells its members."""
    return int(policies.value(session, community_id, "ledger.warn_percent", at=at))


def balance_of(
    session: Session, actor: Actor, community_id: Id, person_id: Id, unit: str, *, at: datetime
) -> Standing:
    """How a member stands, for themselves, for who keeps the books, and for whom the community lets see it."""
    root = root_of(session, community_id)
    if not _may_see_balance(session, actor, root.id, person_id, at=at):
        raise NotFound()
    book = commons_book(session, root.id)
    account = account_of(session, book.id, person_id, unit) if book else None
    if account is None:
        return Standing(
            account_id=None,
            unit=unit,
            amount=0,
            held_out=0,
            held_in=0,
            floor=None,
            ceiling=None,
            available=None,
            resting=False,
        )
    row = account_row(session, account.id)
    return Standing(
        account_id=account.id,
        unit=unit,
        amount=row.natural,
        held_out=row.held_out,
        held_in=row.held_in,
        floor=account.min_balance,
        ceiling=account.max_balance,
        available=row.available,
        resting=not account.may_spend,
    )


def _may_see_balance(session: Session, actor: Actor, root_id: Id, person_id: Id, *, at: datetime) -> bool:
    if not may(session, actor, "community.see", root_id, at=at):
        return False
    if actor.person_id == person_id or may(session, actor, SEE, root_id, at=at):
        return True
    return shows_balances(session, root_id, at=at)


def shows_balances(session: Session, root_id: Id, *, at: datetime) -> bool:
    """Whether a community shows members' balances to those who see it."""
    shown = policies.value(session, root_id, "ledger.balances", at=at)
    return not _gift(session, root_id, at) and shown != "private"
