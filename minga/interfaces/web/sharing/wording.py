"""How facts of listings are said: terms, quantities, a kind's own fields, who sees it. Words only, no rows."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from minga.interfaces.web.sharing.fields import FIELDS
from minga.kit.formats import Formats
from minga.kit.i18n import N_, Translator
from minga.sharing.rules import (
    CONDITION_WORDS,
    OWN_WORDS,
    PER_WORDS,
    TERM_WORDS,
    AmountRule,
    Kind,
    Level,
    Measure,
    Per,
    TermKind,
    measure_word,
)

SEES = {
    Level.PRIVATE: N_("Only people the owner chose and the dispatchers of {community} see this."),
    Level.COMMUNITY: N_("Only members of {community} see this. It never leaves the community."),
    Level.PARTNERS: N_("Members of {community} and of its partners see this. Partners: {partners}."),
    Level.NETWORK: N_("Every community in the network can see this."),
    Level.PUBLIC: N_("Everybody on the web can see this."),
}
NONE_YET = N_("none yet")
JUST_ONE = frozenset({"copies", "at_once_max", "positions"})


class Wording:
    """One reader's way of saying the facts of listings."""

    def __init__(self, voice: Translator, formats: Formats, now: datetime) -> None:
        self.voice = voice
        self.formats = formats
        self.now = now

    def say(self, text: str, **facts: Any) -> str:
        return str(self.voice.said(text, **facts))

    def quantity(self, milli: int | None, unit: Measure | None) -> str:
        """ "10 pieces", "2.5 kg"; empty when there is only one."""
        if milli is None or unit is None:
            return ""
        amount = (Decimal(milli) / 1000).normalize()
        return f"{self.formats.number(Decimal(f'{amount:f}'))} {self.say(measure_word(unit, milli))}"

    def term(self, plain: Mapping[str, Any]) -> str:
        """ "Gift", "For time, 45 min per hour", "For money, what you can"."""
        kind, rule = TermKind(plain["kind"]), AmountRule(plain["rule"])
        words = [self.say(TERM_WORDS[kind])]
        if rule is AmountRule.AGREE:
            words.append(self.say(N_("to be agreed")))
        elif rule is AmountRule.WHAT_YOU_CAN:
            words.append(self.say(N_("what you can")))
        if plain.get("amount_minor") is not None:
            amount = self.amount(plain["amount_minor"], plain.get("unit"))
            per = self.say(PER_WORDS[Per(plain["per"])]) if plain.get("per") else ""
            words.append(f"{amount} {per}".strip())
        return ", ".join(words)

    def amount(self, minor: int, unit: str | None) -> str:
        """Minutes as hours and minutes, money as money."""
        return self.formats.minutes(minor) if unit == "minute" else self.formats.money(minor, unit or "")

    def own(self, kind: Kind, values: Mapping[str, Any], *, wish: bool, lent: bool) -> list[tuple[str, str]]:
        """A kind's own fields as (word, value) pairs; what is not said is left out.

        Of a `wish` the condition is the least that will do; how long something is lent is said of what is `lent`.
        """
        shown = []
        for field in FIELDS[kind]:
            value = values.get(field.name)
            plain = value in (None, "", [], ()) or (value == 1 and field.name in JUST_ONE)
            if plain or (field.name == "loan_days_max" and (wish or not lent)):
                continue
            label = N_("Condition, at least") if wish and field.name == "condition" else field.label
            shown.append((self.say(label), self._value(field.name, value, values)))
        return shown

    def _value(self, name: str, value: Any, values: Mapping[str, Any]) -> str:
        if name == "condition":
            return self.say(CONDITION_WORDS[value])
        if isinstance(value, StrEnum):
            return self.say(OWN_WORDS[type(value)][value])
        if isinstance(value, datetime):
            return self.formats.moment(value, self.now)
        if isinstance(value, list | tuple):
            return ", ".join(value)
        if name == "value_minor":
            return self.amount(value, values.get("value_unit"))
        if name == "amount_minor":
            return self.amount(value, values.get("amount_unit"))
        if name.startswith("minutes"):
            return self.formats.minutes(value)
        if name == "weight_g":
            return f"{self.formats.number(Decimal(value) / 1000)} kg"
        return self.formats.number(value) if isinstance(value, int) else str(value)

    def sees(self, level: Level, community: str, partners: list[str]) -> str:
        """Who sees a listing, in a sentence."""
        return self.say(
            SEES[level],
            community=community,
            partners=self.formats.items(partners) if partners else self.say(NONE_YET),
        )
