"""What the examples offer and need, as it stands in a file beside this one."""

import tomllib
from pathlib import Path
from typing import Any

from minga.sharing.rules import OWN, AmountRule, Content, Kind, Level, Measure, Term, TermKind

LISTINGS = Path(__file__).with_name("listings.toml")
PLAIN = {"owner", "direction", "kind", "terms", "quantity", "unit", "hours_ago", "minutes"}
CONTENT = {"title", "description", "language", "category"}


def entries() -> list[dict[str, Any]]:
    """All of them, in order."""
    found: list[dict[str, Any]] = tomllib.loads(LISTINGS.read_text(encoding="utf-8"))["listing"]
    return found


def read_entry(entry: dict[str, Any], level: Level | None = None) -> Content:
    """One of them as somebody would fill it in."""
    own = {key: value for key, value in entry.items() if key not in PLAIN | CONTENT}
    return Content(
        own=OWN[Kind(entry["kind"])](**own),
        terms=tuple(_term(TermKind(kind), entry.get("minutes")) for kind in entry["terms"]),
        quantity_milli=entry["quantity"] * 1000 if "quantity" in entry else None,
        quantity_unit=Measure(entry["unit"]) if "unit" in entry else None,
        level=level,
        **{key: value for key, value in entry.items() if key in CONTENT},
    )


def _term(kind: TermKind, minutes: int | None) -> Term:
    """For time at so many minutes, if they are said; all else is as the two agree."""
    if kind is not TermKind.TIME_CREDIT or minutes is None:
        return Term(kind=kind)
    return Term(kind=kind, rule=AmountRule.FIXED, unit="minute", amount_minor=minutes)
