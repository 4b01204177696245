"""The questions a community asks whoever wants to join: kinds, limits, and reading answers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.text import clean_line, clean_text

QUESTIONS_MAX = 12
WORDS_MAX = 300
CHOICES_MAX = 20
CHOICE_MAX = 120
ANSWER_MAX = 2000

TOO_MANY = N_("At most 12 questions. Take one away first.")
CHOOSE = N_("Choose from the list.")
FILL_IN = N_("Please answer this.")
NUMBER = N_("A whole number, please.")
TWO_CHOICES = N_("Write at least two answers to choose from, one on each line.")


class QuestionKind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    CHOICE = "choice"
    SEVERAL = "several"
    YES_NO = "yes_no"
    NUMBER = "number"


KIND_WORDS = {
    QuestionKind.TEXT: N_("In words"),
    QuestionKind.CHOICE: N_("One of several answers"),
    QuestionKind.SEVERAL: N_("Any of several answers"),
    QuestionKind.YES_NO: N_("Yes or no"),
    QuestionKind.NUMBER: N_("A number"),
}
WITH_CHOICES = frozenset({QuestionKind.CHOICE, QuestionKind.SEVERAL})


@dataclass(frozen=True)
class Asked:
    """One question as it is asked: words and choices by language; choices of all languages have the same order."""

    kind: QuestionKind
    words: Mapping[str, str]
    required: bool = False
    choices: Mapping[str, Sequence[str]] | None = None

    def said(self, *languages: str) -> str:
        """The words in the first language that there is.

        >>> Asked(QuestionKind.TEXT, {"en": "Why?", "es": "¿Por qué?"}).said("de", "es")
        '¿Por qué?'
        """
        return next(
            (self.words[one] for one in languages if one in self.words), next(iter(self.words.values()))
        )

    def options(self, *languages: str) -> list[tuple[str, str]]:
        """Numbers of the choices with their words."""
        chosen: Mapping[str, Sequence[str]] = self.choices or {}
        some = next((chosen[one] for one in languages if one in chosen), next(iter(chosen.values()), ()))
        return [(str(n), words) for n, words in enumerate(some, 1)]


def checked(asked: Asked) -> Asked:
    """The question as it is kept; Invalid says which field needs another look.

    >>> checked(Asked(QuestionKind.CHOICE, {"en": "Which?"}))
    Traceback (most recent call last):
    minga.kit.errors.Invalid: Write at least two answers to choose from, one on each line.
    """
    words = {
        language: clean_line(said, WORDS_MAX, field="words", required=True)
        for language, said in asked.words.items()
    }
    if asked.kind not in WITH_CHOICES:
        return Asked(asked.kind, words, asked.required)
    choices = {
        language: [clean_line(one, CHOICE_MAX, field="choices") for one in some if one.strip()]
        for language, some in (asked.choices or {}).items()
    }
    counts = {len(some) for some in choices.values()}
    if len(counts) != 1 or not 2 <= max(counts) <= CHOICES_MAX:
        raise Invalid(TWO_CHOICES, fields={"choices": TWO_CHOICES})
    return Asked(asked.kind, words, asked.required, choices)


def read_answer(asked: Asked, given: Sequence[str], *, field: str) -> str:
    """An answer as it is kept: words, a number, `yes` or `no`, or the numbers of choices with spaces between.

    >>> several = Asked(QuestionKind.SEVERAL, {"en": "Which?"}, choices={"en": ["a", "b", "c"]})
    >>> read_answer(several, ["3", "1", "1"], field="q"), read_answer(several, [], field="q")
    ('1 3', '')
    >>> read_answer(Asked(QuestionKind.NUMBER, {"en": "How many?"}), [" 4 "], field="q")
    '4'
    >>> read_answer(Asked(QuestionKind.YES_NO, {"en": "Car?"}, required=True), [], field="q")
    Traceback (most recent call last):
    minga.kit.errors.Invalid: Please answer this.
    """
    typed = [one.strip() for one in given if one.strip()]
    if not typed:
        if asked.required:
            raise Invalid(FILL_IN, fields={field: FILL_IN})
        return ""
    if asked.kind is QuestionKind.TEXT:
        return clean_text(given[0], ANSWER_MAX, field=field)
    if asked.kind is QuestionKind.NUMBER:
        if not (typed[0].isascii() and typed[0].isdecimal() and len(typed[0]) <= 9):
            raise Invalid(NUMBER, fields={field: NUMBER})
        return str(int(typed[0]))
    known = {"yes", "no"} if asked.kind is QuestionKind.YES_NO else {n for n, _ in asked.options()}
    chosen = sorted(set(typed), key=lambda one: (len(one), one))
    if set(chosen) - known or (asked.kind is not QuestionKind.SEVERAL and len(chosen) > 1):
        raise Invalid(CHOOSE, fields={field: CHOOSE})
    return " ".join(chosen)


def shown_answer(asked: Asked, kept: str, *languages: str) -> str:
    """An answer as it is read; `yes` and `no` are said by whoever shows it.

    >>> one = Asked(QuestionKind.CHOICE, {"en": "Which?"}, choices={"en": ["Tea", "Milk"]})
    >>> shown_answer(one, "2", "en"), shown_answer(Asked(QuestionKind.TEXT, {"en": "Why?"}), "So.")
    ('Milk', 'So.')
    """
    if asked.kind not in WITH_CHOICES:
        return kept
    words = dict(asked.options(*languages))
    return " · ".join(words[n] for n in kept.split() if n in words)
