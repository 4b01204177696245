"""Words for dimensions and outcomes."""

from typing import Any

from minga.kit.i18n import N_
from minga.reputation.rules.connecting import Purpose
from minga.reputation.rules.endorsing import By, Wish
from minga.reputation.rules.facts import Dimension, What

DIMENSION_WORDS = {
    Dimension.RELIABILITY: N_("Reliability"),
    Dimension.CARE: N_("Care for things"),
    Dimension.WORK: N_("Work"),
    Dimension.COMMUNICATION: N_("Talking"),
    Dimension.CONTRIBUTION: N_("Giving and receiving"),
}
DIMENSION_HINTS = {
    Dimension.RELIABILITY: N_("Things back in time, and agreements kept"),
    Dimension.CARE: N_("Things came back as they were lent"),
    Dimension.WORK: N_("How those for whom you did something found it"),
    Dimension.COMMUNICATION: N_("Asks answered within three days"),
}
WHAT_WORDS = {
    What.BACK_IN_TIME: N_("You brought it back in time"),
    What.BACK_LATE: N_("You brought it back late"),
    What.LOST: N_("It was lost"),
    What.DONE: N_("Done as agreed"),
    What.CANCELLED_LATE: N_("You called it off less than a day before"),
    What.NO_SHOW: N_("You did not come"),
    What.BACK_AS_LENT: N_("It came back as it was lent"),
    What.BACK_WORSE: N_("It came back in a worse condition"),
    What.FEEDBACK: N_("Somebody said how it went"),
    What.ANSWERED: N_("You answered within three days"),
    What.LEFT_SILENT: N_("You left it without an answer"),
    What.LENT: N_("You lent it"),
    What.BORROWED: N_("You borrowed it"),
    What.GAVE: N_("You gave it"),
    What.GOT: N_("You received it"),
    What.HELPED: N_("You helped"),
    What.WAS_HELPED: N_("You were helped"),
}
SUM_WORDS = {
    What.LENT: N_("Things lent"),
    What.GAVE: N_("Things given"),
    What.HELPED: N_("Done for others"),
    What.BORROWED: N_("Things borrowed"),
    What.GOT: N_("Things received"),
    What.WAS_HELPED: N_("Done by others"),
}
OTHER_WORDS = {
    What.BACK_LATE: N_("Brought back late"),
    What.LOST: N_("Lost"),
    What.CANCELLED_LATE: N_("Called off less than a day before"),
    What.NO_SHOW: N_("Did not come"),
    What.BACK_WORSE: N_("Back in a worse condition"),
    What.LEFT_SILENT: N_("Left without an answer"),
}
"""The outcomes that are contested, as the other side and mediators read them."""
ANY_OUTCOME = N_("An outcome")


PURPOSE_WORDS = {
    Purpose.THINGS: N_("things"),
    Purpose.HOME: N_("my home"),
    Purpose.CHILDREN: N_("my children"),
    Purpose.KEYS: N_("my keys"),
    Purpose.MONEY: N_("money"),
    Purpose.GENERAL: N_("in general"),
}
BY_WORDS = {
    By.ENDORSEMENTS: N_("verified by members"),
    By.EXCHANGES: N_("verified by what was done"),
    By.PAPER: N_("a paper was seen"),
}
WISH_WORDS = {
    Wish.CAN: N_("I can"),
    Wish.TEACHES: N_("I teach"),
    Wish.LEARNS: N_("I would like to learn"),
}
WISH_OF_OTHERS = {
    Wish.CAN: N_("says so"),
    Wish.TEACHES: N_("teaches"),
    Wish.LEARNS: N_("would like to learn"),
}


def words() -> dict[str, Any]:
    """What templates of reputation share."""
    return {
        "dimension_words": DIMENSION_WORDS,
        "dimension_hints": DIMENSION_HINTS,
        "what_words": WHAT_WORDS,
        "other_words": OTHER_WORDS,
        "any_outcome": ANY_OUTCOME,
        "purpose_words": PURPOSE_WORDS,
        "by_words": BY_WORDS,
        "wish_words": WISH_WORDS,
        "wish_of_others": WISH_OF_OTHERS,
    }
