"""Headings: who changes them, that what is filed follows, that names are found, and fields of a category's own."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minga.identity import Actor
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.models import Listing
from minga.sharing.rules import Direction, Wish, read_search
from minga.sharing.rules.categories import CATEGORIES, shipped_id
from minga.sharing.rules.fields import FieldKind, FieldName, read_value
from tests.conftest import MONDAY
from tests.sharing.makers import post
from tests.village import Village

TOOLS = shipped_id("tools")


def put(village: Village, title: str, who: Actor | None = None, community: Id = "", **fields: Any) -> Id:
    with village.database.write() as session:
        village.clock.forward(seconds=1)
        made = post(
            session, who or village.ana, community or village.valley, title, at=village.clock(), **fields
        )
        return made.id


def shown(village: Village, who: Actor, **wish: Any) -> set[str]:
    with village.database.read() as session:
        page = queries.listings(session, who, Wish(**wish), at=village.clock())
        return {card.title for card in page.items}


def add(village: Village, label: str, parent: str = "") -> Id:
    with village.database.write() as session:
        labels = {"en": label, "es": f"{label} es"}
        return commands.add_category(
            session, village.ana, village.valley, labels=labels, parent=parent, at=village.clock()
        ).id


def label_of(village: Village, id: Id | None) -> str:
    with village.database.read() as session:
        found = queries.categories(session, village.ana, village.valley, retired=True)
        return next(one.label("en") for one in found if one.id == id)


def test_only_those_who_look_after_categories_change_them(village: Village) -> None:
    with village.database.write() as session:
        for who, why in ((village.zoe, NotFound), (village.farid, NotFound), (village.bruno, Forbidden)):
            with pytest.raises(why):
                commands.add_category(session, who, village.valley, labels={"en": "X"}, at=village.clock())
            with pytest.raises(why):
                commands.rename_category(
                    session, who, village.valley, TOOLS, labels={"en": "X"}, at=village.clock()
                )
            with pytest.raises(why):
                commands.retire_category(session, who, village.valley, TOOLS, at=village.clock())
            with pytest.raises(why):
                commands.merge_category(
                    session, who, village.valley, TOOLS, into="garden", at=village.clock()
                )
            with pytest.raises(why):
                commands.add_field(
                    session,
                    who,
                    village.valley,
                    TOOLS,
                    labels={"en": "X"},
                    kind=FieldKind.TEXT,
                    at=village.clock(),
                )
        assert len(queries.categories(session, village.ana, village.valley)) == len(CATEGORIES) == 24


def test_a_renamed_category_keeps_what_is_filed_and_is_found_by_its_new_name(village: Village) -> None:
    id = put(village, "Drill", category="tools")
    with village.database.write() as session:
        commands.rename_category(
            session,
            village.ana,
            village.valley,
            TOOLS,
            labels={"en": "Workshop", "es": "Taller"},
            at=village.clock(),
        )
    with village.database.read() as session:
        filed = session.get_one(Listing, id).category_id
        assert filed != TOOLS
        assert label_of(village, filed) == "Workshop"
        names = {one.key for one in queries.categories(session, village.zoe, village.hill)}
        assert "tools" in names
    assert shown(village, village.bruno, search=read_search("taller")) == {"Drill"}
    assert shown(village, village.bruno, category=str(filed)) == {"Drill"}
    assert put(village, "Saw", category="tools")
    assert put(village, "Vice", category=TOOLS)
    assert shown(village, village.bruno, category=str(filed)) == {"Drill", "Saw", "Vice"}
    assert shown(village, village.bruno, category=TOOLS) == {"Drill", "Saw", "Vice"}


def test_the_tree_is_three_deep_and_has_no_ring(village: Village) -> None:
    one = add(village, "One")
    two = add(village, "Two", one)
    three = add(village, "Three", two)
    with pytest.raises(Invalid):
        add(village, "Four", three)
    with village.database.write() as session:
        for parent in (three, one):
            with pytest.raises(Invalid):
                commands.move_category(
                    session, village.ana, village.valley, one, parent=parent, at=village.clock()
                )
    put(village, "Deep", category=three)
    assert (
        shown(village, village.bruno, category=one) == shown(village, village.bruno, category=two) == {"Deep"}
    )
    with village.database.read() as session:
        tree = queries.headings(session, village.bruno, village.valley, at=village.clock())
        mine = [(one.category.label("en"), one.depth, one.n) for one in tree if one.category.own]
        assert mine == [("One", 0, 0), ("Two", 1, 0), ("Three", 2, 1)]


def test_what_is_retired_stays_on_old_listings_only(village: Village) -> None:
    id = put(village, "Drill", category="tools")
    with village.database.write() as session:
        commands.retire_category(session, village.ana, village.valley, TOOLS, at=village.clock())
    with pytest.raises(Invalid):
        put(village, "Saw", category="tools")
    with village.database.write() as session:
        content = queries.content(session, village.ana, id, at=village.clock())
        changed = replace(content, title="Old drill")
        commands.edit(session, village.ana, id, changed, version=None, at=village.clock())
        assert "tools" not in {one.key for one in queries.categories(session, village.ana, village.valley)}
        assert label_of(village, session.get_one(Listing, id).category_id) == "Tools"
    put(village, "Hill saw", village.zoe, village.hill, category="tools")


def test_merging_moves_everything_and_the_old_name_leads_there(village: Village) -> None:
    drill = put(village, "Drill", category="tools")
    put(village, "Spade", category="garden")
    with village.database.write() as session, pytest.raises(Invalid):
        commands.merge_category(
            session, village.ana, village.valley, shipped_id("garden"), into="garden", at=village.clock()
        )
    with village.database.write() as session:
        before = session.get_one(Listing, drill).version
        goal = commands.merge_category(
            session, village.ana, village.valley, TOOLS, into="garden", at=village.clock()
        )
        session.expire_all()
        assert session.get_one(Listing, drill).category_id == goal.id
        assert session.get_one(Listing, drill).version > before
    put(village, "Saw", category="tools")
    put(village, "Vice", category=TOOLS)
    assert shown(village, village.bruno, category=shipped_id("garden")) == {"Drill", "Spade", "Saw", "Vice"}
    assert shown(village, village.bruno, search=read_search("garden")) == {"Drill", "Spade", "Saw", "Vice"}


def field(village: Village, kind: FieldKind, label: str, **more: Any) -> Id:
    with village.database.write() as session:
        found = queries.categories(session, village.ana, village.valley)
        books = next(one.id for one in found if one.key == "books")
        made = commands.add_field(
            session,
            village.ana,
            village.valley,
            books,
            labels={"en": label},
            kind=kind,
            at=village.clock(),
            **more,
        )
        return made.id


def test_fields_of_a_category_are_checked_kept_shown_and_found(village: Village) -> None:
    field(village, FieldKind.TEXT, "Author")
    field(village, FieldKind.NUMBER, "Pages", direction=Direction.OFFER)
    field(village, FieldKind.CHOICE, "Cover", choices=["hard", "soft", "soft", ""])
    field(village, FieldKind.DATE, "Printed")
    field(village, FieldKind.YES_NO, "Signed")
    field(village, FieldKind.LINK, "About it")
    said = {"author": " Ursula ", "pages": "120.50", "cover": "soft", "printed": "1974-05-01", "signed": "yes",
            "about-it": "https://example.org/x?y=1", "unknown": "x"}  # fmt: skip
    id = put(village, "Novel", category="books", extra=tuple(said.items()))
    with village.database.read() as session:
        found = queries.listing(session, village.bruno, id, at=village.clock())
        assert dict(found.extra) == {
            "author": "Ursula", "pages": "120.5", "cover": "soft", "printed": "1974-05-01", "signed": "yes",
            "about-it": "https://example.org/x?y=1",
        }  # fmt: skip
    assert shown(village, village.bruno, search=read_search("ursula")) == {"Novel"}
    for key, wrong in (("pages", "many"), ("cover", "none"), ("printed", "then"), ("signed", "maybe"),
                       ("about-it", "javascript:alert(1)")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            put(village, "Novel", category="books", extra=((key, wrong),))
        assert next(iter(refused.value.fields)).startswith("extra_")
    need = put(village, "A novel", category="books", direction=Direction.NEED, extra=(("pages", "1"),))
    other = put(village, "Drill", category="tools", extra=(("author", "x"),))
    with village.database.write() as session:
        for one in (need, other):
            assert queries.listing(session, village.bruno, one, at=village.clock()).extra == ()
        content = queries.content(session, village.ana, id, at=village.clock())
        commands.edit(session, village.ana, id, content, version=None, at=village.clock())
        assert session.get_one(Listing, id).version == 2
        changed = replace(content, extra=(("author", "Le Guin"),))
        commands.edit(session, village.ana, id, changed, version=None, at=village.clock())
        session.flush()
        assert queries.listing(session, village.bruno, id, at=village.clock()).extra == (
            ("author", "Le Guin"),
        )


def test_twelve_fields_for_each_direction(village: Village) -> None:
    ids = [field(village, FieldKind.TEXT, f"Field {n}") for n in range(12)]
    with pytest.raises(Conflict):
        field(village, FieldKind.TEXT, "One more", direction=Direction.NEED)
    with pytest.raises(Conflict):
        field(village, FieldKind.TEXT, "Field 3")
    with village.database.write() as session:
        with pytest.raises(NotFound):
            commands.retire_field(session, village.zoe, ids[0], at=village.clock())
        commands.retire_field(session, village.ana, ids[0], at=village.clock())
    field(village, FieldKind.TEXT, "One more", direction=Direction.NEED)
    with pytest.raises(Invalid):
        field(village, FieldKind.CHOICE, "Choice", direction=Direction.OFFER)


@given(kind=st.sampled_from(FieldKind), said=st.text(max_size=300))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_kept_in_one_form_or_refused(kind: FieldKind, said: str) -> None:
    one = FieldName("1", "2", "key", kind, None, {}, ("hard", "soft"))
    try:
        kept = read_value(one, said, today=MONDAY.date())
    except Refused:
        return
    assert read_value(one, kept, today=MONDAY.date()) == kept
    assert "<" not in kept or kind is FieldKind.TEXT
