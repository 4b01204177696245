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
        Act("member.pause", "member.pause", N_("{asker} wants the membership of {what} to rest.")),
    )
}
