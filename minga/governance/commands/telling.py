"""Saying that something happened to a proposal or a poll, in one line each. Internal."""

from datetime import datetime

from minga.governance.events import PollEvent
from minga.governance.events.proposals import ProposalEvent
from minga.governance.models import Poll, Proposal
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.ids import Id


def tell_proposal(
    session: Session,
    actor: Actor,
    proposal: Proposal,
    event: ProposalEvent,
    person_id: Id | None = None,
    *,
    at: datetime,
) -> None:
    emit(session, actor, event, at=at, community_id=proposal.community_id, person_id=person_id)


def tell_poll(
    session: Session,
    actor: Actor,
    poll: Poll,
    event: PollEvent,
    person_id: Id | None = None,
    *,
    at: datetime,
) -> None:
    emit(session, actor, event, at=at, community_id=poll.community_id, person_id=person_id)
