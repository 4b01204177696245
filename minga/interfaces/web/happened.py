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
    "DeviceAdmitted": N_("A new device was confirmed by a member"),
    "SignInDenied": N_("A sign-in was refused by a member"),
    "ListingCreated": N_("Something was written down"),
    "ListingSent": N_("A listing was sent for a look"),
    "ListingPublished": N_("Something was offered or asked for"),
    "ListingChanged": N_("A listing was changed"),
    "LevelChanged": N_("Who sees a listing was changed"),
    "ListingPaused": N_("A listing rests"),
    "ListingResumed": N_("A listing is open again"),
    "ListingClosed": N_("A listing was closed"),
    "ListingReopened": N_("A listing was opened again"),
    "ListingConfirmed": N_("A listing is still true"),
    "ListingPinned": N_("What stands on top was changed"),
    "ListingDiscarded": N_("A draft was thrown away"),
    "ListingsImported": N_("Listings were brought in from a file"),
    "ListingsImportUndone": N_("An import of listings was taken back"),
    "ListingTransferred": N_("Something changed hands"),
    "AskSent": N_("Somebody asked for something"),
    "AskProposed": N_("Another day or amount was proposed"),
    "AskAnswered": N_("An ask was answered"),
    "AskWithdrawn": N_("An ask was taken back"),
    "AskLapsed": N_("An ask was not answered in time"),
    "ExchangeAgreed": N_("Two people agreed"),
    "ExchangeBegan": N_("What was agreed has begun"),
    "SideDone": N_("One side said that it is done"),
    "ExchangeSentBack": N_("Something is still missing"),
    "ExchangeCompleted": N_("What was agreed is complete"),
    "CancelWished": N_("One side would like to call it off"),
    "ExchangeCancelled": N_("What was agreed was called off"),
    "LoanBegan": N_("Something was lent"),
    "RenewalAsked": N_("Somebody asked to keep a thing longer"),
    "RenewalDeclined": N_("A thing cannot be kept longer"),
    "LoanRenewed": N_("A thing may be kept longer"),
    "LoanBroughtBack": N_("Somebody said that a thing is back"),
    "LoanNotBack": N_("A thing is not back yet"),
    "LoanCompleted": N_("A thing came back"),
    "PostWritten": N_("A message was written"),
    "PostRemoved": N_("A message was taken back"),
}


def said_of(name: str) -> str:
    """What an event is called in the log; its own name in plain letters where nobody gave it words.

    >>> said_of("PolicySet"), said_of("ShiftTaken")
    ('A rule was changed', 'Shift taken')
    """
    return SAID.get(name) or re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()
