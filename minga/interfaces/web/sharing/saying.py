"""How asks and exchanges are said in the reader's language: when, how much, what happened."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from minga.communities.rules.time import last_day, today
from minga.interfaces.http import Unit
from minga.interfaces.web.page import voice_of
from minga.kit.formats import Formats
from minga.kit.i18n import N_, Translator
from minga.sharing.queries import AskView, ExchangeLine, ReservationLine
from minga.sharing.rules import Measure, measure_word
from minga.sharing.rules.asks import AskState

DAYS = N_("{first} to {last}")
FROM_DAY = N_("from {first}")
UNTIL_DAY = N_("until {last}")


@dataclass(frozen=True)
class Saying:
    """One reader's words for the facts of asks and exchanges."""

    voice: Translator
    formats: Formats
    now: datetime

    @classmethod
    def of(cls, request: Request, unit: Unit) -> "Saying":
        voice = voice_of(request, unit)
        zone = unit.me.zone if unit.me else "UTC"
        return cls(voice, Formats(voice.language.tag, zone, voice), unit.now)

    def say(self, text: str, **facts: Any) -> str:
        return str(self.voice.said(text, **facts))

    def when(self, from_at: datetime | None, until_at: datetime | None, zone: str) -> str:
        """Days as they are where the listing lives; empty when nothing was said."""
        here = today(self.now, zone)
        first = self.formats.day(today(from_at, zone), here) if from_at else ""
        last = self.formats.day(last_day(until_at, zone), here) if until_at else ""
        if first and last:
            return first if first == last else self.say(DAYS, first=first, last=last)
        if first:
            return self.say(FROM_DAY, first=first)
        return self.say(UNTIL_DAY, last=last) if last else ""

    def amount(self, milli: int | None, unit: str | None) -> str:
        """ "4 pieces"; empty when it is one that needs no counting."""
        if milli is None or unit is None:
            return ""
        number = (Decimal(milli) / 1000).normalize()
        return f"{self.formats.number(Decimal(f'{number:f}'))} {self.say(measure_word(Measure(unit), milli))}"

    def worth(self, amount: int, unit: str | None) -> str:
        """Minutes or money; empty when it is nothing."""
        if unit is None:
            return ""
        return self.formats.minutes(amount) if unit == "TIME" else self.formats.money(amount, unit)

    def when_of(self, one: AskView | ExchangeLine | ReservationLine) -> str:
        return self.when(one.from_at, one.until_at, one.zone)

    def amount_of(self, one: AskView | ExchangeLine) -> str:
        return self.amount(one.quantity_milli, one.unit)

    def proposal_of(self, ask: AskView) -> str:
        """The other day and amount that were proposed."""
        if ask.state is not AskState.OTHER_WINDOW:
            return ""
        changed = ask.proposed_quantity_milli != ask.quantity_milli
        parts = [
            self.when(ask.proposed_from_at, ask.proposed_until_at, ask.zone),
            self.amount(ask.proposed_quantity_milli, ask.unit) if changed else "",
        ]
        return ", ".join(part for part in parts if part)
