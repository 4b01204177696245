"""From one member to another: two lines in the book of their community, at once or held until it is done."""

from datetime import datetime

from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Refused
from minga.kit.ids import Id
from minga.ledger.access import entry_to_change
from minga.ledger.commands import entries, writing
from minga.ledger.commands.books import commons, unit_known
from minga.ledger.commands.entries import Parties
from minga.ledger.commands.members import follow_rules, member_account
from minga.ledger.models import Entry
from minga.ledger.rules.drafts import BAD_AMOUNT, Draft, Line, Transfer, check_transfer, fingerprint
from minga.ledger.rules.kinds import EntryKind


def transfer(session: Session, actor: Actor, given: Transfer, *, at: datetime) -> Entry:
    """Give so much from one member to another. Sending it again answers the first entry."""
    check_transfer(given)
    request_hash = fingerprint("post", given)
    found = writing.replayed(session, given.id, request_hash)
    if found is not None:
        return found
    draft = _draft(session, actor, given, at=at)
    return entries.post_as(
        session, actor, draft, request_hash, Parties(given.payer_id, given.payee_id), at=at
    )


def hold_transfer(
    session: Session, actor: Actor, given: Transfer, *, expires_at: datetime, at: datetime
) -> Entry:
    """Set aside what a transfer would move."""
    check_transfer(given)
    request_hash = fingerprint("hold", given, until=expires_at)
    found = writing.replayed(session, given.id, request_hash)
    if found is not None:
        return found
    draft = _draft(session, actor, given, at=at)
    parties = Parties(given.payer_id, given.payee_id)
    return entries.hold_as(session, actor, draft, request_hash, parties, expires_at=expires_at, at=at)


def settle_transfer(
    session: Session, actor: Actor, entry_id: Id, *, amount: int | None = None, at: datetime
) -> Entry:
    """Let a held transfer move, all of it or a smaller amount. Twice answers the first outcome."""
    if amount is None:
        return entries.settle(session, actor, entry_id, at=at)
    held = entry_to_change(session, entry_id)
    lines = writing.lines_of(session, held.id)
    if len(lines) != 2:
        raise Conflict(entries.HOLD_OVER, code="hold_over")
    if amount <= 0:
        raise Refused(BAD_AMOUNT, code="bad_number")
    less = tuple(Line(one.account_id, one.unit, amount if one.amount > 0 else -amount) for one in lines)
    return entries.settle(session, actor, entry_id, lines=less, at=at)


def _draft(session: Session, actor: Actor, given: Transfer, *, at: datetime) -> Draft:
    """The two lines, with accounts opened and limits brought up to date."""
    book = commons(session, actor, given.community_id, at=at)
    community = session.get_one(Community, book.community_id)
    unit_known(session, community.id, given.unit, at=at)
    payer = member_account(session, actor, book, given.payer_id, given.unit, at=at)
    payee = member_account(session, actor, book, given.payee_id, given.unit, at=at)
    follow_rules(session, actor, payer, given.payer_id, at=at)
    follow_rules(session, actor, payee, given.payee_id, at=at)
    return Draft(
        id=given.id,
        book_id=book.id,
        kind=EntryKind.TRANSFER,
        effective_on=today(at, community.zone),
        lines=(
            Line(payer.id, given.unit, given.amount),
            Line(payee.id, given.unit, -given.amount),
        ),
        memo=given.memo,
        source=given.source,
    )
