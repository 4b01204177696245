"""What somebody wants written: lines that balance, or a transfer between two members; and its fingerprint.

The fingerprint is kept with the entry, so that the same wish twice is one entry, and another wish under the same
id is refused.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from minga.kit.canonical import canonical_json
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.ledger.rules.amounts import fits
from minga.ledger.rules.kinds import LINES_MAX, EntryKind

UNBALANCED = N_("What is given and what is taken have to be equal in each unit.")
TOO_FEW = N_("An entry needs at least two lines.")
BAD_AMOUNT = N_("An amount is a whole number of the smallest part, and not nothing.")
NOT_TO_ONESELF = N_("You cannot pay yourself.")


class Source(Protocol):
    """What an entry comes from: a `kit.refs.Ref`."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> Id: ...


@dataclass(frozen=True)
class Line:
    """One side of an entry: debit positive, credit negative, in the unit's smallest part."""

    account_id: Id
    unit: str
    amount: int


@dataclass(frozen=True)
class Draft:
    """An entry that somebody wants written. The caller makes the id, so that sending it twice is harmless."""

    id: Id
    book_id: Id
    kind: EntryKind
    effective_on: date
    lines: tuple[Line, ...]
    memo: str = ""
    source: Source | None = None
    reverses: Id | None = None


@dataclass(frozen=True)
class Transfer:
    """So much from one member to another, in the book of their community's root."""

    id: Id
    community_id: Id
    payer_id: Id
    payee_id: Id
    unit: str
    amount: int
    memo: str = ""
    source: Source | None = None


def check(lines: Sequence[Line]) -> None:
    """Refuse what the database would refuse anyway, in words.

    >>> check((Line("a", "TIME", 90), Line("b", "TIME", -90)))
    >>> check((Line("a", "TIME", 90), Line("b", "EUR", -90)))
    Traceback (most recent call last):
    minga.kit.errors.Invalid: What is given and what is taken have to be equal in each unit.
    """
    if len(lines) < 2:
        raise Invalid(TOO_FEW, code="too_few_lines")
    if len(lines) > LINES_MAX:
        raise Invalid(N_("At most {n} lines in one entry."), n=LINES_MAX)
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        if isinstance(line.amount, bool) or not isinstance(line.amount, int) or not fits(line.amount):
            raise Invalid(BAD_AMOUNT, code="bad_number")
        sums[line.unit] += line.amount
    if any(sums.values()):
        raise Invalid(UNBALANCED, code="unbalanced")


def source_text(source: Source | None) -> str | None:
    """What an entry comes from, as it is kept."""
    return f"{source.kind}:{source.id}" if source else None


def check_transfer(given: Transfer) -> None:
    """Refuse a transfer of nothing, of less than nothing, or to oneself."""
    if isinstance(given.amount, bool) or not isinstance(given.amount, int) or not fits(given.amount):
        raise Invalid(BAD_AMOUNT, code="bad_number")
    if given.amount < 0:
        raise Invalid(BAD_AMOUNT, code="bad_number")
    if given.payer_id == given.payee_id:
        raise Invalid(NOT_TO_ONESELF, code="same_account")


def fingerprint(act: str, wish: Draft | Transfer, *, until: datetime | None = None) -> str:
    """SHA-256 of the canonical JSON of what somebody wants, and of whether it is to be posted or held.

    >>> wish = Transfer("1", "c", "p", "q", "TIME", 90)
    >>> fingerprint("post", wish) == fingerprint("post", wish), fingerprint("post", wish) == fingerprint("hold", wish)
    (True, False)
    """
    plain: dict[str, Any] = {
        "act": act,
        "memo": wish.memo,
        "source": source_text(wish.source),
        "until": until.isoformat() if until else None,
    }
    if isinstance(wish, Draft):
        plain |= {
            "book": wish.book_id,
            "kind": wish.kind.value,
            "effective_on": wish.effective_on.isoformat(),
            "reverses": wish.reverses,
            "lines": [[line.account_id, line.unit, line.amount] for line in wish.lines],
        }
    else:
        plain |= {
            "community": wish.community_id,
            "payer": wish.payer_id,
            "payee": wish.payee_id,
            "unit": wish.unit,
            "amount": wish.amount,
        }
    return hashlib.sha256(canonical_json(plain)).hexdigest()
