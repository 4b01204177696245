"""Score ballots as columns: one byte per option, 255 for a blank. Whole columns are added, not ballot by ballot."""

from collections.abc import Iterator

from minga.governance.rules.results import Ballots

BLANK = 255
_ZERO = bytes(range(BLANK)) + b"\x00"


class Columns:
    """The scores of each option, in blocks of ballots of equal weight; blanks are nought."""

    def __init__(self, ballots: Ballots, options: int) -> None:
        self.options = options
        by_weight: dict[int, list[bytes]] = {}
        for ballot, weight in ballots.items():
            if len(ballot) != options:
                raise ValueError("a score ballot has one byte for each option")
            by_weight.setdefault(weight, []).append(ballot)
        self.blocks: list[tuple[int, list[bytes]]] = []
        for weight, several in sorted(by_weight.items()):
            joined = b"".join(several).translate(_ZERO)
            self.blocks.append((weight, [joined[option::options] for option in range(options)]))

    def sums(self) -> dict[int, int]:
        return {
            option + 1: sum(weight * sum(columns[option]) for weight, columns in self.blocks)
            for option in range(self.options)
        }

    def count(self, grade: int) -> dict[int, int]:
        """How often each option was given one grade."""
        return {
            option + 1: sum(weight * columns[option].count(grade) for weight, columns in self.blocks)
            for option in range(self.options)
        }

    def above(self, one: int, other: int) -> int:
        """The weight of ballots that score one option above another."""
        return sum(
            weight * sum(map(int.__gt__, columns[one - 1], columns[other - 1]))
            for weight, columns in self.blocks
        )

    def grades(self, option: int, top: int) -> Iterator[tuple[int, int]]:
        """Each grade from 0 to `top` with how often the option has it."""
        for grade in range(top + 1):
            yield grade, sum(weight * columns[option - 1].count(grade) for weight, columns in self.blocks)
