"""Taking one's data along and being erased: how long it waits, how long a link lasts, what is said. Pure."""

from datetime import timedelta
from enum import StrEnum

from minga.kit.i18n import N_

GRACE = timedelta(days=14)
LINK_LASTS = timedelta(days=7)
EXPORTS_PER_DAY = 3
FORMER = N_("former member")
LETTER_MAX = 4_000
AUTHORITY = timedelta(hours=72)

EXPORT_MADE_OFTEN = N_("That was three files today. The newest is below; tomorrow you can have another.")
NOT_YET_ERASED = N_("Some things are still open. Settle them first; they stand below.")


class RequestKind(StrEnum):
    """What somebody wants of their data."""

    EXPORT = "export"
    ERASURE = "erasure"


def handle_of_former(person_id: str) -> str:
    """The handle of somebody who was erased: free of every word, and nobody else's.

    >>> handle_of_former("0192f0c1d2e37abc8def0123456789ab")
    'gone-7abc8def0123456789ab'
    """
    return f"gone-{person_id[-20:]}"
