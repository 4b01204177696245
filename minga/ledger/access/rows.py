"""Single books, accounts and entries: whose they are and who may look at them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.communities.access import may
from minga.communities.models import Community
from minga.identity import Actor
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id
from minga.ledger.models import Account, AccountOwner, Balance, Book, Entry, EntryLine
from minga.ledger.rules.kinds import OwnerKind, Purpose

SEE, KEEP, SET_LIMIT, PAY = "ledger.see", "ledger.keep", "credit.set_limit", "credit.pay"


@dataclass(frozen=True)
class AccountRow:
    """An account with what stands in it and whose it is; amounts are natural."""

    account: Account
    book: Book
    natural: int
    held_out: int
    held_in: int
    owner_kind: OwnerKind | None
    owner_id: Id | None

    @property
    def available(self) -> int | None:
        """How much may still be spent; None when nothing limits it."""
        if self.account.min_balance is None:
            return None
        return self.natural - self.held_out - self.account.min_balance

    def belongs_to(self, person_id: Id | None) -> bool:
        return person_id is not None and (self.owner_kind, self.owner_id) == (OwnerKind.PERSON, person_id)


def root_of(session: Session, community_id: Id) -> Community:
    """The root of a community's tree: accounts are kept there."""
    found = session.scalars(
        select(Community).where(
            Community.id == select(Community.root_id).where(Community.id == community_id).scalar_subquery()
        )
    ).first()
    if found is None:
        raise NotFound()
    return found


def commons_book(session: Session, root_id: Id) -> Book | None:
    """The commons' book of a root community; None before its first use."""
    return session.scalars(
        select(Book).where(Book.community_id == root_id, Book.purpose == Purpose.COMMONS)
    ).first()


def account_of(session: Session, book_id: Id, person_id: Id, unit: str) -> Account | None:
    """A member's account in a unit; None before its first use."""
    return session.scalars(
        select(Account)
        .join(AccountOwner, AccountOwner.account_id == Account.id)
        .where(
            AccountOwner.book_id == book_id,
            AccountOwner.owner_kind == OwnerKind.PERSON,
            AccountOwner.owner_id == person_id,
            AccountOwner.unit == unit,
        )
    ).first()


def account_row(session: Session, account_id: Id) -> AccountRow:
    """An account with its balance and owner; asks nobody's rights."""
    row = session.execute(
        select(Account, Book, Balance.posted, Balance.held_out, Balance.held_in, AccountOwner)
        .join(Book, Book.id == Account.book_id)
        .join(Balance, Balance.account_id == Account.id)
        .outerjoin(AccountOwner, AccountOwner.account_id == Account.id)
        .where(Account.id == account_id)
    ).first()
    if row is None:
        raise NotFound()
    account, book, posted, held_out, held_in, owner = row
    return AccountRow(
        account=account,
        book=book,
        natural=account.sign * posted,
        held_out=held_out,
        held_in=held_in,
        owner_kind=owner.owner_kind if owner else None,
        owner_id=owner.owner_id if owner else None,
    )


def reads_book(session: Session, actor: Actor, book: Book, *, at: datetime) -> bool:
    """Whether the actor may read all of a book."""
    return bool(may(session, actor, SEE, book.community_id, at=at))


def account_to_see(session: Session, actor: Actor, account_id: Id, *, at: datetime) -> AccountRow:
    """One's own account, or any of a book that one may read; everything else is not there."""
    found = account_row(session, parse_id(account_id))
    if found.belongs_to(actor.person_id) and may(
        session, actor, "community.see", found.book.community_id, at=at
    ):
        return found
    if not reads_book(session, actor, found.book, at=at):
        raise NotFound()
    return found


def entry_to_see(session: Session, actor: Actor, entry_id: Id, *, at: datetime) -> Entry:
    """An entry that touches one's own account, or any of a book that one may read."""
    found = session.get(Entry, parse_id(entry_id))
    if found is None:
        raise NotFound()
    book = session.get_one(Book, found.book_id)
    if not reads_book(session, actor, book, at=at):
        own = session.scalar(
            select(EntryLine.n)
            .join(AccountOwner, AccountOwner.account_id == EntryLine.account_id)
            .where(
                EntryLine.entry_id == found.id,
                AccountOwner.owner_kind == OwnerKind.PERSON,
                AccountOwner.owner_id == actor.person_id,
            )
            .limit(1)
        )
        if own is None or not may(session, actor, "community.see", book.community_id, at=at):
            raise NotFound()
    return found


def entry_to_change(session: Session, entry_id: Id) -> Entry:
    """The entry as it stands now, kept from others until the unit ends; whoever calls has asked who may."""
    found = session.scalars(
        select(Entry)
        .where(Entry.id == entry_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound()
    return found


refs.register("account", see=account_to_see, address=lambda id_: f"/accounts/{id_}")
refs.register("entry", see=entry_to_see, address=lambda id_: f"/entries/{id_}")
