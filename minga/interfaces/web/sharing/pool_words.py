"""Pools in the reader's words: amounts, states, the rule with an example, and why somebody got what they got."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from minga.interfaces.http import Unit
from minga.interfaces.web.sharing.saying import Saying
from minga.kit.i18n import N_
from minga.sharing.queries.pools import PoolView
from minga.sharing.rules import MEASURE_WORDS, measure_word
from minga.sharing.rules.allocation.explaining import level_words
from minga.sharing.rules.allocation.names import Rule, What
from minga.sharing.rules.content import Measure
from minga.sharing.rules.pools import (
    BAND_WORDS,
    RULE_SENTENCES,
    RULE_WORDS,
    WHY_WORDS,
    RoundState,
    ShareState,
)

WHAT_WORDS = {
    What.UNITS: N_("So much of one thing"),
    What.ITEM: N_("Single things, one each"),
    What.SLOTS: N_("Times of a thing"),
    What.RANKED: N_("Different things, one each"),
    What.BUNDLE: N_("Different things, several each"),
    What.CHORES: N_("Chores"),
}
ROUND_WORDS = {
    RoundState.PLANNED: (N_("Opens soon"), "sky"),
    RoundState.OPEN: (N_("Open for claims"), "leaf"),
    RoundState.CLOSED: (N_("Closed, is shared out now"), "sun"),
    RoundState.ALLOCATED: (N_("Shared out"), "leaf"),
    RoundState.SETTLED: (N_("Through"), ""),
    RoundState.CANCELLED: (N_("Called off"), ""),
}
SHARE_WORDS = {
    ShareState.OFFERED: (N_("Waits for an answer"), "sun"),
    ShareState.ACCEPTED: (N_("To be picked up"), "sky"),
    ShareState.TAKEN: (N_("Picked up"), "leaf"),
    ShareState.MISSED: (N_("Not picked up"), ""),
    ShareState.REFUSED: (N_("Passed on"), ""),
    ShareState.LAPSED: (N_("Passed on, nobody answered"), ""),
}
UNUSED_WORDS = {
    "gifts": N_("gifts"),
    "listings": N_("what you offer"),
    "reputation": N_("reputation"),
    "balance": N_("balances"),
    "money": N_("money"),
    "time of claiming": N_("when you asked"),
}
ASKED = N_("You asked for {amount}.")
ASKED_BAND = N_("You asked for {amount}, “{band}”.")
AT_MOST = N_("Nobody gets more than {amount} in a round.")
THERE = N_("There were {supply} to share out.")
THERE_FOR = N_("There were {supply} for {claims} claims of {claimed} together.")
ENOUGH = N_("That was enough for all of these.")
BEFORE_YOU = N_("It was used up by what was more pressing.")
LEVEL = N_("Everybody was served up to {level} per head.")
LEVEL_BAND = N_("“{band}” was served up to {level} per head.")
HOUSE = N_("Your household of {heads} has had {received} before, so {share} now.")
ALONE = N_("You have had {received} before, so {share} now.")
LAST_LOT = N_("The last part was drawn by lot: place {place} of {of}.")
LOT = N_("The lot put you at place {place} of {of}.")
PART = N_("{share} of it by the rule “{rule}”.")
POINTS = N_(
    "Your points: {needs} for open needs, {offers} for offering little, {given_to} for having given,"
    " {accessibility} for an access need; {score} together."
)
HOURS = N_("Your {hours} confirmed hours make you count as {weight}.")
SITS_OUT = N_("You had something in one of the last rounds, so you sit this one out.")
NOT_USED = N_("Not used: {what}.")
GOT_THING = N_("You get {thing}.")
GOT_NOTHING = N_("This time there was nothing left for you.")
NOT_PROVEN = N_("There were so many wishes that a better way of sharing may exist.")


@dataclass(frozen=True)
class PoolWords:
    """One reader's words for one pool."""

    saying: Saying
    pool: PoolView

    @classmethod
    def of(cls, request: Request, unit: Unit, pool: PoolView) -> "PoolWords":
        return cls(Saying.of(request, unit), pool)

    def say(self, text: str, **facts: Any) -> str:
        return self.saying.say(text, **facts)

    def steps(self, steps: int | None) -> str:
        """An amount of whole steps in the pool's unit."""
        return self.milli((steps or 0) * self.pool.step_milli)

    def milli(self, milli: int | None) -> str:
        return self.saying.amount(milli or 0, self.pool.unit.value)

    def plain(self, steps: int) -> str:
        """The same amount as somebody would type it."""
        number = Decimal(steps * self.pool.step_milli) / 1000
        return self.saying.formats.number(Decimal(f"{number.normalize():f}"))

    def band(self, band: int) -> str:
        return self.say(BAND_WORDS[band])

    def given(self, given: list[Any] | None, steps: int) -> str:
        """What a share is: an amount, a time, or things by name."""
        if given is None:
            return self.steps(steps)
        if self.pool.what is What.SLOTS:
            return self.time(given[0], given[1])
        return self.saying.formats.items([str(one).split("#")[0] for one in given])

    def time(self, start: int, until: int) -> str:
        first, last = (datetime.fromtimestamp(60 * one, UTC) for one in (start, until))
        now = self.saying.now
        return f"{self.saying.formats.moment(first, now)} – {self.saying.formats.moment(last, now)}"

    def why(self, told: dict[str, Any] | None) -> list[str]:
        """The explanation of one's own share, sentence by sentence, from its numbers alone."""
        if not told:
            return []
        found = self._why_units(told) if "supply" in told else self._why_things(told)
        unused = [self.say(UNUSED_WORDS[one]) for one in told["not_used"]]
        return [*found, self.say(NOT_USED, what=self.saying.formats.items(unused))]

    def _why_units(self, told: dict[str, Any]) -> list[str]:
        rule, claim = Rule(told["rule"]), told["claim"]
        banded = rule in (Rule.NEED, Rule.HYBRID)
        asked = self.steps(claim["asked"])
        found = [
            self.say(ASKED_BAND, amount=asked, band=self.band(claim["band"]))
            if banded
            else self.say(ASKED, amount=asked)
        ]
        if claim["steps"] < claim["asked"]:
            found.append(self.say(AT_MOST, amount=self.steps(claim["steps"])))
        supply = self.steps(told["supply"])
        if told["claims"] is None:
            found.append(self.say(THERE, supply=supply))
        else:
            claimed = self.steps(told["claimed"])
            found.append(self.say(THERE_FOR, supply=supply, claims=told["claims"], claimed=claimed))
        if "score" in told:
            found.append(self.say(POINTS, score=told["score"], **told["terms"]))
        if "hours" in told:
            found.append(self.say(HOURS, hours=told["hours"], weight=told["contribution_weight"]))
        if told.get("sits_out"):
            found.append(self.say(SITS_OUT))
        for part in told["parts"]:
            found += self._why_part(part, told, several=len(told["parts"]) > 1)
        received, share = self.steps(told["received_before"]), self.steps(told["share"])
        heads = told["weight"]
        house = self.say(HOUSE, heads=heads, received=received, share=share)
        found.append(house if heads > 1 else self.say(ALONE, received=received, share=share))
        return found

    def _why_part(self, part: dict[str, Any], told: dict[str, Any], *, several: bool) -> list[str]:
        rule, found = Rule(part["rule"]), list[str]()
        if several:
            word = self.say(RULE_WORDS[rule])
            found.append(self.say(PART, share=self.steps(part["share"]), rule=word))
        if "cut" not in part:
            return [*found, self.say(LOT, place=part["lot_place"], of=part["of"])]
        cut = part["cut"]
        if cut is None:
            return [*found, self.say(ENOUGH)]
        if cut.get("before"):
            return [*found, self.say(BEFORE_YOU)]
        top, scale = map(int, cut["per_head"])
        level = level_words(top * self.pool.step_milli, scale * 1000)
        word = self.say(measure_word(self.pool.unit, int(Decimal(level) * 1000)))
        level = f"{self.saying.formats.number(Decimal(level))} {word}"
        band = self.band(told["claim"]["band"])
        found.append(
            self.say(LEVEL_BAND, band=band, level=level)
            if rule is Rule.NEED
            else self.say(LEVEL, level=level)
        )
        if cut["by_lot"]:
            found.append(self.say(LAST_LOT, place=part["lot_place"], of=part["of"]))
        return found

    def _why_things(self, told: dict[str, Any]) -> list[str]:
        found = [
            self.say(GOT_THING, thing=self.given(told["given"], 1))
            if told["given"]
            else self.say(GOT_NOTHING)
        ]
        if told["of"] is not None:
            found.append(self.say(LOT, place=told["lot_place"], of=told["of"]))
        if not told["proven_optimal"]:
            found.append(self.say(NOT_PROVEN))
        return found


def words_of(words: PoolWords) -> dict[str, Any]:
    """What the pages of a pool share."""
    pool = words.pool
    return {
        "pool": pool,
        "words": words,
        "unit_word": words.say(MEASURE_WORDS[pool.unit]),
        "rule_words": RULE_WORDS,
        "rule_sentences": RULE_SENTENCES,
        "round_words": ROUND_WORDS,
        "share_words": SHARE_WORDS,
        "why_words": WHY_WORDS,
        "band_options": [(str(band), words.say(text)) for band, text in BAND_WORDS.items()],
        "band_words": BAND_WORDS,
    }


def unit_options(saying: Saying) -> list[tuple[str, str]]:
    return [(one.value, saying.say(MEASURE_WORDS[one])) for one in Measure]
