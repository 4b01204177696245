"""Public thanks, as they stand on the profiles of both."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import communities_of
from minga.communities.models import Membership
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models.exchanges import Exchange
from minga.sharing.models.feedback import Feedback

THANKS_MAX = 20
_Giver, _Receiver = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class Thanks:
    """A public thank you: from whom, to whom, in which words."""

    by_name: str
    to_name: str
    words: str
    given_at: datetime


def thanks_of(session: Session, actor: Actor, person_id: Id, *, at: datetime) -> tuple[Thanks, ...]:
    """The thanks that stand on somebody's profile, newest first; only of people who live where the reader lives too."""
    if not actor.signed_in:
        return ()
    near = select(Membership.person_id).where(
        Membership.community_id.in_(communities_of(actor)), Membership.ended_on.is_(None)
    )
    wanted = (
        select(
            _Giver.name.label("by_name"),
            _Receiver.name.label("to_name"),
            Feedback.thanks.label("words"),
            Feedback.given_at,
        )
        .join(_Giver, _Giver.id == Feedback.by_id)
        .join(_Receiver, _Receiver.id == Feedback.about_id)
        .join(Exchange, Exchange.id == Feedback.exchange_id)
        .where(
            or_(Feedback.about_id == person_id, Feedback.by_id == person_id),
            Feedback.thanks_shown_at.is_not(None),
            Feedback.released_at <= at,
            Exchange.frozen_at.is_(None),
            Feedback.by_id.in_(near),
            Feedback.about_id.in_(near),
        )
        .order_by(Feedback.id.desc())
        .limit(THANKS_MAX)
    )
    return tuple(Thanks(**row._mapping) for row in session.execute(wanted))
