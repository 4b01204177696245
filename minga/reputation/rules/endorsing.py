"""Saying what somebody can: who may endorse whom, and when a skill counts as verified. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Invalid, Refused, TooMany
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_line, fold

SKILL_MAX = 60
WORDS_MAX = 280
PAPER_MAX = 80
PER_MONTH = 20
MONTH = timedelta(days=30)
KNOWN_FOR = timedelta(days=30)
GOOD_EXCHANGES, GOOD_PEOPLE = 3, 2
SHOWN_MAX = 50
SELF = N_("Others say this about you.")
TWICE = N_("You have said this about them already. You can take it back.")
TOO_NEAR = N_("One of you invited the other. Let somebody else say it.")
TOO_NEW = N_("You can say this once you share a community for 30 days, or have completed something together.")
TOO_MANY = N_("That is a lot for one month. Go on later.")
NAME_SKILL = N_("Name the skill in a few words.")
LAST_FOUR = N_("Write the last four characters of the paper's number, or nothing.")
PAPER_OVER = N_("That paper is no longer valid.")


class By(StrEnum):
    """By what a skill is verified."""

    ENDORSEMENTS = "endorsements"
    EXCHANGES = "exchanges"
    PAPER = "paper"


class Wish(StrEnum):
    """What somebody says about their own skill."""

    CAN = "can"
    TEACHES = "teaches"
    LEARNS = "learns"


def skill_key(typed: str) -> str:
    """What skills are compared by.

    >>> skill_key("  Motosierra "), skill_key("Chain  Saw")
    ('motosierra', 'chain saw')
    """
    return fold(typed)[:SKILL_MAX]


def read_skill(typed: str) -> str:
    """A skill as it was typed, on one line; refused when nothing is left of it."""
    said = clean_line(typed, SKILL_MAX, field="skill")
    if not skill_key(said):
        raise Invalid(NAME_SKILL, fields={"skill": NAME_SKILL})
    return said


def check_endorsing(*, oneself: bool, again: bool, near: bool, known: bool, in_month: int) -> None:
    """Raise unless this may be said about that person now.

    >>> check_endorsing(oneself=True, again=False, near=False, known=True, in_month=0)
    Traceback (most recent call last):
    minga.kit.errors.Refused: Others say this about you.
    """
    if oneself:
        raise Refused(SELF, code="self_endorse")
    if again:
        raise Conflict(TWICE, code="endorsed_before")
    if near:
        raise Refused(TOO_NEAR, code="too_near")
    if not known:
        raise Refused(TOO_NEW, code="too_new")
    if in_month >= PER_MONTH:
        raise TooMany(TOO_MANY, retry_after=86_400)


def read_paper(number_end: str, valid_until: date | None, today: date) -> str:
    """The last four characters of a paper's number; refused when there are more, or when the paper is over.

    >>> read_paper(" 7a3f ", None, date(2026, 11, 20))
    '7a3f'
    """
    said = clean_line(number_end, 40, field="last4")
    if len(said) > 4:
        raise Invalid(LAST_FOUR, fields={"last4": LAST_FOUR})
    if valid_until is not None and valid_until < today:
        raise Invalid(PAPER_OVER, fields={"valid_until": PAPER_OVER})
    return said


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one skill: who endorsed it, exchanges found good by whom, and whether a paper is valid."""

    endorsers: Collection[Id] = ()
    good: Collection[tuple[Id, Id]] = ()
    paper: bool = False


def verified_by(evidence: Evidence, *, needed: int, branch: Collection[Id] = ()) -> tuple[By, ...]:
    """By what a skill is verified; nothing when the evidence does not suffice.

    `branch` are the people who came by the person's own invitations, and who invited them: their word shows, and
    does not count here. `good` holds (exchange, who found it good).

    >>> verified_by(Evidence(endorsers=["a", "b", "c"]), needed=3)
    (<By.ENDORSEMENTS: 'endorsements'>,)
    >>> verified_by(Evidence(endorsers=["a", "b", "c"]), needed=3, branch=["c"])
    ()
    >>> verified_by(Evidence(good=[("1", "a"), ("2", "a"), ("3", "b")], paper=True), needed=3)
    (<By.EXCHANGES: 'exchanges'>, <By.PAPER: 'paper'>)
    """
    found = []
    if len(set(evidence.endorsers) - set(branch)) >= needed:
        found.append(By.ENDORSEMENTS)
    exchanges, people = {one for one, _ in evidence.good}, {who for _, who in evidence.good}
    if len(exchanges) >= GOOD_EXCHANGES and len(people) >= GOOD_PEOPLE:
        found.append(By.EXCHANGES)
    if evidence.paper:
        found.append(By.PAPER)
    return tuple(found)
