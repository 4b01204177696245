"""Choosing somebody who helps: one side names them, the other says yes, and so do they. None commits."""

from datetime import datetime

from sqlalchemy import func, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.sharing.access.disputes import Quarrel, dispute_to_change, for_sides
from minga.sharing.commands.telling import tell
from minga.sharing.events.disputes import MediatorAnswered, MediatorProposed
from minga.sharing.models.disputes import Mediator
from minga.sharing.queries.mediators import may_mediate
from minga.sharing.rules import disputes as rules
from minga.sharing.rules.disputes import DisputeState, check_state

NOT_THEM = N_("Choose somebody who mediates here, and who is not part of this.")
ENOUGH = N_("You have chosen already.")


def propose_mediator(
    session: Session, actor: Actor, dispute_id: Id, person_id: Id, *, at: datetime
) -> Mediator:
    """Name somebody who shall help; that they decide if you two do not agree is part of saying yes. Twice is once."""
    found = for_sides(dispute_to_change(session, actor, dispute_id, at=at))
    check_state(found.dates.state, DisputeState.MEDIATION, DisputeState.APPEALED)
    key = parse_id(person_id)
    before = session.scalar(
        select(Mediator).where(Mediator.dispute_id == found.dispute.id, Mediator.person_id == key)
    )
    if before is not None and before.refused_at is None and before.round == found.dates.round:
        return before
    if before is not None or key not in may_mediate(session, found, at=at):
        raise Refused(NOT_THEM, code="not_them", fields={"person": NOT_THEM})
    if _live(session, found) >= rules.MEDIATORS[found.dates.round]:
        raise Conflict(ENOUGH, code="enough")
    new = Mediator(
        dispute_id=found.dispute.id,
        person_id=key,
        round=found.dates.round,
        proposed_by_id=actor.person_id,
        proposed_at=at,
    )
    session.add(new)
    session.flush()
    facts = {"mediator_id": key, "by_id": actor.person_id, "dispute_id": found.dispute.id}
    tell(session, actor, found.exchange, MediatorProposed, at=at, **facts)
    return new


def _live(session: Session, found: Quarrel) -> int:
    """How many are asked or chosen for this round."""
    wanted = select(func.count()).select_from(Mediator)
    return (
        session.scalar(
            wanted.where(
                Mediator.dispute_id == found.dispute.id,
                Mediator.round == found.dates.round,
                Mediator.refused_at.is_(None),
            )
        )
        or 0
    )


def answer_mediator(
    session: Session, actor: Actor, dispute_id: Id, person_id: Id, *, yes: bool, at: datetime
) -> Mediator:
    """The other side, or whom it is about, says yes or no. Each side may say no twice. The same again changes nothing."""
    found = dispute_to_change(session, actor, dispute_id, at=at)
    row = session.scalar(
        select(Mediator).where(
            Mediator.dispute_id == found.dispute.id, Mediator.person_id == parse_id(person_id)
        )
    )
    if row is None or (found.side is None and row.person_id != actor.person_id):
        raise NotFound()
    check_state(found.dates.state, DisputeState.MEDIATION, DisputeState.APPEALED)
    if row.refused_at is not None:
        if yes or row.refused_by_id != actor.person_id:
            raise Conflict(rules.NOT_NOW, code="not_now")
        return row
    if not yes:
        _refuse(session, actor, found, row, at)
    elif found.side is None:
        row.taken_at = row.taken_at or at
    elif row.proposed_by_id != actor.person_id:
        row.other_yes_at = row.other_yes_at or at
    complete = row.taken_at is not None and row.other_yes_at is not None
    session.flush()
    tell(
        session,
        actor,
        found.exchange,
        MediatorAnswered,
        at=at,
        dispute_id=found.dispute.id,
        mediator_id=row.person_id,
        by_id=actor.person_id,
        yes=yes,
        complete=complete,
    )
    return row


def _refuse(session: Session, actor: Actor, found: Quarrel, row: Mediator, at: datetime) -> None:
    if found.side is not None:
        refused = session.scalar(
            select(func.count())
            .select_from(Mediator)
            .where(
                Mediator.dispute_id == found.dispute.id,
                Mediator.round == row.round,
                Mediator.refused_by_id == actor.person_id,
            )
        )
        if (refused or 0) >= rules.REFUSALS_MAX:
            raise Conflict(rules.NO_MORE_REFUSALS, code="no_more_refusals")
    row.refused_at, row.refused_by_id = at, actor.person_id
