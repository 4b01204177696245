"""The record of a round, and drawing it again from the record alone, in a bare Python without a node.

A claim stands in the record under its line: the hash of a ticket of 128 random bits. The root of all claims is made from
the tickets, so that nobody finds another's band by trying; stewards hold the whole record, with tickets and rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from minga.kit import lots
from minga.kit.canonical import canonical_json
from minga.sharing.rules.allocation.names import UNIT_RULES, Rule, What, check_rule, read_rule
from minga.sharing.rules.allocation.points import Terms
from minga.sharing.rules.allocation.things import Wished, assign
from minga.sharing.rules.allocation.units import Claimed, share_out

FORMAT = "minga-pool-record/1"
LINE_DIGITS = 20

Row = tuple[str, int, int] | tuple[str, int, int, str]
"""Id, band, steps, and for what differs the digest of the wish."""


def claims_root(rows: Sequence[Row]) -> bytes:
    """One hash over all claims: id, band and steps, sorted by id.

    >>> claims_root([("c2", 3, 2), ("c1", 3, 8), ("c3", 2, 5)]).hex()[:16]
    'f2cb576773882b0d'
    """
    return lots.digest("minga-claims/1", canonical_json(sorted([list(row) for row in rows])))


def seed_of(round_id: str, root: bytes, secret: bytes, beacon: str = "") -> bytes:
    """The seed of a round, from what nobody could aim with together.

    >>> root = claims_root([("c1", 3, 8), ("c2", 3, 2), ("c3", 2, 5)])
    >>> seed = seed_of("0190f2a0-0000-7000-8000-0000000000aa", root, bytes(range(32)))
    >>> seed.hex()[:16], lots.order(seed, "place", ["c1", "c2", "c3"])
    ('fcd3d88f5e595205', ['c2', 'c1', 'c3'])
    """
    return lots.digest("minga-pool-lot/1", UUID(round_id).bytes, root, secret, beacon)


def line_of(ticket: str) -> str:
    """The name of a claim in the record: tells nobody whose it is, and only its owner knows the ticket.

    >>> line_of("a" * 32)
    'b7a0b88173561703ef28'
    """
    return lots.digest("minga-claim-line/1", ticket).hex()[:LINE_DIGITS]


class Unreadable(ValueError):
    """The file is no record of a round, or of a kind this program does not know."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a record does not fit what is computed from it."""

    where: str
    said: str
    found: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was recomputed, and the first difference if there is one; `whole` when every share was."""

    checks: tuple[str, ...]
    whole: bool
    difference: Difference | None = None


def as_row(one: Claimed, ticket: str, steps: int) -> dict[str, Any]:
    """A claim in the whole record: what was asked for, and everything the rule saw."""
    terms = one.terms
    return {
        "ticket": ticket,
        "band": one.band,
        "steps": steps,
        "wanted": one.steps,
        "weight": one.weight,
        "received": one.received,
        "last": one.last,
        "minutes": one.minutes,
        "terms": [terms.needs, terms.offers, terms.given_to, int(terms.accessibility)],
        "sits_out": one.sits_out,
    }


def _claimed(row: Mapping[str, Any]) -> Claimed:
    needs, offers, given_to, accessibility = row["terms"]
    return Claimed(
        id=line_of(row["ticket"]),
        steps=int(row["wanted"]),
        band=int(row["band"]),
        weight=int(row["weight"]),
        received=int(row["received"]),
        last=str(row["last"]),
        minutes=int(row["minutes"]),
        terms=Terms(int(needs), int(offers), int(given_to), bool(accessibility)),
        sits_out=bool(row["sits_out"]),
    )


def claimed_again(row: Mapping[str, Any], has: int) -> Claimed:
    """A claim of a round once more, for what others let pass: the rest of the wish, with what it has already."""
    one = _claimed(row)
    return replace(one, steps=one.steps - has, received=one.received + has)


def check_record(record: Any) -> Checked:
    """Recompute commitment, seed and orders, and from the whole record also the root and every share."""
    if not isinstance(record, dict) or cast("dict[str, Any]", record).get("format") != FORMAT:
        raise Unreadable(f"this is no record of the kind {FORMAT}")
    try:
        return _check(cast("dict[str, Any]", record))
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"the record cannot be read: {error!r}") from error


def _check(record: dict[str, Any]) -> Checked:
    done = list[str]()
    rows = cast("list[dict[str, Any]] | None", record.get("claims"))
    secret, root = bytes.fromhex(record["secret"]), bytes.fromhex(record["claims_root"])
    seed = seed_of(record["round"], root, secret, record["beacon"])
    facts: list[tuple[str, Any, Any]] = [
        ("commitment", record["commitment"], lots.commitment(secret)),
        ("seed", record["seed"], seed.hex()),
    ]
    if rows is not None:
        made = claims_root([row_of(row) for row in rows]).hex()
        facts += [("claims_root", record["claims_root"], made)]
    rule = read_rule(record["rule"])
    orders: list[list[str]]
    # Where points count, rows come without them, as an access need is among them: then members' checks are made.
    whole = rows is not None and all("wish" in row or row["terms"] is not None for row in rows)
    if rows is not None and whole:
        orders, shares = _again(record, rule, rows, seed)
        for number, order in enumerate(orders):
            facts += [(f"order of part {number + 1}", record["parts"][number]["order"], order)]
        facts += [("shares", record["shares"], shares)]
    else:
        facts += _public_facts(record, rule, seed)
    facts.append(("sum of shares within supply", True, sum(_amounts(record)) <= record["supply"]))
    for where, said, found in facts:
        if said != found:
            return Checked(tuple(done), whole, Difference(where, str(said), str(found)))
        done.append(where)
    return Checked(tuple(done), whole)


def _amounts(record: dict[str, Any]) -> list[int]:
    return [int(value) if isinstance(value, int) else 0 for value in record["shares"].values()]


def _public_facts(record: dict[str, Any], rule: Rule, seed: bytes) -> list[tuple[str, Any, Any]]:
    """The orders anybody can draw again; those weighed by households need the whole record."""
    facts: list[tuple[str, Any, Any]] = []
    for number, part in enumerate(record["parts"]):
        weighted = rule is Rule.LOTTERY and record["parameters"].get("weighted")
        held_back = rule is Rule.LOTTERY and record["parameters"].get("sits_out_rounds")
        if not weighted and not held_back:
            again = lots.order(seed, part["context"], part["order"])
            facts.append((f"order of part {number + 1}", part["order"], again))
    lines = {line for part in record["parts"] for line in part["order"]}
    facts.append(("everybody in the draw has a line of shares", sorted(record["shares"]), sorted(lines)))
    return facts


def row_of(row: Mapping[str, Any]) -> Row:
    """What the root of all claims holds of one: id, band, steps, and the digest of a wish for things that differ."""
    if row.get("wish") is None:
        return (row["ticket"], row["band"], row["steps"])
    wish = lots.digest("minga-claim-wish/1", canonical_json(row["wish"])).hex()
    return (row["ticket"], row["band"], row["steps"], wish)


def wished(line: str, band: int, wish: Mapping[str, Any]) -> Wished:
    """A claim on things that differ, from what is kept of it."""
    return Wished(
        line,
        band,
        ranks=tuple(wish.get("ranks", ())),
        windows=tuple((int(start), int(until)) for start, until in wish.get("windows", ())),
        values=dict(wish.get("values", {})),
        exempt=bool(wish.get("exempt", False)),
    )


def _again(
    record: dict[str, Any], rule: Rule, rows: list[dict[str, Any]], seed: bytes
) -> tuple[list[list[str]], dict[str, Any]]:
    """Orders and shares as the rule gives them from the rows of the whole record."""
    parameters = check_rule(
        rule, record["parameters"], what=What(record["what"]), essential=record["essential"]
    )
    if rule in UNIT_RULES:
        shared = share_out(
            rule,
            parameters,
            supply=record["supply"],
            claims=[_claimed(row) for row in rows],
            seed=seed,
            essential=record["essential"],
        )
        return [list(part.order) for part in shared.parts], dict(sorted(shared.shares.items()))
    found = assign(
        rule,
        parameters,
        things=record["things"],
        claims=[wished(line_of(row["ticket"]), row["band"], row["wish"]) for row in rows],
        seed=seed,
        taken=[(start, until) for start, until in record["taken"]],
    )
    return [list(found.order)], dict(sorted(found.given.items()))
