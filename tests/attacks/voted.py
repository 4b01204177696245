"""A proposal with a wish for other words and an open vote, and one that asks for advice, for the furnished village."""

from datetime import datetime, timedelta

from minga.governance.commands import ballots, discussing, planning, writing
from minga.governance.commands.planning import Plan
from minga.governance.commands.writing import Written
from minga.governance.models import Challenge, LooseBallot, Objection, Veto
from minga.governance.rules.kinds import ChallengeKind
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id


def vote(session: Session, ana: Actor, bruno: Actor, valley: Id, words: str, at: datetime) -> None:
    """Everything that members say and cast while it is decided."""
    asked = writing.write_proposal(
        session, ana, valley, Written(kind="advice", title=words, description=words), at=at
    )
    writing.submit_proposal(session, ana, asked.id, at=at)
    discussing.ask_advice(session, ana, asked.id, "bruno", at=at)
    discussing.give_advice(session, bruno, asked.id, words, at=at)
    made = writing.write_proposal(
        session, ana, valley, Written(title=words, description=words, rationale=words), at=at
    )
    writing.submit_proposal(session, ana, made.id, at=at)
    made.submitted_at = at - timedelta(days=5)
    discussing.propose_amendment(session, bruno, made.id, words, at=at)
    poll = planning.plan_poll(
        session, ana, made.id, Plan(question=words, closes_at=at + timedelta(days=6)), at=at
    )
    ballots.cast_ballot(session, bruno, poll.id, "reservations", reason=words, at=at)
    session.flush()
    later = at + timedelta(minutes=1)
    session.add_all(
        [
            Objection(poll_id=poll.id, person_id=str(bruno.person_id), argument=words, made_at=later),
            LooseBallot(poll_id=poll.id, key="0" * 64, reason=words),
            Veto(poll_id=poll.id, person_id=str(bruno.person_id), reason=words, made_at=later),
            Challenge(
                poll_id=poll.id,
                person_id=str(bruno.person_id),
                kind=ChallengeKind.PROCESS,
                reason=words,
                made_at=later,
            ),
        ]
    )
    ballots.cast_ballot(session, bruno, poll.id, "agree", reason=words, at=later)
    session.flush()
