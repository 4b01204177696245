"""What typed words mean, whatever language they are in: names of the same concept, for searches and for nothing else."""

from dataclasses import replace
from functools import cache

from minga.intelligence.rules.concepts import shipped
from minga.sharing.rules import Search, index_words, read_search

NAMES_MAX = 12


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Every name of a concept with the other names of the same one, as they are searched."""
    found: dict[str, dict[str, None]] = {}
    for concept in shipped().values():
        names = [plain for said in concept.names.values() for name in said if (plain := index_words(name))]
        for name in names:
            found.setdefault(name, {}).update(dict.fromkeys(other for other in names if other != name))
    return {name: tuple(others)[:NAMES_MAX] for name, others in found.items()}


def read_meaning(typed: str) -> Search:
    """What was typed, each word or phrase with other names of what it means.

    >>> read_meaning("taladro").also[0][:1]
    ('drill',)
    """
    search = read_search(typed)
    also = tuple(_names().get(phrase, ()) for phrase in search.wanted)
    return replace(search, also=also) if any(also) else search
