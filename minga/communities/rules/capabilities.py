"""What can be allowed: every capability once, with its sentence, who has it at first, and what it needs besides a role.

Names are public contract. A domain whose capabilities are not here registers them when it is imported.
"""

from dataclasses import dataclass

from minga.kit.i18n import N_


@dataclass(frozen=True, kw_only=True)
class Capability:
    """One named permission.

    `sentence` says what it lets somebody do. `roles` hold it in a new community. `reads`: it changes nothing, so it
    stays in an archived community and while somebody rests. `settles`: it brings to an end what has begun, so it stays in
    an archived community too. `confirmed`: the person shows once more that it is them.
    `seconded`: somebody else has to agree. `decided`: only a passed proposal does it, nobody alone. `own`: on what is
    one's own no role is needed. `tokens`: whether a token may ever carry it.
    """

    name: str
    sentence: str
    roles: tuple[str, ...] = ()
    reads: bool = False
    settles: bool = False
    confirmed: bool = False
    seconded: bool = False
    decided: bool = False
    own: bool = False
    tokens: bool = True

    @property
    def domain(self) -> str:
        """The theme it is shown under, and the scope of a token that is limited to it.

        >>> capability("member.invite").domain
        'communities'
        """
        return _THEMES.get(self.name.split(".")[0], "communities")

    @property
    def stays(self) -> bool:
        """Whether an archived community still allows it."""
        return self.reads or self.settles


CAPABILITIES: dict[str, Capability] = {}

_THEMES = {
    "listing": "sharing",
    "ask": "sharing",
    "need": "sharing",
    "dispatch": "sharing",
    "exchange": "sharing",
    "desk": "sharing",
    "category": "sharing",
    "credit": "ledger",
    "ledger": "ledger",
    "proposal": "governance",
    "poll": "governance",
    "outcome": "governance",
    "delegation": "governance",
}

EVERYBODY = ("trial", "member")
WITH_GUESTS = ("guest", *EVERYBODY)
MEMBERS = ("member",)
STEWARDS = ("steward",)
KEEPERS = ("welcomer", "dispatcher", "librarian", "steward")
KEEPERS_OF_HOURS = ("treasurer", "steward")
"""Not every community has a treasurer, and somebody has to be able to lift a limit."""


def register_capability(new: Capability) -> Capability:
    """Make a capability known; the same name with another meaning is a mistake of the program."""
    if CAPABILITIES.setdefault(new.name, new) != new:
        raise ValueError(f"two capabilities are called {new.name}")
    return new


def capability(name: str) -> Capability:
    """The capability of that name; an unknown name is a mistake of the program."""
    return CAPABILITIES[name]


def scopes_allow(scopes: frozenset[str] | None, wanted: Capability) -> bool:
    """Whether a token's scopes contain a capability; no token (None) limits nothing.

    `read` and `write` span all domains, `sharing.read` and `sharing.write` one; writing contains reading.

    >>> see, publish = capability("listing.see"), capability("listing.publish")
    >>> scopes_allow(frozenset({"read"}), see), scopes_allow(frozenset({"read"}), publish)
    (True, False)
    >>> scopes_allow(frozenset({"sharing.write"}), publish), scopes_allow(frozenset({"sharing.read"}), publish)
    (True, False)
    >>> scopes_allow(frozenset({"communities.write"}), publish), scopes_allow(None, publish)
    (False, True)
    >>> scopes_allow(frozenset({"write"}), capability("role.grant"))
    False
    """
    if scopes is None:
        return True
    if not wanted.tokens:
        return False
    return scopes_reach(scopes, wanted.domain, writing=not wanted.reads)


def scopes_reach(scopes: frozenset[str] | None, domain: str, *, writing: bool) -> bool:
    """Whether a token's scopes reach what needs no role, such as one's own membership.

    >>> scopes_reach(frozenset({"read"}), "communities", writing=False)
    True
    >>> scopes_reach(frozenset({"sharing.write"}), "communities", writing=False)
    False
    >>> scopes_reach(frozenset({"read"}), "communities", writing=True), scopes_reach(None, "x", writing=True)
    (False, True)
    """
    if scopes is None:
        return True
    enough = {"write", f"{domain}.write"} | (set() if writing else {"read", f"{domain}.read"})
    return not enough.isdisjoint(scopes)


