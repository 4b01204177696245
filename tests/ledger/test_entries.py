"""Writing entries: once per id, balanced, within limits; holds, their ends, and reversals."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from minga.kit.errors import Conflict, Invalid, Refused
from minga.kit.events import EventRow
from minga.kit.ids import new_id
from minga.kit.refs import Ref
from minga.ledger import commands, queries
from minga.ledger.models import Account, Balance, Book, Entry, EntryLine, Period
from minga.ledger.rules import Draft, EntryKind, EntryState, Line
from tests.ledger.makers import DAY, account_id, drafted, entry, given, pay, stands
from tests.village import Village


def test_hours_move_from_one_to_the_other(village: Village) -> None:
    made = pay(village, "ana", "bruno", 90, memo="Bread for the meeting")
    with village.database.read() as session:
        assert (stands(session, village, "ana"), stands(session, village, "bruno")) == (-90, 90)
        found = entry(session, made)
        assert (found.state, found.kind, found.no) == (EntryState.POSTED, EntryKind.TRANSFER, None)
        assert found.posted_at == village.clock()
        assert session.scalar(select(func.sum(EntryLine.amount))) == 0
        told = session.scalars(select(EventRow).where(EventRow.name == "EntryPosted")).one()
        assert told.person_id == village.people["bruno"]
        assert (told.facts["amount"], told.facts["payer_id"]) == (90, village.people["ana"])


def test_the_same_wish_twice_is_one_entry_and_another_is_refused(village: Village) -> None:
    wish = given(village, "ana", "bruno", 90)
    for days in (0, 3):
        village.clock.forward(days=days)
        with village.database.write() as session:
            assert commands.transfer(session, village.ana, wish, at=village.clock()).id == wish.id
    with village.database.write() as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 1
        other = given(village, "ana", "bruno", 91, id=wish.id)
        with pytest.raises(Conflict) as refused:
            commands.transfer(session, village.ana, other, at=village.clock())
        assert refused.value.name == "id_reused"
        assert stands(session, village, "bruno") == 90


def test_a_limit_refuses_and_says_who_lifts_it(village: Village) -> None:
    pay(village, "bruno", "ana", 540)
    with village.database.write() as session, pytest.raises(Refused) as refused:
        commands.transfer(session, village.bruno, given(village, "bruno", "ana", 90), at=village.clock())
    assert refused.value.name == "below_minimum"
    assert str(refused.value) == (
        "This would take you to −10 h 30. Valley's limit is −10 h."
        " Offer something, or ask Ana, Chidi for a higher limit."
    )
    assert refused.value.facts["available"] == "1 h"
    assert refused.value.lifted_by == ("Steward",)
    pay(village, "bruno", "ana", 60)
    with village.database.read() as session:
        assert stands(session, village, "bruno") == -600
        assert session.scalar(select(func.count()).select_from(Entry)) == 2


def test_a_limit_of_somebody_else_tells_nothing_about_them(village: Village) -> None:
    with village.database.write() as session, pytest.raises(Refused) as refused:
        commands.transfer(session, village.ana, given(village, "bruno", "ana", 601), at=village.clock())
    assert refused.value.name == "below_minimum"
    assert "h" not in str(refused.value.facts.values())
    assert "10 h" not in str(refused.value)


def test_a_newcomer_goes_less_far_until_the_trial_is_over(village: Village) -> None:
    with village.database.write() as session, pytest.raises(Refused, match="limit is −2 h"):
        commands.transfer(session, village.dara, given(village, "dara", "ana", 121), at=village.clock())
    pay(village, "dara", "ana", 120)
    village.clock.forward(days=15)
    pay(village, "dara", "ana", 480)
    with village.database.read() as session:
        assert stands(session, village, "dara") == -600


def test_only_members_have_accounts(village: Village) -> None:
    with village.database.write() as session, pytest.raises(Refused) as refused:
        commands.transfer(session, village.ana, given(village, "ana", "zoe", 10), at=village.clock())
    assert refused.value.name == "no_member"


@pytest.mark.parametrize("amount", [0, -5, 2**53, True])
def test_an_amount_is_whole_and_more_than_nothing(village: Village, amount: int) -> None:
    with village.database.write() as session, pytest.raises(Invalid):
        commands.transfer(session, village.ana, given(village, "ana", "bruno", amount), at=village.clock())


def test_what_does_not_balance_is_refused_in_words(village: Village) -> None:
    with village.database.write() as session:
        one, other = account_id(session, village, "ana"), account_id(session, village, "bruno")
        draft = drafted(session, village, one, other, 5)
        for lines in (
            draft.lines[:1],
            (Line(one, "TIME", 5), Line(other, "TIME", -4)),
            (Line(one, "TIME", 5), Line(other, "EUR", -5)),
        ):
            with pytest.raises(Invalid):
                commands.post(
                    session,
                    village.ana,
                    Draft(new_id(), draft.book_id, EntryKind.TRANSFER, DAY, lines),
                    at=village.clock(),
                )
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 0


def test_a_hold_reserves_and_settles_once(village: Village) -> None:
    until = village.clock() + timedelta(days=30)
    wish = given(village, "ana", "bruno", 600, source=Ref("exchange", new_id()))
    with village.database.write() as session:
        held = commands.hold_transfer(session, village.ana, wish, expires_at=until, at=village.clock())
        again = commands.hold_transfer(session, village.ana, wish, expires_at=until, at=village.clock())
        assert (held.state, again.id) == (EntryState.HELD, held.id)
        assert stands(session, village, "ana") == 0
        found = queries.balance_of(
            session, village.ana, village.valley, village.people["ana"], "TIME", at=village.clock()
        )
        assert (found.amount, found.held_out, found.available) == (0, 600, 0)
        with pytest.raises(Refused) as refused:
            commands.transfer(session, village.ana, given(village, "ana", "hana", 1), at=village.clock())
        assert refused.value.name == "below_minimum"
    for _ in range(2):
        with village.database.write() as session:
            done = commands.settle_transfer(session, village.ana, wish.id, at=village.clock())
            assert (done.id, done.state) == (wish.id, EntryState.POSTED)
    with village.database.write() as session:
        assert (stands(session, village, "ana"), stands(session, village, "bruno")) == (-600, 600)
        with pytest.raises(Conflict) as over:
            commands.void(session, village.ana, wish.id, "no", at=village.clock())
        assert over.value.name == "hold_over"


def test_less_than_was_held_can_be_settled_but_not_more(village: Village) -> None:
    until = village.clock() + timedelta(days=30)
    wish = given(village, "ana", "bruno", 90, memo="Two hours in the garden")
    with village.database.write() as session:
        commands.hold_transfer(session, village.ana, wish, expires_at=until, at=village.clock())
        with pytest.raises(Refused) as refused:
            commands.settle_transfer(session, village.ana, wish.id, amount=91, at=village.clock())
        assert refused.value.name == "not_more"
        less = commands.settle_transfer(session, village.ana, wish.id, amount=60, at=village.clock())
        again = commands.settle_transfer(session, village.ana, wish.id, at=village.clock())
        assert (less.settles, again.id, less.memo_id is None) == (wish.id, less.id, False)
    with village.database.read() as session:
        assert stands(session, village, "bruno") == 60
        assert entry(session, wish.id).state is EntryState.VOID
        assert session.scalar(select(func.sum(Balance.held_out + Balance.held_in))) == 0


def test_a_freed_or_late_hold_is_not_settled(village: Village) -> None:
    until = village.clock() + timedelta(days=1)
    freed, late = given(village, "ana", "bruno", 9), given(village, "ana", "bruno", 9)
    with village.database.write() as session:
        for wish in (freed, late):
            commands.hold_transfer(session, village.ana, wish, expires_at=until, at=village.clock())
        for _ in range(2):
            assert commands.void(session, village.ana, freed.id, "called off", at=village.clock()).void_reason
        with pytest.raises(Conflict) as over:
            commands.settle_transfer(session, village.ana, freed.id, at=village.clock())
        assert over.value.name == "hold_over"
        with pytest.raises(Conflict) as expired:
            commands.settle_transfer(session, village.ana, late.id, at=until)
        assert expired.value.name == "hold_expired"
        with pytest.raises(Refused) as endless:
            commands.hold_transfer(
                session,
                village.ana,
                given(village, "ana", "bruno", 1),
                expires_at=village.clock() + timedelta(days=401),
                at=village.clock(),
            )
        assert endless.value.name == "no_expiry"


def test_an_entry_is_undone_once_and_exactly(village: Village) -> None:
    made, undo = pay(village, "ana", "bruno", 90), new_id()
    with village.database.write() as session:
        for _ in range(2):
            back = commands.reverse(session, village.ana, made, undo, "Wrong Bruno", at=village.clock())
        assert (back.id, back.kind, back.reverses) == (undo, EntryKind.REVERSAL, made)
        assert (stands(session, village, "ana"), stands(session, village, "bruno")) == (0, 0)
        with pytest.raises(Conflict) as twice:
            commands.reverse(session, village.ana, made, new_id(), "Again", at=village.clock())
        assert twice.value.name == "already_reversed"
        with pytest.raises(Refused) as undone:
            commands.reverse(session, village.ana, undo, new_id(), "Back", at=village.clock())
        assert undone.value.name == "bad_reversal"


def test_limits_set_by_hand_hold_and_nobody_lifts_their_own(village: Village) -> None:
    pay(village, "bruno", "ana", 300)
    with village.database.write() as session:
        account = account_id(session, village, "bruno")
        wide = commands.Limits(-900, None)
        for actor, code in ((village.bruno, "needs_role"), (village.zoe, "not_found")):
            with pytest.raises(Refused) as refused:
                commands.set_limit(session, actor, account, wide, reason="x", at=village.clock())
            assert refused.value.name == code
        with pytest.raises(Refused) as self_made:
            own = account_id(session, village, "ana")
            commands.set_limit(session, village.ana, own, wide, reason="x", at=village.clock())
        assert self_made.value.name == "self_approval"
        with pytest.raises(Invalid) as silent:
            commands.set_limit(session, village.ana, account, wide, at=village.clock())
        assert silent.value.name == "no_reason"
        with pytest.raises(Refused) as narrow:
            commands.set_limit(
                session, village.ana, account, commands.Limits(-200, None), reason="x", at=village.clock()
            )
        assert narrow.value.name == "limit_violated"
        commands.set_limit(session, village.ana, account, wide, reason="Agreed on Monday", at=village.clock())
        commands.transfer(session, village.bruno, given(village, "bruno", "ana", 600), at=village.clock())
        assert stands(session, village, "bruno") == -900
        commands.freeze(
            session,
            village.chidi,
            account,
            may_spend=False,
            may_receive=True,
            reason="Talk",
            at=village.clock(),
        )
        with pytest.raises(Refused) as frozen:
            commands.transfer(session, village.bruno, given(village, "bruno", "ana", 1), at=village.clock())
        assert frozen.value.name == "account_frozen"
        commands.transfer(session, village.ana, given(village, "ana", "bruno", 5), at=village.clock())


def test_accounts_close_when_they_are_empty(village: Village) -> None:
    made = pay(village, "ana", "bruno", 30)
    with village.database.write() as session:
        account = account_id(session, village, "bruno")
        with pytest.raises(Refused) as full:
            commands.close_account(session, village.ana, account, at=village.clock())
        assert full.value.name == "not_empty"
        commands.reverse(session, village.ana, made, new_id(), "no", at=village.clock())
        commands.close_account(session, village.ana, account, at=village.clock())
        assert session.get_one(Account, account).closed_on == DAY
        with pytest.raises(Refused) as closed:
            commands.transfer(session, village.ana, given(village, "ana", "bruno", 5), at=village.clock())
        assert closed.value.name == "account_closed"


def test_years_of_a_book_follow_each_other(village: Village) -> None:
    with village.database.write() as session:
        one, other = account_id(session, village, "ana"), account_id(session, village, "bruno")
        far = drafted(session, village, one, other, 5, effective_on=DAY.replace(year=2027))
        commands.post(session, village.ana, far, at=village.clock())
        near = drafted(session, village, one, other, 5)
        commands.post(session, village.ana, near, at=village.clock())
        with pytest.raises(Refused) as beyond:
            lost = drafted(session, village, one, other, 5, effective_on=DAY.replace(year=2099))
            commands.post(session, village.ana, lost, at=village.clock())
        assert beyond.value.name == "no_period"
        spans = session.execute(select(Period.from_on, Period.to_on).order_by(Period.from_on)).all()
        assert [str(one) for span in spans for one in span] == [
            "2026-01-01",
            "2026-12-31",
            "2027-01-01",
            "2027-12-31",
        ]
        assert session.scalar(select(func.count()).select_from(Book)) == 1


def test_many_are_posted_all_or_none_and_once(village: Village) -> None:
    with village.database.write() as session:
        one, other = account_id(session, village, "ana"), account_id(session, village, "bruno")
        drafts = [drafted(session, village, one, other, n + 1, memo=f"No {n}") for n in range(20)]
        made = commands.post_many(session, village.ana, drafts, at=village.clock())
        assert made == [draft.id for draft in drafts]
        assert commands.post_many(session, village.ana, drafts, at=village.clock()) == []
        assert stands(session, village, "bruno") == 210
        assert session.scalar(select(func.count()).where(EventRow.name == "EntryPosted")) == 20
    with village.database.write() as session:
        more = [drafted(session, village, one, other, 100) for _ in range(5)]
        with pytest.raises(Refused) as refused:
            commands.post_many(session, village.ana, more, at=village.clock())
        assert refused.value.name == "below_minimum"
        assert refused.value.facts["after"] == "−10 h 10"
    with village.database.read() as session:
        assert stands(session, village, "bruno") == 210
