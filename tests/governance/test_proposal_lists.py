"""The list of proposals: few statements however long it is, an index under it, and its conditions say what `status_of` says."""

from datetime import timedelta
from typing import Any

import pytest

from minga.governance.models import Proposal, ProposalVersion
from minga.governance.queries.proposals import Wished, proposals, to_vote_on
from minga.governance.rules.kinds import ProposalKind
from minga.governance.rules.statuses import Status
from minga.kit.db import count_statements
from minga.kit.ids import new_id
from tests.governance.polling import a_poll
from tests.village import Village


def fill(village: Village, many: int) -> None:
    with village.database.write() as session:
        for n in range(many):
            poll = None
            if n % 3:
                poll = a_poll(session, village)
            made = Proposal(
                id=new_id(),
                community_id=village.valley,
                kind=ProposalKind.POLICY if n % 2 else ProposalKind.BUDGET,
                proposer_id=village.people["ana"],
                made_at=village.clock(),
                submitted_at=None if n % 5 == 0 else village.clock(),
                rounds=1 if poll else 0,
            )
            session.add(made)
            session.flush()
            words: dict[str, Any] = {"title": f"Proposal {n}", "description": "Words."}
            session.add(ProposalVersion(proposal_id=made.id, n=1, at=village.clock(), **words))
            if poll is not None:
                poll.proposal_id = made.id
                if n % 4 == 1:
                    poll.closed_at = village.clock()


def test_conditions_say_what_the_status_says(village: Village) -> None:
    fill(village, 40)
    with village.database.read() as session:
        every = proposals(session, village.ana, village.valley, at=village.clock(), limit=100).items
        assert len(every) == 40
        for status in Status:
            wished = Wished(status=status)
            found = proposals(
                session, village.ana, village.valley, wished, at=village.clock(), limit=100
            ).items
            assert {one.id for one in found} == {one.id for one in every if one.status is status}, status


def test_a_longer_list_asks_no_more(village: Village) -> None:
    counts = []
    for many in (2, 20):
        fill(village, many)
        with village.database.read() as session, count_statements(village.database) as said:
            proposals(session, village.bruno, village.valley, at=village.clock())
            to_vote_on(session, village.bruno, village.valley, at=village.clock())
        counts.append(len(said))
    assert counts[1] <= counts[0] <= 6


@pytest.mark.parametrize("wished", [Wished(), Wished(kind=ProposalKind.POLICY)])
def test_pages_follow_each_other_without_a_gap(village: Village, wished: Wished) -> None:
    fill(village, 30)
    seen: list[str] = []
    after = None
    with village.database.read() as session:
        while True:
            page = proposals(
                session, village.ana, village.valley, wished, at=village.clock(), after=after, limit=7
            )
            seen += [one.id for one in page.items]
            after = page.next
            if after is None:
                break
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == (30 if wished.kind is None else 15)


def test_what_waits_for_my_vote_goes_when_the_time_is_over(village: Village) -> None:
    fill(village, 6)
    later = village.clock() + timedelta(days=4)
    with village.database.read() as session:
        assert to_vote_on(session, village.bruno, at=village.clock())
        assert to_vote_on(session, village.bruno, at=later) == ()
        assert to_vote_on(session, village.zoe, at=village.clock()) == ()
