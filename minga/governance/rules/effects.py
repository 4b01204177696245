"""What a decision can make happen: kinds with their fields and sentences, chosen in a draft, shown to those who vote. Pure.

A kind of a domain that the node has is carried out by the node itself. What nothing here can do (a task, money) is
carried out by a person: it names what is to be done, and somebody says when it is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from minga.governance.rules.charter_reading import read_rules
from minga.governance.rules.kinds import EFFECTS_MAX
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.text import clean_line, clean_text

WORDS_MAX, TITLE_MAX, AGREEMENT_MAX = 500, 120, 40_000
TEXTS_MAX = 20
HEARD_AFTER = timedelta(days=7)
"""How long somebody whose membership may end has for an answer before silence counts as having been heard."""

TOO_MANY = N_("At most {n} things can follow from one proposal. Make two of it.")
OTHER_KIND = N_("A proposal of this kind cannot do that. Make a proposal of the kind that decides about it.")
UNKNOWN = N_("Choose what is to follow from the list.")
MISSING = N_("Say what is meant: {field} is missing.")
WRONG = N_("{field} is not right. Choose it again.")
NOT_HERE = N_("There is no such thing here. Choose from the list.")

_ID = re.compile(r"[0-9a-f]{32}")
_KEY = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
Reader = Callable[[Any], Any]


def _identifier(value: Any) -> str:
    plain = str(value).replace("-", "").lower()
    if not _ID.fullmatch(plain):
        raise ValueError
    return plain


def _key(value: Any) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value.strip()):
        raise ValueError
    return value.strip()


def _day(value: Any) -> str:
    return date.fromisoformat(str(value)).isoformat()


def _words(most: int) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError
        clean = clean_line if most <= WORDS_MAX else clean_text
        return clean(value, most, field="effects", required=True)

    return read


def _value(value: Any) -> Any:
    """The value of a rule; its own bounds are asked where the rules of the community are known."""
    if isinstance(value, str):
        return _words(WORDS_MAX)(value)
    if not isinstance(value, bool | int) or abs(value) >= 10**15:
        raise ValueError
    return value


def _whole(value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise ValueError
    return int(text)


def _switch(value: Any) -> bool:
    found = {True: True, False: False, "yes": True, "no": False, "on": True, "": False}.get(value)
    if found is None:
        raise ValueError
    return found


def _texts(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list) or not 1 <= len(value) <= TEXTS_MAX:
        raise ValueError
    return [
        {
            "language": _key(one["language"]),
            "title": _words(TITLE_MAX)(one["title"]),
            "words": _words(AGREEMENT_MAX)(one["words"]),
        }
        for one in value
    ]


def _rules(value: Any) -> list[dict[str, Any]]:
    """Rules of deciding as they would be kept; refused where they could never hold."""
    return [one.as_json() for one in read_rules(value)]


@dataclass(frozen=True)
class Field:
    """One thing that an effect needs to know. `about`: what its id names, so that pages can say it by name."""

    name: str
    label: str
    read: Reader
    required: bool = True
    about: str = ""


@dataclass(frozen=True)
class EffectKind:
    """One kind of effect. `offers`: what it is called in the form; `sentence`: what happens if it passes.

    `by_person`: nobody but a person can do it; the decision waits until somebody says that it is done.
    """

    name: str
    offers: str
    sentence: str
    fields: tuple[Field, ...] = field(default=())
    by_person: bool = False
    only_in: tuple[str, ...] = ()
    """The kinds of proposals that may do this; empty: all on which is voted. What protects people has a rule of its own."""


_PERSON = Field("person_id", N_("Who"), _identifier, about="person")
_ROLE = Field("role_id", N_("Role"), _identifier, about="role")
_OTHER = Field("community_id", N_("Community"), _identifier, about="community")
_TIE = Field("partnership_id", N_("Partnership"), _identifier, about="partnership")
_WHAT = Field("words", N_("What is to be done"), _words(WORDS_MAX))
_UNTIL = Field("until_on", N_("Until"), _day, required=False)

KINDS = {
    kind.name: kind
    for kind in (
        EffectKind(
            "policy",
            N_("A rule of the community changes"),
            N_("The rule “{key}” becomes: {value}."),
            (
                Field("key", N_("Rule"), _key, about="policy"),
                Field("value", N_("New value"), _value, about="policy_value"),
            ),
        ),
        EffectKind(
            "role_grant",
            N_("Somebody gets a role"),
            N_("{person_id} gets the role {role_id}."),
            (_ROLE, _PERSON, _UNTIL),
        ),
        EffectKind(
            "role_end",
            N_("Somebody's role ends"),
            N_("{person_id} no longer has the role {role_id}."),
            (_ROLE, _PERSON),
        ),
        EffectKind(
            "agreement",
            N_("A version of what is agreed is put in force"),
            N_("“{key}” holds in its new words."),
            (
                Field("key", N_("Agreement"), _key),
                Field("texts", N_("Text"), _texts),
                Field("must_accept", N_("Everybody has to accept it"), _switch, required=False),
                Field("change", N_("What is new"), _words(WORDS_MAX), required=False),
                Field("instead_of", N_("Version"), _whole, required=False),
            ),
        ),
        EffectKind(
            "admission",
            N_("Somebody who applied becomes a member"),
            N_("{application_id} becomes a member."),
            (Field("application_id", N_("Application"), _identifier, about="application"),),
            only_in=("membership",),
        ),
        EffectKind(
            "removal",
            N_("Somebody's membership ends"),
            N_("The membership of {person_id} ends."),
            (_PERSON,),
            only_in=("removal",),
        ),
        EffectKind(
            "tie_propose",
            N_("A partnership is proposed to another community"),
            N_("We propose a partnership to {community_id}."),
            (_OTHER,),
        ),
        EffectKind(
            "tie_agree",
            N_("We say yes to a partnership that was proposed to us"),
            N_("We agree to the partnership with {partnership_id}."),
            (_TIE,),
        ),
        EffectKind(
            "tie_end",
            N_("A partnership ends"),
            N_("Our partnership with {partnership_id} ends."),
            (_TIE,),
        ),
        EffectKind(
            "federation_join",
            N_("We take or ask for a seat in a federation"),
            N_("We take a seat in {community_id}, or ask for one."),
            (_OTHER,),
        ),
        EffectKind(
            "federation_leave",
            N_("We give notice to a federation"),
            N_("We give notice to {community_id}."),
            (_OTHER,),
        ),
        EffectKind(
            "charter",
            N_("The rules of deciding change"),
            N_("We decide by other rules from then on."),
            (Field("rules", N_("Rules"), _rules),),
            only_in=("governance",),
        ),
        EffectKind(
            "task",
            N_("Somebody does something"),
            N_("To be done: {words}."),
            (_WHAT,),
            by_person=True,
        ),
        EffectKind(
            "budget",
            N_("Money is spent or set aside"),
            N_("Whoever keeps the money does this: {words}."),
            (_WHAT,),
            by_person=True,
        ),
    )
}


def kinds_for(proposal_kind: str) -> list[EffectKind]:
    """What a proposal of that kind can make happen; where nothing is counted, nothing happens by itself.

    >>> [one.name for one in kinds_for("removal")][-3:], kinds_for("advice")
    (['federation_leave', 'task', 'budget'], [])
    """
    if proposal_kind == "advice":
        return []
    return [one for one in KINDS.values() if not one.only_in or proposal_kind in one.only_in]


def check_effects(
    wanted: Sequence[Mapping[str, Any]], proposal_kind: str | None = None
) -> list[dict[str, Any]]:
    """The effects of a draft as they are kept; Invalid names what is missing, unknown or too long, or not of this kind.

    >>> check_effects([{"kind": "policy", "key": "joining.way", "value": "open", "more": 1}])
    [{'kind': 'policy', 'key': 'joining.way', 'value': 'open'}]
    >>> check_effects([{"kind": "task", "words": " Mend  the roof "}])
    [{'kind': 'task', 'words': 'Mend the roof'}]
    """
    if len(wanted) > EFFECTS_MAX:
        raise Invalid(TOO_MANY, n=EFFECTS_MAX, code="effects_max", fields={"effects": TOO_MANY})
    kept = [_checked(one) for one in wanted]
    if proposal_kind is not None:
        able = {one.name for one in kinds_for(proposal_kind)}
        if any(one["kind"] not in able for one in kept):
            raise Invalid(OTHER_KIND, code="effect_kind", fields={"effects": OTHER_KIND})
    return kept


def _checked(one: Mapping[str, Any]) -> dict[str, Any]:
    kind = KINDS.get(str(one.get("kind", "")))
    if kind is None:
        raise Invalid(UNKNOWN, code="effect_unknown", fields={"effects": UNKNOWN})
    kept: dict[str, Any] = {"kind": kind.name}
    for asked in kind.fields:
        given = one.get(asked.name)
        if given is None or given in ("", []):
            if asked.required:
                raise Invalid(
                    MISSING, field=asked.label, code="effect_field", fields={f"effect_{asked.name}": MISSING}
                )
            continue
        try:
            kept[asked.name] = asked.read(given)
        except (ValueError, KeyError, TypeError):
            raise Invalid(
                WRONG, field=asked.label, code="effect_field", fields={f"effect_{asked.name}": WRONG}
            ) from None
    return kept


def was_heard(asked_at: datetime | None, said_at: datetime | None, at: datetime) -> bool:
    """Whether somebody was heard: they said something, or were asked and had a week for it.

    >>> noon = datetime(2026, 11, 20, 12)
    >>> was_heard(None, None, noon), was_heard(noon - timedelta(days=1), noon, noon)
    (False, True)
    >>> was_heard(noon - timedelta(days=6), None, noon), was_heard(noon - HEARD_AFTER, None, noon)
    (False, True)
    """
    if said_at is not None:
        return True
    return asked_at is not None and asked_at + HEARD_AFTER <= at
