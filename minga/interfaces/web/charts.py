"""Charts as numbers: how long each bar is. `ui.chart` writes the drawing and the table from this one object."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDE = 360
ROW = 50
BAR = 18
MARKS_MAX = 40
LABEL_MAX = 34


@dataclass(frozen=True)
class Bar:
    """One value: its name, the number, how the number is written, a word on it ("chosen"), its colour from 1 to 6."""

    label: str
    value: int
    shown: str
    mark: str = ""
    colour: int = 1


@dataclass(frozen=True)
class Drawn:
    """A bar with its place in the drawing."""

    bar: Bar
    y: int
    length: int

    @property
    def short(self) -> str:
        """The label as far as there is room; the table has all of it."""
        text = self.bar.label
        return text if len(text) <= LABEL_MAX else f"{text[: LABEL_MAX - 1]}…"


@dataclass(frozen=True)
class BarChart:
    """Bars from zero, one beneath the other; `finding` is the sentence that says what they show."""

    finding: str
    head: str
    column: str
    bars: tuple[Drawn, ...]
    left_out: int
    all_bars: tuple[Bar, ...]
    need: int | None = None
    need_words: str = ""

    @property
    def marked(self) -> bool:
        """Whether the table needs a column for words on single values."""
        return any(one.mark for one in self.all_bars)

    @property
    def rows(self) -> list[list[str]]:
        """The same as a table, with every label whole."""
        return [[one.label, one.shown, *([one.mark] if self.marked else [])] for one in self.all_bars]

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def bar_chart(
    finding: str,
    head: str,
    column: str,
    bars: Iterable[Bar],
    *,
    need: int | None = None,
    need_words: str = "",
) -> BarChart:
    """The chart of some values; `need` draws a line at the value that was needed.

    >>> chart = bar_chart("Flour leads.", "What", "Votes", [Bar("Flour", 6, "6"), Bar("Rice", 3, "3")])
    >>> [one.length for one in chart.bars], chart.height
    ([360, 180], 100)
    """
    every = tuple(bars)
    top = max([abs(one.value) for one in every] + [need or 0, 1])
    drawn = tuple(
        Drawn(one, ROW * place, max(0, one.value) * WIDE // top)
        for place, one in enumerate(every[:MARKS_MAX])
    )
    return BarChart(
        finding,
        head,
        column,
        drawn,
        len(every) - len(drawn),
        every,
        None if need is None else min(WIDE, need * WIDE // top),
        need_words,
    )
