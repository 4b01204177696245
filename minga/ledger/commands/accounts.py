"""Accounts: open, close, give another limit, let rest; each change is noted with its reason."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from minga.communities.access import require
from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session, new_id
from minga.kit.errors import Invalid
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_line, clean_text
from minga.ledger.access import AccountRow, account_row
from minga.ledger.access.rows import SET_LIMIT, account_to_see
from minga.ledger.commands import asking
from minga.ledger.commands.books import unit_known
from minga.ledger.commands.limits import ENDLESS, Limits, limits_by_rule, within
from minga.ledger.events import AccountClosed, AccountOpened, LimitChanged
from minga.ledger.models import Account, AccountOwner, Book, LimitChange
from minga.ledger.rules.kinds import (
    CODE_MAX,
    NAME_MAX,
    REASON_MAX,
    AccountType,
    LimitKind,
    OwnerKind,
    Purpose,
)

SAY_WHY = N_("Say why in a few words: whoever it concerns reads it.")


def own(session: Session, account: Account, kind: OwnerKind, owner_id: Id) -> None:
    """Write down whose account it is."""
    session.add(
        AccountOwner(
            account_id=account.id,
            book_id=account.book_id,
            unit=account.unit,
            owner_kind=kind,
            owner_id=owner_id,
        )
    )
    session.flush()


def open_account(
    session: Session,
    actor: Actor,
    book: Book,
    code: str,
    type: AccountType,
    unit: str,
    *,
    name: str = "",
    limits: Limits = ENDLESS,
    purpose: Purpose = Purpose.GENERAL,
    owner: tuple[OwnerKind, Id] | None = None,
    at: datetime,
) -> Account:
    """An account of a book; the same code again is the same account. Whoever calls has asked who may."""
    said = clean_line(code, CODE_MAX, field="code", required=True)
    found = session.scalars(select(Account).where(Account.book_id == book.id, Account.code == said)).first()
    if found is not None:
        return found
    community = session.get_one(Community, book.community_id)
    unit_known(session, community.id, unit, at=at)
    account = Account(
        id=new_id(),
        book_id=book.id,
        code=said,
        name=clean_line(name, NAME_MAX),
        type=type,
        sign=type.sign,
        unit=unit,
        purpose=purpose,
        min_balance=limits.floor,
        max_balance=limits.ceiling,
        opened_on=today(at, community.zone),
    )
    try:
        with session.begin_nested():
            session.add(account)
            session.flush()
            if owner:
                own(session, account, *owner)
    except IntegrityError:
        there = session.scalars(
            select(Account).where(Account.book_id == book.id, Account.code == said)
        ).first()
        if there is None:
            raise
        return there
    event = AccountOpened(account_id=account.id, book_id=book.id, unit=unit)
    emit(session, actor, event, at=at, community_id=community.id)
    return account


def commons_account(session: Session, actor: Actor, book: Book, unit: str, *, at: datetime) -> Account:
    """The community's own account in a unit: gifts to all go there, beginnings come from it."""
    return open_account(
        session,
        actor,
        book,
        f"COMMONS-{unit}",
        AccountType.LIABILITY,
        unit,
        purpose=Purpose.COMMONS,
        owner=(OwnerKind.COMMUNITY, book.community_id),
        at=at,
    )


def close_account(session: Session, actor: Actor, account_id: Id, *, at: datetime) -> Account:
    """Close an empty account for good. Whoever calls has asked who may."""
    row = account_row(session, account_id)
    if row.account.closed_on is not None:
        return row.account
    community = session.get_one(Community, row.book.community_id)
    _change(session, actor, row, {"closed_on": today(at, community.zone)}, at=at)
    event = AccountClosed(account_id=row.account.id, book_id=row.book.id)
    emit(session, actor, event, at=at, community_id=community.id, person_id=_person(row))
    return row.account


def set_limit(
    session: Session,
    actor: Actor,
    account_id: Id,
    limits: Limits | None,
    *,
    reason: str = "",
    decision_ref: str | None = None,
    at: datetime,
) -> Account:
    """Give an account limits of its own, or None to let it follow the community's rules again."""
    row = account_to_see(session, actor, account_id, at=at)
    said = _asked(session, actor, row, reason, decision_ref, at)
    if limits is None:
        community = session.get_one(Community, row.book.community_id)
        wanted = _by_rule(session, community, row, at=at)
    else:
        wanted = limits
        if wanted.floor is not None and wanted.ceiling is not None and wanted.floor > wanted.ceiling:
            raise Invalid(N_("The lower limit is above the upper one."), code="limit_violated")
    apply(session, actor, row, wanted, follows=limits is None, reason=said, decision_ref=decision_ref, at=at)
    return row.account


