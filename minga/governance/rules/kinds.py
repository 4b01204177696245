"""Words and limits of deciding: what is proposed, how it is kept secret, by which ways a ballot comes. Pure."""

from enum import StrEnum

TITLE_MAX, TEXT_MAX, WHY_MAX = 255, 50_000, 20_000
REASON_MAX, ARGUMENT_MAX, STATEMENT_MAX, ANSWER_MAX = 2_000, 2_000, 5_000, 2_000
QUESTION_MAX, OPTION_MAX, OPTIONS_MAX = 500, 500, 200
TOPIC_MAX, NUMBER_MAX, METHOD_MAX, CLASS_MAX = 60, 12, 30, 40
WEIGHT_MAX, ROLL_MAX = 1_000_000, 1_000_000
AMOUNT_MAX = 10**15
EFFECTS_MAX, CO_PROPOSERS_MAX, SCRUTINEERS_MAX = 10, 10, 10


class ProposalKind(StrEnum):
    """What a proposal is about; a community's own kinds are each mapped to one of these."""

    POLICY = "policy"
    RESOURCE = "resource"
    BUDGET = "budget"
    GOVERNANCE = "governance"
    MEMBERSHIP = "membership"
    REMOVAL = "removal"
    ELECTION = "election"
    ADVICE = "advice"


WITH_MONEY = frozenset({ProposalKind.RESOURCE, ProposalKind.BUDGET})


class Secrecy(StrEnum):
    """What stands of a ballot, and who could read it."""

    OPEN = "open"
    SEALED = "sealed"
    DETACHED = "detached"


class Results(StrEnum):
    """When figures are shown; live only in open polls."""

    LIVE = "live"
    AFTER_CLOSE = "after_close"


class Channel(StrEnum):
    """The way a ballot came."""

    WEB = "web"
    API = "api"
    PHONE = "phone"
    PAPER = "paper"
    HALL = "hall"


class Tick(StrEnum):
    """That somebody has voted, where their ballot is not joined to them."""

    DETACHED = "detached"
    PAPER = "paper"


class RollUnit(StrEnum):
    PERSON = "person"
    HOUSEHOLD = "household"


class Leavers(StrEnum):
    """What happens to the vote of somebody who leaves while the poll runs; said before it opens."""

    KEEP = "keep"
    DROP = "drop"


class ObjectionEnd(StrEnum):
    """How an objection in a consent poll ended."""

    INTEGRATED = "integrated"
    WITHDRAWN = "withdrawn"
    NOT_PARAMOUNT = "not_paramount"


class ChallengeKind(StrEnum):
    """What somebody on the roll says is wrong."""

    COUNT = "count"
    ROLL = "roll"
    PROCESS = "process"
    NOT_ME = "not_me"


class DelegationScope(StrEnum):
    """How far a lent vote reaches; the narrower one wins."""

    POLL = "poll"
    TOPIC = "topic"
    COMMUNITY = "community"
