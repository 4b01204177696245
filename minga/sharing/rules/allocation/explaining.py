"""Why somebody got what she got: the numbers of her own share, as data. Nothing in it tells another's band or amount."""

from collections.abc import Mapping, Sequence
from math import isqrt
from typing import Any

from minga.sharing.rules.allocation.fairness import CELL_LEAST
from minga.sharing.rules.allocation.names import Rule
from minga.sharing.rules.allocation.queue import Cut
from minga.sharing.rules.allocation.things import Assigned
from minga.sharing.rules.allocation.units import Claimed, Part, Shared, contribution_weight

QUEUED = frozenset({Rule.NEED, Rule.MAX_MIN, Rule.ROTATION, Rule.CONTRIBUTION})
NEVER_USED = ("reputation", "balance", "money", "time of claiming")


def explain(
    one: Claimed,
    *,
    rule: Rule,
    version: int,
    parameters: Mapping[str, Any],
    shared: Shared,
    places: Sequence[Mapping[str, int]],
    claims: int,
    claimed: int,
    supply: int,
    essential: bool,
) -> dict[str, Any]:
    """The explanation of one claim. How much all claimed together is told from five claims on."""
    several = claims >= CELL_LEAST
    found: dict[str, Any] = {
        "rule": rule.value,
        "version": version,
        "claim": {"steps": one.steps, "band": one.band},
        "weight": one.weight,
        "received_before": one.received,
        "share": shared.shares[one.id],
        "supply": supply,
        "claims": claims if several else None,
        "claimed": claimed if several else None,
        "parts": [
            _of_part(part, one, place[one.id]) for part, place in zip(shared.parts, places, strict=True)
        ],
        "not_used": list(not_used(rule, parameters)),
    }
    if rule is Rule.NEED_POINTS:
        found["terms"] = one.terms.parts(essential=essential)
        found["score"] = one.terms.score(essential=essential)
    if rule is Rule.CONTRIBUTION:
        found["hours"] = max(0, one.minutes) // 60
        found["contribution_weight"] = contribution_weight(one.minutes, int(parameters["cap"]))
        found["root"] = isqrt(found["hours"])
    if one.sits_out:
        found["sits_out"] = True
    return found


def explain_thing(
    line: str, given: list[Any], *, rule: Rule, version: int, found: Assigned, claims: int
) -> dict[str, Any]:
    """The explanation of a claim on things that differ: the place in the lot and what came of it."""
    return {
        "rule": rule.value,
        "version": version,
        "given": given,
        "share": int(bool(given)),
        "lot_place": found.order.index(line) + 1,
        "of": len(found.order) if claims >= CELL_LEAST else None,
        "proven_optimal": found.proven_optimal,
        "not_used": list(not_used(rule, {})),
    }


def places_of(shared: Shared) -> list[dict[str, int]]:
    """The lot place of each claim in each part, counted once for all explanations of a round."""
    return [{one: place for place, one in enumerate(part.order)} for part in shared.parts]


def _of_part(part: Part, one: Claimed, place: int) -> dict[str, Any]:
    band = one.band if part.rule is Rule.NEED else 0
    cut = next((cut for cut in part.cuts if cut.band == band), None)
    found: dict[str, Any] = {
        "rule": part.rule.value,
        "share": part.shares[one.id],
        "supply": part.supply,
        "lot_place": place + 1,
        "of": len(part.order),
    }
    if part.rule in QUEUED:
        found["cut"] = _of_cut(cut)
        if cut is None and part.rule is Rule.NEED and any(other.band > band for other in part.cuts):
            found["cut"] = {"before": True}
    return found


def _of_cut(cut: Cut | None) -> dict[str, Any] | None:
    if cut is None:
        return None
    top, scale = cut.level
    return {
        "band": cut.band,
        "per_head": [str(top), str(scale)],
        "by_lot": bool(cut.by_lot and cut.by_lot < cut.tied),
    }


def level_words(top: int, scale: int) -> str:
    """Steps per head as people say them, cut after two places; a level is shown, never computed with.

    >>> level_words(6, 3), level_words(5, 2), level_words(7, 3)
    ('2', '2.5', '2.33')
    """
    whole, rest = divmod(top, scale)
    places = f"{rest * 100 // scale:02d}".rstrip("0")
    return f"{whole}.{places}" if places else str(whole)


def not_used(rule: Rule, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """What did not take part, said to everybody.

    >>> not_used(Rule.NEED, {})
    ('gifts', 'listings', 'reputation', 'balance', 'money', 'time of claiming')
    """
    rules = {rule} | {Rule(name) for name, _ in parameters.get("quotas", ())}
    found = list(NEVER_USED)
    if Rule.NEED_POINTS not in rules:
        found.insert(0, "listings")
        if Rule.CONTRIBUTION not in rules:
            found.insert(0, "gifts")
    return tuple(found)
