"""Invites: purposes, limits, and the form of their tokens. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from minga.kit.errors import Invalid, NotFound
from minga.kit.i18n import N_

FOR_WHOM_MAX = 80
WORDS_MAX = 600
EXAMPLE_MAX = 240
EXAMPLES_MAX = 3
USES_MAX = 500
LASTS_MIN, LASTS_MAX = timedelta(hours=1), timedelta(days=365)
WORDS_KEPT = timedelta(days=30)
CODE_LENGTH = 8
MAC_LENGTH = 21
TOKEN_LENGTH = CODE_LENGTH + MAC_LENGTH


class Purpose(StrEnum):
    """What an invite makes."""

    OWNER = "owner"
    JOIN = "join"
    CLAIM = "claim"
    RECOVER = "recover"


LASTS = {
    Purpose.OWNER: timedelta(hours=24),
    Purpose.JOIN: timedelta(days=14),
    Purpose.CLAIM: timedelta(days=60),
    Purpose.RECOVER: timedelta(minutes=30),
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the inviter says; all optional, plain text."""

    greeting: str = ""
    gratitude: str = ""
    support: str = ""
    examples: tuple[str, ...] = ()
    fun: str = ""
    photo: str | None = None

    def __bool__(self) -> bool:
        return bool(
            self.greeting or self.gratitude or self.support or any(self.examples) or self.fun or self.photo
        )


def check_words(words: Words) -> Words:
    """The words trimmed, or a refusal that names each field that is too long.

    >>> check_words(Words(greeting=" Hello ", examples=("", "a ladder"))).examples
    ('a ladder',)
    """
    trimmed = Words(
        greeting=words.greeting.strip(),
        gratitude=words.gratitude.strip(),
        support=words.support.strip(),
        examples=tuple(text.strip() for text in words.examples if text.strip()),
        fun=words.fun.strip(),
        photo=words.photo,
    )
    long = N_("At most 600 characters.")
    faults = {
        field: long
        for field in ("greeting", "gratitude", "support", "fun")
        if len(getattr(trimmed, field)) > WORDS_MAX
    }
    if len(trimmed.examples) > EXAMPLES_MAX:
        faults["examples"] = N_("At most three examples.")
    elif any(len(text) > EXAMPLE_MAX for text in trimmed.examples):
        faults["examples"] = N_("At most 240 characters each.")
    if faults:
        raise Invalid(N_("Some of your words are too long."), fields=faults)
    return trimmed


def check_terms(purpose: Purpose, uses_max: int, lasts: timedelta) -> None:
    """Refuse uses and spans out of bounds. Only invitations to join may be used more than once."""
    uses_most = USES_MAX if purpose is Purpose.JOIN else 1
    if not 1 <= uses_max <= uses_most:
        sentence = N_("An invitation works for 1 to {most} people.")
        raise Invalid(sentence, fields={"uses_max": sentence}, most=uses_most)
    if purpose in {Purpose.JOIN, Purpose.CLAIM} and not LASTS_MIN <= lasts <= LASTS_MAX:
        sentence = N_("An invitation lasts from one hour to a year.")
        raise Invalid(sentence, fields={"expires_at": sentence})


def dead_invite() -> NotFound:
    """One refusal for unknown, expired, revoked, used-up and forged: nobody learns which."""
    return NotFound(
        N_("This invitation does not work any more. Ask the person who gave it to you for a new one."),
        code="invite_dead",
    )
