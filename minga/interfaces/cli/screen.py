"""What a command writes: words for people on stdout, progress and warnings on stderr, or documents for programs."""

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TextIO

from minga.interfaces.cli.options import Options


@dataclass(frozen=True)
class Screen:
    """Where a command writes. Nothing is coloured, so that files, pipes and screen readers get the same."""

    options: Options

    def say(self, text: str) -> None:
        """Words for a person; silent with `--quiet` and with `--json`, where documents are the answer."""
        if not self.options.quiet and not self.options.json:
            print(text, flush=True)

    def warn(self, text: str) -> None:
        """Words beside the answer, on stderr."""
        if not self.options.quiet:
            print(text, file=sys.stderr, flush=True)

    def more(self, text: str) -> None:
        """What is only of interest with `--verbose`."""
        if self.options.verbose:
            self.warn(text)

    def show(self, command: str, facts: Any, text: str) -> None:
        """One answer: the facts (mapping, struct or dataclass) as a document with `--json`, else the text."""
        if self.options.json:
            print(encoded(command, facts), flush=True)
        elif text:
            print(text, flush=True)

    def rows(self, command: str, rows: Iterable[Any], columns: Mapping[str, str], nothing: str) -> None:
        """A list: one document a line with `--json`, else a table of these columns (fact: heading)."""
        if self.options.json:
            for row in rows:
                print(encoded(command, row))
            return
        lines = [[_cell(value.get(name)) for name in columns] for value in map(builtin, rows)]
        if not lines:
            self.say(nothing)
            return
        heads = list(columns.values())
        widths = [max(len(line[n]) for line in [heads, *lines]) for n in range(len(heads))]
        for line in lines if self.options.quiet else [heads, *lines]:
            print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())

    @contextmanager
    def progress(self, words: str, total: int | None = None) -> Iterator["Progress"]:
        """Count something long on stderr: a line that renews itself on a terminal, else one each ten seconds."""
        progress = Progress(self.options, words, total, sys.stderr)
        yield progress
        progress.end()


class Progress:
    """A count that is told now and then, never more often than people or programs can read."""

    def __init__(self, options: Options, words: str, total: int | None, stream: TextIO) -> None:
        self._options = options
        self._words = words
        self._total = total
        self._stream = stream
        self._began = self._told = time.monotonic()
        self._live = stream.isatty() and not options.json
        self._shown = False
        self.done = 0

    def step(self, count: int = 1) -> None:
        """So many more are done."""
        self.done += count
        now = time.monotonic()
        if now - self._told >= (0.5 if self._live else 10) and not self._options.quiet:
            self._told = now
            self._tell(now - self._began)

    def end(self) -> None:
        if self._live and self._shown:
            self._stream.write("\n")

    def _tell(self, seconds: float) -> None:
        self._shown = True
        if self._options.json:
            text = f'{{"progress":{{"done":{self.done},"total":{"null" if self._total is None else self._total}}}}}'
        else:
            rate = self.done / seconds if seconds else 0
            of = f" of {self._total}" if self._total is not None else ""
            left = (self._total - self.done) / rate if self._total is not None and rate else None
            text = f"{self._words}: {self.done}{of}, {rate:.0f} a second"
            text += f", about {left:.0f} s left" if left is not None else ""
        self._stream.write(f"\r{text}\x1b[K" if self._live else f"{text}\n")
        self._stream.flush()


def encoded(command: str, facts: Any) -> str:
    """A document for programs; its first key names its shape."""
    import msgspec

    return msgspec.json.encode({"schema": f"minga.cli/1 {command}", **builtin(facts)}).decode()


def builtin(value: Any) -> dict[str, Any]:
    """A mapping, struct or dataclass as a plain dict."""
    import msgspec

    found = msgspec.to_builtins(value)
    return found if isinstance(found, dict) else {"value": found}


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_cell(part) for part in value)
    return " ".join(str(value).split())
