"""Words for what happened, as the log says it."""

import re

from minga.kit.i18n import N_

SAID = {
    "CommunityFounded": N_("The community was founded"),
    "SubgroupFounded": N_("A group was founded"),
    "CommunityChanged": N_("The community's page was changed"),
    "CommunityPaused": N_("The community was made read-only"),
    "CommunityResumed": N_("The community was opened again"),
    "MembershipBegan": N_("Somebody joined"),
    "TrialEnded": N_("A trial ended"),
    "TrialExtended": N_("A trial was made longer"),
    "MembershipPaused": N_("A membership rests"),
    "MembershipResumed": N_("A rest ended"),
    "MembershipEnded": N_("Somebody left"),
    "RoleChanged": N_("A role was changed"),
    "RoleGranted": N_("A role was given"),
    "RoleEnded": N_("A role ended"),
    "PolicySet": N_("A rule was changed"),
    "SecondAsked": N_("A second yes was asked for"),
    "SecondAnswered": N_("A second person answered"),
    "ApplicationSent": N_("Somebody asked to join"),
    "ApplicationAnswered": N_("An application was answered"),
    "ApplicationWithdrawn": N_("An application was taken back"),
    "ApplicationLapsed": N_("An application was not answered in time"),
    "InviteMade": N_("An invitation was made"),
    "InviteRevoked": N_("An invitation was taken back"),
    "InviteReissued": N_("An invitation got a new link"),
    "InviteUsed": N_("Somebody used an invitation"),
    "SignInApproved": N_("A sign-in was confirmed by a member"),
    "SignInDenied": N_("A sign-in was refused by a member"),
}


def said_of(name: str) -> str:
    """What an event is called in the log; its own name in plain letters where nobody gave it words.

    >>> said_of("PolicySet"), said_of("ListingCreated")
    ('A rule was changed', 'Listing created')
    """
    return SAID.get(name) or re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()
