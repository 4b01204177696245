"""Members' accounts: opened at first use, following the community's rules until somebody sets other limits."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from minga.communities.access import policies
from minga.communities.models import Community, Membership
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session, new_id
from minga.kit.errors import Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.ledger.access import account_of, account_row
from minga.ledger.commands.accounts import apply, commons_account, own
from minga.ledger.commands.books import unit_known
from minga.ledger.commands.entries import open_day, post
from minga.ledger.commands.limits import Limits, limits_by_rule, within
from minga.ledger.events import AccountOpened
from minga.ledger.models import Account, Balance, Book
from minga.ledger.rules import TIME, Draft, EntryKind, Line
from minga.ledger.rules.kinds import AccountType, OwnerKind, Purpose
from minga.ledger.rules.payments import part_id

NO_MEMBER = N_("Only members have an account here.")


def member_account(
    session: Session, actor: Actor, book: Book, person_id: Id, unit: str, *, at: datetime
) -> Account:
    """A member's account in a unit, opened at first use."""
    found = account_of(session, book.id, person_id, unit)
    if found is not None:
        return found
    community = session.get_one(Community, book.community_id)
    if not is_member(session, community.id, person_id):
        raise Refused(NO_MEMBER, code="no_member")
    unit_known(session, community.id, unit, at=at)
    limits = limits_by_rule(session, community, person_id, unit, at=at)
    try:
        with session.begin_nested():
            account = _opened(session, book, community, person_id, unit, limits, at)
    except IntegrityError:
        there = account_of(session, book.id, person_id, unit)
        if there is None:
            raise
        return there
    event = AccountOpened(account_id=account.id, book_id=book.id, unit=unit)
    emit(session, actor, event, at=at, community_id=community.id, person_id=person_id)
    if unit == TIME:
        _begin(session, book, account, at=at)
    return account


def _begin(session: Session, book: Book, account: Account, *, at: datetime) -> None:
    """What a new account begins with, from the community's own, where the rules say so."""
    start = policies.value(session, book.community_id, "ledger.time_start", at=at)
    if not start:
        return
    machine = Actor.machine()
    ours = commons_account(session, machine, book, account.unit, at=at)
    draft = Draft(
        id=part_id(account.id, "start"),
        book_id=book.id,
        kind=EntryKind.OPENING,
        effective_on=open_day(session, book, at=at),
        lines=(Line(ours.id, account.unit, start), Line(account.id, account.unit, -start)),
    )
    post(session, machine, draft, at=at)


def _opened(
    session: Session, book: Book, community: Community, person_id: Id, unit: str, limits: Limits, at: datetime
) -> Account:
    number = session.scalars(
        update(Book)
        .where(Book.id == book.id)
        .values(members_made=Book.members_made + 1)
        .returning(Book.members_made)
    ).one()
    account = Account(
        id=new_id(),
        book_id=book.id,
        code=f"M{number:04}-{unit}",
        name="",
        type=AccountType.LIABILITY,
        sign=AccountType.LIABILITY.sign,
        unit=unit,
        purpose=Purpose.MEMBER,
        min_balance=limits.floor,
        max_balance=limits.ceiling,
        follows=True,
        opened_on=today(at, community.zone),
    )
    session.add(account)
    session.flush()
    own(session, account, OwnerKind.PERSON, person_id)
    return account


def is_member(session: Session, community_id: Id, person_id: Id) -> bool:
    """Whether somebody is a member there now, also while they rest."""
    return (
        session.scalar(
            select(Membership.id).where(
                Membership.community_id == community_id,
                Membership.person_id == person_id,
                Membership.ended_on.is_(None),
            )
        )
        is not None
    )


def follow_rules(session: Session, actor: Actor, account: Account, person_id: Id, *, at: datetime) -> None:
    """Bring the limits of a member's account to what the rules say now.

    Somebody beyond a new limit is not made to break it: until they are within, their limit is where they stand.
    """
    if not account.follows:
        return
    community = session.get_one(Community, session.get_one(Book, account.book_id).community_id)
    wanted = limits_by_rule(session, community, person_id, account.unit, at=at)
    if wanted == Limits(account.min_balance, account.max_balance):
        return
    session.execute(
        select(Balance.account_id).where(Balance.account_id == account.id).with_for_update(key_share=True)
    )
    row = account_row(session, account.id)
    held = within(wanted, row)
    apply(session, Actor.machine(), row, held, follows=True, reason="", decision_ref=None, at=at)
