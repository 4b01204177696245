"""When a person is erased: accounts have to be even, and what they asked for is taken back."""

from datetime import datetime

from sqlalchemy import or_, select, update

from minga.communities.models import Community
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.leaving import Farewell, InTheWay, at_farewell, stands_in_the_way
from minga.ledger.models import Account, AccountOwner, Balance, Book, PaymentAsk, Unit
from minga.ledger.rules import said_amount
from minga.ledger.rules.kinds import OwnerKind

NOT_EVEN = N_("Your account in {community} stands at {amount}. Settle it, or give it to the commons.")
IS_HELD = N_("Something is still held on your account in {community}. It is settled or lapses by itself.")


@stands_in_the_way
def owes_or_is_owed(session: Session, person_id: Id) -> list[InTheWay]:
    """What one owes or is owed, and what is held, each with the page where it is settled."""
    rows = session.execute(
        select(
            Community.slug,
            Community.name,
            Account.unit,
            Account.sign,
            Balance.posted,
            Balance.held_out,
            Balance.held_in,
            Unit.exponent,
        )
        .select_from(AccountOwner)
        .join(Account, Account.id == AccountOwner.account_id)
        .join(Balance, Balance.account_id == Account.id)
        .join(Book, Book.id == Account.book_id)
        .join(Community, Community.id == Book.community_id)
        .outerjoin(
            Unit,
            (Unit.code == Account.unit) & or_(Unit.community_id.is_(None), Unit.community_id == Community.id),
        )
        .where(
            AccountOwner.owner_kind == OwnerKind.PERSON,
            AccountOwner.owner_id == person_id,
            or_(Balance.posted != 0, Balance.held_out != 0, Balance.held_in != 0),
        )
        .order_by(Community.name, Account.unit)
    ).all()
    found = []
    for row in rows:
        page = f"/c/{row.slug}/money"
        if row.posted:
            amount = said_amount(row.sign * row.posted, row.unit, row.exponent or 0)
            found.append(InTheWay(NOT_EVEN, page, {"community": row.name, "amount": amount}))
        if row.held_out or row.held_in:
            found.append(InTheWay(IS_HELD, page, {"community": row.name}))
    return found


@at_farewell
def take_asks_back(session: Session, farewell: Farewell, at: datetime) -> None:
    """Nobody pays somebody who is gone, and nobody waits for their answer."""
    session.execute(
        update(PaymentAsk)
        .where(
            or_(PaymentAsk.asker_id == farewell.person_id, PaymentAsk.payer_id == farewell.person_id),
            PaymentAsk.answered_at.is_(None),
            PaymentAsk.withdrawn_at.is_(None),
            PaymentAsk.lapsed_at.is_(None),
        )
        .values(withdrawn_at=at)
    )
