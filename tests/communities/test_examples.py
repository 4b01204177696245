"""Example neighbours: asked for by the wizard, marked on every page, and gone with one button."""

import re
from collections.abc import Callable

from sqlalchemy import func, select, text

from minga.communities.models import Community, Membership
from minga.identity.models import Block, Person
from minga.interfaces.examples.neighbours import NEIGHBOURS
from minga.interfaces.http import Node
from minga.kit import chains
from minga.kit.events import EventRow
from minga.kit.ids import Id
from minga.sharing.models import OWN_TABLES, Listing, ListingWords
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
BAND = "Some neighbours here are only examples."


def filled(visitor: Visitor) -> str:
    made = visitor.post("/communities/new", {"name": "Mill", "template": "tool_library", "examples": "yes"})
    return str(made.headers["location"]).removesuffix("/ready")


def counts(node: Node) -> dict[str, int]:
    """How many rows each table has."""
    tables = (Person, Membership, Listing, ListingWords, *OWN_TABLES.values())
    with node.database.read() as session:
        return {
            one.__tablename__: session.scalar(select(func.count()).select_from(one)) or 0 for one in tables
        }


def example(node: Node, name: str) -> Id:
    with node.database.read() as session:
        return session.scalars(
            select(Person.id)
            .join(Membership, Membership.person_id == Person.id)
            .join(Community, Community.id == Membership.community_id)
            .where(Community.slug == "mill", Person.name == name)
        ).one()


def test_examples_are_marked_everywhere_and_go_without_a_trace(
    visit: Visit, node: Node, village: Village
) -> None:
    before = counts(node)
    ivo = visit("ivo")
    assert "Fill it with example neighbours" in ivo.get("/communities/new").text
    at = filled(ivo)
    for page in ("", "/listings", "/members", "/rules", "/log", "/ready"):
        shown = ivo.get(f"{at}{page}").text
        assert BAND in shown, page
        assert "Remove examples" in shown
    assert "I repair bicycles" in ivo.get(f"{at}/listings").text
    assert all(name in ivo.get(f"{at}/members").text for name in NEIGHBOURS)
    assert BAND not in visit("bruno").get("/c/valley/listings").text
    visit("bruno").post(f"{at}/examples/removal", status=404)

    ivo.post(f"{at}/examples/removal")
    after = counts(node)
    assert after.pop("membership") == before.pop("membership") + 1
    assert after == before
    for page in ("", "/listings", "/members"):
        shown = ivo.get(f"{at}{page}").text
        assert BAND not in shown
        assert not any(name in shown for name in NEIGHBOURS)
        assert "bicycles" not in shown
    log = ivo.get(f"{at}/log").text
    assert "Somebody left" in log
    assert not any(name in log for name in NEIGHBOURS)
    once = counts(node)
    ivo.post(f"{at}/examples/removal")
    assert counts(node) == once


def test_the_log_of_examples_holds_no_word_of_them_and_still_fits(
    visit: Visit, node: Node, village: Village
) -> None:
    ivo = visit("ivo")
    at = filled(ivo)
    root = example(node, "Chidi")
    ivo.post(f"{at}/examples/removal")
    with node.database.write() as session:
        chains.seal_open(session)
    with node.database.read() as session:
        assert all(chains.check_chain(session, one).broken is None for one in chains.chains(session))
        facts = session.scalars(select(EventRow.facts).where(EventRow.person_id == root)).all()
        assert facts
        assert not re.search("Chidi|bicycle", str(facts))


def test_nobody_asks_an_example(visit: Visit, node: Node, village: Village) -> None:
    ivo = visit("ivo")
    filled(ivo)
    with node.database.read() as session:
        listing = session.scalars(select(Listing.id).where(Listing.title == "I repair bicycles")).one()
    shown = ivo.get(f"/listings/{listing}").text
    assert "This is an example" in shown
    assert f'action="/listings/{listing}/asks"' not in shown
    page = ivo.post(f"/listings/{listing}/asks", {"words": "Please"}, status=422).text
    assert "This is an example" in page


def test_who_is_pointed_to_stays_as_an_empty_row(visit: Visit, node: Node, village: Village) -> None:
    """Somebody blocked an example: the block still has two ends, and the person no name."""
    ivo = visit("ivo")
    at = filled(ivo)
    mira = example(node, "Mira")
    with node.database.write() as session:
        session.add(Block(blocker_id=village.people["ivo"], blocked_id=mira, made_at=node.clock()))
    ivo.post(f"{at}/examples/removal")
    with node.database.read() as session:
        left = session.get_one(Person, mira)
        assert (left.name, left.erased_at) == ("–", node.clock())
        assert "mira" not in left.handle
        assert session.execute(text("SELECT count(*) FROM person WHERE name = 'Omar'")).scalar() == 0


def test_a_group_below_has_no_examples_of_its_own(visit: Visit, node: Node, village: Village) -> None:
    ivo = visit("ivo")
    at = filled(ivo)
    ivo.post(f"{at}/subgroups/new", {"name": "Wheel", "mode": "open"})
    with node.database.read() as session:
        assert session.scalars(select(Community.features).where(Community.name == "Wheel")).one() == {}
