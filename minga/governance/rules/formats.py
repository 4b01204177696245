"""Files of ballots as others write them: BLT and Hill's format, ABIF, ranked and scored CSV, Pabulib.

Every reader is whole or nothing: a line that cannot be read raises `Unreadable` with its number.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from minga.governance.rules.ranked import packed_ranks

MOST_OPTIONS = 200


class Unreadable(ValueError):
    """A line that is not of the format; `line` counts from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"Line {line}: {why}")
        self.line, self.why = line, why


@dataclass
class Election:
    """Options by name, in the order of the file, and its ballots, packed and with how often each was cast.

    `rankings` are as in `ranked`; `scores` one byte per option, 255 for none. `notes` are settings of other programs that
    were read and have no effect.
    """

    options: list[str] = field(default_factory=list)
    seats: int | None = None
    withdrawn: set[int] = field(default_factory=set)
    rankings: dict[bytes, int] = field(default_factory=dict)
    scores: dict[bytes, int] = field(default_factory=dict)
    blank: int = 0
    title: str = ""
    notes: list[str] = field(default_factory=list)

    def add(self, ballot: bytes, many: int) -> None:
        self.rankings[ballot] = self.rankings.get(ballot, 0) + many

    def number(self, name: str, line: int) -> int:
        """The number of an option, which a ballot may be the first to name."""
        if name not in self.options:
            if len(self.options) >= MOST_OPTIONS:
                raise Unreadable(line, f"more than {MOST_OPTIONS} options")
            self.options.append(name)
        return self.options.index(name) + 1


def read_blt(text: str) -> Election:
    """BLT, and the format of D. Hill that differs only in putting all names on one line."""
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1)]
    rest = iter([(number, line) for number, line in lines if line and line != "\x1a" and line[0] != "#"])
    found = Election()
    number, line = _line(rest, len(lines), "the number of options and seats")
    options, found.seats = _numbers(number, line, 2)
    if not 1 <= options <= MOST_OPTIONS:
        raise Unreadable(number, f"from 1 to {MOST_OPTIONS} options are counted")
    for number, line in rest:
        if line.startswith("["):
            found.notes.append(line.strip("[] "))
        elif line.startswith("-"):
            found.withdrawn |= {-one for one in _numbers(number, line)}
        elif line == "0":
            break
        else:
            _blt_ballot(found, number, line, options)
    else:
        raise Unreadable(len(lines), "a line with 0 alone ends the ballots; there is none")
    names = _quoted(" ".join(line.rstrip("\x1a") for _, line in rest))
    if len(names) < options:
        raise Unreadable(
            len(lines), f"{options} options need as many names in quotes; there are {len(names)}"
        )
    found.options, found.title = names[:options], " ".join(names[options:])
    return found


def _line(lines: Iterator[tuple[int, str]], last: int, what: str) -> tuple[int, str]:
    try:
        return next(lines)
    except StopIteration:
        raise Unreadable(last, f"{what} is missing") from None


def _numbers(number: int, line: str, many: int | None = None) -> list[int]:
    if not re.fullmatch(r"[\s\d-]+", line) or not line.isascii():
        raise Unreadable(number, "only whole numbers may stand here")
    try:
        found = [int(word) for word in line.split()]
    except ValueError:
        raise Unreadable(number, "only whole numbers may stand here") from None
    if many is not None and len(found) != many:
        raise Unreadable(number, f"{many} numbers are needed here")
    return found


def _blt_ballot(found: Election, number: int, line: str, options: int) -> None:
    words = line.split()
    if not all(re.fullmatch(r"[0-9]+(=[0-9]+)*", word) for word in words):
        raise Unreadable(number, "only whole numbers may stand here, with = between those that share a rank")
    if len(words) > 1 and words[-1] == "0":
        words.pop()
    weight, ranks = (
        int(words[0].partition("=")[0]),
        [[int(one) for one in word.split("=")] for word in words[1:]],
    )
    named = [one for rank in ranks for one in rank]
    if any(not 1 <= one <= options for one in named):
        raise Unreadable(number, f"options are numbered from 1 to {options}")
    if weight < 1:
        raise Unreadable(number, "a ballot counts at least once")
    if named:
        found.add(packed_ranks(_once(ranks)), weight)
    else:
        found.blank += weight


