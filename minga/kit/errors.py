"""The few ways a request can be refused. Interfaces translate them to status and sentence, once."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from minga.kit.i18n import N_, Translator, translator

Translate = Callable[[str], str]


class Refused(Exception):
    """A rule said no. Safe to show to the person who asked.

    `text` is an English sentence with {named} facts, which is also its key in the catalogues of translations.
    `fields` maps names of form fields to sentences, or to refusals when these have facts of their own; `lifted_by`
    names who can lift the rule.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422
    default: ClassVar[str] = N_("That does not work here.")

    def __init__(
        self,
        text: str = "",
        *,
        code: str | None = None,
        fields: "Mapping[str, str | Refused] | None" = None,
        lifted_by: tuple[str, ...] = (),
        retry_after: int | None = None,
        **facts: Any,
    ) -> None:
        self.text = text or self.default
        self.facts = facts
        self.fields: Mapping[str, str | Refused] = fields or {}
        self.lifted_by = lifted_by
        self.retry_after = retry_after
        self.name = code or self.code
        super().__init__(self.text)

    def __str__(self) -> str:
        return self.sentence(lambda text: text)

    def sentence(self, translate: Translate) -> str:
        """The sentence in the reader's language, facts filled in."""
        return fill(translate(self.text), self.facts, translate)

    def at_fields(self, translate: Translate) -> dict[str, str]:
        """The sentence at each field, facts filled in."""
        return {
            name: said.sentence(translate)
            if isinstance(said, Refused)
            else fill(translate(said), self.facts, translate)
            for name, said in self.fields.items()
        }


class Invalid(Refused):
    """The shape or the meaning of what was sent does not fit; nothing was stored."""

    code = "invalid"


class NotFound(Refused):
    """Absent, or not yours to see: we never tell which."""

    code = "not_found"
    status = 404
    default = N_("There is nothing here, or it is not for you.")


class NotSignedIn(Refused):
    code = "not_signed_in"
    status = 401
    default = N_("Please sign in first.")


class Forbidden(Refused):
    code = "forbidden"
    status = 403


class Confirm(Refused):
    """Not a no: the person has to show once more that it is them."""

    code = "confirm"
    status = 403
    default = N_("Please confirm that it is you. What you typed is kept.")


class Conflict(Refused):
    """Somebody else was first."""

    code = "conflict"
    status = 409


class Stale(Refused):
    """The row changed since it was read."""

    code = "stale"
    status = 412
    default = N_("Somebody changed this meanwhile. Look at the new version and try again.")


class TooLarge(Refused):
    code = "too_large"
    status = 413


class TooMany(Refused):
    code = "too_many"
    status = 429
    default = N_("That was too often. Please wait a moment.")


class Busy(Refused):
    """The node cannot answer now; the same request may be sent again."""

    code = "busy"
    status = 503
    default = N_("We are busy for a moment. Please try again.")


class NoSpace(Refused):
    code = "no_space"
    status = 507
    default = N_("The disk is full; reading works. Whoever runs this node has to make room.")


def fill(text: str, facts: dict[str, Any], translate: Translate) -> str:
    """Put facts into a sentence; facts that are marked sentences themselves are translated too.

    >>> fill("At most {n} rows.", {"n": 5}, str), fill("Until {day}.", {"day": date(2026, 12, 4)}, str)
    ('At most 5 rows.', 'Until 4 December 2026.')
    """
    if not facts:
        return text
    return text.format_map({key: _said(value, translate) for key, value in facts.items()})


def _said(value: Any, translate: Translate) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        voice = getattr(translate, "__self__", None)
        return (voice if isinstance(voice, Translator) else translator("en")).day(value)
    return value.sentence(translate) if isinstance(value, Refused) else value
