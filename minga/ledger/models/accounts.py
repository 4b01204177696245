"""Tables of accounts: their limits, whose they are, what stands in them, and who changed a limit."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.schema import IdText
from minga.ledger.models import triggers
from minga.ledger.rules.kinds import (
    CODE_MAX,
    NAME_MAX,
    REASON_MAX,
    AccountType,
    LimitKind,
    OwnerKind,
    Purpose,
)


class Account(Base):
    """One account in one unit. Limits are natural amounts: a debt is negative wherever it stands.

    `follows`: its limits are those of the community's rules, until somebody sets others for it.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("book_id", "code"),
        CheckConstraint("sign = CASE WHEN type IN ('A', 'X') THEN 1 ELSE -1 END", name="sign"),
        CheckConstraint("min_balance <= max_balance", name="limits_in_order"),
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="closed_after_opened"),
    )

    id: Mapped[str] = id_column()
    book_id: Mapped[str] = foreign_id("book.id")
    code: Mapped[str] = text_column(CODE_MAX)
    name: Mapped[str] = text_column(NAME_MAX, default="")
    type: Mapped[AccountType] = enum_column(AccountType)
    sign: Mapped[int]
    unit: Mapped[str] = text_column(12)
    purpose: Mapped[Purpose] = enum_column(Purpose)
    min_balance: Mapped[int | None]
    max_balance: Mapped[int | None]
    follows: Mapped[bool] = mapped_column(default=False)
    may_spend: Mapped[bool] = mapped_column(default=True)
    may_receive: Mapped[bool] = mapped_column(default=True)
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]


class AccountOwner(Base):
    """Whose account it is; the only place that says so, and it can be erased."""

    __tablename__ = "account_owner"
    __table_args__ = (
        UniqueConstraint("book_id", "owner_kind", "owner_id", "unit"),
        Index("ix_account_owner_owner", "owner_id", "book_id"),
    )

    account_id: Mapped[str] = foreign_id("account.id", primary_key=True)
    book_id: Mapped[str] = foreign_id("book.id")
    unit: Mapped[str] = text_column(12)
    owner_kind: Mapped[OwnerKind] = enum_column(OwnerKind)
    owner_id: Mapped[str] = mapped_column(IdText(32))


class Balance(Base):
    """What stands in an account, kept by the triggers of entries: posted as debits less credits, held as it reserves."""

    __tablename__ = "balance"
    __table_args__ = (CheckConstraint("held_out >= 0 AND held_in >= 0", name="held"),)

    account_id: Mapped[str] = foreign_id("account.id", primary_key=True)
    posted: Mapped[int]
    held_out: Mapped[int]
    held_in: Mapped[int]
    lines: Mapped[int]


class LimitChange(Base):
    """A limit, or whether an account may spend or receive, before and after; with the reason. Append-only."""

    __tablename__ = "limit_change"
    __table_args__ = (Index("ix_limit_change_account", "account_id", "id"),)

    id: Mapped[str] = id_column()
    account_id: Mapped[str] = foreign_id("account.id")
    what: Mapped[LimitKind] = enum_column(LimitKind)
    before: Mapped[int | None]
    after: Mapped[int | None]
    reason: Mapped[str] = text_column(REASON_MAX, default="")
    decision_ref: Mapped[str | None] = text_column(64)
    by_id: Mapped[str | None] = foreign_id("person.id")
    at: Mapped[datetime] = mapped_column(Instant)


triggers.keep(Account.__table__)
triggers.keep(Balance.__table__)
triggers.keep(LimitChange.__table__)
