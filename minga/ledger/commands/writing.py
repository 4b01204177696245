"""The act of writing: a draft and its lines in, then the one step that the triggers check and apply."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session, new_id
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.ledger.commands import asking
from minga.ledger.commands.books import period_of
from minga.ledger.models import Book, Entry, EntryLine, Memo
from minga.ledger.rules.drafts import Draft, Line, check, source_text
from minga.ledger.rules.kinds import MEMO_MAX, EntryState

ID_REUSED = N_("This was sent already, with other content. Begin again.")

_ENTRY: Any = Entry.__table__
_LINES: Any = EntryLine.__table__
_MEMO: Any = Memo.__table__
_POST = (
    update(_ENTRY)
    .where(_ENTRY.c.id == bindparam("entry_id"))
    .values(
        state=EntryState.POSTED,
        applying=1,
        posted_at=bindparam("at", type_=_ENTRY.c.posted_at.type),
        period_id=bindparam("period"),
    )
)


def replayed(session: Session, entry_id: Id, request_hash: str) -> Entry | None:
    """The entry that this very wish made before; a different wish under its id is refused."""
    found = session.get(Entry, entry_id, populate_existing=True)
    if found is None:
        return None
    if found.request_hash != request_hash:
        raise Conflict(ID_REUSED, code="id_reused")
    return found


def lines_of(session: Session, entry_id: Id) -> tuple[Line, ...]:
    """The lines of an entry in their order."""
    rows = session.execute(
        select(EntryLine.account_id, EntryLine.unit, EntryLine.amount)
        .where(EntryLine.entry_id == entry_id)
        .order_by(EntryLine.n)
    )
    return tuple(Line(*row) for row in rows)


@dataclass(frozen=True)
class Write:
    """One act of writing: everything that it needs beside the lines."""

    session: Session
    actor: Actor
    book: Book
    request_hash: str
    at: datetime

    def __call__(
        self,
        draft: Draft,
        state: EntryState,
        *,
        expires_at: datetime | None = None,
        settles: Entry | None = None,
    ) -> Entry:
        """Insert a draft and move it to its state; what the triggers refuse leaves nothing behind."""
        check(draft.lines)
        self.session.flush()
        moved = self._moves(draft.effective_on, state)
        memo = _memo(draft.memo)
        try:
            with self.session.connection().begin_nested():
                self._insert(draft, memo, expires_at, settles)
                self._move(draft.id, state, moved)
        except DBAPIError as error:
            there = self._same(draft.id, error)
            if there is not None:
                return there
            raise self._refused(error, draft.lines, state) from error
        return self.session.get_one(Entry, draft.id, populate_existing=True)

    def move(self, entry: Entry, state: EntryState, lines: Sequence[Line], *, void_reason: str = "") -> None:
        """Move a held entry along."""
        self.session.flush()
        moved = self._moves(entry.effective_on, state, void_reason)
        try:
            with self.session.connection().begin_nested():
                self._move(entry.id, state, moved)
        except DBAPIError as error:
            raise self._refused(error, lines, state) from error
        self.session.refresh(entry)

    def _moves(self, day: date, state: EntryState, void_reason: str = "") -> dict[str, Any]:
        if state is EntryState.VOID:
            return {"voided_at": self.at, "void_reason": void_reason}
        if state is EntryState.HELD:
            return {}
        last = self.session.scalar(select(func.max(Entry.posted_at)).where(Entry.book_id == self.book.id))
        return {
            "period_id": period_of(self.session, self.book, day, at=self.at),
            "posted_at": max(self.at, last) if last else self.at,
        }

    def many(self, drafts: Sequence[Draft], hashes: Sequence[str]) -> None:
        """Post many entries by a few statements, all or none; what is refused is told by the database's own error."""
        for draft in drafts:
            check(draft.lines)
        self.session.flush()
        moves = {day: self._moves(day, EntryState.POSTED) for day in {draft.effective_on for draft in drafts}}
        memos = [_memo(draft.memo) for draft in drafts]
        rows = [
            self._row(draft, memo, None, None) | {"request_hash": hash_}
            for draft, memo, hash_ in zip(drafts, memos, hashes, strict=True)
        ]
        posts = [
            {"entry_id": draft.id, "at": moved["posted_at"], "period": moved["period_id"]}
            for draft in drafts
            for moved in (moves[draft.effective_on],)
        ]
        connection = self.session.connection()
        with connection.begin_nested():
            if any(memos):
                connection.execute(insert(_MEMO), [memo for memo in memos if memo])
            connection.execute(insert(_ENTRY), rows)
            connection.execute(insert(_LINES), [line for draft in drafts for line in _line_rows(draft)])
            connection.execute(_POST, posts)

    def _insert(
        self, draft: Draft, memo: dict[str, Any] | None, expires_at: datetime | None, settles: Entry | None
    ) -> None:
        connection = self.session.connection()
        if memo:
            connection.execute(insert(_MEMO), memo)
        connection.execute(insert(_ENTRY), self._row(draft, memo, expires_at, settles))
        connection.execute(insert(_LINES), _line_rows(draft))

    def _row(
        self, draft: Draft, memo: dict[str, Any] | None, expires_at: datetime | None, settles: Entry | None
    ) -> dict[str, Any]:
        return {
            "id": draft.id,
            "book_id": self.book.id,
            "kind": draft.kind,
            "state": EntryState.DRAFT,
            "effective_on": draft.effective_on,
            "recorded_at": self.at,
            "actor_id": self.actor.person_id,
            "source_ref": source_text(draft.source) or (settles.source_ref if settles else None),
            "reverses": draft.reverses,
            "settles": settles.id if settles else None,
            "request_hash": self.request_hash,
            "expires_at": expires_at,
            "memo_id": memo["id"] if memo else settles.memo_id if settles else None,
            "void_reason": "",
            "applying": 0,
        }

    def _move(self, entry_id: Id, state: EntryState, moved: dict[str, Any]) -> None:
        self.session.connection().execute(
            update(_ENTRY).where(_ENTRY.c.id == entry_id).values(state=state, applying=1, **moved)
        )

    def _same(self, entry_id: Id, error: DBAPIError) -> Entry | None:
        """Somebody posted the same wish at the same moment: theirs counts."""
        if asking.code_of(error) == "entry_exists" or "pk_entry" in str(error.orig):
            return replayed(self.session, entry_id, self.request_hash)
        return None

    def _refused(self, error: DBAPIError, lines: Sequence[Line], state: EntryState) -> Exception:
        code = asking.code_of(error)
        if code is None or not asking.has_sentence(code):
            return error
        community = self.session.get_one(Community, self.book.community_id)
        return asking.said_no(self.session, self.actor, code, community, lines, state=state, at=self.at)


def _line_rows(draft: Draft) -> list[dict[str, Any]]:
    return [
        {
            "entry_id": draft.id,
            "n": n,
            "account_id": line.account_id,
            "unit": line.unit,
            "amount": line.amount,
        }
        for n, line in enumerate(draft.lines, start=1)
    ]


def _memo(words: str) -> dict[str, Any] | None:
    said = clean_text(words, MEMO_MAX, field="memo")
    if not said:
        return None
    salt = os.urandom(16)
    digest = hashlib.sha256(salt + said.encode()).hexdigest()
    return {"id": new_id(), "text": said, "salt": salt, "digest": digest}
