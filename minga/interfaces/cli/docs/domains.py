"""The overview of domains: what each keeps, does, asks and tells; from the code as it is imported."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from importlib.util import find_spec
from types import ModuleType

from minga.interfaces.cli.docs.tables import first_sentence, table

LAYERS = (
    "identity communities ledger documents sharing governance work stewardship finance data"
    " reputation communication intelligence peers"
)
DOMAINS = tuple(name for name in LAYERS.split() if find_spec(f"minga.{name}"))
"""The domains of this release, from low to high."""


def load() -> None:
    """Import every module of every domain, so that all that registers itself has done so."""
    for name in (*DOMAINS, "reactions", "kit"):
        package = importlib.import_module(f"minga.{name}")
        for module in pkgutil.walk_packages(package.__path__, f"minga.{name}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def page() -> str:
    """docs/domains.md"""
    load()
    parts = [
        "# The domains",
        "One package for each theme, named for what members do. Imports go down only (docs/architecture.md).",
    ]
    for name in DOMAINS:
        package = importlib.import_module(f"minga.{name}")
        if _is_empty(package):
            continue
        parts.append(f"## {name}\n\n{inspect.getdoc(package)}")
        parts += [part for part in _parts(name) if part]
    return "\n\n".join(parts)


def _is_empty(package: ModuleType) -> bool:
    return not list(pkgutil.iter_modules(package.__path__))


def _parts(domain: str) -> Iterator[str]:
    tables = [[f"`{name}`", first_sentence(words)] for name, words in tables_of(domain)]
    yield _titled("Tables", ["table", "one row is"], tables)
    for kind, title in (("commands", "Commands"), ("queries", "Questions")):
        rows = [
            [f"`{one.__name__}`", first_sentence(inspect.getdoc(one))] for one in _functions(domain, kind)
        ]
        yield _titled(title, [kind, "what it does"], rows)
    told = [[f"`{name}`", words] for name, _, words in _events(domain)]
    yield _titled("Events", ["event", "what happened"], told)


def _titled(title: str, heads: list[str], rows: list[list[str]]) -> str:
    return f"### {title}\n\n{table(heads, rows)}" if rows else ""


def tables_of(domain: str) -> list[tuple[str, str]]:
    """Name and meaning of every table of a domain."""
    from minga.kit.db import Base

    found = [
        (str(mapper.class_.__tablename__), inspect.getdoc(mapper.class_) or "")
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.split(".")[1] == domain
    ]
    return sorted(found)


def _functions(domain: str, kind: str) -> list[Callable[..., object]]:
    """The public functions of one of a domain's modules, in alphabetical order, each once."""
    name = f"minga.{domain}.{kind}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError:
        return []
    found = {
        key: value
        for key, value in vars(module).items()
        if inspect.isfunction(value) and not key.startswith("_") and value.__module__.startswith(name)
    }
    return [found[key] for key in sorted(found)]


def _events(domain: str) -> list[tuple[str, type, str]]:
    from minga.kit.events import Event

    return [
        (name, kind, first_sentence(inspect.getdoc(kind)))
        for name, kind in sorted(Event.named.items())
        if kind.__module__.startswith(f"minga.{domain}.")
    ]


def events() -> str:
    """docs/events.md"""
    load()
    from minga.kit.delivery import all_reactions
    from minga.kit.events import HEADER, Event

    follows = all_reactions()
    rows = []
    for domain in DOMAINS:
        for name, kind, words in _events(domain):
            assert issubclass(kind, Event)
            facts = ", ".join(f"`{one.name}`" for one in fields(kind) if one.name not in HEADER) or "–"
            after = ", ".join(f"`{one}`" for one in follows.get(name, [])) or "–"
            sensitive = "yes" if kind.sensitive else "no"
            rows.append([domain, f"`{name}`", words, facts, kind.audience, sensitive, after])
    heads = ["domain", "event", "what happened", "facts", "who reads it", "audit log", "what follows"]
    intro = (
        "Facts in the past tense, written in the transaction of the act, never changed. They hold ids, enums, whole"
        " numbers and dates; nothing that a member typed."
    )
    return f"# Events\n\n{intro}\n\n{table(heads, rows)}"


def capabilities() -> str:
    """docs/capabilities.md"""
    load()
    from minga.communities.rules.capabilities import CAPABILITIES

    rows = []
    for name, one in sorted(CAPABILITIES.items()):
        marks = {
            "changes nothing": one.reads,
            "confirm that it is you": one.confirmed,
            "somebody else agrees": one.seconded,
            "only by a passed proposal": one.decided,
            "own things without a role": one.own,
            "never by a token": not one.tokens,
        }
        needs = ", ".join(words for words, holds in marks.items() if holds) or "–"
        rows.append([f"`{name}`", one.sentence, ", ".join(one.roles) or "–", needs])
    heads = ["capability", "what it lets somebody do", "roles in a new community", "besides"]
    return (
        f"# Capabilities\n\nRoles are data of a community; these names are constants.\n\n{table(heads, rows)}"
    )


def policies() -> str:
    """docs/policies.md"""
    load()
    from minga.communities.rules.policies import POLICIES

    rows = [
        [f"`{key}`", one.sentence, _bounds(one.bounds), f"`{one.default}`"]
        for key, one in sorted(POLICIES.items())
    ]
    heads = ["policy", "what it decides", "allowed", "default"]
    return f"# Policies\n\nTyped values of a community, with their history.\n\n{table(heads, rows)}"


def _bounds(bounds: object) -> str:
    """What a rule may be, in words."""
    from minga.communities.rules.policies import Choice, Whole

    if isinstance(bounds, Choice):
        return ", ".join(bounds.options)
    if isinstance(bounds, Whole):
        return f"{bounds.least} to {bounds.most}"
    return "yes or no"
