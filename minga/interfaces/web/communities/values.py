"""Words for the values of rules and the facts of the log, as readers see them."""

from typing import Any

from minga.communities.rules import CAPABILITIES, POLICIES
from minga.kit.i18n import N_

CHANGED_BY = {
    "two_stewards": N_("Two stewards"),
    "decision": N_("The whole community, by a decision"),
}
YES_NO = {True: N_("Yes"), False: N_("No")}
VALUES = {
    "joining.way": {
        "open": N_("Anybody on this node may come in"),
        "apply": N_("Anybody may ask, and somebody answers"),
        "invite": N_("By an invitation of a member"),
        "closed": N_("Nobody is taken in at the moment"),
    },
    "moderation.log_visible": {"members": N_("All members"), "stewards": N_("Those who handle reports")},
    "joining.approval": {
        "one": N_("One person's"),
        "two": N_("Two people's"),
        "vouches": N_("One person's, once enough members vouch"),
        "decision": N_("The whole community's, by a decision"),
    },
    "policies.changed_by": CHANGED_BY,
    "roles.changed_by": CHANGED_BY,
    "joining.vouches_needed": {"0": N_("None"), "half": N_("Half of the full members, at most three")},
    "trial.ends_by": {
        "date": N_("Its date, or somebody who answers applications"),
        "vouches": N_("Also as soon as enough members vouch"),
        "steward": N_("Only somebody who answers applications"),
    },
    "sign_in.approval": {
        "no_factor": N_("When they have neither password nor passkey"),
        "new_device": N_("Also on every device that is new from then on; those known before stay open"),
    },
    "sign_in.without_number": {
        "off": N_("No"),
        "stewards_in_person": N_("Yes, stewards who stand beside them"),
    },
    "community.listed": {
        "nobody": N_("Nobody"),
        "node": N_("Everybody on this node"),
        "network": N_("Everybody in the network"),
        "public": N_("Everybody on the web"),
    },
    "ties.default_listing_level": {
        "private": N_("Only its owner"),
        "community": N_("This community"),
        "partners": N_("This community and its partners"),
        "network": N_("The network"),
        "public": N_("The open web"),
    },
    "contribution.shown": {
        "self": N_("Only each for themselves"),
        "stewards": N_("Stewards, of each member"),
        "members": N_("All members, of each other"),
    },
    "ledger.balances": {
        "private": N_("Only each for themselves, and who keeps the books"),
        "members": N_("All members"),
        "open": N_("Everybody who sees this community"),
    },
}
FACTS = {
    "why": {
        "left": N_("they left"),
        "removed": N_("they were removed"),
        "root_left": N_("they left the community above"),
        "clock": N_("its time was over"),
        "term": N_("its term was over"),
        "welcomer": N_("a welcomer said so"),
        "ended": N_("somebody ended it"),
        "decided": N_("it was decided so"),
        "stepped_down": N_("they gave it back"),
        "steward": N_("a steward took it back"),
        "objections": N_("enough members objected"),
        "vouches": N_("enough members vouched"),
        "withdrawn": N_("it was taken back"),
        "refused": N_("somebody said no"),
        "late": N_("nobody agreed in time"),
        "silent": N_("nobody said that it still holds"),
        "cut": N_("a branch was cut"),
        "undone": N_("a cut was undone"),
    },
    "act": {
        "policy.set": N_("changing a rule"),
        "role.edit": N_("changing what a role may do"),
        "role.make": N_("making a new role"),
        "grant.end": N_("ending somebody's role"),
        "agreement.publish": N_("publishing what is agreed"),
        "tie.widen": N_("giving a partner more"),
        "member.pause": N_("letting a membership rest"),
        "community.archive": N_("closing the community for good"),
        "community.reopen": N_("opening the community again"),
    },
    "mode": {
        "open": N_("open"),
        "asked": N_("on request"),
        "invitation": N_("by invitation"),
        "quiet": N_("quiet"),
    },
    "changed": {
        "name": N_("name"),
        "slug": N_("address"),
        "purpose": N_("purpose"),
        "description": N_("description"),
        "contact": N_("contact"),
        "notice": N_("notice"),
        "language": N_("language"),
        "zone": N_("time zone"),
    },
}
TOLD = ("key", "why", "act", "agreed", "accepted", "mode", "given", "taken", "changed", "decision")


def said_value(key: str, value: Any) -> str:
    """The value of a rule as its page says it; a number stands for itself.

    >>> said_value("money.on", False), said_value("joining.approval", "two"), said_value("joining.trial_days", 1)
    ('No', "Two people's", '1')
    """
    words: dict[Any, str] = YES_NO if isinstance(value, bool) else VALUES.get(key, {})
    return words.get(value, str(value))


def said_facts(facts: dict[str, Any]) -> list[str]:
    """What the log adds to the name of an event.

    >>> said_facts({"key": "joining.way", "policy_id": "01"}), said_facts({"agreed": True, "why": "term"})
    (['How people join.'], ['its term was over', 'Yes'])
    """
    found: list[str] = []
    for name in TOLD:
        value = facts.get(name)
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is not None and one != "":
                found.append(_said_fact(name, one))
    return found


def _said_fact(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return YES_NO[value]
    if name == "key" and value in POLICIES:
        return POLICIES[value].sentence
    return FACTS.get(name, {}).get(value) or said_capability(str(value))


def said_capability(name: str) -> str:
    """What a capability allows; the name of one that this version does not know stands for itself."""
    return CAPABILITIES[name].sentence if name in CAPABILITIES else name
