"""What somebody without an account may write, and how it stands for them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minga.kit.i18n import N_
from minga.sharing.rules.dispatch import Step
from minga.sharing.rules.kinds import Urgency

SELF_CONSENT = N_(
    "Only the dispatchers of {community} read this. Whoever helps you reads your first name. If we cannot help, it is erased after 30 days. That is all right with me."
)
SELF_CONSENT_MISSING = N_("Please tick this. Without it we may not keep what you wrote.")
LEAVE_EMPTY = N_("Leave the last field empty, and send it again.")
TOO_QUICK = N_("That was very quick. Look at it once more, and send it again.")
TOO_OLD = N_("This page was open for very long. Please send it again.")
CLOSED_NOW = N_("This was answered already.")


@dataclass(frozen=True, kw_only=True)
class Written:
    """What the form asks of somebody without an account."""

    what: str
    caller: str
    reach: str
    place: str = ""
    needed_by_at: datetime | None = None
    urgency: Urgency = Urgency.NORMAL
    consent: bool = False


class IntakeState(StrEnum):
    """How it stands, for the one who wrote it."""

    WAITING = "waiting"
    LOOKING = "looking"
    ARRANGED = "arranged"
    ON_THE_WAY = "on_the_way"
    DONE = "done"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


INTAKE_WORDS = {
    IntakeState.WAITING: N_("Waits to be read"),
    IntakeState.LOOKING: N_("We look for somebody"),
    IntakeState.ARRANGED: N_("Somebody was found"),
    IntakeState.ON_THE_WAY: N_("It has begun"),
    IntakeState.DONE: N_("Done"),
    IntakeState.CLOSED: N_("Closed"),
    IntakeState.REFUSED: N_("We cannot help this time"),
    IntakeState.WITHDRAWN: N_("You took it back"),
}


def state_of(step: Step | None, *, refused: bool, withdrawn: bool, closed: bool) -> IntakeState:
    """What the visitor reads; `step` is the group of the need once a dispatcher took it in.

    >>> state_of(None, refused=False, withdrawn=False, closed=False).value
    'waiting'
    >>> state_of(Step.NEW, refused=False, withdrawn=False, closed=False).value
    'looking'
    >>> state_of(Step.DONE, refused=False, withdrawn=False, closed=True).value
    'closed'
    """
    if withdrawn:
        return IntakeState.WITHDRAWN
    if refused:
        return IntakeState.REFUSED
    if step is None:
        return IntakeState.WAITING
    if closed:
        return IntakeState.CLOSED
    return {
        Step.ARRANGED: IntakeState.ARRANGED,
        Step.ON_THE_WAY: IntakeState.ON_THE_WAY,
        Step.DONE: IntakeState.DONE,
    }.get(step, IntakeState.LOOKING)
