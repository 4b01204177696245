"""The commands by name: where each lives and what it does in one line, so that help needs none of them loaded."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A command or a group of commands: the attribute of that name in `module`, a Typer."""

    module: str
    attribute: str
    words: str


HERE = "minga.interfaces.cli"
COMMANDS: dict[str, Entry] = {}


def _add(module: str, **words: str) -> None:
    for attribute, text in words.items():
        COMMANDS[attribute.rstrip("_").replace("_", "-")] = Entry(f"{HERE}.{module}", attribute, text)


ALIASES: dict[tuple[str, ...], tuple[str, ...]] = {}


def without_alias(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """The line with an older name replaced by today's, and today's name when that happened.

    >>> without_alias(("no-such-name", "x"))
    (('no-such-name', 'x'), None)
    """
    for older, newer in ALIASES.items():
        if words[: len(older)] == older:
            return newer + words[len(older) :], newer
    return words, None
