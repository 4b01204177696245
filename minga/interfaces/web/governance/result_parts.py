"""A stored Result as the parts of its page: sentences, denominators, a chart, stages, ties. Nothing is counted here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from minga.governance.rules.budgeting import GRAIN
from minga.governance.rules.sentences import (
    MOTIONS,
    Json,
    Sentence,
    names_of,
    sentences,
    stage_sentence,
    tie_sentence,
)
from minga.interfaces.web.charts import Bar, BarChart, bar_chart
from minga.kit.formats import Formats
from minga.kit.i18n import N_, Translator

PAIRS_MAX = 15
WORDS = {
    "yes": N_("Yes"),
    "no": N_("No"),
    "agree": N_("Agree"),
    "reservations": N_("With reservations"),
    "stand_aside": N_("Stand aside"),
    "block": N_("Block"),
    "abstain": N_("Abstained"),
    "consent": N_("Consent"),
    "objection": N_("Objections"),
    "integrated": N_("Taken up in the text"),
    "withdrawn": N_("Taken back"),
    "not_paramount": N_("Found not to be grave"),
    "standing": N_("Still stands"),
}
COLOURS = {"no": 2, "stand_aside": 4, "block": 2, "objection": 2, "standing": 2, "abstain": 6}
DENOMINATORS = (
    ("roll", N_("Entitled to vote")),
    ("ballots", N_("Ballots")),
    ("cast", N_("Weight of all ballots")),
    ("blank", N_("Left empty")),
    ("present", N_("Present")),
    ("answers", N_("Explicit answers")),
    ("base_weight", N_("Counted for the majority")),
    ("needed", N_("Yes that were needed")),
    ("quorum_needed", N_("Needed for the quorum")),
    ("min_yes", N_("Least number of yes")),
    ("vetoes", N_("Vetoes")),
    ("valid", N_("Ballots that say something")),
    ("quota", N_("Quota of a seat")),
    ("seats", N_("Seats")),
    ("rounds", N_("Rounds")),
)
CHOSEN = N_("chosen")
LINE = N_("The dashed line is what was needed.")
NOT_CHOSEN = {
    "no_room": N_("did not fit: {left} was left, it costs {cost}"),
    "excluded": N_("goes with something that was chosen no more"),
}


def _says_nothing(name: str, value: Any, figures: Json) -> bool:
    """Figures that are not shown: nought where nought is no news, and a weight that is the number of ballots."""
    if name in ("quorum_needed", "vetoes", "blank"):
        return bool(value == 0)
    if name == "present":
        return bool(figures.get("base") != "present")
    return bool(name == "cast" and value == figures.get("ballots"))


@dataclass(frozen=True)
class Table:
    """A table of the page."""

    caption: str
    columns: tuple[Any, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class ResultView:
    """What the page of a count shows, said in the reader's language."""

    outcome: str
    head: str
    said: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    chart: BarChart | None
    stages: tuple[str, ...]
    totals: Table | None
    ties: tuple[str, ...]
    more: tuple[Table, ...]


