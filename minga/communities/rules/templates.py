"""Templates of communities: what a new tool library or time bank starts with. Texts and values lie in data files."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGE = "en"
"""The language every text of a template has; others are used where they are there."""

Texts = dict[str, str]


@dataclass(frozen=True)
class RoleStart:
    """A role that a template brings; what it may do follows from the capabilities' own defaults."""

    key: str
    name: Texts
    purpose: Texts
    duties: dict[str, list[str]]


@dataclass(frozen=True)
class Step:
    """One of the first things to do, each a couple of minutes; `to` is an address below the community's."""

    text: Texts
    to: str


@dataclass(frozen=True)
class Template:
    """What a community of this kind starts with.

    `categories` and `terms` are keys of the sharing domain: which headings stand on top, which ways are ticked.
    `places` are the three in the middle of the bar, between Home and More.
    """

    key: str
    order: int
    name: Texts
    about: Texts
    roles: tuple[str, ...]
    policies: dict[str, Any]
    categories: tuple[str, ...]
    terms: tuple[str, ...]
    places: tuple[str, ...]
    steps: tuple[Step, ...]


BUILT_IN = ("guest", "trial", "member")
ALWAYS = (*BUILT_IN, "steward", "welcomer")


def said(texts: Texts, language: str) -> str:
    """The text in a language, or in English where it is missing.

    >>> said({"en": "Tools", "es": "Herramientas"}, "es"), said({"en": "Tools"}, "de")
    ('Herramientas', 'Tools')
    """
    return texts.get(language.split("-")[0], texts[LANGUAGE])


@cache
def templates() -> dict[str, Template]:
    """All templates by key, in the order in which they are offered.

    >>> list(templates())[:3], list(templates())[-1]
    (['mutual_aid', 'tool_library', 'time_bank'], 'other')
    """
    found = [_template(key, data) for key, data in _data().items() if key != "roles"]
    return {one.key: one for one in sorted(found, key=lambda one: one.order)}


@cache
def role_starts() -> dict[str, RoleStart]:
    """All roles that templates may bring, by key.

    >>> role_starts()["steward"].name["es"]
    'Cuidado'
    """
    return {
        key: RoleStart(key, role["name"], role["purpose"], role.get("duties", {LANGUAGE: []}))
        for key, role in _data()["roles"].items()
    }


def template_of(kind: str) -> Template:
    """The template that a community of this kind was founded from.

    >>> template_of("tool_library").categories[0], template_of("a kind of another version").key
    ('tools', 'other')
    """
    return templates().get(kind, templates()["other"])


def _data() -> dict[str, dict[str, Any]]:
    folder = files("minga.communities.rules") / "templates"
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }


def _template(key: str, data: dict[str, Any]) -> Template:
    return Template(
        key=key,
        order=data["order"],
        name=data["name"],
        about=data["about"],
        roles=(*ALWAYS, *data.get("roles", ())),
        policies=data.get("policies", {}),
        categories=tuple(data.get("categories", ())),
        terms=tuple(data["terms"]),
        places=tuple(data["places"]),
        steps=tuple(Step(step["text"], step["to"]) for step in data["steps"]),
    )