def _once(ranks: list[list[int]]) -> list[list[int]]:
    """Later mentions of the same option are dropped."""
    seen, left = set[int](), list[list[int]]()
    for rank in ranks:
        new = [one for one in dict.fromkeys(rank) if one not in seen]
        seen |= set(new)
        if new:
            left.append(new)
    return left


def _quoted(text: str) -> list[str]:
    """Texts in quotes; a doubled quote inside is one.

    >>> _quoted('"a" "b ""c"" d"')
    ['a', 'b "c" d']
    """
    return [one.replace('""', '"') for one in re.findall(r'"((?:[^"]|"")*)"', text)]


_NAME = re.compile(r"=([^:\s\[]+):\[(.*)\]$")
_TOKEN = re.compile(r"(?:\[([^\]]*)\]|([^\s\[\]/>=,]+))(?:/(\d+))?$")


def read_abif(text: str) -> Election:
    """ABIF: `N:A>B=C/3`, names by `=A:[Full name]`, metadata in braces, comments after `#`."""
    found, tokens = Election(), dict[str, int]()
    scored: list[tuple[dict[int, int], int]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.split("#", 1)[0].strip()
        if not line or line.startswith("{"):
            continue
        if match := _NAME.match(line):
            tokens[match[1]] = found.number(match[1], number)
            continue
        many, colon, ballot = line.partition(":")
        if not colon or not many.strip().isdecimal():
            raise Unreadable(number, "a ballot line begins with a number and a colon")
        ranks, marks = _abif_ballot(found, ballot.strip(), number)
        if ranks:
            found.add(packed_ranks(_once(ranks)), int(many))
            scored.append((marks, int(many)))
        else:
            found.blank += int(many)
    width = len(found.options)
    for marks, times in scored:
        packed = bytes(marks.get(option, 255) for option in range(1, width + 1))
        found.scores[packed] = found.scores.get(packed, 0) + times
    return found


def _abif_ballot(found: Election, ballot: str, number: int) -> tuple[list[list[int]], dict[int, int]]:
    ranks, marks = list[list[int]](), dict[int, int]()
    for rank in ballot.split(">") if ballot else ():
        equal = list[int]()
        for word in re.split(r"[=,]", rank):
            match = _TOKEN.match(word.strip())
            if not match:
                raise Unreadable(number, f"“{word.strip()}” is not an option")
            option = found.number(match[1] or match[2], number)
            equal.append(option)
            if match[3]:
                marks[option] = min(int(match[3]), 254)
        ranks.append(equal)
    return ranks, marks


EMPTY_CELLS = frozenset({"", "undervote", "skipped"})
OVERVOTE = "overvote"


def read_rank_csv(text: str, *, overvote: str = "exhaust", skipped_ranks_max: int | None = None) -> Election:
    """Ranked CSV: `count,first,second,…`. Cells `undervote` and `overvote` are marks; a row of undervotes only is blank.

    `overvote`: `exhaust` ends the ballot there, `skip` passes over. More than `skipped_ranks_max` empty ranks in a row end
    a ballot as well.
    """
    found = Election()
    for number, row in _rows(text):
        if number == 1 and not row[0].strip().isdecimal():
            continue
        if not row[0].strip().isdecimal():
            raise Unreadable(number, "the first cell says how many ballots these are")
        cells = [cell.strip() for cell in row[1:]]
        if all(cell in EMPTY_CELLS for cell in cells):
            found.blank += int(row[0])
            continue
        ranks, skipped = list[list[int]](), 0
        for cell in cells:
            if cell in EMPTY_CELLS:
                skipped += 1
                if skipped_ranks_max is not None and skipped > skipped_ranks_max:
                    break
                continue
            skipped = 0
            if cell == OVERVOTE:
                if overvote == "exhaust":
                    break
                continue
            ranks.append([found.number(cell, number)])
        found.add(packed_ranks(_once(ranks)), int(row[0]))
    return found


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines())
    try:
        for row in reader:
            if row and not row[0].lstrip().startswith("#"):
                yield reader.line_num, row
    except csv.Error as error:
        raise Unreadable(reader.line_num, str(error)) from None


