"""Terms of a partnership: a text both sides agree to, and how long duties go on after the end. Pure."""

import hashlib
from datetime import datetime, timedelta

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

TEXT_MAX = 10_000
NOTICE_DAYS_MAX = 90

BAD_NOTICE = N_("Duties go on for 0 to {most} days after the end.")
NOT_ACTIVE = N_("Terms belong to a partnership that is active.")
WAITS_ALREADY = N_("Terms wait for an answer already. They are answered or taken back first.")
ANSWERED = N_("These terms were answered already.")
SAME_TEXT = N_("These are the terms that hold.")
SAME_PERSON = N_("Somebody else from {other} has to agree. You already agreed for {own}.")


def fingerprint(text: str, notice_days: int) -> str:
    """The digest by which both sides know that they agreed to the same.

    >>> fingerprint("Bread on Fridays.", 30) == fingerprint("Bread on Fridays.", 30)
    True
    >>> fingerprint("Bread on Fridays.", 30) == fingerprint("Bread on Fridays.", 31)
    False
    """
    return hashlib.sha256(f"minga-terms-1\n{notice_days}\n{text}".encode()).hexdigest()


def check_notice(days: int) -> int:
    """
    >>> check_notice(0), check_notice(90)
    (0, 90)
    >>> check_notice(91)
    Traceback (most recent call last):
    minga.kit.errors.Invalid: Duties go on for 0 to 90 days after the end.
    """
    if not 0 <= days <= NOTICE_DAYS_MAX:
        refused = Invalid(BAD_NOTICE, most=NOTICE_DAYS_MAX)
        raise Invalid(BAD_NOTICE, fields={"notice_days": refused}, most=NOTICE_DAYS_MAX)
    return days


def duties_end(ended_at: datetime, notice_days: int | None) -> datetime | None:
    """Until when what was promised is still owed after the end of a partnership; None without terms or without notice.

    >>> duties_end(datetime(2026, 11, 20), 30)
    datetime.datetime(2026, 12, 20, 0, 0)
    >>> duties_end(datetime(2026, 11, 20), None), duties_end(datetime(2026, 11, 20), 0)
    (None, None)
    """
    return ended_at + timedelta(days=notice_days) if notice_days else None
