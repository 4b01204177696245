"""A poll of a hundred thousand, from its ballots in the database to a record that counts again to the same."""

import pytest

from benchmarks.polls import fill, poll_of
from minga.governance.models import Poll, PollSecret
from minga.governance.queries.records import poll_record
from minga.governance.rules.kinds import Secrecy
from minga.governance.rules.records import check_record
from minga.interfaces.http import Node
from minga.kit.lots import commitment
from tests.governance.polling import R_NODE, counted
from tests.village import Village


@pytest.mark.parametrize(
    ("level", "ballots"),
    [
        (Secrecy.SEALED, 500),
        pytest.param(Secrecy.OPEN, 100_000, marks=pytest.mark.slow),
        pytest.param(Secrecy.SEALED, 100_000, marks=pytest.mark.slow),
    ],
)
def test_a_large_poll_is_closed_counted_and_verified(
    node: Node, village: Village, level: Secrecy, ballots: int
) -> None:
    with village.database.write() as session:
        poll = poll_of(session, village.valley, level, ballots)
        poll.r_node_commitment = commitment(R_NODE)
        session.add(PollSecret(poll_id=poll.id, r_node=R_NODE))
        fill(session, poll, ballots)
        poll_id, closes_at = poll.id, poll.closes_at
    with village.database.write() as session:
        counted(session, poll_id, closes_at)
    with village.database.read() as session:
        content = poll_record(
            session, village.ana, poll_id, secret=node.settings.secret, verifier="", at=village.clock()
        )
        assert session.get_one(Poll, poll_id).ballots_root
    found = check_record(content)
    assert found.difference is None
    assert "result" in found.checks