def read_score_csv(text: str, *, top: int = 5) -> Election:
    """Scored CSV: a row of names, then one row of whole numbers per ballot; an empty cell is a blank."""
    rows = list(_rows(text))
    if not rows:
        raise Unreadable(1, "the first row names the options")
    found = Election(options=[cell.strip() for cell in rows[0][1]])
    if len(found.options) > MOST_OPTIONS:
        raise Unreadable(1, f"more than {MOST_OPTIONS} options")
    for number, row in rows[1:]:
        if len(row) != len(found.options):
            raise Unreadable(number, f"{len(found.options)} cells are needed")
        ballot = bytes(_score(cell.strip(), top, number) for cell in row)
        if ballot == b"\xff" * len(ballot):
            found.blank += 1
        else:
            found.scores[ballot] = found.scores.get(ballot, 0) + 1
    return found


def _score(cell: str, top: int, number: int) -> int:
    if not cell:
        return 255
    if not cell.isdecimal() or int(cell) > top:
        raise Unreadable(number, f"“{cell}” is not a whole number from 0 to {top}")
    return int(cell)


@dataclass
class Budgeting:
    """A round of participatory budgeting from a Pabulib file; `selected` is what the file says was chosen."""

    budget: int
    projects: list[str]
    costs: dict[int, int]
    names: dict[int, str]
    ballots: list[list[int]]
    vote_type: str
    selected: list[int]
    meta: Mapping[str, str]


def read_pabulib(text: str) -> Budgeting:
    """Pabulib `.pb`: sections META, PROJECTS, VOTES with semicolons between cells. Amounts are whole numbers."""
    sections = _sections(text)
    for name in ("META", "PROJECTS", "VOTES"):
        if name not in sections:
            raise Unreadable(1, f"the section {name} is missing")
    meta = {row[0]: row[1] for _, row in sections["META"][1:] if len(row) > 1}
    head, projects = _table(sections["PROJECTS"], "project_id", "cost")
    ids = [row["project_id"] for _, row in projects]
    numbers = {one: place for place, one in enumerate(ids, start=1)}
    costs = {numbers[row["project_id"]]: _amount(row["cost"], line) for line, row in projects}
    _, votes = _table(sections["VOTES"], "vote")
    ballots = []
    for line, row in votes:
        words = [word for word in row["vote"].split(",") if word]
        if any(word not in numbers for word in words):
            raise Unreadable(line, "a project is voted for that is not in the list")
        ballots.append([numbers[word] for word in words])
    return Budgeting(
        _amount(meta.get("budget", ""), 1),
        ids,
        costs,
        {numbers[row["project_id"]]: row.get("name", "") for _, row in projects},
        ballots,
        meta.get("vote_type", "approval"),
        [numbers[row["project_id"]] for _, row in projects if "selected" in head and row["selected"] == "1"],
        meta,
    )


Cells = list[tuple[int, list[str]]]


def _sections(text: str) -> dict[str, Cells]:
    found: dict[str, Cells] = {}
    name = ""
    reader = csv.reader(text.splitlines(), delimiter=";")
    for row in reader:
        if len(row) == 1 and row[0].strip() in ("META", "PROJECTS", "VOTES"):
            name = row[0].strip()
            found[name] = []
        elif row and name:
            found[name].append((reader.line_num, row))
    return found


def _table(rows: Cells, *needed: str) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    line, head = rows[0] if rows else (1, list[str]())
    for name in needed:
        if name not in head:
            raise Unreadable(line, f"the column {name} is missing")
    return head, [(number, dict(zip(head, row, strict=False))) for number, row in rows[1:]]


def _amount(text: str, line: int) -> int:
    whole, _, rest = text.strip().partition(".")
    if not whole.isdecimal() or rest.strip("0"):
        raise Unreadable(line, f"“{text}” is not a whole amount")
    return int(whole)


def one_mark_each(ballots: Iterable[list[int]]) -> list[list[int]]:
    """Ballots with each project once, in the order in which it was first named."""
    return [list(dict.fromkeys(ballot)) for ballot in ballots]
