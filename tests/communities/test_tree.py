"""The tree of who brought in whom: nobody sees further than they may, nothing hidden is in any answer."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from minga.communities import commands, queries
from minga.communities.access.tree import tree_to_see
from minga.communities.models import Membership, Policy, Unnamed
from minga.communities.rules import tree as rules
from minga.identity import commands as identity
from minga.identity.models import Block
from minga.kit.db import Session, count_statements
from minga.kit.errors import NotFound
from minga.kit.ids import Id, new_id
from tests.communities.branching import brought_in, long_ago, newcomers, rule
from tests.village import NOBODY, Village
from tests.visitor import Visitor

Forest = dict[int, int | None]
forests = st.integers(1, 9).flatmap(
    lambda n: st.tuples(*(st.none() | st.integers(0, max(0, one - 1)) for one in range(n)))
)


@settings(max_examples=40, deadline=None)
@given(parents=forests)
def test_every_row_is_walked_once_and_every_list_is_closed(parents: tuple[int | None, ...]) -> None:
    rows = [
        rules.TreeRow(str(n), None if above is None or above == n else str(above), str(n), None, None, "full")
        for n, above in enumerate(parents)
    ]
    lines = rules.lines(rules.grow(rows[::-1]))
    assert sorted(one.row.id for one in lines) == sorted(one.id for one in rows)
    assert sum(one.opens for one in lines) == sum(one.closes for one in lines)
    levels = {one.row.id: one.level for one in lines}
    assert all(levels[one.id] == levels[one.sponsor_id] + 1 for one in rows if one.sponsor_id)
    assert sum(one.below + 1 for one in lines if one.level == 0) == len(rows)


def test_a_very_deep_branch_is_walked_without_end_of_the_stack() -> None:
    rows = [
        rules.TreeRow(str(n), str(n - 1) if n else None, None, None, "2026-01", "full") for n in range(2000)
    ]
    lines = rules.lines(rules.grow(rows))
    assert (len(lines), lines[0].below, max(one.level for one in lines)) == (2000, 1999, rules.LEVELS_MAX)
    assert sum(one.opens for one in lines) == sum(one.closes for one in lines)
    assert len(rules.lines(rules.grow(rows), depth=3)) == 4


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_members_see_exactly_the_steps_that_the_rule_gives(village: Village, data: Any) -> None:
    """Against walking the links by hand, with blocks on them and people who are shown as "a member"."""
    parents = data.draw(forests)
    viewer = data.draw(st.integers(0, len(parents) - 1))
    degrees = data.draw(st.sampled_from((0, 1, 2, 3, 99)))
    blocked = data.draw(st.sets(st.integers(0, len(parents) - 1), max_size=3)) - {viewer}
    hidden = data.draw(st.sets(st.integers(0, len(parents) - 1), max_size=3))
    with village.database.write() as session:
        people = _planted(session, village, parents, degrees)
        for one in blocked:
            pair = (people[viewer], people[one]) if one % 2 else (people[one], people[viewer])
            session.add(Block(blocker_id=pair[0], blocked_id=pair[1], made_at=village.clock()))
        for one in hidden:
            session.add(Unnamed(membership_id=_of(session, people[one]).id, since_at=village.clock()))
        session.flush()
        actor = village.actor("bruno").__class__(people[viewer])
        links = {n: above for n, above in enumerate(parents) if above is not None and above != n}
        near = _near(links, viewer, degrees, blocked)
        if degrees == 0:
            with pytest.raises(NotFound):
                queries.tree(session, actor, village.valley, at=village.clock())
        else:
            found = queries.tree(session, actor, village.valley, at=village.clock())
            named = {one.name for one in found.lines if one.name}
            direct = {viewer, links.get(viewer)} | {n for n, above in links.items() if above == viewer}
            assert len(found.lines) == len(near)
            assert named == {f"P{n}" for n in near if n not in hidden or n in direct}
            nameless = [one for one in found.lines if one.name is None]
            assert all((one.membership_id, one.handle, one.joined) == (None, None, None) for one in nameless)
        session.rollback()


def _planted(session: Session, village: Village, parents: tuple[int | None, ...], degrees: int) -> list[Id]:
    people: list[Id] = []
    members: list[Id] = []
    for n, above in enumerate(parents):
        person = identity.make_person(
            session, NOBODY, name=f"P{n}", handle=f"p{n}-{new_id()[-8:]}", at=village.clock()
        )
        one = Membership(
            community_id=village.valley,
            person_id=person,
            sponsor_id=members[above] if above is not None and above != n else None,
            joined_on=date(2026, 1, 1),
            full_on=date(2026, 1, 1),
            made_at=village.clock(),
        )
        session.add(one)
        session.flush()
        people.append(person)
        members.append(one.id)
    session.add(
        Policy(
            community_id=village.valley,
            key="tree.degrees",
            value=degrees,
            since_at=village.clock(),
            made_at=village.clock(),
        )
    )
    session.flush()
    return people


def _of(session: Session, person_id: Id) -> Membership:
    return session.scalars(select(Membership).where(Membership.person_id == person_id)).one()


def _near(links: dict[int, int], start: int, degrees: int, blocked: set[int]) -> set[int]:
    seen, edge = {start}, {start}
    for _ in range(degrees):
        edge = (
            {
                other
                for one, above in links.items()
                for here, other in ((one, above), (above, one))
                if here in edge
            }
            - seen
            - blocked
        )
        seen |= edge
    return seen


def test_the_tree_on_its_page_for_each_who_may_and_nobody_else(
    village: Village, visit: Callable[[str | None], Visitor]
) -> None:
    newcomers(village, "hana", "faraway")
    newcomers(village, "faraway", "further")
    brought_in(village, ("bruno", "ana"), ("hana", "bruno"), ("dara", "hana"))
    rule(village, "tree.degrees", 2)
    for path in ("/c/valley/tree", "/c/valley/tree.svg"):
        for stranger in ("zoe", None):
            visit(stranger).get(path, 404)

    ana, bruno, dara, hana = (visit(one) for one in ("ana", "bruno", "dara", "hana"))
    page = bruno.get("/c/valley/tree").text
    assert all(name in page for name in (">Ana<", ">Hana<", ">Dara<", ">Faraway<", "<svg"))
    assert "Further" not in page
    assert "Chidi" not in page
    assert "/cut" not in page
    assert "Ana" not in dara.get("/c/valley/tree").text  # on trial: who stands for them, and nobody else
    assert ">Hana<" in dara.get("/c/valley/tree").text
    whole = ana.get("/c/valley/tree").text
    assert ">Further<" in whole
    assert ">Chidi<" in whole
    assert "/cut" in whole
    assert ana.get("/c/valley/tree.svg").headers["content-type"].startswith("image/svg+xml")

    hana.post("/c/valley/tree/shown", {"named": "no"})
    hana.post("/c/valley/tree/shown", {"named": "no"})
    visit("further").post("/c/valley/tree/shown", {"named": "no"})
    page = visit("further").get("/c/valley/tree").text  # two steps from Hana
    assert "Hana" not in page
    assert "a member" in page
    assert ">Faraway<" in page
    assert ">Hana<" in bruno.get("/c/valley/tree").text  # a direct link
    assert ">Hana<" in ana.get("/c/valley/tree").text
    hana.post("/c/valley/tree/shown", {"named": "yes"})
    assert ">Hana<" in visit("further").get("/c/valley/tree").text

    with village.database.write() as session:
        commands.leave(session, village.actor("faraway"), village.valley, at=village.clock())
    page = ana.get("/c/valley/tree").text
    assert "a former member" in page
    assert "Faraway" not in page
    assert ">Further<" in page
    village.clock.forward(days=1)
    rule(village, "tree.degrees", 0)
    bruno.get("/c/valley/tree", 404)
    assert ">Further<" in ana.get("/c/valley/tree").text


def test_one_indexed_statement_however_many_members(village: Village) -> None:
    newcomers(village, "bruno", *(f"new{n}" for n in range(12)))
    long_ago(village)
    with village.database.read() as session:
        with count_statements(village.database) as said:
            few = queries.tree(session, village.chidi, village.valley, at=village.clock())
        asked = len(said)
        statement = tree_to_see(session, village.bruno, village.valley, at=village.clock())
        compiled = str(statement.compile(session.connection().engine, compile_kwargs={"literal_binds": True}))
        if village.database.dialect == "sqlite":
            plan = " ".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))
            assert "ix_membership_sponsor_id" in plan
            assert "SCAN membership" not in plan
    assert len(few.lines) > 12
    assert asked <= 4
