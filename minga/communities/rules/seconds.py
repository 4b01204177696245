"""Acts that take two people: their names, what they ask, and how long a first word waits. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from minga.kit.i18n import N_

WAITS = timedelta(hours=72)
WORDS_MAX = 500


@dataclass(frozen=True)
class Act:
    """One kind of act: the capability both people need, and what it wants, as a sentence for the second person."""

    name: str
    capability: str
    sentence: str


ACTS = {
    act.name: act
    for act in (
        Act("policy.set", "policy.edit", N_("{asker} wants to change the rule “{what}”.")),
        Act("role.edit", "role.edit", N_("{asker} wants to change what the role “{what}” may do.")),
        Act("role.make", "role.edit", N_("{asker} wants to make a new role, “{what}”.")),
        Act("grant.end", "role.grant", N_("{asker} wants to end a role of {what}.")),
        Act("tie.widen", "tie.widen", N_("{asker} wants to give {what} more than before.")),
        Act("community.archive", "community.archive", N_("{asker} wants to close {what} for good.")),
        Act("community.reopen", "community.archive", N_("{asker} wants to open {what} again.")),
        Act("federation.found", "federation.join", N_("{asker} wants to found the federation “{what}”.")),
        Act("federation.ask", "federation.join", N_("{asker} wants to ask for a seat in {what}.")),
        Act("federation.accept", "federation.join", N_("{asker} wants to take a seat in {what}.")),
        Act("federation.widen", "federation.join", N_("{asker} wants to give {what} more than before.")),
        Act("federation.mandate", "federation.join", N_("{asker} wants {what} to speak for us.")),
        Act("federation.leave", "federation.leave", N_("{asker} wants to leave {what}.")),
        Act("federation.stay", "federation.leave", N_("{asker} wants to stay in {what} after all.")),
        Act("federation.exclude", "federation.decide", N_("{asker} wants {what} to lose its seat.")),
        Act("federation.dissolve", "federation.decide", N_("{asker} wants to dissolve {what}.")),
        Act(
            "community.export",
            "community.export",
            N_("{asker} wants to take all of the community out as a file."),
        ),
        Act("agreement.publish", "agreement.edit", N_("{asker} wants to publish “{what}”.")),
        Act("person.erase", "person.keep", N_("{asker} says that {what} wants to be erased.")),
        Act("member.pause", "member.pause", N_("{asker} wants the membership of {what} to rest.")),
    )
}
