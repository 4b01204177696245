"""What changed between two texts, by paragraph: for versions, conflicts and the log of rules."""

import difflib
import re
from typing import Literal

Change = tuple[Literal["same", "removed", "added"], str]
PARAGRAPHS_MAX = 500


def changed_paragraphs(before: str, after: str) -> list[Change]:
    """The paragraphs of both texts in order, each with what became of it.

    >>> changed_paragraphs("One.\\n\\nTwo.", "One.\\n\\nThree.")
    [('same', 'One.'), ('removed', 'Two.'), ('added', 'Three.')]
    """
    old, new = _paragraphs(before), _paragraphs(after)
    changes: list[Change] = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            changes += [("same", text) for text in old[i1:i2]]
        else:
            changes += [("removed", text) for text in old[i1:i2]]
            changes += [("added", text) for text in new[j1:j2]]
    return changes


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()][:PARAGRAPHS_MAX]
