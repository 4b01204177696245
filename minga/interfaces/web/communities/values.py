"""Words for the values of rules, as readers see them."""

from minga.kit.i18n import N_

YES_NO = {True: N_("Yes"), False: N_("No")}
VALUES = {
    "joining.way": {
        "open": N_("Anybody on this node may come in"),
        "apply": N_("Anybody may ask, and somebody answers"),
        "invite": N_("By an invitation of a member"),
        "closed": N_("Nobody is taken in at the moment"),
    },
    "joining.approval": {"one": N_("One person's"), "two": N_("Two people's")},
    "sign_in.approval": {
        "no_factor": N_("When they have neither password nor passkey"),
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
    "community.show_member_count": YES_NO,
    "listing.public_on": YES_NO,
    "money.on": YES_NO,
    "ties.default_listing_level": {
        "private": N_("Only its owner"),
        "community": N_("This community"),
        "partners": N_("This community and its partners"),
        "network": N_("The network"),
        "public": N_("The open web"),
    },
}
