"""Dispatch: strangers see nothing of it, needs stand in order, and the telephone's work is written down without its numbers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import select, text

from minga.communities.models import Keeping
from minga.identity import Actor
from minga.identity.models import Contact, Person
from minga.kit.db import count_statements
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from minga.kit.events import EventRow
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.models import DispatchCase, DispatchContact, Listing
from minga.sharing.rules import CloseReason, Direction, Help, Kind, Level
from minga.sharing.rules.dispatch import ContactKind, Step
from minga.sharing.rules.kinds import Urgency
from tests.sharing import neighbours
from tests.village import NOBODY, Village

CALL: dict[str, Any] = {
    "caller": "Edda Lund",
    "reach": "+34 600 11 22 33",
    "what": "Groceries, twice a week",
    "place": "Block C",
    "consent": True,
}


def taken(village: Village, **fields: Any) -> Id:
    """What Ana took in by telephone."""
    with village.database.write() as session:
        given = commands.TakenIn(**{**CALL, **fields})
        return commands.take_call(session, village.ana, village.valley, given, at=village.clock()).id


def listed(village: Village, who: Actor | None = None, **wanted: Any) -> queries.DispatchList:
    with village.database.read() as session:
        return queries.dispatch(
            session,
            who or village.ana,
            village.valley,
            at=village.clock(),
            wanted=queries.Wanted(**wanted),
        )


def need(village: Village, title: str, urgency: Urgency = Urgency.NORMAL, **own: Any) -> Id:
    if urgency is Urgency.EMERGENCY:
        own.setdefault("reach", "the blue door")
    return neighbours.listed(
        village,
        village.bruno,
        Help(urgency=urgency, **own),
        title=title,
        direction=Direction.NEED,
        terms=neighbours.GIFT,
    )


def do(village: Village, act: Any, who: Actor, *args: Any, **more: Any) -> Any:
    with village.database.write() as session:
        return act(session, who, *args, at=village.clock(), **more)


ACTS: dict[str, Any] = {
    "hand over": lambda s, who, id, v: commands.hand_over(s, who, id, None, at=v.clock()),
    "log": lambda s, who, id, v: commands.log_contact(s, who, id, ContactKind.CALL, "", at=v.clock()),
    "assign": lambda s, who, id, v: commands.assign(s, who, id, "hana", at=v.clock()),
    "ask": lambda s, who, id, v: commands.ask_people(s, who, id, (v.hana.person_id,), at=v.clock()),
    "stop": lambda s, who, id, v: commands.stop_round(s, who, id, at=v.clock()),
    "close": lambda s, who, id, v: commands.close_case(s, who, id, CloseReason.WITHDRAWN, at=v.clock()),
    "merge": lambda s, who, id, v: commands.merge(s, who, id, taken(v, apart=True), at=v.clock()),
    "split": lambda s, who, id, v: commands.split(s, who, id, "a part", at=v.clock()),
    "still": lambda s, who, id, v: commands.ask_whether_still_needed(s, who, id, at=v.clock()),
    "see": lambda s, who, id, v: queries.case(s, who, id, at=v.clock()),
    "candidates": lambda s, who, id, v: queries.candidates(s, who, id, at=v.clock()),
}


@pytest.mark.parametrize("act", sorted(set(ACTS) - {"merge"}))
@pytest.mark.parametrize("name", ["nobody", "zoe", "farid", "bruno", "dara", "hana"])
def test_a_case_is_not_there_for_whoever_is_no_dispatcher(village: Village, act: str, name: str) -> None:
    """T18: neither strangers, partners nor members without the duty learn that there is a case."""
    listing_id = taken(village)
    who = NOBODY if name == "nobody" else village.actor(name)
    with village.database.write() as session, pytest.raises(NotFound):
        ACTS[act](session, who, listing_id, village)


@pytest.mark.parametrize("name", ["nobody", "zoe", "farid"])
def test_the_list_is_not_there_for_strangers(village: Village, name: str) -> None:
    who = NOBODY if name == "nobody" else village.actor(name)
    with pytest.raises(NotFound):
        listed(village, who)


def test_members_read_who_may_see_the_list(village: Village) -> None:
    with pytest.raises(Forbidden):
        listed(village, village.bruno)
    with pytest.raises(Forbidden):
        do(village, commands.take_call, village.bruno, village.valley, commands.TakenIn(**CALL))
    with village.database.read() as session, pytest.raises(Forbidden):
        queries.call_sheet(session, village.bruno, village.valley, at=village.clock(), mine=False)


def test_the_name_is_for_dispatchers_and_later_for_who_helps(village: Village) -> None:
    """T18: a private need taken in by telephone; the name is sealed, in no column that is not."""
    listing_id = taken(village)
    with village.database.read() as session:
        for who in (village.bruno, village.hana, village.dara, village.farid, village.zoe):
            with pytest.raises(NotFound):
                queries.listing(session, who, listing_id, at=village.clock())
        kept = session.get_one(DispatchCase, listing_id)
        assert "Edda" not in kept.caller
        assert "600 11" not in kept.reach + kept.phone_tail
        listing = session.get_one(Listing, listing_id)
        assert listing.level is Level.PRIVATE
        assert "Edda" not in listing.title + listing.description
    assert [row.caller for row in listed(village, village.chidi).cases] == ["Edda Lund"]
    exchange = do(village, commands.assign, village.ana, listing_id, "@Bruno")
    with village.database.read() as session:
        caller = queries.caller_of(session, village.bruno, exchange.id, at=village.clock())
        assert caller == "Edda Lund"
        assert queries.caller_of(session, village.hana, exchange.id, at=village.clock()) == ""
        told = str(session.execute(select(EventRow.facts)).all())
        assert "Edda" not in told
        assert "600 11" not in told


def test_without_consent_nothing_is_kept(village: Village) -> None:
    with pytest.raises(Invalid) as refusal:
        taken(village, consent=False, caller="", what=" ", reach="")
    assert set(refusal.value.fields) == {"consent", "caller", "what", "reach"}


def test_the_same_number_is_looked_at_first(village: Village) -> None:
    first = taken(village)
    with pytest.raises(Conflict) as refusal:
        taken(village, reach="600112233", caller="E. Lund", what="A lift")
    assert refusal.value.name == "maybe_same"
    with village.database.read() as session:
        found = queries.same_number(session, village.ana, village.valley, "0034600112233", at=village.clock())
        assert [row.id for row in found] == [first]
        assert queries.same_number(session, village.ana, village.valley, "5 dogs", at=village.clock()) == []
    assert taken(village, reach="600112233", what="A lift", apart=True) != first


def test_a_member_owns_what_was_taken_in_for_them(village: Village) -> None:
    """T9: "for Bruno by Ana" in the row and in the log."""
    listing_id = taken(village, member="bruno", caller="", reach="")
    with village.database.read() as session:
        listing = session.get_one(Listing, listing_id)
        assert (listing.owner_id, listing.entered_by_id) == (
            village.bruno.person_id,
            village.ana.person_id,
        )
        row = session.scalars(select(EventRow).where(EventRow.name == "NeedTakenIn")).one()
        assert (row.actor_id, row.for_id) == (village.bruno.person_id, village.ana.person_id)
        assert queries.listing(session, village.bruno, listing_id, at=village.clock()).theirs
    with pytest.raises(Invalid) as refusal:
        taken(village, member="farid")
    assert set(refusal.value.fields) == {"member"}


def test_the_list_goes_by_urgency_then_the_day_then_age(village: Village) -> None:
    """COM-2.5, COM-2.22."""
    day = village.clock() + timedelta(days=2)
    wanted = [
        ("later", Urgency.NORMAL, {}),
        ("low", Urgency.LOW, {}),
        ("by then", Urgency.NORMAL, {"needed_by_at": day}),
        ("urgent", Urgency.URGENT, {}),
        ("emergency", Urgency.EMERGENCY, {}),
        ("latest", Urgency.NORMAL, {}),
    ]
    for title, urgency, own in wanted:
        village.clock.forward(seconds=1)
        need(village, title, urgency, **own)
    found = [row.title for row in listed(village).cases]
    assert found == ["emergency", "urgent", "by then", "later", "latest", "low"]


def test_pages_follow_each_other_without_gap_or_double(village: Village) -> None:
    for n in range(7):
        village.clock.forward(seconds=1)
        need(village, f"need {n}", Urgency.URGENT if n % 2 else Urgency.NORMAL)
    found: list[str] = []
    after = None
    with village.database.read() as session:
        while True:
            page = queries.dispatch(
                session, village.ana, village.valley, at=village.clock(), after=after, limit=3
            )
            found += [row.title for row in page.cases]
            after = page.next
            if after is None:
                break
    assert found == ["need 1", "need 3", "need 5", "need 0", "need 2", "need 4", "need 6"]


def test_a_need_moves_through_the_groups(village: Village) -> None:
    listing_id = taken(village)

    def steps() -> list[tuple[Step, str]]:
        found = listed(village)
        return [(row.step, row.last) for row in (*found.cases, *found.done)]

    do(village, commands.hand_over, village.ana, listing_id, None)
    assert steps() == [(Step.NEW, "published")]
    village.clock.forward(minutes=1)
    do(village, commands.log_contact, village.ana, listing_id, ContactKind.NO_ANSWER, "Rang twice.")
    assert steps() == [(Step.LOOKING, "no_answer")]
    village.clock.forward(minutes=1)
    exchange = do(village, commands.assign, village.ana, listing_id, "bruno")
    assert steps() == [(Step.ARRANGED, "agreed")]
    village.clock.forward(minutes=1)
    do(village, commands.begin, village.bruno, exchange.id)
    assert steps() == [(Step.ON_THE_WAY, "begun")]
    do(village, commands.done, village.bruno, exchange.id)
    do(village, commands.done, village.ana, exchange.id)
    assert steps() == [(Step.DONE, "closed")]
    village.clock.forward(days=1)
    assert steps() == []


def test_filters(village: Village) -> None:
    mine = taken(village)
    other = need(village, "Lift", Urgency.NORMAL)
    assert [row.id for row in listed(village, whose="mine").cases] == [mine]
    assert [row.id for row in listed(village, whose="nobody").cases] == [other]
    assert [row.id for row in listed(village, area="block c").cases] == [mine]
    assert [row.id for row in listed(village, area="%").cases] == []
    assert listed(village, kind=Kind.SPACE).cases == ()


def test_cases_are_handed_over_and_the_one_without_account_goes_along(village: Village) -> None:
    listing_id, bruno_s = taken(village), need(village, "Lift")
    do(village, commands.hand_over, village.ana, bruno_s, village.ana.person_id)
    with pytest.raises(Invalid):
        do(village, commands.hand_over, village.ana, listing_id, village.bruno.person_id)
    assert do(village, commands.end_duty, village.ana, village.valley, village.chidi.person_id) == 2
    assert {row.id for row in listed(village, village.chidi, whose="mine").cases} == {listing_id, bruno_s}
    with village.database.read() as session:
        assert session.get_one(Listing, listing_id).owner_id == village.chidi.person_id
        assert session.get_one(Listing, bruno_s).owner_id == village.bruno.person_id


def test_notes_are_sealed_and_erased_after_90_days(village: Village) -> None:
    listing_id = taken(village)
    do(village, commands.log_contact, village.ana, listing_id, ContactKind.CALL, "The key is with Mara.")
    with village.database.read() as session:
        assert "Mara" not in session.scalars(select(DispatchContact.note)).one()
        seen = queries.case(session, village.chidi, listing_id, at=village.clock()).contacts
        assert [(one.by, one.note) for one in seen] == [("Ana", "The key is with Mara.")]
    village.clock.forward(days=91)
    with village.database.write() as session:
        commands.pass_time(session, at=village.clock())
    with village.database.read() as session:
        assert session.scalars(select(DispatchContact.note)).one() == ""
        assert session.scalars(select(DispatchContact.kind)).one() is ContactKind.CALL


def test_doubles_are_merged_and_both_histories_stay(village: Village) -> None:
    first, second = taken(village), taken(village, apart=True, what="Shopping")
    do(village, commands.log_contact, village.ana, second, ContactKind.CALL, "She called again.")
    do(village, commands.merge, village.ana, second, first)
    do(village, commands.merge, village.ana, second, first)
    with village.database.read() as session:
        view = queries.case(session, village.ana, first, at=village.clock())
        assert view.merged_from == ((second, "Shopping"),)
        assert [one.note for one in view.contacts] == ["She called again."]
        assert queries.case(session, village.ana, second, at=village.clock()).merged_into == first
    assert [row.id for row in listed(village).cases] == [first]
    with pytest.raises(Refused):
        do(village, commands.merge, village.ana, first, first)


def test_a_part_keeps_the_name_and_the_number(village: Village) -> None:
    first = taken(village)
    part = do(village, commands.split, village.ana, first, "A lift to the doctor").id
    with village.database.read() as session:
        view = queries.case(session, village.ana, part, at=village.clock())
        assert (view.row.caller, view.split_from, view.has_reach) == ("Edda Lund", first, True)
        sheet = queries.call_sheet(session, village.ana, village.valley, at=village.clock(), mine=True)
        assert {line.reach for line in sheet} == {"+34 600 11 22 33"}


def test_dispatchers_close_only_what_they_took_in(village: Village) -> None:
    theirs, kept = need(village, "Lift"), taken(village)
    with pytest.raises(Forbidden):
        do(village, commands.close_case, village.ana, theirs, CloseReason.WITHDRAWN)
    do(village, commands.close_case, village.ana, kept, CloseReason.FULFILLED)
    assert [row.id for row in listed(village).done] == [kept]


def test_sixty_cases_take_few_statements(village: Village) -> None:
    for n in range(60):
        village.clock.forward(seconds=1)
        taken(village, what=f"need {n}", reach=f"+34 600 10 {n:04}")
    with count_statements(village.database) as said:
        found = listed(village)
    assert len(found.cases) == 60
    assert len(said) <= 5, said


def test_the_list_walks_indexes(village: Village) -> None:
    """Neither listings nor what hangs on them is read whole, on both databases."""
    for n in range(5):
        taken(village, what=f"need {n}", reach=f"+34 600 10 {n:04}")
    said: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        said.append((statement, given))

    with village.database.read() as session:
        connection = session.connection()
        sql_event.listen(connection, "before_cursor_execute", hear)
        queries.dispatch(session, village.ana, village.valley, at=village.clock())
        sql_event.remove(connection, "before_cursor_execute", hear)
        lists = [one for one in said if "dispatch_case" in one[0]]
        assert len(lists) == 3
        if village.database.dialect == "postgresql":
            session.execute(text("SET enable_seqscan = off"))
        for statement, given in lists:
            word = "EXPLAIN " if village.database.dialect == "postgresql" else "EXPLAIN QUERY PLAN "
            plan = "\n".join(str(row) for row in connection.exec_driver_sql(word + statement, given))
            whole = r"(Seq Scan on|SCAN) (listing|ask|exchange|dispatch_\w+|intake)\b(?! USING)"
            assert not re.search(whole, plan), plan


def test_t18_who_called_is_kept_if_they_want_and_owns_the_need(village: Village) -> None:
    """A member without a device: the need is theirs, only dispatchers see it, and the dispatcher may help with it."""
    need = taken(village, caller="Edda Holm", reach="+57 300 765 43 21", keep=True)
    with village.database.read() as session:
        listing = session.get_one(Listing, need)
        kept = session.scalars(select(Keeping)).one()
        assert (listing.owner_id, listing.level) == (kept.person_id, Level.PRIVATE)
        assert session.get_one(DispatchCase, need).caller == ""
        phone = session.scalars(select(Contact.value).where(Contact.person_id == kept.person_id)).one()
        assert phone == "+573007654321"
        with pytest.raises(NotFound):
            queries.listing(session, village.bruno, need, at=village.clock())
    assert [row.owner for row in listed(village).cases if row.id == need] == ["Edda Holm"]
    with village.database.read() as session:
        handle = session.get_one(Person, kept.person_id).handle
    again = taken(village, member=handle, caller="", reach="", what="A lift", apart=True)
    with village.database.read() as session:
        assert session.get_one(Listing, again).owner_id == kept.person_id
