"""What becomes of the ballots of a secret poll that is declared void while it runs: nobody will ever open them. None commits."""

from sqlalchemy import delete

from minga.governance.models import Ballot, LooseBallot, Poll, PollKey
from minga.governance.rules.kinds import Secrecy
from minga.kit.db import Session


def forget_ballots(session: Session, poll: Poll) -> None:
    """Delete ballots, links and key of a secret poll that was not closed; open ones stay where everybody read them."""
    if poll.secrecy is Secrecy.OPEN or poll.closed_at is not None:
        return
    for table in (Ballot, LooseBallot, PollKey):
        session.execute(
            delete(table).where(table.poll_id == poll.id).execution_options(synchronize_session="fetch")
        )