@dataclass(frozen=True)
class ResultWords:
    """Says one Result to one reader. `names` are the options in their order; `money` writes a cost."""

    result: Json
    names: Sequence[str]
    voice: Translator
    formats: Formats
    money: Callable[[int], str]

    def say(self, one: Sentence) -> str:
        return one.said(self.voice.gettext, self.formats.number)

    def word(self, text: str, **facts: Any) -> str:
        return str(self.voice.said(text, **facts))

    def view(self) -> ResultView:
        said = [self.say(one) for one in sentences(self.result, self.names)]
        stages = self.result["stages"]
        return ResultView(
            outcome=self.result["outcome"],
            head=" ".join(said),
            said=tuple(said),
            facts=tuple(self._facts()),
            chart=self._chart(),
            stages=tuple(self.say(stage_sentence(one, self.names)) for one in stages),
            totals=self._totals() if len(stages) > 1 else None,
            ties=tuple(self.say(tie_sentence(one, self.names)) for one in self.result["ties"]),
            more=tuple(self._more()),
        )

    def _facts(self) -> list[tuple[str, str]]:
        figures = dict(self.result["figures"])
        if self.result["method"] == "stv_meek" and "quota" in figures:
            del figures["quota"]
            quota = self._units(self.result["figures"]["quota"])
            return [*self._counts(figures), (self.word(N_("Quota of a seat")), quota)]
        return self._counts(figures)

    def _counts(self, given: Json) -> list[tuple[str, str]]:
        figures = {name: value for name, value in given.items() if not _says_nothing(name, value, given)}
        found = [
            (self.word(words), self.formats.number(figures[name]))
            for name, words in DENOMINATORS
            if isinstance(figures.get(name), int)
        ]
        costs = [(N_("Budget"), "budget"), (N_("Cost of what was chosen"), "cost"), (N_("Left"), "left")]
        return found + [
            (self.word(words), self.money(figures[name])) for words, name in costs if name in figures
        ]

    def _units(self, total: int) -> str:
        """A total in units of a vote, with the decimals that are there."""
        unit = self.result["unit"]
        if unit == 1:
            return self.formats.number(total)
        return self.formats.number((Decimal(total) / unit).quantize(Decimal(1) / unit).normalize() + 0)

    def _chart(self) -> BarChart | None:
        figures, stages = self.result["figures"], self.result["stages"]
        if self.result["method"] in MOTIONS:
            return self._chart_of_motion(figures)
        if self.result["method"] == "judgment":
            return self._chart_of_grades(figures)
        if self.result["method"] == "schulze":
            return None
        totals = stages[-1]["totals"] if stages else figures.get("scores", {})
        if self.result["method"] in ("star", "bloc_star") and "scores" in figures:
            totals = figures["scores"]
        lowest_first = self.result["method"] == "resistance"
        values = sorted(
            ((int(option), total) for option, total in totals.items()),
            key=lambda pair: (pair[1] if lowest_first else -pair[1], pair[0]),
        )
        bars = [self._bar(option, total) for option, total in values]
        if not bars:
            return None
        last = self.word(N_("The last count")) if len(stages) > 1 else self.word(N_("The count"))
        return bar_chart(last, self.word(N_("Option")), self.word(N_("Total")), bars)

    def _bar(self, option: int, total: int) -> Bar:
        chosen = option in self.result["elected"]
        mark = self.word(CHOSEN) if chosen else ""
        return Bar(self._name(option), total, self._units(total), mark, 1 if chosen else 6)

    def _name(self, option: int) -> str:
        return names_of([option], self.names)[0]

    def _chart_of_motion(self, figures: Json) -> BarChart:
        said: Mapping[str, int] = figures.get("said") or {
            "consent": figures.get("answers", 0) - sum(figures.get("objections", {}).values()),
            **figures.get("objections", {}),
        }
        bars = [
            Bar(self.word(WORDS[word]), value, self.formats.number(value), "", COLOURS.get(word, 1))
            for word, value in sorted(said.items(), key=lambda pair: list(WORDS).index(pair[0]))
        ]
        # What was needed is a number of yes; where several words make up the yes there is no one bar to draw it on.
        plain = self.result["method"] == "majority"
        need = figures.get("needed") if plain else None
        finding = self.word(N_("What was said"))
        answer, votes = self.word(N_("Answer")), self.word(N_("Votes"))
        return bar_chart(finding, answer, votes, bars, need=need, need_words=self.word(LINE) if plain else "")

    def _chart_of_grades(self, figures: Json) -> BarChart:
        order = sorted(figures["medians"].items(), key=lambda pair: (-pair[1], int(pair[0])))
        bars = [self._bar(int(option), grade) for option, grade in order]
        finding = self.word(N_("The middle grade of each option"))
        return bar_chart(finding, self.word(N_("Option")), self.word(N_("Grade")), bars)

    def _totals(self) -> Table:
        """Options down, stages across; a dash where an option is out."""
        stages = self.result["stages"]
        options = sorted({int(option) for stage in stages for option in stage["totals"]})
        columns = (
            self.word(N_("Option")),
            *({"label": str(n), "end": True} for n in range(1, len(stages) + 1)),
        )
        rows = [
            (self._name(option), *(self._cell(stage["totals"], option) for stage in stages))
            for option in options
        ]
        lost = (self.word(N_("Named nobody left")), *(self._units(stage["exhausted"]) for stage in stages))
        return Table(self.word(N_("All stages")), columns, (*rows, lost))

    def _cell(self, totals: Mapping[str, int], option: int) -> str:
        return self._units(totals[str(option)]) if str(option) in totals else "–"

    def _more(self) -> list[Table]:
        figures = self.result["figures"]
        found = []
        if "pairwise" in figures:
            found += self._pairs(figures)
        if "grades" in figures:
            found.append(self._grades(figures["grades"]))
        if "budget" in figures:
            found.append(self._budget(figures))
        return found

    def _pairs(self, figures: Json) -> list[Table]:
        groups = [
            (str(place), ", ".join(names_of(group, self.names)))
            for place, group in enumerate(figures["order"], 1)
        ]
        columns = (self.word(N_("Place")), self.word(N_("Options")))
        found = [Table(self.word(N_("The whole order")), columns, tuple(groups))]
        options = sorted({one for one, _, _ in figures["pairwise"]})
        if len(options) <= PAIRS_MAX:
            beats = {(one, other): count for one, other, count in figures["pairwise"]}
            across: tuple[Any, ...] = ("", *({"label": self._name(one), "end": True} for one in options))
            rows = [
                (
                    self._name(one),
                    *("–" if one == other else self.formats.number(beats[one, other]) for other in options),
                )
                for one in options
            ]
            caption = self.word(N_("How many put the option of the row above that of the column"))
            found.append(Table(caption, across, tuple(rows)))
        return found

    def _grades(self, grades: Mapping[str, Mapping[str, int]]) -> Table:
        every = sorted({int(grade) for counts in grades.values() for grade in counts}, reverse=True)
        columns = (self.word(N_("Option")), *({"label": str(grade), "end": True} for grade in every))
        rows = [
            (self._name(int(option)), *(self.formats.number(counts.get(str(grade), 0)) for grade in every))
            for option, counts in sorted(grades.items(), key=lambda pair: int(pair[0]))
        ]
        return Table(self.word(N_("How often each grade was given")), columns, tuple(rows))

    def _budget(self, figures: Json) -> Table:
        """Every project: its votes, and why it was chosen or not."""
        number, end = self.word(N_("Votes")), {"end": True}
        rows = []
        by_score = sorted(figures["scores"].items(), key=lambda pair: (-pair[1], int(pair[0])))
        for option, votes in by_score:
            rows.append(
                (self._name(int(option)), self.formats.number(votes), self._why(int(option), figures))
            )
        columns = (self.word(N_("Project")), {"label": number, **end}, self.word(N_("What became of it")))
        return Table(self.word(N_("All projects")), columns, tuple(rows))

    def _why(self, option: int, figures: Json) -> str:
        if option in self.result["elected"]:
            paid = figures.get("paid", {}).get(str(option))
            if paid is None:
                return self.word(CHOSEN)
            each = self.money(-(-paid // GRAIN))
            return self.word(N_("chosen; each supporter paid at most {amount}"), amount=each)
        why = figures.get("not_chosen", {}).get(str(option))
        if why is None:
            return self.word(N_("not chosen"))
        if why[0] == "no_room":
            return self.word(NOT_CHOSEN["no_room"], left=self.money(why[1]), cost=self.money(why[2]))
        return self.word(NOT_CHOSEN["excluded"])
