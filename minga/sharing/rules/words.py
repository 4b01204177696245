"""The words of sharing: which way a listing points, of what kind it is, how far it reaches, who answers."""

from enum import StrEnum

from minga.kit.i18n import N_


class Direction(StrEnum):
    """Something somebody has, or something somebody lacks."""

    OFFER = "offer"
    NEED = "need"


class Kind(StrEnum):
    """What is offered or needed; each kind has columns of its own."""

    ITEM = "item"
    SERVICE = "service"
    JOB = "job"
    HELP = "help"
    SKILL = "skill"
    TIME = "time"
    SPACE = "space"


class Level(StrEnum):
    """How far a listing reaches, from narrow to wide; PARTNERS without a tie is the community alone."""

    PRIVATE = "private"
    COMMUNITY = "community"
    PARTNERS = "partners"
    NETWORK = "network"
    PUBLIC = "public"

    @property
    def rank(self) -> int:
        """0 for the narrowest.

        >>> Level.PARTNERS.rank < Level.NETWORK.rank
        True
        """
        return list(Level).index(self)

    @property
    def wide(self) -> bool:
        """Whether people whom no tie binds to the community can see it.

        >>> [level.value for level in Level if level.wide]
        ['network', 'public']
        """
        return self in (Level.NETWORK, Level.PUBLIC)


class Origin(StrEnum):
    """Where a listing stands for its reader; each stands in the nearest group that may show it."""

    OWN = "own"
    PARTNER = "partner"
    NETWORK = "network"


class Answers(StrEnum):
    """Who says yes to those who ask."""

    OWNER = "owner"
    AT_ONCE = "at_once"
    DISPATCHER = "dispatcher"
    COLLECT = "collect"
    LOT = "lot"


class NameShown(StrEnum):
    """Who reads the owner's name on the listing."""

    EVERYBODY = "everybody"
    AGREED = "agreed"
    DISPATCHERS = "dispatchers"


class CloseReason(StrEnum):
    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REMOVED = "removed"


class State(StrEnum):
    """Computed from the dates of a listing, never stored."""

    DRAFT = "draft"
    PENDING = "pending"
    OPEN = "open"
    PAUSED = "paused"
    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REMOVED = "removed"
    ARCHIVED = "archived"


DIRECTION_WORDS = {Direction.OFFER: N_("Offer"), Direction.NEED: N_("Need")}
KIND_WORDS = {
    Kind.ITEM: N_("Thing"),
    Kind.SERVICE: N_("Service"),
    Kind.JOB: N_("Job"),
    Kind.HELP: N_("Help"),
    Kind.SKILL: N_("Skill"),
    Kind.TIME: N_("Time"),
    Kind.SPACE: N_("Space"),
}
STATE_WORDS = {
    State.DRAFT: N_("Draft"),
    State.PENDING: N_("Waits for a look"),
    State.OPEN: N_("Open"),
    State.PAUSED: N_("Paused"),
    State.FULFILLED: N_("Done"),
    State.WITHDRAWN: N_("Withdrawn"),
    State.EXPIRED: N_("Ended"),
    State.REMOVED: N_("Removed"),
    State.ARCHIVED: N_("Archived"),
}
LEVEL_WORDS = {
    Level.PRIVATE: N_("Only people I choose, and our dispatchers"),
    Level.COMMUNITY: N_("Only {community}. Never leaves it"),
    Level.PARTNERS: N_("{community} and its partners: {partners}"),
    Level.NETWORK: N_("Every community in the network"),
    Level.PUBLIC: N_("Everybody on the web"),
}
ANSWERS_WORDS = {
    Answers.OWNER: N_("I answer"),
    Answers.AT_ONCE: N_("At once, while something is left"),
    Answers.DISPATCHER: N_("A dispatcher answers"),
    Answers.COLLECT: N_("I collect asks until a time, then I choose"),
    Answers.LOT: N_("I collect asks until a time, then a lot decides"),
}
ANSWERS_TO_OTHERS = {
    **ANSWERS_WORDS,
    Answers.OWNER: N_("The owner answers"),
    Answers.COLLECT: N_("Asks are collected until a time, then the owner chooses"),
    Answers.LOT: N_("Asks are collected until a time, then a lot decides"),
}
NAME_SHOWN_WORDS = {
    NameShown.EVERYBODY: N_("Everybody who sees this"),
    NameShown.AGREED: N_("Only who it is agreed with"),
    NameShown.DISPATCHERS: N_("Only dispatchers"),
}
REASON_WORDS = {
    CloseReason.FULFILLED: N_("It is taken, or done"),
    CloseReason.WITHDRAWN: N_("I withdraw it"),
}
