"""On what terms something is shared: lent, given, swapped, for time, for money; and what that costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.sharing.rules.words import Kind

TERMS_MAX = 4
AMOUNT_MAX = 10**11


class TermKind(StrEnum):
    LOAN = "loan"
    GIFT = "gift"
    SWAP = "swap"
    PAYMENT = "payment"
    TIME_CREDIT = "time_credit"
    PURCHASE = "purchase"

    @property
    def bit(self) -> int:
        """This kind in the sum by which lists are filtered.

        >>> [kind.bit for kind in TermKind]
        [1, 2, 4, 8, 16, 32]
        """
        return int(1 << list(TermKind).index(self))


class AmountRule(StrEnum):
    FREE = "free"
    FIXED = "fixed"
    PER = "per"
    WHAT_YOU_CAN = "what_you_can"
    AGREE = "agree"


class Per(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    PROJECT = "project"
    UNIT = "unit"


TERM_WORDS = {
    TermKind.LOAN: N_("To borrow"),
    TermKind.GIFT: N_("Gift"),
    TermKind.SWAP: N_("Swap"),
    TermKind.PAYMENT: N_("For money"),
    TermKind.TIME_CREDIT: N_("For time"),
    TermKind.PURCHASE: N_("To buy"),
}
AMOUNT_WORDS = {
    AmountRule.FREE: N_("Free"),
    AmountRule.FIXED: N_("A fixed amount"),
    AmountRule.PER: N_("An amount per hour, day or piece"),
    AmountRule.WHAT_YOU_CAN: N_("What you can"),
    AmountRule.AGREE: N_("To be agreed"),
}
PER_WORDS = {
    Per.HOUR: N_("per hour"),
    Per.DAY: N_("per day"),
    Per.WEEK: N_("per week"),
    Per.PROJECT: N_("for all of it"),
    Per.UNIT: N_("per piece"),
}
USUAL: Mapping[Kind, tuple[TermKind, ...]] = {
    Kind.ITEM: (TermKind.LOAN, TermKind.GIFT, TermKind.SWAP, TermKind.PAYMENT, TermKind.PURCHASE),
    Kind.SERVICE: (TermKind.TIME_CREDIT, TermKind.GIFT, TermKind.PAYMENT, TermKind.SWAP),
    Kind.JOB: (TermKind.TIME_CREDIT, TermKind.PAYMENT, TermKind.GIFT),
    Kind.HELP: (TermKind.GIFT, TermKind.TIME_CREDIT),
    Kind.SKILL: (TermKind.GIFT, TermKind.TIME_CREDIT, TermKind.PAYMENT),
    Kind.TIME: (TermKind.GIFT, TermKind.TIME_CREDIT),
    Kind.SPACE: (TermKind.LOAN, TermKind.GIFT, TermKind.PAYMENT, TermKind.TIME_CREDIT),
}
FOR_MONEY = frozenset({TermKind.PAYMENT, TermKind.PURCHASE})
MINUTE = "minute"

UNFIT = N_("{term} does not fit this kind.")
TWICE = N_("Each way of sharing stands once.")
NONE = N_("Choose at least one way of sharing.")
MANY = N_("Choose at most {most} ways of sharing.")
NEEDS_AMOUNT = N_("Say how much.")
NO_AMOUNT = N_("This needs no amount.")
NEEDS_PER = N_("Say for what: an hour, a day, a piece.")
WRONG_UNIT = N_("Money needs a currency of three letters, time is counted in minutes.")
SPAN = N_("The most has to be more than the least.")
TOO_MUCH = N_("That amount does not fit. Please look at it once more.")


@dataclass(frozen=True, kw_only=True)
class Term:
    """One way of sharing. `unit` is a currency of three letters or "minute"; `most_minor` ends a "what you can" span."""

    kind: TermKind
    rule: AmountRule = AmountRule.FREE
    unit: str | None = None
    amount_minor: int | None = None
    most_minor: int | None = None
    per: Per | None = None

    def plain(self) -> dict[str, Any]:
        """As it is stored and sent: nothing that is not said.

        >>> Term(kind=TermKind.GIFT).plain()
        {'kind': 'gift', 'rule': 'free'}
        """
        said = {
            "unit": self.unit,
            "amount_minor": self.amount_minor,
            "most_minor": self.most_minor,
            "per": self.per and self.per.value,
        }
        return {"kind": self.kind.value, "rule": self.rule.value} | {
            name: value for name, value in said.items() if value is not None
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "Term":
        """The term that `plain` wrote.

        >>> Term.read(Term(kind=TermKind.LOAN).plain()) == Term(kind=TermKind.LOAN)
        True
        """
        per = plain.get("per")
        return cls(
            kind=TermKind(plain["kind"]),
            rule=AmountRule(plain["rule"]),
            unit=plain.get("unit"),
            amount_minor=plain.get("amount_minor"),
            most_minor=plain.get("most_minor"),
            per=Per(per) if per else None,
        )


def term_bits(terms: Iterable[Term]) -> int:
    """The kinds of some terms as one number.

    >>> term_bits([Term(kind=TermKind.LOAN), Term(kind=TermKind.SWAP)])
    5
    """
    return sum({term.kind.bit for term in terms})


def term_fault(term: Term, kind: Kind) -> Invalid | None:
    """What is wrong with one term of a listing of that kind, or nothing.

    >>> str(term_fault(Term(kind=TermKind.PURCHASE), Kind.HELP))
    'To buy does not fit this kind.'
    >>> str(term_fault(Term(kind=TermKind.LOAN, amount_minor=5), Kind.ITEM))
    'This needs no amount.'
    """
    if term.kind not in USUAL[kind]:
        return Invalid(UNFIT, term=Invalid(TERM_WORDS[term.kind]))
    amounts = (term.amount_minor, term.most_minor)
    if any(amount is not None and not 0 <= amount <= AMOUNT_MAX for amount in amounts):
        return Invalid(TOO_MUCH)
    if term.rule in (AmountRule.FREE, AmountRule.AGREE):
        return Invalid(NO_AMOUNT) if amounts != (None, None) else None
    if term.rule is not AmountRule.WHAT_YOU_CAN:
        if term.amount_minor is None:
            return Invalid(NEEDS_AMOUNT)
        if term.rule is AmountRule.PER and term.per is None:
            return Invalid(NEEDS_PER)
    elif None not in amounts and not amounts[0] < amounts[1]:  # type: ignore[operator]
        return Invalid(SPAN)
    if amounts != (None, None) and not unit_fits(term):
        return Invalid(WRONG_UNIT)
    return None


def unit_fits(term: Term) -> bool:
    """Time is paid in minutes, everything else in money.

    >>> unit_fits(Term(kind=TermKind.TIME_CREDIT, unit="minute")), unit_fits(Term(kind=TermKind.PAYMENT))
    (True, False)
    """
    if term.kind is TermKind.TIME_CREDIT:
        return term.unit == MINUTE
    return is_currency(term.unit)


def is_currency(unit: str | None) -> bool:
    """Whether a unit has the form of a currency.

    >>> is_currency("EUR"), is_currency("euro"), is_currency(None)
    (True, False, False)
    """
    return unit is not None and len(unit) == 3 and unit.isascii() and unit.isupper() and unit.isalpha()


def terms_fault(terms: tuple[Term, ...], kind: Kind) -> Invalid | None:
    """What is wrong with the terms of a listing, or nothing.

    >>> str(terms_fault((), Kind.ITEM))
    'Choose at least one way of sharing.'
    """
    if not terms:
        return Invalid(NONE)
    if len(terms) > TERMS_MAX:
        return Invalid(MANY, most=TERMS_MAX)
    if len({term.kind for term in terms}) < len(terms):
        return Invalid(TWICE)
    return next((fault for term in terms if (fault := term_fault(term, kind))), None)
