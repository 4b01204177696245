"""Writing entries: post, hold, settle, void, reverse. The same wish twice is one entry; none commits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session, new_id
from minga.kit.errors import Conflict, NotFound, Refused
from minga.kit.events import emit, emit_all
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.ledger.access import entry_to_change
from minga.ledger.commands import asking
from minga.ledger.commands.books import period_of
from minga.ledger.commands.writing import ID_REUSED, Write, lines_of, replayed
from minga.ledger.events import EntryEvent, EntryHeld, EntryPosted, EntryReversed, HoldSettled, HoldVoided
from minga.ledger.models import AccountOwner, Book, Entry, EntryLine, Period
from minga.ledger.rules.drafts import Draft, Line, check, fingerprint
from minga.ledger.rules.kinds import HOLD_MAX, MEMO_MAX, REASON_MAX, EntryKind, EntryState, OwnerKind

HOLD_OVER = N_("What was set aside is free again, or was settled already.")
HOLD_EXPIRED = N_("What was set aside is free again, because its time was over. Agree again.")
NOT_MORE = N_("Less can be settled than was set aside, but not more, and nothing else.")
EXPIRED = "expired"
SETTLED_FOR_LESS = "settled for less"
IDS_AT_ONCE = 500


@dataclass(frozen=True)
class Parties:
    """Who pays whom, where an entry has two members; it travels with the event."""

    payer_id: Id | None = None
    payee_id: Id | None = None


NO_PARTIES = Parties()


def post(session: Session, actor: Actor, draft: Draft, *, at: datetime) -> Entry:
    """Write an entry that counts at once. A replay answers the first; another wish under the id is refused."""
    return post_as(session, actor, draft, fingerprint("post", draft), NO_PARTIES, at=at)


def post_as(
    session: Session, actor: Actor, draft: Draft, request_hash: str, parties: Parties, *, at: datetime
) -> Entry:
    """The same, with the fingerprint of the wish that the draft was made from."""
    found = replayed(session, draft.id, request_hash)
    if found is not None:
        return found
    book = session.get_one(Book, draft.book_id)
    write = Write(session, actor, book, request_hash, at)
    entry = write(draft, EntryState.POSTED)
    kind = EntryReversed if draft.reverses else EntryPosted
    more = {"reverses": draft.reverses} if draft.reverses else {}
    tell(session, actor, book, entry, draft.lines, kind, parties, at=at, **more)
    return entry


def post_many(session: Session, actor: Actor, drafts: Sequence[Draft], *, at: datetime) -> list[Id]:
    """Post many entries of one book by a few statements, all or none; those that were posted before are left out.

    Answers the ids that are posted now. Dues runs, imports and payments to many come this way.
    """
    if len({draft.book_id for draft in drafts}) != 1 or any(draft.reverses for draft in drafts):
        raise ValueError("entries of one book, none of which undoes another")
    hashes = {draft.id: fingerprint("post", draft) for draft in drafts}
    if len(hashes) != len(drafts):
        raise ValueError("two entries have one id")
    known = _known_hashes(session, list(hashes))
    if any(hashes[id_] != hash_ for id_, hash_ in known.items()):
        raise Conflict(ID_REUSED, code="id_reused")
    fresh = [draft for draft in drafts if draft.id not in known]
    if not fresh:
        return []
    book = session.get_one(Book, fresh[0].book_id)
    try:
        Write(session, actor, book, "", at).many(fresh, [hashes[draft.id] for draft in fresh])
    except DBAPIError:
        with session.begin_nested():
            for draft in fresh:  # one by one, to say which is refused and why
                post(session, actor, draft, at=at)
        return [draft.id for draft in fresh]
    events = [(_posted_event(book, draft), None) for draft in fresh]
    emit_all(session, actor, events, at=at, community_id=book.community_id)
    return [draft.id for draft in fresh]


def _known_hashes(session: Session, ids: list[Id]) -> dict[Id, str]:
    found: dict[Id, str] = {}
    for n in range(0, len(ids), IDS_AT_ONCE):
        rows = session.execute(
            select(Entry.id, Entry.request_hash).where(Entry.id.in_(ids[n : n + IDS_AT_ONCE]))
        )
        found |= {row.id: row.request_hash for row in rows}
    return found


def _posted_event(book: Book, draft: Draft) -> EntryPosted:
    unit = draft.lines[0].unit
    amount = sum(line.amount for line in draft.lines if line.unit == unit and line.amount > 0)
    return EntryPosted(entry_id=draft.id, book_id=book.id, kind=draft.kind, unit=unit, amount=amount)


def hold(session: Session, actor: Actor, draft: Draft, *, expires_at: datetime, at: datetime) -> Entry:
    """Set aside what an entry would move, until it is settled or its time is over."""
    request_hash = fingerprint("hold", draft, until=expires_at)
    return hold_as(session, actor, draft, request_hash, NO_PARTIES, expires_at=expires_at, at=at)


def hold_as(
    session: Session,
    actor: Actor,
    draft: Draft,
    request_hash: str,
    parties: Parties,
    *,
    expires_at: datetime,
    at: datetime,
) -> Entry:
    """The same, with the fingerprint of the wish that the draft was made from."""
    found = replayed(session, draft.id, request_hash)
    if found is not None:
        return found
    book = session.get_one(Book, draft.book_id)
    if not at < expires_at <= at + HOLD_MAX:
        raise asking.said_no(
            session, actor, "no_expiry", session.get_one(Community, book.community_id), at=at
        )
    entry = Write(session, actor, book, request_hash, at)(draft, EntryState.HELD, expires_at=expires_at)
    tell(session, actor, book, entry, draft.lines, EntryHeld, parties, at=at)
    return entry


def settle(
    session: Session,
    actor: Actor,
    entry_id: Id,
    *,
    lines: Sequence[Line] | None = None,
    at: datetime,
) -> Entry:
    """Let what was set aside move, all of it or less. Twice answers the first outcome."""
    held = entry_to_change(session, entry_id)
    before = settled_as(session, held)
    if before is not None:
        return before
    if held.state is not EntryState.HELD:
        raise Conflict(HOLD_OVER, code="hold_over")
    if held.expires_at is not None and held.expires_at <= at:
        raise Conflict(HOLD_EXPIRED, code="hold_expired")
    book = session.get_one(Book, held.book_id)
    all_lines = lines_of(session, held.id)
    wanted = tuple(lines) if lines is not None else all_lines
    write = Write(session, actor, book, held.request_hash, at)
    if wanted == all_lines and _is_open(session, book, held.effective_on, at=at):
        write.move(held, EntryState.POSTED, all_lines)
        posted = held
    else:
        posted = _settle_anew(session, write, held, wanted, all_lines)
    tell(
        session,
        actor,
        book,
        posted,
        wanted,
        HoldSettled,
        parties_of(session, held.id),
        at=at,
        entry_id=held.id,
    )
    return posted


def _settle_anew(
    session: Session, write: Write, held: Entry, wanted: tuple[Line, ...], all_lines: tuple[Line, ...]
) -> Entry:
    """Free what was held and post in its place: less of it, or the same after its period was closed."""
    _check_less(wanted, all_lines)
    write.move(held, EntryState.VOID, all_lines, void_reason=SETTLED_FOR_LESS)
    day = held.effective_on
    if not _is_open(session, write.book, day, at=write.at):
        day = open_day(session, write.book, at=write.at)
    draft = Draft(id=new_id(), book_id=held.book_id, kind=held.kind, effective_on=day, lines=wanted, memo="")
    return write(draft, EntryState.POSTED, settles=held)


def _check_less(wanted: Sequence[Line], held: Sequence[Line]) -> None:
    check(wanted)
    most = {(line.account_id, line.unit, line.amount > 0): abs(line.amount) for line in held}
    if len(most) != len(held):
        raise Refused(NOT_MORE, code="not_more")
    for line in wanted:
        if abs(line.amount) > most.pop((line.account_id, line.unit, line.amount > 0), 0):
            raise Refused(NOT_MORE, code="not_more")


def void(session: Session, actor: Actor, entry_id: Id, reason: str, *, at: datetime) -> Entry:
    """Free what was set aside. Twice changes nothing; what was settled is not freed."""
    held = entry_to_change(session, entry_id)
    if held.state is EntryState.VOID:
        return held
    if held.state is not EntryState.HELD:
        raise Conflict(HOLD_OVER, code="hold_over")
    book, lines = session.get_one(Book, held.book_id), lines_of(session, held.id)
    said = clean_text(reason, REASON_MAX)
    write = Write(session, actor, book, held.request_hash, at)
    write.move(held, EntryState.VOID, lines, void_reason=said)
    parties = parties_of(session, held.id)
    tell(session, actor, book, held, lines, HoldVoided, parties, at=at, expired=said == EXPIRED)
    return held


def reverse(session: Session, actor: Actor, entry_id: Id, new_id: Id, reason: str, *, at: datetime) -> Entry:
    """Undo an entry by its mirror image, today or in the oldest open period; an entry is undone once."""
    target = session.get(Entry, entry_id)
    if target is None:
        raise NotFound()
    book = session.get_one(Book, target.book_id)
    draft = Draft(
        id=new_id,
        book_id=book.id,
        kind=EntryKind.REVERSAL,
        effective_on=target.effective_on,
        lines=tuple(Line(one.account_id, one.unit, -one.amount) for one in lines_of(session, target.id)),
        memo=clean_text(reason, MEMO_MAX),
        reverses=target.id,
    )
    request_hash = fingerprint("reverse", draft)
    found = replayed(session, new_id, request_hash)
    if found is not None:
        return found
    dated = replace(draft, effective_on=open_day(session, book, at=at))
    back = parties_of(session, target.id)
    return post_as(session, actor, dated, request_hash, Parties(back.payee_id, back.payer_id), at=at)


def settled_as(session: Session, held: Entry) -> Entry | None:
    """The entry in which a hold ended up: itself, or one that was posted in its place."""
    if held.state is EntryState.POSTED:
        return held
    if held.state is not EntryState.VOID:
        return None
    return session.scalars(select(Entry).where(Entry.settles == held.id)).first()


def community_of(session: Session, entry: Entry) -> Id:
    """The community whose book an entry stands in."""
    return session.get_one(Book, entry.book_id).community_id


def parties_of(session: Session, entry_id: Id) -> Parties:
    """Who paid whom, of an entry between two members."""
    rows = session.execute(
        select(EntryLine.amount, AccountOwner.owner_id, AccountOwner.owner_kind)
        .join(AccountOwner, AccountOwner.account_id == EntryLine.account_id)
        .where(EntryLine.entry_id == entry_id, AccountOwner.owner_kind == OwnerKind.PERSON)
    ).all()
    if len(rows) != 2:
        return NO_PARTIES
    by_sign = {amount > 0: owner_id for amount, owner_id, _ in rows}
    return Parties(by_sign.get(True), by_sign.get(False))


def open_day(session: Session, book: Book, *, at: datetime) -> date:
    """Today where the community is, or the first day of the oldest period that is still open."""
    community = session.get_one(Community, book.community_id)
    day = today(at, community.zone)
    if _is_open(session, book, day, at=at):
        return day
    oldest = session.scalar(
        select(func.min(Period.from_on)).where(Period.book_id == book.id, Period.closed_at.is_(None))
    )
    if oldest is not None:
        return oldest
    last = session.scalar(select(func.max(Period.to_on)).where(Period.book_id == book.id))
    return date.fromordinal(last.toordinal() + 1) if last else day


def _is_open(session: Session, book: Book, day: date, *, at: datetime) -> bool:
    period = session.get_one(Period, period_of(session, book, day, at=at))
    return period.closed_at is None


def tell(
    session: Session,
    actor: Actor,
    book: Book,
    entry: Entry,
    lines: Sequence[Line],
    kind: type[EntryEvent],
    parties: Parties,
    *,
    at: datetime,
    **facts: Any,
) -> None:
    """Say what an entry did, to whoever takes part in it."""
    unit = lines[0].unit
    if kind is HoldSettled:
        facts["posted_id"] = entry.id
    event = kind(
        **{
            "entry_id": entry.id,
            "book_id": book.id,
            "kind": entry.kind,
            "unit": unit,
            "amount": sum(line.amount for line in lines if line.unit == unit and line.amount > 0),
            "payer_id": parties.payer_id,
            "payee_id": parties.payee_id,
            **facts,
        }
    )
    others = [one for one in (parties.payee_id, parties.payer_id) if one and one != actor.person_id]
    emit(
        session, actor, event, at=at, community_id=book.community_id, person_id=others[0] if others else None
    )
