"""The tree of who brought in whom, as its reader may see it: grown on every reading, kept nowhere."""

from datetime import datetime
from typing import Any

import msgspec

from minga.communities.access import place_of
from minga.communities.access.tree import FORMER, NAMELESS, SEE_ALL, tree_to_see
from minga.communities.models import Unnamed
from minga.communities.rules import tree as rules
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id


class TreeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One place in the tree, in the order of reading; `level` says below whom it stands.

    Whoever is shown as "a member" has no name, day or standing; who left is "former". `joined` is a month. `below`
    counts whom the reader sees in that branch. `opens` and `closes` are the lists that begin and end after the line.
    """

    level: int
    name: str | None
    handle: str | None
    joined: str | None
    standing: str
    below: int
    is_me: bool
    membership_id: Id | None
    opens: bool
    closes: int


class TreePage(msgspec.Struct, frozen=True, kw_only=True):
    """The tree; `whole`: the reader sees all of it. `unnamed`: they let themselves be shown as "a member"."""

    lines: list[TreeLine]
    whole: bool
    unnamed: bool
    is_member: bool


def tree(
    session: Session, actor: Actor, community_id: Id, *, depth: int | None = None, at: datetime
) -> TreePage:
    """Who brought in whom, as far as the reader sees; NotFound where nobody shows it to them."""
    rows = session.execute(tree_to_see(session, actor, community_id, at=at)).all()
    place = place_of(session, actor, community_id, at=at)
    mine = place.membership_id if place else None
    whole = place is not None and SEE_ALL in place.capabilities
    grown = rules.grow([_row(row, actor.person_id) for row in rows])
    return TreePage(
        lines=[_line(one, whole) for one in rules.lines(grown, depth=depth)],
        whole=whole,
        unnamed=mine is not None and session.get(Unnamed, mine) is not None,
        is_member=mine is not None,
    )


def _row(row: Any, me: Id | None) -> rules.TreeRow:
    id, sponsor_id, person_id, name, handle, joined, standing = row
    if standing in (FORMER, NAMELESS):
        return rules.TreeRow(
            id, sponsor_id, None, None, None, standing, standing != FORMER and person_id == me
        )
    return rules.TreeRow(id, sponsor_id, name, handle, joined, standing, person_id == me)


def _line(one: rules.Line, whole: bool) -> TreeLine:
    row = one.row
    return TreeLine(
        level=one.level,
        name=row.name,
        handle=row.handle,
        joined=row.joined,
        standing=row.standing,
        below=one.below,
        is_me=row.is_me,
        membership_id=row.id if whole or row.name is not None else None,
        opens=one.opens,
        closes=one.closes,
    )
