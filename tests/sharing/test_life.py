"""The life of a listing: who may move it, what each step tells, and what is refused."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from minga.kit.db import Database, count_statements
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused, Stale
from minga.kit.events import EventRow
from minga.sharing import access, commands, queries, rules
from minga.sharing.models import Listing
from minga.sharing.rules import CloseReason, Direction, Kind, Level, State
from tests.sharing.makers import post, said
from tests.village import Village


def names(database: Database, listing_id: str) -> list[str]:
    with database.read() as session:
        found = select(EventRow.name).where(EventRow.about_id == listing_id).order_by(EventRow.id)
        return list(session.scalars(found))


def test_a_stranger_can_neither_write_nor_learn_of_the_community(village: Village) -> None:
    with village.database.write() as session, pytest.raises(NotFound):
        post(session, village.zoe, village.valley, at=village.clock())
    with village.database.read() as session:
        assert session.scalars(select(Listing.id)).all() == []
        assert session.scalars(select(EventRow.id).where(EventRow.name == "ListingCreated")).all() == []


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("direction", Direction)
def test_every_kind_in_both_directions_is_posted_seen_and_told_once(
    village: Village, kind: Kind, direction: Direction
) -> None:
    with village.database.write() as session:
        made = post(
            session,
            village.ana,
            village.valley,
            "Something",
            kind=kind,
            direction=direction,
            at=village.clock(),
        )
    assert names(village.database, made.id) == ["ListingCreated", "ListingPublished"]
    with village.database.read() as session:
        seen = access.listing_to_see(session, village.bruno, made.id, at=village.clock())
        assert (seen.kind, seen.direction, seen.number, seen.level) == (kind, direction, 1, Level.PARTNERS)
        with pytest.raises(NotFound):
            access.listing_to_see(session, village.farid, made.id, at=village.clock())


def made(village: Village, title: str = "Drill", **fields: object) -> str:
    with village.database.write() as session:
        return post(session, village.bruno, village.valley, title, at=village.clock(), **fields).id  # type: ignore[arg-type]


def do(village: Village, name: str, act: Any, listing_id: str, *more: object, **named: object) -> Listing:
    with village.database.write() as session:
        return act(session, village.actor(name), listing_id, *more, at=village.clock(), **named)  # type: ignore[no-any-return]


def state(village: Village, listing_id: str) -> State:
    with village.database.read() as session:
        return rules.state(session.get_one(Listing, listing_id), village.clock())


def test_writing_touches_only_its_own_rows_and_the_event(village: Village) -> None:
    """Nothing of badges, mail, notices or the network happens in the transaction (COM-1.1)."""
    made(village)
    with count_statements(village.database) as said:
        made(village)
    writes = [one.split()[:3] for one in said if one.split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    tables = {words[2] if words[0] == "INSERT" else words[1] for words in writes}
    assert tables <= {
        "listing",
        "listing_item",
        "listing_words",
        "listing_number",
        "event",
        "event_undelivered",
        "seal",
    }
    assert len(said) <= 30


def test_an_edit_creates_nothing_and_a_rolled_back_creation_leaves_nothing(village: Village) -> None:
    one = made(village)
    do(village, "bruno", commands.edit, one, said("Big drill"), version=None)
    assert names(village.database, one).count("ListingCreated") == 1
    assert names(village.database, one)[-1] == "ListingChanged"
    with pytest.raises(ZeroDivisionError), village.database.write() as session:
        lost = post(session, village.bruno, village.valley, "Lost", at=village.clock()).id
        raise ZeroDivisionError
    assert names(village.database, lost) == []
    with village.database.read() as session:
        assert session.get(Listing, lost) is None


def test_saying_the_same_changes_nothing(village: Village) -> None:
    one = made(village)
    before = do(village, "bruno", commands.edit, one, said("Drill"), version=None)
    assert (before.version, names(village.database, one)[-1]) == (2, "ListingPublished")


def test_an_edit_of_another_version_is_stale(village: Village) -> None:
    one = made(village)
    with pytest.raises(Stale):
        do(village, "bruno", commands.edit, one, said("Late"), version=1)


def test_kind_and_direction_are_fixed_once_published(village: Village) -> None:
    one = made(village)
    for change in ({"kind": Kind.SPACE}, {}):
        direction = Direction.OFFER if change else Direction.NEED
        with pytest.raises(Refused, match="stays what it is"):
            do(village, "bruno", commands.edit, one, said(**change), version=None, direction=direction)
    with village.database.write() as session:
        draft = commands.draft(
            session, village.bruno, village.valley, Direction.OFFER, said(), at=village.clock()
        ).id
    changed = do(village, "bruno", commands.edit, draft, said("Hall", Kind.SPACE), version=None)
    assert changed.kind is Kind.SPACE


@pytest.mark.parametrize("name", ["hana", "dara", "zoe", "farid"])
@pytest.mark.parametrize(
    "act", [commands.pause, commands.resume, commands.reopen, commands.keep, commands.publish]
)
def test_only_owner_and_stewards_move_a_listing(village: Village, name: str, act: object) -> None:
    one = made(village)
    with pytest.raises(NotFound if name in {"zoe", "farid"} else Forbidden):
        do(village, name, act, one)
    assert state(village, one) is State.OPEN


def test_every_step_is_told_once_and_twice_changes_nothing(village: Village) -> None:
    one = made(village)
    steps: tuple[tuple[Callable[..., object], str], ...] = (
        (commands.pause, "ListingPaused"),
        (commands.resume, "ListingResumed"),
        (partial(commands.close, reason=CloseReason.FULFILLED), "ListingClosed"),
    )
    for act, event in steps:
        for _ in range(2):
            do(village, "bruno", act, one)
        assert names(village.database, one).count(event) == 1
    do(village, "bruno", commands.reopen, one)
    assert names(village.database, one)[-1] == "ListingReopened"
    with pytest.raises(Refused, match="nothing to open again"):
        do(village, "bruno", commands.reopen, one)


def test_reopening_ends_after_ninety_days_for_owners_only(village: Village) -> None:
    one = made(village)
    do(village, "bruno", commands.close, one, CloseReason.WITHDRAWN)
    village.clock.forward(seconds=91 * 86_400)
    with pytest.raises(Refused, match="more than 90 days ago"):
        do(village, "bruno", commands.reopen, one)
    assert state(village, do(village, "ana", commands.reopen, one).id) is State.OPEN


def test_what_stewards_removed_its_owner_cannot_open(village: Village) -> None:
    one = made(village)
    with pytest.raises(Forbidden):
        do(village, "bruno", commands.close, one, CloseReason.REMOVED)
    do(village, "ana", commands.close, one, CloseReason.REMOVED)
    with pytest.raises(Refused, match="Stewards removed this"):
        do(village, "bruno", commands.reopen, one)


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"kind": Kind.HELP, "urgency": rules.Urgency.URGENT}, 3),
        ({"kind": Kind.HELP}, 14),
        ({"kind": Kind.TIME}, 14),
        ({"terms": (rules.Term(kind=rules.TermKind.GIFT),)}, 30),
        ({"kind": Kind.SERVICE}, 180),
        ({"kind": Kind.SPACE}, 365),
        ({}, None),
    ],
)
def test_each_kind_lasts_as_long_as_it_should(
    village: Village, fields: dict[str, Any], days: int | None
) -> None:
    one = made(village, **fields)
    with village.database.read() as session:
        ends = session.get_one(Listing, one).expires_at
    assert (ends - village.clock() if ends else None) == (timedelta(days=days) if days else None)


def test_time_ends_pauses_archives_and_forgets(village: Village) -> None:
    short, long = made(village, kind=Kind.TIME), made(village)
    with village.database.write() as session:
        draft = commands.draft(
            session, village.bruno, village.valley, Direction.OFFER, said(), at=village.clock()
        ).id
    village.clock.forward(seconds=14 * 86_400)
    assert state(village, short) is State.EXPIRED
    with village.database.write() as session:
        assert commands.pass_time(session, at=village.clock()) == 1
        assert commands.pass_time(session, at=village.clock()) == 0
    assert names(village.database, short)[-1] == "ListingClosed"
    village.clock.forward(seconds=365 * 86_400)
    with village.database.write() as session:
        assert commands.pass_time(session, at=village.clock()) == 3
    assert (state(village, short), state(village, long)) == (State.ARCHIVED, State.PAUSED)
    with village.database.read() as session:
        assert session.get(Listing, draft) is None
        assert session.get(Listing, short) is not None


def test_the_owner_is_asked_in_time_and_still_true_extends(village: Village) -> None:
    one = made(village, kind=Kind.SERVICE)
    with village.database.read() as session:
        assert queries.needs_of(session, village.bruno, at=village.clock()) == ()
    village.clock.forward(seconds=174 * 86_400)
    with village.database.read() as session:
        (line,) = queries.needs_of(session, village.bruno, at=village.clock())
        assert (line.kind, [act.label for act in line.acts]) == (
            "listing_ends",
            ["Still true", "Taken", "Withdraw"],
        )
        assert queries.needs_of(session, village.ana, at=village.clock()) == ()
    do(village, "bruno", commands.keep, one)
    with village.database.read() as session:
        assert queries.needs_of(session, village.bruno, at=village.clock()) == ()
        ends = session.get_one(Listing, one).expires_at
        assert ends == village.clock() + timedelta(days=180)


def test_nobody_has_more_open_listings_than_the_community_allows(village: Village) -> None:
    from minga.communities.models import Policy

    at = village.clock()
    with village.database.write() as session:
        session.add(
            Policy(community_id=village.valley, key="listing.open_max", value=2, since_at=at, made_at=at)
        )
    first = made(village, "One")
    made(village, "Two")
    with pytest.raises(Refused, match=r"You have 2 open listings\. Close one, or ask for more\."):
        made(village, "Three")
    do(village, "bruno", commands.close, first, CloseReason.WITHDRAWN)
    made(village, "Three")
    with pytest.raises(Refused, match="You have 2 open listings"):
        do(village, "bruno", commands.reopen, first)


def test_three_may_be_on_top_and_only_stewards_put_them_there(village: Village) -> None:
    ids = [made(village, f"Thing {n}") for n in range(2)]
    with pytest.raises(Forbidden):
        do(village, "bruno", commands.pin, ids[0], 1)
    do(village, "ana", commands.pin, ids[0], 1)
    with pytest.raises(Conflict, match="Take one down first"):
        do(village, "ana", commands.pin, ids[1], 1)
    with pytest.raises(Refused):
        do(village, "ana", commands.pin, ids[1], 4)
    do(village, "ana", commands.pin, ids[0], 0)
    do(village, "ana", commands.pin, ids[1], 1)


def test_a_draft_is_thrown_away_what_was_published_is_not(village: Village) -> None:
    one = made(village)
    with pytest.raises(Refused):
        do(village, "bruno", commands.discard, one)
    with village.database.write() as session:
        draft = commands.draft(
            session, village.bruno, village.valley, Direction.OFFER, said(), at=village.clock()
        ).id
    with pytest.raises(NotFound):
        do(village, "ana", commands.discard, draft)
    do(village, "bruno", commands.discard, draft)
    with village.database.read() as session:
        assert session.get(Listing, draft) is None


def test_money_stays_out_where_the_community_shares_without_it(village: Village) -> None:
    paid = rules.Term(kind=rules.TermKind.PAYMENT, rule=rules.AmountRule.FIXED, unit="EUR", amount_minor=500)
    with pytest.raises(Refused, match="Valley shares without money"):
        made(village, terms=(paid,))
    job: dict[str, Any] = {
        "kind": Kind.JOB,
        "compensation": "money",
        "amount_minor": 500,
        "amount_unit": "EUR",
    }
    from minga.sharing.rules.kinds import Compensation

    with pytest.raises(Refused, match="Valley shares without money"):
        made(village, **{**job, "compensation": Compensation.MONEY})


def test_the_first_three_of_somebody_new_wait_when_they_hold_a_contact(village: Village) -> None:
    def new(title: str, description: str = "") -> State:
        with village.database.write() as session:
            one = post(
                session, village.dara, village.valley, title, description=description, at=village.clock()
            )
            return rules.state(one, village.clock())

    assert new("A", "call 0676 123 45 67") is State.PENDING
    assert [new(title) for title in "BCD"] == [State.OPEN] * 3
    assert new("E", "call 0676 123 45 67") is State.OPEN


def test_numbers_are_counted_per_root_community(village: Village) -> None:
    made(village)
    with village.database.write() as session:
        assert post(session, village.ana, village.valley, at=village.clock()).number == 2
        assert post(session, village.farid, village.harbour, at=village.clock()).number == 1


def test_who_has_agreed_sees_what_is_closed_and_nothing_ends_while_it_is_out(village: Village) -> None:
    from tests.sharing.neighbours import lent

    one = made(village)
    lent(village, village.hana, one)
    do(village, "bruno", commands.close, one, CloseReason.FULFILLED)
    with village.database.read() as session:
        assert access.listing_to_see(session, village.hana, one, at=village.clock()).id == one
        with pytest.raises(NotFound):
            access.listing_to_see(session, village.dara, one, at=village.clock())
    two = made(village, "Saw")
    lent(village, village.hana, two)
    with village.database.write() as session:
        session.get_one(Listing, two).expires_at = village.clock()
    with village.database.write() as session:
        assert commands.pass_time(session, at=village.clock()) == 0
