"""Whose ballot came from another's hand is told at once, and any adult of a household votes for all of it."""

from sqlalchemy import select

from minga.communication.models import Notice
from minga.communities.commands import households
from minga.communities.commands.membership import live_membership
from minga.communities.models import HouseholdSeat
from minga.communities.rules.households import SeatKind
from minga.governance.commands import ballots as commands
from minga.governance.models import Ballot
from minga.governance.queries.cast import cast_of
from minga.governance.rules.kinds import Channel
from minga.kit import delivery
from minga.kit.db import Session
from minga.kit.ids import Id, new_id
from tests.governance.polling import a_poll, secretary
from tests.village import Village


def notices(village: Village, who: str) -> list[str]:
    delivery.deliver(village.database, village.clock)
    with village.database.read() as session:
        wanted = select(Notice).where(Notice.person_id == village.people[who])
        return [
            one.sentence.format_map(one.facts)
            for one in session.scalars(wanted)
            if "ballot" in one.sentence or "household" in one.sentence
        ]


def test_she_is_told_who_entered_a_ballot_for_her(village: Village) -> None:
    with village.database.write() as session:
        secretary(session, village, "hana")
        poll = a_poll(session, village, channels=("phone",), secrecy_level="sealed")
        commands.enter_ballot(
            session,
            village.hana,
            poll.id,
            village.people["bruno"],
            "yes",
            channel=Channel.PHONE,
            at=village.clock(),
        )
    [told] = notices(village, "bruno")
    assert told.startswith("Hana entered a ballot for you in “Which?”.")
    assert "yes" not in told.split("“")[0]
    assert notices(village, "hana") == []


def _home(session: Session, village: Village, *adults: str) -> Id:
    made = households.make_household(
        session, village.actor(adults[0]), village.valley, "Mill", at=village.clock()
    )
    for who in adults:
        member = live_membership(session, village.valley, village.people[who])
        assert member is not None
        session.add(
            HouseholdSeat(
                id=new_id(),
                household_id=made.id,
                membership_id=member.id,
                kind=SeatKind.ADULT,
                since_on=village.clock().date(),
                asked_by_id=village.people[adults[0]],
                asked_at=village.clock(),
            )
        )
    session.flush()
    return made.id


def test_one_adult_votes_for_the_household_and_all_are_told(village: Village) -> None:
    with village.database.write() as session:
        at = village.clock()
        home = _home(session, village, "ana", "bruno")
        poll = a_poll(session, village, unit="household", rows=[(home, 1)])
        assert commands.cast_ballot(session, village.ana, poll.id, "yes", at=at).version == 1
        assert commands.cast_ballot(session, village.bruno, poll.id, "no", at=at).version == 2
        counted = cast_of(session, poll)
        assert (counted.ballots, counted.number) == ({b"\x02": 1}, 1)
        kept = session.scalars(select(Ballot)).one()
        assert (kept.voter_id, kept.cast_by_id) == (home, village.people["bruno"])
    assert [one.split(" in ")[0] for one in notices(village, "bruno")] == ["Ana voted for your household"]
    assert [one.split(" in ")[0] for one in notices(village, "ana")] == ["Bruno voted for your household"]
