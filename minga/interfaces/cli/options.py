"""The options that every command takes, wherever they stand on the line. Standard library only: `--help` is quick."""

from dataclasses import dataclass, field
from pathlib import Path

VALUES = {
    "--data": ("DIR", "the node's folder (also MINGA_HOME)"),
    "--as": ("HANDLE", "the person who acts; without it the machine's operator"),
    "--community": ("SLUG", "the community it is about"),
    "--lang": ("CODE", "language of the answer"),
    "--at": ("TIME", "with --dev: the clock, such as 2026-11-20T09:00Z"),
}
FLAGS = {
    "--json": "one document, or a line for each row, for programs",
    "--dry-run": "everything but the commit; prints what would happen",
    "--yes": "no questions",
    "--quiet": "only what was asked for",
    "--verbose": "more on the way",
    "--trace": "show the inside of a fault of ours",
    "--dev": "a node for trying out: nothing is safe for real people",
}


class WrongUse(Exception):
    """The line cannot be read; `text` says what to write instead. Exit code 2."""


@dataclass(frozen=True)
class Options:
    """What was said for every command, and the rest of the line."""

    data: Path | None = None
    acting: str | None = None
    community: str | None = None
    lang: str | None = None
    at: str | None = None
    json: bool = False
    dry_run: bool = False
    yes: bool = False
    quiet: bool = False
    verbose: bool = False
    trace: bool = False
    dev: bool = False
    rest: tuple[str, ...] = field(default=(), repr=False)


def read(arguments: list[str]) -> Options:
    """Take the options of every command out of the line; what follows a bare `--` is left alone.

    >>> read(["person", "list", "--json", "--as=ana"])
    Options(data=None, acting='ana', community=None, lang=None, at=None, json=True, dry_run=False, yes=False, \
quiet=False, verbose=False, trace=False, dev=False)
    """
    found: dict[str, str | bool] = {}
    rest: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *left]
            break
        if name in VALUES:
            if not equals and (not left or left[0].startswith("--")):
                raise WrongUse(f"{name} needs a value: {name} {VALUES[name][0]}")
            found[name] = value if equals else left.pop(0)
        elif word in FLAGS:
            found[word] = True
        else:
            rest.append(word)
    names = {name: name.removeprefix("--").replace("-", "_") for name in (*VALUES, *FLAGS)} | {
        "--as": "acting"
    }
    given = {names[name]: value for name, value in found.items()}
    if "data" in given:
        given["data"] = Path(str(given["data"])).expanduser()  # type: ignore[assignment]
    return Options(**given, rest=tuple(rest))  # type: ignore[arg-type]
