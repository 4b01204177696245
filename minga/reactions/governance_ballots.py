"""What follows when a ballot came from somebody else's hand: whose vote it is learns it at once, by their own channel."""

from datetime import datetime

from sqlalchemy import select

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.governance.events import BallotEntered
from minga.governance.models import Poll
from minga.governance.rules.kinds import RollUnit
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.i18n import N_
from minga.kit.refs import Ref

FOR_YOU = N_(
    "{name} entered a ballot for you in “{title}”. Is it wrong? You can change it or take it back until the close."
)
FOR_ALL = N_("{name} voted for your household in “{title}”. Any adult of it can change that until the close.")


@on(BallotEntered, name="governance.tell_of_entered_ballot")
def tell_of_entered_ballot(session: Session, event: BallotEntered, *, at: datetime) -> None:
    """Nothing of what the ballot says is in it."""
    poll = session.get(Poll, event.poll_id)
    if poll is None:
        return
    name = session.scalar(select(Person.name).where(Person.id == (event.actor_id or ""))) or ""
    communication.notify(
        session,
        event.told_id,
        event_id=event.event_id,
        notice_class=NoticeClass.DECISION,
        ref=Ref("poll", poll.id),
        sentence=FOR_ALL if poll.roll_unit is RollUnit.HOUSEHOLD else FOR_YOU,
        facts={"name": name, "title": poll.question},
        community_id=poll.community_id,
        at=at,
    )
