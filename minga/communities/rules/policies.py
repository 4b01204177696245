"""The rules a community can set for itself: kinds with bounds, defaults, and which way is stricter."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from minga.kit.errors import Invalid
from minga.kit.i18n import N_


@dataclass(frozen=True)
class Choice:
    """One of several words, from the laxest to the strictest; `free`: no order, a subgroup sets what it likes."""

    options: tuple[str, ...]
    free: bool = False

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise Invalid(N_("Choose one of: {options}."), options=", ".join(self.options))
        return value

    def strictness(self, value: Any) -> int:
        return 0 if self.free else self.options.index(value)


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds; `stricter` is "lower", "higher" or "free"."""

    least: int
    most: int
    stricter: str = "free"

    def read(self, value: Any) -> int:
        text = str(value).strip()
        if isinstance(value, bool) or not (text.isascii() and text.isdecimal()):
            raise Invalid(N_("A whole number, please."))
        if len(text) > 9 or not self.least <= int(text) <= self.most:
            raise Invalid(N_("Between {least} and {most}, please."), least=self.least, most=self.most)
        return int(text)

    @property
    def free(self) -> bool:
        return self.stricter == "free"

    def strictness(self, value: Any) -> int:
        return {"lower": -int(value), "higher": int(value), "free": 0}[self.stricter]


@dataclass(frozen=True)
class YesNo:
    """On or off; `strict_when` says which of both is stricter, None that neither is."""

    strict_when: bool | None = None

    def read(self, value: Any) -> bool:
        said = {True: True, False: False, "yes": True, "no": False, "true": True, "false": False}.get(value)
        if said is None:
            raise Invalid(N_("Yes or no, please."))
        return said

    @property
    def free(self) -> bool:
        return self.strict_when is None

    def strictness(self, value: Any) -> int:
        return 0 if self.strict_when is None else int(value == self.strict_when)


@dataclass(frozen=True, kw_only=True)
class PolicyKind:
    """One rule that can be set: `sentence` says what it is about, `theme` where it stands on the page."""

    key: str
    sentence: str
    bounds: Choice | Whole | YesNo
    default: Any
    theme: str = "joining"


POLICIES: dict[str, PolicyKind] = {}


def register_policy(new: PolicyKind) -> PolicyKind:
    """Make a rule known; its default has to keep its own bounds."""
    new.bounds.read(new.default)
    if POLICIES.setdefault(new.key, new) != new:
        raise ValueError(f"two policies are called {new.key}")
    return new


def policy_kind(key: str) -> PolicyKind:
    """The kind of that key; an unknown key is a mistake of the program."""
    return POLICIES[key]


def effective(kind: PolicyKind, set_by_root: Any, set_below: Iterable[Any] = ()) -> Any:
    """What holds in a community: what its root has set (None: the default), then each step of the line down to it.

    The nearest wins when the rule is free; otherwise the strictest of the line, so that a subgroup only tightens.

    >>> effective(policy_kind("joining.invites_open_max"), 7, [9, 3])
    3
    >>> effective(policy_kind("joining.invites_open_max"), None, [9]), effective(policy_kind("joining.way"), "open")
    (5, 'open')
    """
    value = kind.default if set_by_root is None else set_by_root
    for step in set_below:
        if kind.bounds.free or kind.bounds.strictness(step) >= kind.bounds.strictness(value):
            value = step
    return value


