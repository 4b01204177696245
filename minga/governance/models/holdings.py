"""What the tables of governance hold of people and of a community."""

from minga.kit.holdings import Holding, register

HERE = "community_id"
OF_PROPOSAL = "proposal_id/community_id"
OF_POLL = "poll_id/community_id"

PROPOSED = (
    Holding(table="charter", within=HERE),
    Holding(table="delegation", own=("person_id",), party=("to_id",), within=HERE),
    Holding(table="proposal", own=("proposer_id",), party=("owner_id", "subject_id"), within=HERE),
    Holding(table="proposal_version", own=("by_id",), within=OF_PROPOSAL),
    Holding(table="co_proposer", own=("person_id",), within=OF_PROPOSAL),
    Holding(table="seconding", own=("person_id",), within=OF_PROPOSAL),
    Holding(table="amendment", own=("by_id",), within=OF_PROPOSAL, blank=("words",)),
    Holding(table="advice", own=("adviser_id",), within=OF_PROPOSAL, blank=("words",)),
)
POLLED = (
    Holding(table="poll", within=HERE),
    Holding(table="poll_option", party=("person_id",), within=OF_POLL),
    Holding(table="roll_row", own=("voter_id",), within=OF_POLL),
    Holding(table="presence", own=("person_id",), within=OF_POLL),
    Holding(table="poll_secret", why="It is told with the count, in the Result."),
    Holding(table="scrutiny", own=("person_id",), within=OF_POLL),
    Holding(table="veto", own=("person_id",), within=OF_POLL),
    Holding(table="objection", own=("person_id",), within=OF_POLL, blank=("argument",)),
    Holding(table="objection_view", own=("person_id",), within="objection_id/" + OF_POLL),
    Holding(table="challenge", own=("person_id",), within=OF_POLL, blank=("reason",)),
)
CAST = (
    Holding(table="ballot", own=("voter_id",), within=OF_POLL, hide=("sealed",), blank=("reason",)),
    Holding(table="ballot_past", own=("voter_id",), within=OF_POLL, blank=("reason",)),
    Holding(table="paper_batch", own=("made_by_id",), within=OF_POLL, leave=("second",)),
    Holding(table="loose_ballot", within=OF_POLL, hide=("sealed",)),
    Holding(table="poll_key", why="A key of this node that is gone when its poll closes."),
)
DECIDED = (
    Holding(table="result", within=OF_POLL),
    Holding(table="decision", own=("statement_by_id",), party=("owner_id",), within=HERE),
    Holding(table="effect", within="decision_id/community_id"),
    Holding(table="voting_day", within=HERE),
)

register("governance", (*PROPOSED, *POLLED, *CAST, *DECIDED))
