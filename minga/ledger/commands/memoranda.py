"""What members give each other by hand: written down in a book of its own, never in the commons' treasury."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.ledger.commands import entries, writing
from minga.ledger.commands.accounts import open_account
from minga.ledger.commands.books import commons
from minga.ledger.commands.entries import Parties
from minga.ledger.events import BookOpened
from minga.ledger.models import Book, Entry
from minga.ledger.rules.drafts import Draft, Line, Transfer, check_transfer, fingerprint
from minga.ledger.rules.kinds import AccountType, EntryKind, Purpose

MEMBERS = "Members among themselves"


def memorandum(session: Session, actor: Actor, given: Transfer, *, at: datetime) -> Entry:
    """Write down that one member gave another so much by hand. Sending it again answers the first entry.

    The lines lie on two accounts of all members together: who owes whom what is between the two.
    """
    check_transfer(given)
    request_hash = fingerprint("memorandum", given)
    found = writing.replayed(session, given.id, request_hash)
    if found is not None:
        return found
    book = members_book(session, actor, given.community_id, at=at)
    community = session.get_one(Community, book.community_id)
    accounts = [
        open_account(session, actor, book, f"{code}-{given.unit}", kind, given.unit, name=name, at=at)
        for code, kind, name in (
            ("GIVEN", AccountType.ASSET, "Given by hand"),
            ("TAKEN", AccountType.LIABILITY, "Taken by hand"),
        )
    ]
    draft = Draft(
        id=given.id,
        book_id=book.id,
        kind=EntryKind.EXCHANGE,
        effective_on=today(at, community.zone),
        lines=(
            Line(accounts[0].id, given.unit, given.amount),
            Line(accounts[1].id, given.unit, -given.amount),
        ),
        memo=given.memo,
        source=given.source,
    )
    parties = Parties(given.payer_id, given.payee_id)
    return entries.post_as(session, actor, draft, request_hash, parties, at=at)


def members_book(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> Book:
    """The book beside the commons in which members note what they gave each other; made at first use."""
    root_id = commons(session, actor, community_id, at=at).community_id
    treasury = select(Book.id).where(Book.community_id == root_id, Book.purpose == Purpose.COMMONS)
    session.execute(treasury.with_for_update())  # whoever makes it does so alone
    wanted = select(Book).where(Book.community_id == root_id, Book.purpose == Purpose.MEMBER)
    found = session.scalars(wanted.order_by(Book.id).limit(1)).first()
    if found is not None:
        return found
    root = session.get_one(Community, root_id)
    made = Book(
        community_id=root_id,
        name=MEMBERS,
        purpose=Purpose.MEMBER,
        home_unit=root.currency or "TIME",
        made_at=at,
    )
    session.add(made)
    session.flush()
    emit(session, actor, BookOpened(book_id=made.id), at=at, community_id=root_id)
    return made
