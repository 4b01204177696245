"""Roles: limits of their words, what stewards always keep, and that there is always one. Pure."""

from minga.kit.errors import Conflict
from minga.kit.i18n import N_

STEWARD = "steward"
ROLE_NAME_MAX = 60
PURPOSE_MAX = 500
DUTIES_MAX = 12
DUTY_MAX = 200
TERM_MAX = 3650

KEEPING = frozenset({"community.see", "community.edit", "role.edit", "role.grant", "policy.edit"})
"""What the role of stewards cannot lose: without it nobody could give it back."""


def last_steward() -> Conflict:
    """A community always has a steward whose role does not run out.

    >>> str(last_steward())
    'You are the last steward. Hand the role on first.'
    """
    return Conflict(N_("You are the last steward. Hand the role on first."), code="last_steward")
