"""A decision with what followed from it, for the furnished village."""

from datetime import datetime

from minga.governance import commands as governance
from minga.governance.commands import Written
from minga.governance.commands.decisions import record_decision, write_statement
from minga.governance.commands.effects import effect_failed
from minga.governance.models import Decision, Effect
from minga.governance.rules.kinds import ProposalKind
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.ids import Id


def decide(session: Session, ana: Actor, valley: Id, words: str, at: datetime) -> None:
    """A proposal that passed, a statement below it, one effect that failed and one that waits for somebody."""
    task = {"kind": "task", "words": words}
    written = Written(kind=ProposalKind.POLICY, title=words, description=words, effects=(task,))
    made = governance.write_proposal(session, ana, valley, written, at=at)
    governance.submit_proposal(session, ana, made.id, at=at)
    decision: Decision = record_decision(session, made, None, outcome="passed", method="majority", at=at)
    write_statement(session, ana, decision.id, words, at=at)
    failed = Effect(
        decision_id=decision.id,
        n=2,
        kind="policy",
        wish={"kind": "policy", "key": "joining.way", "value": "open"},
    )
    session.add(failed)
    session.flush()
    effect_failed(session, failed.id, Conflict(words), at=at)
    again = governance.write_proposal(session, ana, valley, written, at=at)
    governance.submit_proposal(session, ana, again.id, at=at)
    governance.withdraw_proposal(session, ana, again.id, reason=words, at=at)
