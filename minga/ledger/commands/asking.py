"""How the ledger says no: the codes of its triggers, and the sentences members read."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from minga.communities.access import holders_of, roles_with
from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_
from minga.ledger.access.rows import KEEP, SET_LIMIT, AccountRow, account_row
from minga.ledger.models import Unit
from minga.ledger.rules import Line, said_amount
from minga.ledger.rules.kinds import EntryState

LIMIT_REACHED = N_(
    "This would take you to {after}. {community}'s limit is {limit}. Offer something, or ask {people} for a higher limit."
)
LIMIT_REACHED_ALONE = N_(
    "This would take you to {after}. {community}'s limit is {limit}. Offer something, or ask your stewards for a higher"
    " limit."
)
THEIR_LIMIT = N_(
    "The account that pays cannot go that far. Whoever it belongs to sees its limit under My account."
)
CEILING = N_(
    "This would take you to {after}. In {community} nobody keeps more than {limit}. Give some of it first."
)
THEIR_CEILING = N_("The account that is paid is full. Ask whoever it belongs to.")
FROZEN = N_("An account that this needs is resting. {people} can say why, and wake it.")
FROZEN_ALONE = N_("An account that this needs is resting. Ask your stewards why.")
_SENTENCES = {
    "account_closed": N_("An account that this needs is closed, or was not open on that day."),
    "period_closed": N_("The books of that day are closed. Write it today, as an adjustment."),
    "no_period": N_("The books have no such day."),
    "already_reversed": N_("This entry was undone already."),
    "bad_reversal": N_("Only an entry that was posted and undoes no other can be undone, as a whole."),
    "not_empty": N_("An account is closed when nothing stands in it and nothing is held."),
    "limit_violated": N_("The account is beyond that limit now. Let it rest instead, or choose a wider one."),
    "period_order": N_("Periods follow each other and are closed in their order, for good."),
    "append_only": N_("What is written in the books stays as it is."),
    "no_expiry": N_("What is held needs a day on which it is free again, within 400 days."),
    "unbalanced": N_("What is given and what is taken have to be equal in each unit."),
    "too_few_lines": N_("An entry needs at least two lines."),
    "other_book": N_("All lines of an entry belong to one book."),
    "unit_mismatch": N_("The account counts in another unit."),
    "entry_sealed": N_("What is written in the books stays as it is."),
}
_CONFLICTS = {"already_reversed", "period_closed", "entry_sealed", "append_only"}
_CODE = re.compile(r"minga:([a-z_]+)")
_UNIQUE = {"entry_reverses": "already_reversed", "entry.reverses": "already_reversed"}


def code_of(error: DBAPIError) -> str | None:
    """The word with which the database refused; None when it was something else."""
    said = str(error.orig)
    found = _CODE.search(said)
    if found:
        return found[1]
    return next((code for words, code in _UNIQUE.items() if words in said), None)


def said_no(
    session: Session,
    actor: Actor,
    code: str,
    community: Community,
    lines: Sequence[Line] = (),
    *,
    state: EntryState = EntryState.POSTED,
    at: datetime,
) -> Refused:
    """The refusal of that code, with the limit and what is available when the account is the actor's own."""
    if code in ("below_minimum", "above_maximum"):
        return _beyond(session, actor, code, community, lines, at=at)
    if code == "account_frozen":
        people = _people(session, SET_LIMIT, community, at)
        words = FROZEN if people else FROZEN_ALONE
        return Refused(words, code=code, lifted_by=_roles(session, SET_LIMIT, community, at), people=people)
    kind = Conflict if code in _CONFLICTS else Refused
    lifted_by = _roles(session, KEEP, community, at) if code == "period_closed" else ()
    return kind(_SENTENCES[code], code=code, lifted_by=lifted_by)


def has_sentence(code: str) -> bool:
    """Whether a code is one that somebody may read; others are mistakes of the program."""
    return code in _SENTENCES or code in ("below_minimum", "above_maximum", "account_frozen")


def _beyond(
    session: Session, actor: Actor, code: str, community: Community, lines: Sequence[Line], *, at: datetime
) -> Refused:
    """Says how far it would go to the account's owner only: to others a limit tells what somebody has."""
    low = code == "below_minimum"
    roles = _roles(session, SET_LIMIT, community, at)
    for account_id, change in _changes(lines).items():
        row = account_row(session, account_id)
        limit = row.account.min_balance if low else row.account.max_balance
        reserved = -row.held_out if low else row.held_in
        after = row.natural + reserved + row.account.sign * change
        if limit is None or (after >= limit if low else after <= limit):
            continue
        if not row.belongs_to(actor.person_id):
            break
        people = _people(session, SET_LIMIT, community, at)
        words = (LIMIT_REACHED if people else LIMIT_REACHED_ALONE) if low else CEILING
        available = row.available if low else limit - row.natural - row.held_in
        return Refused(
            words,
            code=code,
            lifted_by=roles,
            community=community.name,
            people=people,
            after=_said(session, row, after),
            limit=_said(session, row, limit),
            available=_said(session, row, available or 0),
        )
    return Refused(THEIR_LIMIT if low else THEIR_CEILING, code=code, lifted_by=roles)


def _changes(lines: Sequence[Line]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for line in lines:
        found[line.account_id] += line.amount
    return found


def _said(session: Session, row: AccountRow, amount: int) -> str:
    unit = row.account.unit
    exponent = session.query(Unit.exponent).filter(Unit.code == unit).limit(1).scalar()
    return said_amount(amount, unit, exponent or 0)


def _people(session: Session, capability: str, community: Community, at: datetime) -> str:
    return ", ".join(one.name for one in holders_of(session, capability, community.id, at=at, limit=3))


def _roles(session: Session, capability: str, community: Community, at: datetime) -> tuple[str, ...]:
    return roles_with(session, capability, community.id, at=at)
