"""What follows from decisions: each effect is one command of the domain that it is about. Read from top to bottom.

An effect that is refused has changed nothing: its words stand with the decision, and somebody lets it try again.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from minga.communities import commands as communities
from minga.communities.events import AgreementReviewDue
from minga.communities.rules.agreements import Text
from minga.communities.rules.ties import Gives
from minga.governance.commands import charter_changes, decisions, effects, practice, reviews
from minga.governance.commands.effects import Carried
from minga.governance.events import DecisionMade, EffectDue
from minga.governance.rules.effects import OTHER_KIND
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.errors import Conflict, Refused


@on(DecisionMade, name="governance.begin_effects")
def begin_effects(session: Session, event: DecisionMade, *, at: datetime) -> None:
    decisions.begin_effects(session, event.decision_id, at=at)


@on(DecisionMade, name="governance.count_day", replayable=True)
def count_day(session: Session, event: DecisionMade, *, at: datetime) -> None:
    practice.count_day_of(session, event.decision_id, at=at)


@on(EffectDue, name="governance.carry_out")
def carry_out(session: Session, event: EffectDue, *, at: datetime) -> None:
    """One effect, whole or not at all; what was done before is not done again."""
    found = effects.effect_to_carry_out(session, event.effect_id, at=at)
    if found is None:
        return
    try:
        if not found.fits:
            raise Conflict(OTHER_KIND, code="effect_kind")
        with session.begin_nested():
            CARRIED_OUT_BY[found.kind](session, found, found.wish, at)
    except Refused as refusal:
        effects.effect_failed(session, found.effect_id, refusal, at=at)
    else:
        effects.effect_done(session, found.effect_id, at=at)


def _policy(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    communities.set_policy_as_decided(
        session, due.community_id, wish["key"], wish["value"], due.decided, at=at
    )


def _role_grant(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    until_on = date.fromisoformat(wish["until_on"]) if wish.get("until_on") else None
    communities.grant_role_as_decided(
        session,
        due.community_id,
        wish["role_id"],
        wish["person_id"],
        due.decided,
        until_on=until_on,
        at=at,
    )


def _role_end(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    communities.end_role_as_decided(
        session, due.community_id, wish["role_id"], wish["person_id"], due.decided, at=at
    )


def _agreement(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    communities.publish_agreement_as_decided(
        session,
        due.community_id,
        wish["key"],
        [Text(one["language"], one["title"], one["words"]) for one in wish["texts"]],
        due.decided,
        must_accept=bool(wish.get("must_accept")),
        change=wish.get("change", ""),
        instead_of=wish.get("instead_of"),
        at=at,
    )


def _admission(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    communities.admit_as_decided(session, due.community_id, wish["application_id"], due.decided, at=at)


def _removal(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    communities.remove_as_decided(
        session, due.community_id, wish["person_id"], due.decided, heard=due.heard, at=at
    )


def _tie_propose(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    communities.propose_tie_as_decided(
        session, due.community_id, wish["community_id"], Gives(), due.decided, at=at
    )


def _tie_agree(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    communities.agree_to_tie_as_decided(
        session, due.community_id, wish["partnership_id"], Gives(), due.decided, at=at
    )


def _tie_end(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    communities.end_tie_as_decided(session, due.community_id, wish["partnership_id"], due.decided, at=at)


def _federation_join(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    communities.ask_for_seat_as_decided(
        session, due.community_id, wish["community_id"], Gives(), due.decided, at=at
    )


def _federation_leave(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    communities.leave_federation_as_decided(
        session, due.community_id, wish["community_id"], due.decided, at=at
    )


def _charter(session: Session, due: Carried, wish: dict[str, Any], at: datetime) -> None:
    charter_changes.put_charter(session, due.community_id, wish["rules"], decision=due.decided.number, at=at)


CARRIED_OUT_BY: dict[str, Callable[[Session, Carried, dict[str, Any], datetime], None]] = {
    "policy": _policy,
    "role_grant": _role_grant,
    "role_end": _role_end,
    "agreement": _agreement,
    "admission": _admission,
    "removal": _removal,
    "tie_propose": _tie_propose,
    "tie_agree": _tie_agree,
    "tie_end": _tie_end,
    "federation_join": _federation_join,
    "federation_leave": _federation_leave,
    "charter": _charter,
}


@on(AgreementReviewDue, name="governance.review_agreement")
def review_agreement(session: Session, event: AgreementReviewDue, *, at: datetime) -> None:
    if event.community_id is not None:
        reviews.open_agreement_review(
            session, event.community_id, event.agreement_id, event.version_id, event.n, at=at
        )
