"""Letting somebody reach oneself for one exchange: by which means, and for how long."""

from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.i18n import N_

AFTER = timedelta(days=7)
NOTHING_THERE = N_(
    "You have not written that down yet. Put it into your profile first; it stays hidden there."
)
OVER = N_("This is over. Write to each other here if something is left.")


class ShareField(StrEnum):
    """What is shown. `caller` is how to reach whom a dispatcher keeps a need for."""

    PHONE = "phone"
    ADDRESS = "address"
    MAIL = "mail"
    CALLER = "caller"


SHARE_WORDS = {
    ShareField.PHONE: N_("my number"),
    ShareField.ADDRESS: N_("my address"),
    ShareField.MAIL: N_("my mail address"),
    ShareField.CALLER: N_("how to reach them"),
}

THEIR_WORDS = {
    ShareField.PHONE: N_("Number"),
    ShareField.ADDRESS: N_("Address"),
    ShareField.MAIL: N_("Mail address"),
    ShareField.CALLER: N_("How to reach them"),
}


def lives(ended_at: datetime | None, over_at: datetime | None, at: datetime) -> bool:
    """Whether a share still shows anything: until it is taken back, or a week after the exchange is over.

    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 20, tzinfo=UTC)
    >>> lives(None, None, at), lives(at, None, at), lives(None, at - AFTER, at), lives(None, at, at)
    (True, False, False, True)
    """
    return ended_at is None and (over_at is None or at < over_at + AFTER)
