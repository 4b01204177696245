"""Makers for tests of decisions: a proposal, a poll that was counted, and what is recorded of it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from minga.governance.commands.decisions import record_decision
from minga.governance.models import Charter, Decision, Effect, Poll, PollResult, Proposal, ProposalVersion
from minga.governance.rules.charter import shipped
from minga.governance.rules.effects import check_effects
from minga.governance.rules.kinds import ProposalKind, Results, RollUnit, Secrecy
from minga.governance.rules.motions import MotionRule, Turnout, majority
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.delivery import deliver
from minga.kit.ids import Id
from minga.kit.refs import NeedLine, needs
from tests.village import Village

PASSED = majority({"yes": 4, "no": 1, "abstain": 0}, Turnout(5, 5, 5, 5), MotionRule()).as_json()["figures"]


def charter(session: Session, village: Village, **more: Any) -> Charter:
    made = Charter(
        community_id=village.valley,
        n=1,
        rules=[one.as_json() for one in shipped()],
        in_force_at=village.clock(),
        made_at=village.clock(),
        **more,
    )
    session.add(made)
    session.flush()
    return made


def proposal(
    session: Session,
    village: Village,
    *,
    kind: ProposalKind = ProposalKind.POLICY,
    title: str = "Open the door",
    by: str | None = "bruno",
    effects: list[dict[str, Any]] | None = None,
    **more: Any,
) -> Proposal:
    made = Proposal(
        community_id=village.valley,
        kind=kind,
        proposer_id=village.people[by] if by else None,
        made_at=village.clock(),
        submitted_at=village.clock(),
        rounds=1,
        **more,
    )
    session.add(made)
    session.flush()
    session.add(
        ProposalVersion(
            proposal_id=made.id,
            n=1,
            title=title,
            description=f"{title}, because it is good.",
            effects=check_effects(effects or []),
            by_id=made.proposer_id,
            at=village.clock(),
        )
    )
    session.flush()
    return made


def poll(
    session: Session, village: Village, about: Proposal, figures: dict[str, Any] = PASSED, **more: Any
) -> Poll:
    now = village.clock()
    made = Poll(
        community_id=village.valley,
        proposal_id=about.id,
        proposal_n=1,
        question="Shall we?",
        method="majority",
        secrecy=Secrecy.OPEN,
        results=Results.AFTER_CLOSE,
        roll_unit=RollUnit.PERSON,
        config_digest="0" * 64,
        made_at=now,
        opens_at=now - timedelta(days=5),
        opened_at=now - timedelta(days=5),
        closes_at=now - timedelta(days=3),
        closed_at=now - timedelta(days=3),
        tallied_at=now - timedelta(days=3),
        final_at=now,
        **more,
    )
    session.add(made)
    session.flush()
    content = {"outcome": "passed", "reason": "", "figures": figures}
    kept = {"content": content, "lots": {}, "counted_with": {}, "digest": "0" * 64}
    session.add(PollResult(poll_id=made.id, made_at=now, **kept))
    session.flush()
    return made


def decided(village: Village, *, outcome: str = "passed", **more: Any) -> Id:
    """A proposal that was put to the vote and is final now; nothing has followed from it yet."""
    with village.database.write() as session:
        about = proposal(session, village, **more)
        counted = poll(session, village, about)
        made = record_decision(
            session, about, counted, outcome=outcome, method="majority", at=village.clock()
        )
        return made.id


def follow(village: Village) -> None:
    """Let the node do what follows from what happened."""
    while deliver(village.database, village.clock):
        pass


def decision(village: Village, id: Id) -> Decision:
    with village.database.read() as session:
        found = session.get_one(Decision, id)
        session.expunge(found)
        return found


def effects_of(village: Village, id: Id) -> list[Effect]:
    with village.database.read() as session:
        found = session.scalars(select(Effect).where(Effect.decision_id == id).order_by(Effect.n)).all()
        session.expunge_all()
        return list(found)


def lines(village: Village, who: Actor) -> list[NeedLine]:
    with village.database.read() as session:
        return list(needs.of(session, who, at=village.clock()))