for _one in (
    Capability(
        name="community.see",
        sentence=N_("See the community and what it shares."),
        roles=WITH_GUESTS,
        reads=True,
    ),
    Capability(
        name="community.edit", sentence=N_("Change the community's page and settings."), roles=STEWARDS
    ),
    Capability(
        name="community.archive",
        sentence=N_("Close the community for good, with two weeks' notice, or open it again."),
        roles=STEWARDS,
        settles=True,
        seconded=True,
        tokens=False,
    ),
    Capability(name="subgroup.found", sentence=N_("Found a subgroup."), roles=MEMBERS),
    Capability(
        name="tie.see", sentence=N_("See partnerships with other communities."), roles=EVERYBODY, reads=True
    ),
    Capability(
        name="tie.propose",
        sentence=N_("Propose a partnership to another community, give less, or end it."),
        roles=STEWARDS,
    ),
    Capability(name="tie.answer", sentence=N_("Answer partnerships that others propose."), roles=STEWARDS),
    Capability(
        name="tie.widen",
        sentence=N_("Give a partner community more than before."),
        roles=STEWARDS,
        seconded=True,
    ),
    Capability(
        name="federation.join",
        sentence=N_("Found federations, take seats in them, and say who speaks for us there."),
        roles=STEWARDS,
        seconded=True,
    ),
    Capability(
        name="federation.leave",
        sentence=N_("Give notice to a federation, and take it back."),
        roles=STEWARDS,
        seconded=True,
    ),
    Capability(
        name="federation.seat",
        sentence=N_("In a federation: invite communities, and answer those that ask."),
        roles=STEWARDS,
    ),
    Capability(
        name="federation.decide",
        sentence=N_("In a federation: end a seat, or dissolve it."),
        roles=STEWARDS,
        seconded=True,
    ),
    Capability(name="member.see_list", sentence=N_("See who is a member."), roles=EVERYBODY, reads=True),
    Capability(
        name="member.see_contacts",
        sentence=N_("See contact details that members show to stewards only."),
        roles=("steward", "welcomer"),
        reads=True,
    ),
    Capability(name="member.invite", sentence=N_("Invite somebody."), roles=MEMBERS),
    Capability(
        name="member.invite_auto", sentence=N_("Let somebody in at once."), roles=("steward", "welcomer")
    ),
    Capability(
        name="member.import",
        sentence=N_("Bring members in from a list."),
        roles=("steward", "secretary"),
        confirmed=True,
    ),
    Capability(
        name="member.export",
        sentence=N_("Take the members out as a file."),
        roles=("steward", "secretary"),
        reads=True,
        confirmed=True,
    ),
    Capability(
        name="person.keep",
        sentence=N_("Keep somebody who has neither e-mail nor device."),
        roles=KEEPERS,
    ),
    Capability(
        name="person.act_for",
        sentence=N_("Enter things for somebody who agreed to it."),
        roles=KEEPERS,
    ),
    Capability(
        name="household.edit_any",
        sentence=N_("Correct households, and read who lives in them."),
        roles=("steward", "secretary"),
    ),
    Capability(
        name="member.pause",
        sentence=N_("Let a membership rest although the member did not ask for it."),
        roles=STEWARDS,
        seconded=True,
    ),
    Capability(name="member.remove", sentence=N_("End somebody's membership."), decided=True, tokens=False),
    Capability(
        name="application.see",
        sentence=N_("Read applications."),
        roles=("welcomer", "steward"),
        reads=True,
    ),
    Capability(
        name="application.answer",
        sentence=N_("Answer applications, and say when a trial ends."),
        roles=("welcomer", "steward"),
    ),
    Capability(
        name="sign_in.approve",
        sentence=N_("Let somebody in who has neither password nor passkey at hand."),
        roles=("steward", "welcomer"),
        tokens=False,
    ),
    Capability(name="vouch.make", sentence=N_("Vouch for somebody."), roles=MEMBERS),
    Capability(
        name="tree.see_all",
        sentence=N_("See the whole tree of who brought in whom, and who vouches for whom."),
        roles=STEWARDS,
        reads=True,
    ),
    Capability(
        name="branch.cut",
        sentence=N_("Let a whole branch of members rest, or remove it."),
        roles=STEWARDS,
        confirmed=True,
        seconded=True,
        tokens=False,
    ),
    Capability(
        name="role.edit",
        sentence=N_("Change what a role may do."),
        roles=STEWARDS,
        seconded=True,
        tokens=False,
    ),
    Capability(
        name="role.grant", sentence=N_("Give and end roles."), roles=STEWARDS, confirmed=True, tokens=False
    ),
    Capability(
        name="policy.edit", sentence=N_("Change the community's rules."), roles=STEWARDS, seconded=True
    ),
    Capability(
        name="community.export",
        sentence=N_("Take all of the community out as a file."),
        roles=STEWARDS,
        reads=True,
        confirmed=True,
        seconded=True,
        tokens=False,
    ),
    Capability(
        name="agreement.edit",
        sentence=N_("Publish agreements and new versions of them."),
        roles=STEWARDS,
        seconded=True,
    ),
    Capability(name="report.make", sentence=N_("Report what goes against what is agreed."), roles=EVERYBODY),
    Capability(
        name="report.handle",
        sentence=N_("Read and answer reports that concern others."),
        roles=("moderator", "steward"),
    ),
    Capability(
        name="content.hide",
        sentence=N_("Hide what goes against what is agreed, and show it again."),
        roles=("moderator", "steward"),
    ),
    Capability(
        name="moderation.see_log",
        sentence=N_("Read what moderators have done, without names."),
        roles=MEMBERS,
        reads=True,
    ),
    Capability(name="log.see", sentence=N_("Read the log."), roles=MEMBERS, reads=True),
    Capability(
        name="log.see_full",
        sentence=N_("Read all of the log that is not private."),
        roles=STEWARDS,
        reads=True,
    ),
    Capability(
        name="listing.see", sentence=N_("See what is offered and needed."), roles=WITH_GUESTS, reads=True
    ),
    Capability(name="listing.publish", sentence=N_("Publish offers and needs."), roles=EVERYBODY, own=True),
    Capability(
        name="listing.publish_wide",
        sentence=N_("Show a listing beyond this community's partners."),
        roles=MEMBERS,
    ),
    Capability(
        name="listing.edit_any",
        sentence=N_("Change somebody else's listing."),
        roles=("steward", "moderator"),
    ),
    Capability(
        name="listing.close_any",
        sentence=N_("Close somebody else's listing."),
        roles=("steward", "moderator"),
    ),
    Capability(name="listing.pin", sentence=N_("Keep a listing on top."), roles=STEWARDS),
    Capability(
        name="listing.import", sentence=N_("Bring listings in from a file."), roles=("steward", "librarian")
    ),
    Capability(
        name="listing.export",
        sentence=N_("Take all listings out as a file."),
        roles=("steward", "librarian"),
        reads=True,
    ),
    Capability(name="category.edit", sentence=N_("Change the categories."), roles=("steward", "librarian")),
    Capability(name="ask.make", sentence=N_("Ask for what is offered."), roles=EVERYBODY),
    Capability(name="need.claim", sentence=N_("Say yes to somebody's need."), roles=EVERYBODY),
    Capability(
        name="exchange.mediate",
        sentence=N_("Read a disputed exchange and help both sides to an end."),
        roles=("mediator", "steward"),
        settles=True,
    ),
    Capability(
        name="credit.pay", sentence=N_("Give hours to somebody, and ask somebody for them."), roles=EVERYBODY
    ),
    Capability(
        name="credit.pay_many",
        sentence=N_("Give hours to many at once."),
        roles=KEEPERS_OF_HOURS,
        confirmed=True,
    ),
    Capability(
        name="credit.set_limit",
        sentence=N_("Change how far somebody's account may go, and rest an account."),
        roles=KEEPERS_OF_HOURS,
        confirmed=True,
    ),
    Capability(
        name="ledger.see",
        sentence=N_("Read all accounts and entries."),
        roles=KEEPERS_OF_HOURS,
        reads=True,
    ),
    Capability(
        name="ledger.keep",
        sentence=N_("Keep the books: undo entries, close what is over."),
        roles=("treasurer",),
        settles=True,
        confirmed=True,
    ),
):
    register_capability(_one)