for _one in (
    PolicyKind(
        key="joining.way",
        sentence=N_("How people join."),
        bounds=Choice(("open", "apply", "invite", "closed")),
        default="invite",
    ),
    PolicyKind(
        key="joining.approval",
        sentence=N_("Whose yes an application needs."),
        bounds=Choice(("one", "two", "vouches", "decision")),
        default="one",
    ),
    PolicyKind(
        key="joining.vouches_needed",
        sentence=N_("How many members have to vouch for somebody new."),
        bounds=Choice(("0", "1", "half", "2", "3", "4", "5", "6", "7", "8", "9", "10")),
        default="0",
    ),
    PolicyKind(
        key="trial.ends_by",
        sentence=N_("What ends a trial."),
        bounds=Choice(("vouches", "date", "steward")),
        default="date",
    ),
    PolicyKind(
        key="joining.trial_days",
        sentence=N_("How many days a trial lasts."),
        bounds=Whole(0, 730, "higher"),
        default=0,
    ),
    PolicyKind(
        key="joining.invites_open_max",
        sentence=N_("How many open invitations a member may have at a time."),
        bounds=Whole(0, 500, "lower"),
        default=5,
    ),
    PolicyKind(
        key="acting.people_max",
        sentence=N_("How many people without e-mail or device one member may keep."),
        bounds=Whole(0, 200, "lower"),
        default=25,
    ),
    PolicyKind(
        key="tree.degrees",
        sentence=N_("How many steps members see in the tree of who brought in whom; 0 is nobody, 99 all."),
        bounds=Whole(0, 99, "lower"),
        default=3,
        theme="trust",
    ),
    PolicyKind(
        key="vouch.days_min",
        sentence=N_("For how many days somebody is a full member before they can vouch."),
        bounds=Whole(0, 3650, "higher"),
        default=30,
        theme="trust",
    ),
    PolicyKind(
        key="vouch.per_month_max",
        sentence=N_("For how many people a member can vouch in 30 days."),
        bounds=Whole(0, 100, "lower"),
        default=5,
        theme="trust",
    ),
    PolicyKind(
        key="vouch.valid_days",
        sentence=N_("How many days a vouch holds before it is asked for again."),
        bounds=Whole(30, 3650, "lower"),
        default=365,
        theme="trust",
    ),
    PolicyKind(
        key="sign_in.approval",
        sentence=N_("When a member has to confirm a sign-in."),
        bounds=Choice(("no_factor", "new_device")),
        default="no_factor",
        theme="sign_in",
    ),
    PolicyKind(
        key="sign_in.without_number",
        sentence=N_("Whether a steward who stands beside somebody may let them in without a number."),
        bounds=Choice(("stewards_in_person", "off")),
        default="off",
        theme="sign_in",
    ),
    PolicyKind(
        key="sign_in.recovery_wait_hours",
        sentence=N_("How many hours a recovery waits when another device was used lately."),
        bounds=Whole(0, 72, "higher"),
        default=24,
        theme="sign_in",
    ),
    PolicyKind(
        key="community.listed",
        sentence=N_("Who else can find this community."),
        bounds=Choice(("public", "network", "node", "nobody")),
        default="nobody",
        theme="community",
    ),
    PolicyKind(
        key="community.show_member_count",
        sentence=N_("Whether others see how many members there are."),
        bounds=YesNo(strict_when=False),
        default=False,
        theme="community",
    ),
    PolicyKind(
        key="agreements.grace_days",
        sentence=N_("How many days members have to accept a new version of what is agreed."),
        bounds=Whole(7, 180, "lower"),
        default=30,
        theme="community",
    ),
    PolicyKind(
        key="policies.changed_by",
        sentence=N_("Who changes the rules of this page."),
        bounds=Choice(("two_stewards", "decision")),
        default="two_stewards",
        theme="community",
    ),
    PolicyKind(
        key="roles.changed_by",
        sentence=N_("Who changes what roles may do."),
        bounds=Choice(("two_stewards", "decision")),
        default="two_stewards",
        theme="community",
    ),
    PolicyKind(
        key="moderation.log_visible",
        sentence=N_("Who reads what moderators have done; names are for those who handle reports alone."),
        bounds=Choice(("members", "stewards"), free=True),
        default="members",
        theme="community",
    ),
    PolicyKind(
        key="ties.default_listing_level",
        sentence=N_("How far a new listing reaches unless its owner says otherwise."),
        bounds=Choice(("public", "network", "partners", "community", "private")),
        default="partners",
        theme="sharing",
    ),
    PolicyKind(
        key="federation.levels_max",
        sentence=N_("How many levels of federations may lie in this one, itself included."),
        bounds=Whole(1, 8, "lower"),
        default=2,
        theme="community",
    ),
    PolicyKind(
        key="federation.exit_notice_days",
        sentence=N_("How many days before a community leaves this federation it says so."),
        bounds=Whole(0, 90),
        default=14,
        theme="community",
    ),
    PolicyKind(
        key="time.on",
        sentence=N_("Whether hours are counted."),
        bounds=YesNo(),
        default=False,
        theme="hours",
    ),
    PolicyKind(
        key="ledger.gift_mode",
        sentence=N_("Whether only what was given and received is counted, without balances and limits."),
        bounds=YesNo(),
        default=False,
        theme="hours",
    ),
    PolicyKind(
        key="ledger.time_debt_max",
        sentence=N_("How many minutes a member's account may go below zero."),
        bounds=Whole(0, 600_000, "lower"),
        default=600,
        theme="hours",
    ),
    PolicyKind(
        key="ledger.time_debt_max_trial",
        sentence=N_("How many minutes a newcomer's account may go below zero."),
        bounds=Whole(0, 600_000, "lower"),
        default=120,
        theme="hours",
    ),
    PolicyKind(
        key="ledger.time_saved_max",
        sentence=N_("How many minutes a member may collect; 0 is without end."),
        bounds=Whole(0, 999_999_999),
        default=0,
        theme="hours",
    ),
    PolicyKind(
        key="ledger.time_start",
        sentence=N_("How many minutes a new account begins with, as a gift of the community."),
        bounds=Whole(0, 6_000),
        default=0,
        theme="hours",
    ),
    PolicyKind(
        key="ledger.demurrage_percent",
        sentence=N_("What share of saved hours returns to the community in a year, in percent; 0 is none."),
        bounds=Whole(0, 50),
        default=0,
        theme="hours",
    ),
    PolicyKind(
        key="ledger.warn_percent",
        sentence=N_("From what share of a limit on members are told, in percent."),
        bounds=Whole(1, 100),
        default=80,
        theme="hours",
    ),
    PolicyKind(
        key="ledger.balances",
        sentence=N_("Who sees members' balances."),
        bounds=Choice(("open", "members", "private")),
        default="private",
        theme="hours",
    ),
):
    register_policy(_one)
