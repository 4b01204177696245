"""What a decision says: yes or no, by which rule, in which words, and who can lift it."""

from dataclasses import dataclass, field
from typing import Any

from minga.communities.rules.agreements import READ_ONLY
from minga.communities.rules.capabilities import Capability
from minga.communities.rules.standing import Standing
from minga.kit.errors import Confirm, Forbidden, NotFound, NotSignedIn, Refused, Translate, fill
from minga.kit.i18n import N_


@dataclass(frozen=True)
class Decision:
    """The answer to "may they?". `sentence` is a translatable text with {named} facts; empty when allowed."""

    allowed: bool
    rule: str
    sentence: str = ""
    lifted_by: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.allowed

    def said(self, translate: Translate) -> str:
        """The sentence in the reader's language.

        >>> no(Rule.CLOSED).said(str)
        'This community is closed. What happened can be read, nothing new begins.'
        """
        return fill(translate(self.sentence), self.facts, translate)


class Rule:
    """Names of the steps of a decision, in their order; the first that says no decides."""

    NOBODY = "not_signed_in"
    STRANGER = "not_found"
    SUSPENDED = "suspended"
    TOKEN = "token_scope"
    CLOSED = "community_closed"
    DEVICE = "device_locked"
    AGREEMENT = "agreement_open"
    RESTING = "resting"
    STANDING = "not_yet"
    ROLE = "needs_role"
    OWN = "own"
    SELF = "self_approval"
    DECIDED = "needs_decision"
    SECOND = "needs_second"
    CONFIRM = "confirm"
    HELD = "role"


_SENTENCES = {
    Rule.NOBODY: N_("Please sign in first."),
    Rule.STRANGER: N_("There is nothing here, or it is not for you."),
    Rule.TOKEN: N_(
        "This token may not do that. Make another one on your page of tokens, or use the website."
    ),
    Rule.CLOSED: N_("This community is closed. What happened can be read, nothing new begins."),
    Rule.DEVICE: N_("{community} asks a member to confirm new devices."),
    Rule.AGREEMENT: READ_ONLY,
    Rule.RESTING: N_("Your membership is resting. End the rest first, on the page of your communities."),
    Rule.SELF: N_("Somebody else has to decide about what concerns you."),
    Rule.DECIDED: N_("Only a decision of the whole community can do this."),
    Rule.SECOND: N_("Somebody else has to agree as well. We have asked the other stewards."),
    Rule.CONFIRM: N_("Please confirm that it is you. What you typed is kept."),
}

TRIAL_UNTIL = N_("Trial members cannot do this yet. Your trial ends on {day}.")
ROLE_HELD = N_("Only people with the role {roles} can do this. Yours are {people}.")
ROLE_EMPTY = N_("Only people with the role {roles} can do this. Nobody holds it now; ask your stewards.")
ROLE_NONE = N_("No role in this community may do this. Stewards can change that, under Roles.")


def no(rule: str, sentence: str = "", lifted_by: tuple[str, ...] = (), **facts: Any) -> Decision:
    """A no with its sentence.

    >>> bool(no(Rule.SECOND))
    False
    """
    return Decision(False, rule, sentence or _SENTENCES[rule], lifted_by, facts)


def yes(rule: str = Rule.HELD) -> Decision:
    """A yes; the rule says why: a role, or that the thing is one's own."""
    return Decision(True, rule)


def refusal(decision: Decision) -> Refused:
    """The refusal that a no becomes when somebody tries it anyway.

    >>> refusal(no(Rule.STRANGER)).status, refusal(no(Rule.CONFIRM)).status, refusal(no(Rule.SELF)).status
    (404, 403, 403)
    """
    kinds: dict[str, type[Refused]] = {
        Rule.NOBODY: NotSignedIn,
        Rule.STRANGER: NotFound,
        Rule.CONFIRM: Confirm,
    }
    kind = kinds.get(decision.rule, Forbidden)
    return kind(decision.sentence, code=decision.rule, lifted_by=decision.lifted_by, **decision.facts)


def before_roles(
    wanted: Capability,
    *,
    signed_in: bool,
    scoped: bool,
    closed: bool,
    standing: Standing | None,
    archived: bool = False,
) -> Decision | None:
    """The steps that come before roles: who acts, by which token, in what state community and membership are.

    None means that nothing stands in the way so far. `archived`: it was closed by its own people, so that what has begun
    can still be brought to an end.

    >>> from minga.communities.rules.capabilities import capability
    >>> see, invite = capability("community.see"), capability("member.invite")
    >>> common = dict(signed_in=True, scoped=True)
    >>> before_roles(invite, **common, closed=True, standing=Standing.FULL).rule
    'community_closed'
    >>> before_roles(see, **common, closed=True, standing=Standing.FULL) is None
    True
    >>> before_roles(see, **common, closed=False, standing=None).rule
    'not_found'
    >>> mediate = capability("exchange.mediate")
    >>> before_roles(mediate, **common, closed=True, archived=True, standing=Standing.FULL) is None
    True
    >>> before_roles(mediate, **common, closed=True, standing=Standing.FULL).rule
    'community_closed'
    """
    if not signed_in:
        return no(Rule.NOBODY)
    if standing is None:
        return no(Rule.STRANGER)
    if not scoped:
        return no(Rule.TOKEN)
    if closed and not (wanted.stays if archived else wanted.reads):
        return no(Rule.CLOSED)
    return None


def after_roles(
    wanted: Capability, *, concerns_self: bool, seconded: bool, confirmed: bool
) -> Decision | None:
    """The steps that come after roles: separation, the second person or decision, fresh confirmation.

    >>> from minga.communities.rules.capabilities import capability
    >>> grant, edit = capability("role.grant"), capability("role.edit")
    >>> after_roles(grant, concerns_self=False, seconded=False, confirmed=False).rule
    'confirm'
    >>> after_roles(edit, concerns_self=False, seconded=False, confirmed=True).rule
    'needs_second'
    >>> after_roles(edit, concerns_self=True, seconded=True, confirmed=True).rule
    'self_approval'
    >>> after_roles(edit, concerns_self=False, seconded=True, confirmed=True) is None
    True
    """
    if concerns_self:
        return no(Rule.SELF)
    if wanted.decided:
        return no(Rule.DECIDED)
    if wanted.seconded and not seconded:
        return no(Rule.SECOND)
    if wanted.confirmed and not confirmed:
        return no(Rule.CONFIRM)
    return None
