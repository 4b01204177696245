"""An access need: what somebody says makes it harder for them, for nobody else to read, and where it may count. Pure."""

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

WORDS_MAX = 300
POOLS_MAX = 50
NOT_CONFIRMED = N_("Confirm that this is so. Without that it counts nowhere.")
EMPTY = N_("Say in a few words what it is; nobody else reads it.")
POOL_UNKNOWN = N_("Choose among the pools on this page.")


def sealed_about(person_id: str) -> str:
    """The record that somebody's words are sealed to."""
    return f"access_need {person_id}"


def check(words: str, *, confirmed: bool) -> None:
    """Raise where something is missing; nothing at all is taken back otherwise."""
    if not words:
        raise Invalid(EMPTY, fields={"words": EMPTY})
    if not confirmed:
        raise Invalid(NOT_CONFIRMED, fields={"confirmed": NOT_CONFIRMED})
