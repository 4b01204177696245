"""Recounting a book from its lines: whether everything that has to hold holds, and where it does not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import require
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.ledger.access import commons_book, root_of
from minga.ledger.access.rows import SEE
from minga.ledger.models import Account, Balance, Book, Entry, EntryLine, LedgerSeal, Memo, Period
from minga.ledger.queries import sealed
from minga.ledger.rules import seals as rules
from minga.ledger.rules.kinds import EntryState

SHOWN_MAX = 20
ROWS_AT_ONCE = 5_000
STRAY_AFTER = timedelta(minutes=1)
OF_ACCOUNTS = frozenset({"other_book", "unit_mismatch", "account_closed"})
POSTED, HELD = EntryState.POSTED, EntryState.HELD


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that does not hold: its code and what it was found at, an entry, an account, a period or a seal."""

    code: str
    ids: tuple[str, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What recounting a book found: how much there is, and every breach (the first ids of each)."""

    book_id: Id
    entries: int
    lines: int
    numbered: int
    seals: int
    head: str | None
    breaches: tuple[Breach, ...]

    @property
    def well(self) -> bool:
        return not self.breaches


class Recounted(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its lines add up and as its balance says; natural amounts."""

    account_id: Id
    code: str
    unit: str
    counted: int
    kept: int
    held_out_counted: int
    held_out_kept: int
    held_in_counted: int
    held_in_kept: int

    @property
    def differs(self) -> bool:
        return (self.counted, self.held_out_counted, self.held_in_counted) != (
            self.kept,
            self.held_out_kept,
            self.held_in_kept,
        )


def verification(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> Report | None:
    """The report of a community's book, for whoever may read all of it; None before there is a book."""
    book = _book(session, actor, community_id, at)
    return verify(session, book.id, at=at) if book else None


def recounted(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[Recounted]:
    """Every account of a community's book beside what its lines add up to, for whoever may read all of it."""
    book = _book(session, actor, community_id, at)
    return list(recount(session, book.id)) if book else []


def _book(session: Session, actor: Actor, community_id: Id, at: datetime) -> Book | None:
    root = root_of(session, community_id)
    if not actor.operator or actor.signed_in:
        require(session, actor, SEE, root.id, at=at)
    return commons_book(session, root.id)


def verify(session: Session, book_id: Id, *, at: datetime) -> Report:
    """Recount one book; asks nobody's rights. Time grows with the number of lines."""
    if session.get(Book, book_id) is None:
        raise NotFound()
    in_book = Entry.book_id == book_id
    entries = session.scalar(select(func.count()).select_from(Entry).where(in_book)) or 0
    lines = session.scalar(select(func.count()).select_from(EntryLine).join(Entry).where(in_book)) or 0
    numbered = session.scalar(select(func.count(Entry.no)).where(in_book)) or 0
    head = sealed.head(session, book_id)
    whole = _fit_their_accounts(session, book_id)
    found = [
        *(
            _listed(session, code, question)
            for code, question in _questions(book_id, at)
            if not (whole and code in OF_ACCOUNTS)
        ),
        *_periods(session, book_id),
        _differing(session, book_id),
        *_seals(session, book_id),
    ]
    return Report(
        book_id=book_id,
        entries=entries,
        lines=lines,
        numbered=numbered,
        seals=head.n if head else 0,
        head=head.hash if head else None,
        breaches=tuple(one for one in found if one.ids),
    )


def _fit_their_accounts(session: Session, book_id: Id) -> bool:
    """Whether all lines fit their accounts: one pass over them, so that three more are made only to say which do not."""
    unlike = or_(
        Account.book_id != Entry.book_id,
        Account.unit != EntryLine.unit,
        Entry.effective_on > Account.closed_on,
        Entry.effective_on < Account.opened_on,
    )
    wrong = (
        select(EntryLine.n)
        .join(Entry, Entry.id == EntryLine.entry_id)
        .join(Account, Account.id == EntryLine.account_id)
        .where(Entry.book_id == book_id, Entry.state.in_((POSTED, HELD)), unlike)
        .limit(1)
    )
    return session.scalar(wrong) is None


def recount(session: Session, book_id: Id) -> Iterator[Recounted]:
    """Every account of a book, added up anew from its lines, beside what its balance says."""
    in_book = and_(Entry.id == EntryLine.entry_id, Entry.book_id == book_id)
    posted = (
        select(EntryLine.account_id, func.sum(EntryLine.amount).label("amount"))
        .join(Entry, and_(in_book, Entry.state == POSTED))
        .group_by(EntryLine.account_id)
        .subquery()
    )
    # What is held reserves by entry: one that gives and takes of the same account reserves only the difference.
    per_hold = (
        select(EntryLine.account_id, func.sum(EntryLine.amount).label("amount"))
        .join(Entry, and_(in_book, Entry.state == HELD))
        .group_by(EntryLine.account_id, Entry.id)
        .subquery()
    )
    natural = Account.sign * per_hold.c.amount
    held = (
        select(
            per_hold.c.account_id,
            func.sum(case((natural < 0, -natural), else_=0)).label("held_out"),
            func.sum(case((natural > 0, natural), else_=0)).label("held_in"),
        )
        .join(Account, Account.id == per_hold.c.account_id)
        .group_by(per_hold.c.account_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Account.id,
            Account.code,
            Account.unit,
            Account.sign * func.coalesce(posted.c.amount, 0),
            Account.sign * func.coalesce(Balance.posted, 0),
            func.coalesce(held.c.held_out, 0),
            func.coalesce(Balance.held_out, 0),
            func.coalesce(held.c.held_in, 0),
            func.coalesce(Balance.held_in, 0),
        )
        .outerjoin(posted, posted.c.account_id == Account.id)
        .outerjoin(held, held.c.account_id == Account.id)
        .outerjoin(Balance, Balance.account_id == Account.id)
        .where(Account.book_id == book_id)
        .order_by(Account.code)
    )
    for account_id, code, unit, *numbers in rows:
        counted, kept, out_counted, out_kept, in_counted, in_kept = map(int, numbers)
        yield Recounted(
            account_id=account_id,
            code=code,
            unit=unit,
            counted=counted,
            kept=kept,
            held_out_counted=out_counted,
            held_out_kept=out_kept,
            held_in_counted=in_counted,
            held_in_kept=in_kept,
        )


def _questions(book_id: Id, at: datetime) -> list[tuple[str, Select[Any]]]:
    """What one question can tell of entries and their lines; each answers the ids at which a rule is broken."""
    live = and_(Entry.book_id == book_id, Entry.state.in_((POSTED, HELD)))
    posted = and_(Entry.book_id == book_id, Entry.state == POSTED)
    line = EntryLine
    joined = select(Entry.id).join(line, line.entry_id == Entry.id)
    with_account = joined.join(Account, Account.id == line.account_id).where(live)
    count = select(func.count()).where(line.entry_id == Entry.id).scalar_subquery()
    return [
        ("unbalanced", joined.where(live).group_by(Entry.id, line.unit).having(func.sum(line.amount) != 0)),
        ("too_few_lines", select(Entry.id).where(live, count < 2)),
        ("other_book", with_account.where(Account.book_id != Entry.book_id)),
        ("unit_mismatch", with_account.where(Account.unit != line.unit)),
        (
            "account_closed",
            with_account.where(
                or_(Entry.effective_on > Account.closed_on, Entry.effective_on < Account.opened_on)
            ),
        ),
        (
            "wrong_period",
            select(Entry.id)
            .outerjoin(Period, Period.id == Entry.period_id)
            .where(
                posted,
                or_(
                    Period.id.is_(None),
                    Period.book_id != Entry.book_id,
                    Entry.effective_on < Period.from_on,
                    Entry.effective_on > Period.to_on,
                ),
            ),
        ),
        ("bad_reversal", _bad_reversals(posted)),
        *_of_the_book(book_id, at),
    ]


def _of_the_book(book_id: Id, at: datetime) -> list[tuple[str, Select[Any]]]:
    """What does not need lines: drafts that stayed, accounts beyond limits, numbers with gaps."""
    stray = and_(Entry.state == EntryState.DRAFT, Entry.recorded_at < at - STRAY_AFTER)
    stands = Account.sign * Balance.posted
    beyond = or_(
        stands - Balance.held_out < Account.min_balance, stands + Balance.held_in > Account.max_balance
    )
    count = select(func.count(Entry.no)).where(Entry.book_id == book_id).correlate(None).scalar_subquery()
    return [
        ("stray_draft", select(Entry.id).where(Entry.book_id == book_id, or_(stray, Entry.applying != 0))),
        (
            "limit_broken",
            select(Account.id)
            .join(Balance, Balance.account_id == Account.id)
            .where(Account.book_id == book_id, beyond),
        ),
        ("number_gap", select(Entry.id).where(Entry.book_id == book_id, Entry.no > count)),
    ]


def _bad_reversals(posted: Any) -> Select[Any]:
    """Reversals of what is not there, of reversals, or whose lines are not the mirror image."""
    target, mine, theirs = aliased(Entry), aliased(EntryLine), aliased(EntryLine)
    mirrored = (
        select(theirs.n)
        .where(
            theirs.entry_id == Entry.reverses,
            theirs.n == mine.n,
            theirs.account_id == mine.account_id,
            theirs.amount == -mine.amount,
        )
        .exists()
    )
    unlike = select(mine.n).where(mine.entry_id == Entry.id, ~mirrored).exists()
    return (
        select(Entry.id)
        .join(target, target.id == Entry.reverses)
        .where(
            posted,
            or_(target.state != POSTED, target.reverses.is_not(None), unlike),
        )
    )


def _listed(session: Session, code: str, question: Select[Any]) -> Breach:
    return Breach(code=code, ids=tuple(dict.fromkeys(session.scalars(question.limit(SHOWN_MAX)))))


def _periods(session: Session, book_id: Id) -> Iterator[Breach]:
    """Periods follow each other without gaps, and no open one lies before a closed one."""
    rows = session.scalars(select(Period).where(Period.book_id == book_id).order_by(Period.from_on)).all()
    pairs = list(pairwise(rows))
    gaps = [new.id for old, new in pairs if new.from_on != old.to_on + timedelta(days=1)]
    open_before = [old.id for old, new in pairs if old.closed_at is None and new.closed_at is not None]
    yield Breach(code="period_gap", ids=tuple(gaps[:SHOWN_MAX]))
    yield Breach(code="period_order", ids=tuple(open_before[:SHOWN_MAX]))


def _differing(session: Session, book_id: Id) -> Breach:
    differing = [one.account_id for one in recount(session, book_id) if one.differs]
    return Breach(code="balance_differs", ids=tuple(differing[:SHOWN_MAX]))


def _seals(session: Session, book_id: Id) -> Iterator[Breach]:
    """The chain of seals, each against the entries that it covers, and words against their digests."""
    broken: list[str] = []
    previous: LedgerSeal | None = None
    for seal in sealed.seals_of(session, book_id):
        entries = sealed.numbered(session, book_id, seal.from_no, seal.to_no)
        root = rules.merkle_root([rules.entry_digest(one) for one in entries]).hex()
        fits = (
            len(entries) == seal.to_no - seal.from_no + 1
            and root == seal.root
            and seal.prev == (previous.hash if previous else None)
            and seal.n == (previous.n + 1 if previous else 1)
            and seal.from_no == (previous.to_no + 1 if previous else 1)
            and seal.hash == rules.seal_hash(sealed.plain(seal))
            and sealed.is_signed(seal)
        )
        if not fits:
            broken.append(str(seal.n))
        previous = seal
    yield Breach(code="seal_broken", ids=tuple(broken[:SHOWN_MAX]))
    yield Breach(code="memo_changed", ids=tuple(_changed_words(session, book_id))[:SHOWN_MAX])


def _changed_words(session: Session, book_id: Id) -> Iterator[Id]:
    """Entries whose words are not those of the digest, some thousand at a time."""
    last = ""
    while True:
        rows = session.execute(
            select(Entry.id, Memo.text, Memo.salt, Memo.digest)
            .join(Memo, Memo.id == Entry.memo_id)
            .where(Entry.book_id == book_id, Entry.id > last, Memo.text.is_not(None))
            .order_by(Entry.id)
            .limit(ROWS_AT_ONCE)
        ).all()
        for row in rows:
            last = row.id
            if row.text is None or row.salt is None or rules.memo_digest(row.text, row.salt) != row.digest:
                yield row.id
        if len(rows) < ROWS_AT_ONCE:
            return