def freeze(
    session: Session,
    actor: Actor,
    account_id: Id,
    *,
    may_spend: bool,
    may_receive: bool,
    reason: str = "",
    decision_ref: str | None = None,
    at: datetime,
) -> Account:
    """Let an account rest, or wake it: whether it may spend, and whether it may receive."""
    row = account_to_see(session, actor, account_id, at=at)
    said = _asked(session, actor, row, reason, decision_ref, at)
    account = row.account
    before = {LimitKind.SPENDING: account.may_spend, LimitKind.RECEIVING: account.may_receive}
    after = {LimitKind.SPENDING: may_spend, LimitKind.RECEIVING: may_receive}
    if before != after:
        _change(session, actor, row, {"may_spend": may_spend, "may_receive": may_receive}, at=at)
    for what, was in before.items():
        _note(session, actor, row, what, int(was), int(after[what]), said, decision_ref, at)
    return account


def _by_rule(session: Session, community: Community, row: AccountRow, *, at: datetime) -> Limits:
    person_id = _person(row)
    if person_id is None:
        return Limits(None, None)
    return within(limits_by_rule(session, community, person_id, row.account.unit, at=at), row)


def _asked(
    session: Session, actor: Actor, row: AccountRow, reason: str, decision_ref: str | None, at: datetime
) -> str:
    require(session, actor, SET_LIMIT, row.book.community_id, concerning=_person(row), at=at)
    said = clean_text(reason, REASON_MAX, field="reason")
    if not said and not decision_ref:
        raise Invalid(SAY_WHY, code="no_reason", fields={"reason": SAY_WHY})
    return said


def apply(
    session: Session,
    actor: Actor,
    row: AccountRow,
    limits: Limits,
    *,
    follows: bool,
    reason: str,
    decision_ref: str | None,
    at: datetime,
) -> None:
    """Set the limits of an account, and note what changed; whoever calls has asked who may."""
    account = row.account
    before = {LimitKind.FLOOR: account.min_balance, LimitKind.CEILING: account.max_balance}
    after = {LimitKind.FLOOR: limits.floor, LimitKind.CEILING: limits.ceiling}
    followed = account.follows
    values = {"min_balance": limits.floor, "max_balance": limits.ceiling, "follows": follows}
    _change(session, actor, row, values, at=at)
    for what, was in before.items():
        _note(session, actor, row, what, was, after[what], reason, decision_ref, at)
    if followed != follows:
        _note(session, actor, row, LimitKind.FOLLOWING, int(followed), int(follows), reason, decision_ref, at)


def _change(session: Session, actor: Actor, row: AccountRow, values: dict[str, Any], *, at: datetime) -> None:
    """Change an account; what its triggers refuse is said in words."""
    session.flush()
    try:
        with session.connection().begin_nested():
            session.connection().execute(
                update(Account.__table__)  # type: ignore[arg-type]
                .where(Account.__table__.c.id == row.account.id)
                .values(**values)
            )
    except DBAPIError as error:
        code = asking.code_of(error)
        if code is None or not asking.has_sentence(code):
            raise
        community = session.get_one(Community, row.book.community_id)
        raise asking.said_no(session, actor, code, community, at=at) from error
    session.refresh(row.account)


def _note(
    session: Session,
    actor: Actor,
    row: AccountRow,
    what: LimitKind,
    before: int | None,
    after: int | None,
    reason: str,
    decision_ref: str | None,
    at: datetime,
) -> None:
    if before == after:
        return
    session.add(
        LimitChange(
            account_id=row.account.id,
            what=what,
            before=before,
            after=after,
            reason=reason,
            decision_ref=decision_ref,
            by_id=actor.person_id,
            at=at,
        )
    )
    event = LimitChanged(account_id=row.account.id, what=what, before=before, after=after)
    emit(session, actor, event, at=at, community_id=row.book.community_id, person_id=_person(row))


def _person(row: AccountRow) -> Id | None:
    return row.owner_id if row.owner_kind is OwnerKind.PERSON else None
