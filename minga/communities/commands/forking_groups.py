"""Of a community's file only one group, with the groups below it: as if that had been the community all along.

What the group used of those above (categories, places, rules that hold for it) becomes its own; everything else above stays.
"""

from dataclasses import replace

from minga.communities.commands.reading import Arriving
from minga.communities.rules.moving import NO_GROUP, refused
from minga.kit.arrivals import Row
from minga.kit.ids import Id

ROOTS = ("root_id", "giver_root_id", "taker_root_id")
SIDES = ("giver_community_id", "taker_community_id")
SHARED = {"category": "key", "place": "name_key"}
"""Tables of a community that its groups use, and by what two of their rows are the same."""


def group_of(arriving: Arriving, slug: str) -> Arriving:
    """What the file says of that group alone; the file itself is not changed."""
    group = next((row for row in arriving.rows["community"] if row["slug"] == slug), None)
    if group is None or group["id"] == arriving.root_id:
        raise refused(NO_GROUP, "no_group", slug=slug)
    top = group["id"]
    lineage = arriving.rows.get("lineage", [])
    below = {row["community_id"] for row in lineage if row["above_id"] == top}
    above = [
        row["above_id"]
        for row in sorted(lineage, key=lambda one: one["steps"])
        if row["community_id"] == top and row["steps"]
    ]
    rows = {name: [dict(row) for row in some] for name, some in arriving.rows.items()}
    rows["community"] = [row for row in rows["community"] if row["id"] in below]
    for row in rows["community"]:
        row["root_id"] = top
        row["parent_id"] = None if row["id"] == top else row["parent_id"]
    rows["lineage"] = [
        row for row in rows.get("lineage", []) if {row["community_id"], row["above_id"]} <= below
    ]
    for name, key in SHARED.items():
        _becomes_its_own(rows.get(name, []), key, top, above)
    rows["policy"] = _rules(rows.get("policy", []), top, above)
    _hangs_on(rows, top, below, set(above))
    return replace(arriving, root_id=top, rows=rows)


def members_of(arriving: Arriving) -> set[str]:
    """The handles of those who live in what the file says."""
    places = {row["id"] for row in arriving.rows["community"]}
    living = {
        row["person_id"]
        for row in arriving.rows.get("membership", ())
        if row["community_id"] in places and row["ended_on"] is None
    }
    return {one["handle"] for one in arriving.people if one["id"] in living and "handle" in one}


def _becomes_its_own(rows: list[Row], key: str, top: Id, above: list[Id]) -> None:
    """The nearest of two that are called the same comes along."""
    there = {row[key] for row in rows if row["community_id"] == top}
    for one in above:
        for row in rows:
            if row["community_id"] == one and row[key] not in there:
                row["community_id"] = top
                there.add(row[key])


def _rules(rows: list[Row], top: Id, above: list[Id]) -> list[Row]:
    """The group's own rules, with their history, and those of the nearest community above for what it never set."""
    own = [row for row in rows if row["community_id"] not in above]
    known = {row["key"] for row in own if row["community_id"] == top}
    for one in above:
        nearer = [row for row in rows if row["community_id"] == one and row["key"] not in known]
        own += [row | {"community_id": top} for row in nearer]
        known |= {row["key"] for row in nearer}
    return own


def _hangs_on(rows: dict[str, list[Row]], top: Id, below: set[Id], above: set[Id]) -> None:
    """Listings of the group, and what was agreed about them, hang on the group as their root."""
    rows["listing"] = [row for row in rows.get("listing", ()) if row["community_id"] in below]
    listings = {row["id"] for row in rows["listing"]}
    rows["leg"] = [row for row in rows.get("leg", ()) if row["listing_id"] in listings]
    agreed = {row["exchange_id"] for row in rows["leg"]}
    rows["exchange"] = [row for row in rows.get("exchange", ()) if row["id"] in agreed]
    for name, some in rows.items():
        columns = (*ROOTS, *SIDES) if name == "leg" else ROOTS
        for row in some if name != "community" else ():
            for column in columns:
                if row.get(column) in above:
                    row[column] = top
