"""Lists of payments as they are typed or come out of a spreadsheet: who gets how much, a line each. Pure."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.typed import read_minutes, read_number
from minga.ledger.rules.payments import MANY_MAX
from minga.ledger.rules.units import TIME

TEXT_MAX = 40_000
NO_LINES = N_("Write a line for each: the short name, then how much. For example: bruno, 1:30")
NOT_A_LINE = N_("Line {line}: write the short name, then how much. For example: bruno, 1:30")
NOT_AN_AMOUNT = N_("Line {line}: “{typed}” is no amount. Write it like 1:30, 1.5 h or 90 min.")
TWICE = N_("Line {line}: {to} stands in the list twice. Put it together in one line.")
TOO_LONG = N_("At most {n} lines at a time.")


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One line: its number in the list, whom it names as typed, and how much."""

    line: int
    to: str
    amount: int


def read_list(text: str, unit: str = TIME, exponent: int = 0) -> list[PaymentLine]:
    """The lines of a list; all of them or a refusal that names the line. A first line of headings is passed over.

    >>> read_list("name;amount\\nbruno;1:30\\n@Mira; 45 min\\n")
    [PaymentLine(line=2, to='bruno', amount=90), PaymentLine(line=3, to='Mira', amount=45)]
    >>> read_list("bruno, 1:30\\nBruno, 10 min")
    Traceback (most recent call last):
    minga.kit.errors.Invalid: Line 2: Bruno stands in the list twice. Put it together in one line.
    """
    if len(text) > TEXT_MAX:
        raise _wrong(TOO_LONG, n=MANY_MAX)
    cut = next((one for one in ("\t", ";") if one in text), ",")
    rows = enumerate(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=cut), start=1)
    found: list[PaymentLine] = []
    known: set[str] = set()
    for number, row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) < 2 or not cells[0] or not cells[1]:
            raise _wrong(NOT_A_LINE, line=number)
        to, typed = cells[0].removeprefix("@"), cells[1]
        try:
            amount = read_minutes(typed) if unit == TIME else read_number(typed, exponent)
        except Invalid:
            if number == 1 and not any(sign.isdigit() for sign in typed):
                continue
            raise _wrong(NOT_AN_AMOUNT, line=number, typed=typed[:40]) from None
        if amount <= 0:
            raise _wrong(NOT_AN_AMOUNT, line=number, typed=typed[:40])
        if to.casefold() in known:
            raise _wrong(TWICE, line=number, to=to[:60])
        known.add(to.casefold())
        found.append(PaymentLine(number, to[:120], amount))
        if len(found) > MANY_MAX:
            raise _wrong(TOO_LONG, n=MANY_MAX)
    if not found:
        raise _wrong(NO_LINES)
    return found


def _wrong(text: str, **facts: Any) -> Invalid:
    return Invalid(text, code="bad_list", fields={"list": Invalid(text, **facts)}, **facts)
