"""What is given for something: how many minutes or how much money a way of sharing comes to, and who agrees to it. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.ledger.rules import said_amount
from minga.ledger.rules.units import TIME, exponent_of
from minga.sharing.rules.exchanges import ONE, ExchangeKind
from minga.sharing.rules.terms import AMOUNT_MAX, AmountRule, Per, Term, is_currency

HOUR = 60
HOLD_FOR = timedelta(days=365)
REMIND_AFTER = (timedelta(days=3), timedelta(days=7))
DISPATCHER_AFTER = timedelta(days=14)

SAY_HOW_MUCH = N_("Say how much you give for it.")
OUTSIDE_SPAN = N_("Here it is between {least} and {most}. Choose an amount within that.")
FIXED_HERE = N_("The amount is fixed here. To give more, thank with time or give to the commons.")
TOO_MUCH = N_("That amount does not fit. Please look at it once more.")
NOT_COUNTED = N_("Hours are not counted in {community}. Choose another way, or ask for it as a gift.")
MONEY_IS_OFF = N_("{community} does not share for money. Choose another way.")
NOT_ACROSS = N_("Amounts are not settled between two communities. Choose to borrow, a gift or a swap.")
COUNTER_NEEDED = N_("For a swap choose something of yours.")
COUNTER_UNFIT = N_("Choose something else that is yours, open, and not promised to anybody.")
PAID = N_("This is settled already.")
NO_AMOUNT = N_("Nothing is given for this.")
OWN_AMOUNT = N_("You proposed this amount. The other side agrees to it.")
NOTHING_PROPOSED = N_("No other amount is proposed.")

WITH_AMOUNT = frozenset({ExchangeKind.TIME_CREDIT, ExchangeKind.PAYMENT})


@dataclass(frozen=True, slots=True)
class Measures:
    """What an amount can hang on: how many, how many minutes of work, how many days; None where nothing is known."""

    quantity_milli: int = ONE
    minutes: int | None = None
    days: int | None = None


def unit_of(term: Term) -> str | None:
    """The ledger's unit that a way of sharing is settled in.

    >>> from minga.sharing.rules.terms import TermKind
    >>> unit_of(Term(kind=TermKind.TIME_CREDIT)), unit_of(Term(kind=TermKind.PAYMENT, unit="EUR"))
    ('TIME', 'EUR')
    """
    if term.kind.value == ExchangeKind.TIME_CREDIT:
        return TIME
    return term.unit if is_currency(term.unit) else None


def stated(term: Term, measures: Measures) -> int | None:
    """What the listing itself says it comes to; None when whoever asks has to say.

    >>> from minga.sharing.rules.terms import TermKind
    >>> fixed = Term(kind=TermKind.TIME_CREDIT, rule=AmountRule.FIXED, unit="min", amount_minor=45)
    >>> hourly = Term(kind=TermKind.PAYMENT, rule=AmountRule.PER, unit="EUR", amount_minor=1250, per=Per.HOUR)
    >>> stated(fixed, Measures()), stated(hourly, Measures(minutes=90)), stated(hourly, Measures())
    (45, 1875, None)
    >>> stated(Term(kind=TermKind.TIME_CREDIT), Measures())
    0
    """
    if term.rule is AmountRule.FREE:
        return 0
    if term.rule in (AmountRule.WHAT_YOU_CAN, AmountRule.AGREE) or term.amount_minor is None:
        return None
    if term.rule is AmountRule.FIXED or term.per is Per.PROJECT:
        return term.amount_minor
    per, many = {
        Per.UNIT: (ONE, measures.quantity_milli),
        Per.HOUR: (HOUR, measures.minutes),
        Per.DAY: (1, measures.days),
        Per.WEEK: (7, measures.days),
        None: (1, None),
        Per.PROJECT: (1, 1),
    }[term.per]
    return None if many is None else half_up(term.amount_minor * many, per)


def said(amount: int, unit: str) -> str:
    """An amount in words that need no language.

    >>> said(45, "TIME"), said(1205, "EUR")
    ('0 h 45', '12.05 EUR')
    """
    return said_amount(amount, unit, exponent_of(unit))


def half_up(amount: int, parts: int) -> int:
    """A whole number of parts, half rounded up.

    >>> [half_up(amount, 2) for amount in (3, 4, 5)]
    [2, 2, 3]
    """
    return (2 * amount + parts) // (2 * parts)


def agreed_amount(term: Term, measures: Measures, offered: int | None) -> int:
    """What it comes to with what the asker offers; raises when that does not fit, or when nobody has said.

    >>> from minga.sharing.rules.terms import TermKind
    >>> can = Term(kind=TermKind.PAYMENT, rule=AmountRule.WHAT_YOU_CAN, unit="EUR", amount_minor=500, most_minor=900)
    >>> agreed_amount(can, Measures(), 700)
    700
    >>> agreed_amount(can, Measures(), 400)
    Traceback (most recent call last):
    minga.kit.errors.Refused: Here it is between 5.00 EUR and 9.00 EUR. Choose an amount within that.
    """
    if offered is not None and not 0 <= offered <= AMOUNT_MAX:
        raise Refused(TOO_MUCH, code="bad_number", fields={"amount": TOO_MUCH})
    fixed = stated(term, measures)
    if fixed is not None:
        if offered is not None and offered != fixed:
            raise Refused(FIXED_HERE, code="amount_fixed", fields={"amount": FIXED_HERE})
        return fixed
    if offered is None:
        raise Refused(SAY_HOW_MUCH, code="amount_needed", fields={"amount": SAY_HOW_MUCH})
    least, most = term.amount_minor, term.most_minor
    within = (least is None or offered >= least) and (most is None or offered <= most)
    if term.rule is AmountRule.WHAT_YOU_CAN and not within:
        unit = unit_of(term) or ""
        raise Refused(
            OUTSIDE_SPAN,
            code="outside_span",
            fields={"amount": SAY_HOW_MUCH},
            least=said(least or 0, unit),
            most=said(AMOUNT_MAX if most is None else most, unit),
        )
    return offered


def near_limit(balance: int, floor: int | None, percent: int = 80) -> bool:
    """Whether somebody has used most of how far they may go below zero.

    >>> near_limit(-480, -600), near_limit(-479, -600), near_limit(-480, None), near_limit(5, 0)
    (True, False, False, False)
    """
    return floor is not None and floor < 0 and balance * 100 <= floor * percent
