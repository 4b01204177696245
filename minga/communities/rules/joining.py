"""Invitations into a community and applications: limits, refusals, and when an answer is final. Pure."""

from datetime import datetime, timedelta

from minga.kit.i18n import N_

WORDS_MAX = 2000
REASON_MAX = 500
TRIAL_DAYS_MAX = 730
INVITES_OPEN_OF_KEEPERS = 100
LAPSES_AFTER = timedelta(days=60)
AGAIN_AFTER = timedelta(days=30)
WORDS_KEPT = timedelta(days=30)
NOTES_KEPT = timedelta(days=90)
"""How long what welcomers wrote to each other about an application stays after its end."""
REMINDERS = (3, 7, 14, 30)
"""After how many days without any answer welcomers are reminded."""

ONLY_WELCOMERS = N_("Only welcomers may let somebody in at once. Yours will answer the questions first.")
TOO_MANY_OPEN = N_(
    "You have {n} open invitations, as many as {community} allows. Take one back, or wait until one is used."
)
TAKES_NOBODY = N_("{community} takes nobody in at the moment.")
ALREADY_MEMBER = N_("You are already a member of {community}.")
FROM_ABOVE = N_(
    "Only members of {community} can join its groups. Ask for an invitation to {community} first."
)


def may_apply_again(declined_at: datetime | None, at: datetime) -> bool:
    """Whether somebody who was declined may ask once more.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> may_apply_again(noon - timedelta(days=29), noon), may_apply_again(None, noon)
    (False, True)
    """
    return declined_at is None or declined_at + AGAIN_AFTER <= at


def is_enough(approval: str, *, first_by: str | None, now_by: str) -> bool:
    """Whether this yes settles an application: one is enough (where vouches are asked for, besides them), or a second agrees.

    >>> is_enough("one", first_by=None, now_by="hana")
    True
    >>> is_enough("two", first_by=None, now_by="hana"), is_enough("two", first_by="hana", now_by="hana")
    (False, False)
    >>> is_enough("two", first_by="ana", now_by="hana")
    True
    """
    return approval != "two" or (first_by is not None and first_by != now_by)


def reminder_due(sent_at: datetime, reminded: int, at: datetime) -> int | None:
    """The number of days of which welcomers are reminded now, or None.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> [reminder_due(noon, before, noon + timedelta(days=days)) for before, days in ((0, 2), (0, 3), (3, 6), (3, 9))]
    [None, 3, None, 7]
    """
    passed = [days for days in REMINDERS if sent_at + timedelta(days=days) <= at]
    return passed[-1] if passed and passed[-1] > reminded else None
