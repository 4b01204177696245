"""What can be allowed in deciding; casting a ballot besides needs a place on the poll's roll, and no token ever does it."""

from minga.communities.access import register_capability
from minga.communities.rules import Capability
from minga.kit.i18n import N_

_EVERYBODY, _MEMBERS = ("trial", "member"), ("member",)

SEE = register_capability(
    Capability(
        name="proposal.see",
        sentence=N_("Read proposals, polls and decisions."),
        roles=_EVERYBODY,
        reads=True,
    )
).name
MAKE = register_capability(
    Capability(name="proposal.make", sentence=N_("Put proposals to the community."), roles=_MEMBERS)
).name
DISCUSS = register_capability(
    Capability(
        name="proposal.discuss",
        sentence=N_("Second proposals, advise on them, and say what should read otherwise."),
        roles=_MEMBERS,
    )
).name
OPEN = register_capability(
    Capability(
        name="poll.open",
        sentence=N_("Open polls, make them longer, answer challenges."),
        roles=("member", "facilitator"),
    )
).name
VOTE = register_capability(
    Capability(
        name="poll.vote",
        sentence=N_("Vote in polls whose roll one is on."),
        roles=_MEMBERS,
        tokens=False,
    )
).name
ENTER_PAPER = register_capability(
    Capability(
        name="poll.enter_paper",
        sentence=N_("Enter ballots from paper and for members who telephone."),
        roles=("facilitator", "secretary"),
        tokens=False,
    )
).name
RECORD = register_capability(
    Capability(
        name="outcome.record",
        sentence=N_("Write the statement below an outcome, and what became of a decision."),
        roles=("facilitator", "secretary"),
        settles=True,
    )
).name
LEND = register_capability(
    Capability(
        name="delegation.give", sentence=N_("Lend one's vote to somebody."), roles=_MEMBERS, tokens=False
    )
).name
