"""Example neighbours: which people of a community were made only to look around with. Kept with its features."""

from collections.abc import Mapping, Sequence
from typing import Any

from minga.kit.i18n import N_

EXAMPLES = "examples"
NOBODY_ANSWERS = N_(
    "This is an example, and nobody is behind it who could answer. Ask for something of a real neighbour."
)
IS_THERE = N_("The example neighbours are here already.")


def examples_in(features: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the example neighbours.

    >>> examples_in({"examples": ["01"]}), examples_in({})
    (('01',), ())
    """
    return tuple(features.get(EXAMPLES, ()))


def with_examples(features: Mapping[str, Any], person_ids: Sequence[str]) -> dict[str, Any]:
    """The features with these example neighbours; with none of them the mark is gone.

    >>> with_examples({"a": 1}, ["01"]), with_examples({"examples": ["01"]}, [])
    ({'a': 1, 'examples': ['01']}, {})
    """
    others = {key: value for key, value in features.items() if key != EXAMPLES}
    return {**others, EXAMPLES: list(person_ids)} if person_ids else others
