"""People without e-mail or device: who keeps them, what they agreed to have done for them, and for how long. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Forbidden, Invalid, Refused
from minga.kit.i18n import N_

CONSENT_DAYS_MAX = 365
QUIET = timedelta(days=30)
"""Nobody acts for a person who signed in within this time, unless that person switched it on."""
KEPT_AFTER_CLAIM = timedelta(days=30)
UNDO_WITHIN = timedelta(days=14)
ADDRESS_MAX = 300


class ActScope(StrEnum):
    """What somebody agreed to have done for them."""

    PROFILE = "profile"
    LISTINGS = "listings"
    EXCHANGES = "exchanges"
    SHIFTS = "shifts"
    ATTENDANCE = "attendance"
    BALLOTS = "ballots"


class ConsentHow(StrEnum):
    """How the yes was given; `self` is the person's own switch."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    PAPER = "paper"
    SELF = "self"


SCOPE_WORDS = {
    ActScope.PROFILE: N_("Change what stands about me"),
    ActScope.LISTINGS: N_("Write down what I need and what I offer"),
    ActScope.EXCHANGES: N_("Ask, lend and borrow, agree and give back"),
    ActScope.SHIFTS: N_("Take shifts"),
    ActScope.ATTENDANCE: N_("Say whether I come"),
    ActScope.BALLOTS: N_("Cast my ballot as I say it, where the vote allows that"),
}
"""What can be agreed to."""

HOW_WORDS = {
    ConsentHow.IN_PERSON: N_("in person"),
    ConsentHow.PHONE: N_("by phone"),
    ConsentHow.PAPER: N_("on paper"),
    ConsentHow.SELF: N_("by their own switch"),
}

NO_CONSENT = N_("{name} has not agreed to that. Ask them, and write their yes down on their sheet.")
SIGNS_IN = N_("{name} signs in themselves. They can switch on that others act for them.")
NOT_ONESELF = N_("You act for yourself already.")
NOT_FOR_OTHERS = N_("This cannot be done for somebody else.")
TOO_MANY = N_("You keep {most} people already. Somebody else has to keep the next one.")
NO_SCOPE = N_("Tick at least one thing they agree to.")
BAD_SCOPE = N_("Nobody can be asked for that here.")
BAD_DAYS = N_("A yes holds for 1 to {most} days.")
NOT_BY_SELF = N_("Say how they told you: in person, by phone, or on paper.")
CLAIMED = N_("{name} signs in themselves now.")


@dataclass(frozen=True)
class Yes:
    """A consent as far as deciding goes."""

    scopes: frozenset[str]
    until_at: datetime
    by_self: bool


def refusal_to_act(
    name: str, wanted: Collection[ActScope], yes: Yes | None, *, signed_in_lately: bool, at: datetime
) -> Refused | None:
    """Why nobody may do this for that person now; None when they agreed to one of what is wanted.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> yes = Yes(frozenset({"listings"}), noon + timedelta(days=1), False)
    >>> refusal_to_act("Edda", [ActScope.LISTINGS], yes, signed_in_lately=False, at=noon) is None
    True
    >>> refusal_to_act("Edda", [ActScope.PROFILE], yes, signed_in_lately=False, at=noon).name
    'no_consent'
    >>> refusal_to_act("Edda", [ActScope.LISTINGS], yes, signed_in_lately=True, at=noon).name
    'signs_in'
    >>> refusal_to_act("Edda", [ActScope.LISTINGS], yes, signed_in_lately=False, at=yes.until_at).name
    'no_consent'
    """
    if signed_in_lately and not (yes and yes.by_self):
        return Forbidden(SIGNS_IN, code="signs_in", name=name)
    if yes is None or yes.until_at <= at or yes.scopes.isdisjoint(wanted):
        return Forbidden(NO_CONSENT, code="no_consent", name=name)
    return None


def check_consent(scopes: Iterable[str], days: int, how: str, *, by_self: bool) -> tuple[ActScope, ...]:
    """The scopes in their order, or every fault at its field.

    >>> check_consent(["exchanges", "listings"], 90, "phone", by_self=False)
    (<ActScope.LISTINGS: 'listings'>, <ActScope.EXCHANGES: 'exchanges'>)
    """
    asked = set(scopes)
    faults: dict[str, str | Refused] = {}
    if not asked:
        faults["scopes"] = NO_SCOPE
    elif asked - set(SCOPE_WORDS):
        faults["scopes"] = BAD_SCOPE
    if not 1 <= days <= CONSENT_DAYS_MAX:
        faults["days"] = Invalid(BAD_DAYS, most=CONSENT_DAYS_MAX)
    if how not in set(ConsentHow) or (how == ConsentHow.SELF) is not by_self:
        faults["how"] = NOT_BY_SELF
    if faults:
        raise Invalid(N_("Some answers need another look."), fields=faults)
    return tuple(one for one in SCOPE_WORDS if one in asked)


def require_room(kept: int, most: int) -> None:
    """Refuse one person more than the community's rule lets somebody keep."""
    if kept >= most:
        raise Conflict(TOO_MANY, code="too_many_kept", most=most)


def may_undo(happened_at: datetime, at: datetime) -> bool:
    """Whether what was entered can still be taken back by the person's word."""
    return at < happened_at + UNDO_WITHIN
