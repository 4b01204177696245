"""Who reads what of whom: in the directory, on a person's page, in searches, as photo. Nothing wider than allowed."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from minga.communities import commands, queries
from minga.communities.queries import Filters
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.access import fields
from minga.identity.models import Person
from minga.identity.rules.fields import DETAILS, FIELDS, WIDTH, Audience
from minga.kit.clock import FixedClock
from minga.kit.db import Database, count_statements
from minga.kit.errors import Forbidden, NotFound
from minga.kit.events import EventRow
from tests.village import NOBODY, Village

VALUES = {
    "pronouns": "he",
    "about": "I repair bicycles",
    "languages": "Español",
    "free": "mon-evening",
    "area": "Upper meadow",
    "skills": "soldering",
    "mail": "bruno@example.org",
    "phone": "+573001234567",
    "address": "Mill lane 3",
    "messenger": "@bruno on Signal",
    "emergency": "Call Ana",
    "birthday": "03-29",
    "access": "No steps",
}
LEVELS = {"bruno": 0, "ana": 1, "hana": 1, "dara": 3, "zoe": 5, "ivo": 5, "farid": 5}


def write(
    village: Village, audiences: dict[str, str], *, here: bool = False, scope: str | None = None
) -> None:
    with village.database.write() as session:
        identity.change_profile(
            session,
            village.bruno,
            values=VALUES,
            audiences=audiences,
            community_id=village.valley if here else "",
            scope=scope,
            at=village.clock(),
        )


def page_of(village: Village, reader: str) -> queries.PersonCard | None:
    actor = village.actor(reader) if reader != "nobody" else NOBODY
    with village.database.read() as session:
        try:
            return queries.person(session, actor, "bruno", at=village.clock())
        except NotFound:
            return None


def card_of(village: Village, reader: str) -> queries.MemberCard | None:
    with village.database.read() as session:
        try:
            page = queries.members(
                session, village.actor(reader), village.valley, Filters(), at=village.clock()
            )
        except (NotFound, Forbidden):
            return None
    return next((card for card in page.items if card.handle == "bruno"), None)


@pytest.mark.parametrize("reader", ["zoe", "farid", "ivo", "nobody"])
def test_a_stranger_finds_nobody(village: Village, reader: str) -> None:
    write(village, {"phone": "public"})
    assert page_of(village, reader) is None


@pytest.mark.parametrize("reader", ["zoe", "farid", "ivo"])
def test_a_stranger_reads_no_directory(village: Village, reader: str) -> None:
    with village.database.read() as session, pytest.raises((NotFound, Forbidden)):
        queries.members(session, village.actor(reader), village.valley, Filters(), at=village.clock())


def test_what_nobody_chose_stays_narrow(village: Village) -> None:
    write(village, {})
    chidi = page_of(village, "chidi")
    assert chidi is not None
    assert set(chidi.fields) == {"pronouns", "about", "languages", "free", "area", "skills"}
    assert chidi.folded == ["emergency"]
    mine = page_of(village, "bruno")
    assert mine is not None
    assert mine.fields == VALUES


def test_a_trial_member_reads_name_photo_and_about(village: Village) -> None:
    write(village, {"phone": "community"})
    for found in (page_of(village, "dara"), card_of(village, "dara")):
        assert found is not None
        assert found.fields == {"about": VALUES["about"]}
        assert found.folded == []


def test_a_phone_for_stewards_is_folded_and_opening_it_is_told_once_a_day(
    village: Village, clock: FixedClock
) -> None:
    write(village, {"phone": "stewards"})
    for found in (page_of(village, "ana"), card_of(village, "ana")):
        assert found is not None
        assert "phone" not in found.fields
        assert "phone" in found.folded
    for _ in range(2):
        with village.database.write() as session:
            assert commands.open_field(session, village.ana, "bruno", "phone", at=clock()) == VALUES["phone"]
    with village.database.read() as session:
        log = identity_log(session, village.bruno)
        assert log.count("ContactRead") == 1
    clock.forward(days=1)
    with village.database.write() as session:
        commands.open_field(session, village.ana, "bruno", "phone", at=clock())
    with village.database.read() as session:
        assert identity_log(session, village.bruno).count("ContactRead") == 2


def identity_log(session: object, actor: Actor) -> list[str]:
    from minga.identity.queries import own_log

    return [line.name for line in own_log(session, actor, limit=100).items]  # type: ignore[arg-type]


@pytest.mark.parametrize("reader", ["dara", "zoe", "ivo"])
def test_others_open_no_folded_field(village: Village, reader: str) -> None:
    write(village, {"phone": "stewards"})
    with village.database.write() as session, pytest.raises(NotFound):
        commands.open_field(session, village.actor(reader), "bruno", "phone", at=village.clock())


@pytest.mark.parametrize("key", ["mail", "birthday", "access", "nothing"])
def test_stewards_open_no_field_that_is_not_theirs(village: Village, key: str) -> None:
    write(village, {})
    with village.database.write() as session, pytest.raises(NotFound):
        commands.open_field(session, village.ana, "bruno", key, at=village.clock())
    with village.database.read() as session:
        assert session.scalars(select(EventRow.id).where(EventRow.name == "ContactRead")).all() == []


def test_blocked_people_vanish_for_each_other(village: Village, clock: FixedClock) -> None:
    with village.database.write() as session:
        commands.block_person(session, village.bruno, "chidi", at=clock())
    assert page_of(village, "chidi") is None
    assert card_of(village, "chidi") is None
    with village.database.read() as session, pytest.raises(NotFound):
        queries.person(session, village.bruno, "chidi", at=clock())
    with village.database.write() as session:
        with pytest.raises(NotFound):
            commands.unblock_person(session, village.actor("chidi"), "bruno", at=clock())
        commands.unblock_person(session, village.bruno, "chidi", at=clock())
    assert page_of(village, "chidi") is not None


def test_an_old_handle_leads_on_for_90_days(village: Village, clock: FixedClock) -> None:
    with village.database.write() as session:
        identity.change_handle(session, village.bruno, "bruno.v", at=clock())
    for days, there in ((0, True), (89, True), (2, False)):
        clock.forward(days=days)
        found = page_of(village, "ana")
        assert (found is not None and found.moved and found.handle == "bruno.v") is there


def test_a_search_finds_only_by_what_the_reader_may_read(village: Village, clock: FixedClock) -> None:
    write(village, {"skills": "me", "area": "stewards"})

    def found(reader: str, q: str) -> list[str]:
        with village.database.read() as session:
            page = queries.members(session, village.actor(reader), village.valley, Filters(q=q), at=clock())
        return [card.handle for card in page.items]

    assert found("hana", "BICYCLES") == ["bruno"]
    assert found("chidi", "solder") == []
    assert found("dara", "meadow") == []
    assert found("bruno", "solder") == ["bruno"]
    assert found("hana", "Brunno") == ["bruno"]
    assert found("hana", "100%") == []


def test_the_directory_asks_four_questions_for_any_number(village: Village, clock: FixedClock) -> None:
    counts = set()
    for limit in (1, 5):
        with village.database.read() as session, count_statements(village.database) as said:
            queries.members(session, village.hana, village.valley, Filters(), limit=limit, at=clock())
        counts.add(len([s for s in said if s.startswith("SELECT")]))
    assert len(counts) == 1
    assert counts.pop() <= 4


@pytest.mark.parametrize("sort", ["name", "newest"])
def test_pages_of_the_directory_join_without_gap_or_double(
    village: Village, clock: FixedClock, sort: str
) -> None:
    seen: list[str] = []
    after = ""
    with village.database.read() as session:
        for _ in range(10):
            page = queries.members(
                session, village.hana, village.valley, Filters(sort=sort), after=after, limit=2, at=clock()
            )
            seen += [card.handle for card in page.items]
            if page.next is None:
                break
            after = page.next
    assert sorted(seen) == ["ana", "bruno", "chidi", "dara", "hana"]
    assert len(seen) == len(set(seen))


def test_filters_of_stewards_do_nothing_for_others(village: Village, clock: FixedClock) -> None:
    def found(reader: str) -> int:
        with village.database.read() as session:
            page = queries.members(
                session,
                village.actor(reader),
                village.valley,
                Filters(without_means=True, unseen=True),
                at=clock(),
            )
        return len(page.items)

    with village.database.write() as session:
        identity.set_password(session, village.bruno, village.bruno.person_id or "", "$x", at=clock())
    assert found("ana") == 4
    assert found("bruno") == 5


# --- I20: a field is never read wider than its audience


AUDIENCES = {
    field.key: [one.value for one in Audience if field.narrowest.rank <= one.rank <= field.widest.rank]
    for field in DETAILS
}
CHOICE = st.fixed_dictionaries({}, optional={key: st.sampled_from(all_) for key, all_ in AUDIENCES.items()})


@given(
    everywhere=CHOICE,
    here=CHOICE,
    scope=st.sampled_from(["community", "partners", "network", "public"]),
    open_name=st.sampled_from(["community", "network", "public"]),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_field_is_read_wider_than_its_audience(
    village: Village, everywhere: dict[str, str], here: dict[str, str], scope: str, open_name: str
) -> None:
    write(
        village, {**{f.key: f.audience.value for f in DETAILS}, **everywhere, "name": open_name}, scope=scope
    )
    with village.database.write() as session:
        identity.clear_community_audiences(session, village.bruno, village.valley, at=village.clock())
    write(village, here, here=True)
    base = {f.key: everywhere.get(f.key, f.audience.value) for f in DETAILS}
    pages = {reader: page_of(village, reader) for reader in [*LEVELS, "nobody"]}
    cards = {reader: card_of(village, reader) for reader in LEVELS}
    for reader, (key, audience) in product(pages, base.items()):
        member = reader in {"bruno", "ana", "hana", "dara"}
        chosen = here.get(key, audience) if member else audience
        reach = min(WIDTH[Audience(chosen)], WIDTH[Audience(scope)])
        outside = min(WIDTH[Audience(audience)], WIDTH[Audience(scope)])
        level = LEVELS.get(reader, 6)
        allowed = reach >= level or (level <= 5 and outside >= 5)
        if reader == "dara" and key != "about":
            allowed = outside >= 5
        if not member and min(WIDTH[Audience(open_name)], WIDTH[Audience(scope)]) < level:
            allowed = False
        found = pages[reader]
        shown = found is not None and (key in found.fields or key in found.folded)
        assert shown == allowed, (reader, key, audience, here.get(key), scope, open_name)
        if found and key in found.folded:
            assert reach == 1
            assert level == 1
        if member:
            card = cards[reader]
            assert card is not None
            in_card = key in card.fields or key in card.folded
            assert not in_card or reach >= level
            assert not (in_card and reader == "dara" and key != "about")


def test_every_field_has_a_value_in_these_tests() -> None:
    assert set(VALUES) == {field.key for field in DETAILS}
    assert set(FIELDS) == {*VALUES, "name", "handle", "photo"}


def test_people_one_has_exchanged_with_read_what_is_for_them(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(village, {"phone": "exchanged"})
    assert "phone" not in card_fields(village, "dara")

    def with_bruno(actor: Actor) -> object:
        wanted = village.people["bruno"] if actor.person_id == village.people["hana"] else ""
        return select(Person.id).where(Person.id == wanted)

    monkeypatch.setattr(fields, "_exchanged", [with_bruno])
    assert "phone" in card_fields(village, "hana")


def card_fields(village: Village, reader: str) -> dict[str, str]:
    card = card_of(village, reader)
    assert card is not None
    return card.fields


def test_names_are_found_whatever_the_marks(village: Village, database: Database, clock: FixedClock) -> None:
    with village.database.write() as session:
        identity.change_profile(
            session, village.bruno, values={"name": "Brúno Ñáñez"}, audiences={}, at=clock()
        )
    with village.database.read() as session:
        page = queries.members(session, village.hana, village.valley, Filters(q="nanez"), at=clock())
    assert [card.handle for card in page.items] == ["bruno"]
