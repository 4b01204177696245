"""How far a member's account may go by the community's rules."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import policies, reach
from minga.communities.models import Community, Membership
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.ledger.access import AccountRow
from minga.ledger.rules import TIME


@dataclass(frozen=True)
class Limits:
    """How far an account may go, natural; None is without end."""

    floor: int | None
    ceiling: int | None


ENDLESS = Limits(None, None)


def limits_by_rule(
    session: Session, community: Community, person_id: Id, unit: str, *, at: datetime
) -> Limits:
    """What the community's rules say about a member's account. Only hours have limits by rule; nobody owes money."""

    def rule(key: str) -> Any:
        return policies.value(session, community.id, f"ledger.{key}", at=at)

    if unit != TIME:
        return Limits(0, None)
    if rule("gift_mode"):
        return Limits(None, None)
    trial = session.scalar(
        select(Membership.id).where(
            Membership.community_id == community.id,
            Membership.person_id == person_id,
            Membership.ended_on.is_(None),
            reach.is_on_trial(at),
        )
    )
    debt = rule("time_debt_max")
    if trial is not None:
        debt = min(debt, rule("time_debt_max_trial"))
    return Limits(-debt, rule("time_saved_max") or None)


def within(wanted: Limits, row: AccountRow) -> Limits:
    """Limits that an account keeps now: where it is beyond the wanted ones, it is held to where it stands."""
    lowest, highest = row.natural - row.held_out, row.natural + row.held_in
    return Limits(
        None if wanted.floor is None else min(wanted.floor, lowest),
        None if wanted.ceiling is None else max(wanted.ceiling, highest),
    )
