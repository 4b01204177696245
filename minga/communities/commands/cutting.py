"""Planning to cut a branch, agreeing to it, undoing it: two people each time, and nothing happens before the second.

What a cut does to one person, and how that is given back, lies in `cut_effects`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from minga.communities import events
from minga.communities.access import holds
from minga.communities.access.cutting import (
    CUT,
    cut_to_see,
    require_cut,
    require_second,
    stands_inside,
    stewards_of,
    top_to_cut,
)
from minga.communities.access.tree import branch_below
from minga.communities.commands import cut_effects
from minga.communities.commands.membership import live_membership
from minga.communities.models import BranchCut, BranchCutPerson, BranchCutUndo, Membership
from minga.communities.rules import cutting as rules
from minga.communities.rules.cutting import CutDates, Fate
from minga.identity import Actor
from minga.identity.models import Person
from minga.identity.rules.names import handle_key
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Refused
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.kit.text import clean_text

Waiting = type[BranchCut] | type[BranchCutUndo]


@dataclass(frozen=True)
class Plan:
    """What is wished for each membership of a branch; `sponsors` says who stands for whom that is kept.

    `sponsors` are handles; who is kept without one is stood for by the planner. Days bound when those concerned joined.
    """

    fates: Mapping[Id, Fate]
    reason: str
    sponsors: Mapping[Id, str] = field(default_factory=dict)
    since_on: date | None = None
    until_on: date | None = None


def plan_cut(
    session: Session, actor: Actor, community_id: Id, top_id: Id, plan: Plan, *, at: datetime
) -> BranchCut:
    """Write down what should happen to a branch, and ask for the second word. It waits 72 hours."""
    top = top_to_cut(session, actor, community_id, top_id, at=at)
    require_cut(session, actor, community_id, at=at)
    _close_late(session, BranchCut, at, BranchCut.top_id == top.id)
    if session.scalar(select(BranchCut.id).where(BranchCut.top_id == top.id, *_open(BranchCut))):
        raise Conflict(rules.WAITS_ALREADY, code="waits_already")
    branch = set(session.scalars(select(branch_below(top.id, with_top=True).c.id)))
    chosen = {one.id: one for one in _joined(session, branch, plan, top.id)}
    if not set(plan.fates) <= set(chosen):
        raise Refused(rules.NOT_IN_PLAN, code="not_in_plan")
    taken = {one for one, fate in plan.fates.items() if fate is not Fate.KEEP}
    if not taken:
        raise Refused(rules.NOTHING_CHOSEN if chosen else rules.NOBODY_BELOW, code="nothing_chosen")
    _leaves_stewards(session, community_id, [chosen[one] for one in taken], at)
    mine = live_membership(session, community_id, actor.person_id or "")
    sponsors = _sponsors(session, community_id, plan, branch, mine, top.id)
    made = BranchCut(
        community_id=community_id,
        top_id=top.id,
        since_on=plan.since_on,
        until_on=plan.until_on,
        reason=clean_text(plan.reason, rules.REASON_MAX, field="reason", required=True),
        asked_by_id=actor.person_id,
        asked_at=at,
        until_at=at + rules.WAITS,
    )
    session.add(made)
    session.flush()
    for one, fate in plan.fates.items():
        session.add(
            BranchCutPerson(cut_id=made.id, membership_id=one, fate=fate, sponsor_id=sponsors.get(one))
        )
    session.flush()
    told = events.BranchCutPlanned(cut_id=made.id, until_at=made.until_at)
    emit(session, actor, told, at=at, community_id=community_id)
    return made


def agree_to_cut(session: Session, actor: Actor, cut_id: Id, *, at: datetime) -> BranchCut:
    """The second word: the plan, or the undoing that waits, happens now. Once it is done this changes nothing."""
    cut = _to_answer(session, actor, cut_id, at)
    undo = open_undo(session, cut.id)
    if undo is not None:
        _undo(session, actor, cut, undo, at)
        return cut
    if cut.agreed_at is not None:
        return cut
    rules.check_waiting(CutDates(cut.until_at, cut.agreed_at, cut.closed_at), at)
    _check_second(session, actor, cut, cut.asked_by_id, at)
    people = people_of(session, cut.id)
    members = {one.membership_id: session.get_one(Membership, one.membership_id) for one in people}
    taken = [members[one.membership_id] for one in people if one.fate is not Fate.KEEP]
    _leaves_stewards(session, cut.community_id, [one for one in taken if one.ended_on is None], at)
    cut.agreed_by_id, cut.agreed_at = actor.person_id, at
    session.flush()
    for one in people:
        cut_effects.take(session, actor, cut, one, members[one.membership_id], at)
    done = [one for one in people if one.done_at is not None]
    told = events.BranchCut(
        cut_id=cut.id,
        rest=sum(1 for one in done if one.fate is Fate.PAUSE),
        removed=sum(1 for one in done if one.fate is Fate.REMOVE),
        kept=sum(1 for one in done if one.fate is Fate.KEEP),
    )
    emit(session, actor, told, at=at, community_id=cut.community_id)
    return cut


def ask_to_undo_cut(
    session: Session, actor: Actor, cut_id: Id, membership_ids: Collection[Id] = (), *, at: datetime
) -> BranchCutUndo:
    """Ask to take a cut back, for some or for all (nobody named); it takes a second person as the cut did."""
    cut = _to_answer(session, actor, cut_id, at)
    if cut.agreed_at is None:
        raise Conflict(rules.NOT_DONE, code="not_done")
    require_second(session, actor, cut, at=at)
    rules.check_second(same=False, inside=stands_inside(session, actor, cut.top_id))
    if cut.agreed_at + rules.UNDOABLE <= at:
        raise Conflict(rules.TOO_LATE, code="too_late")
    _close_late(session, BranchCutUndo, at, BranchCutUndo.cut_id == cut.id)
    if open_undo(session, cut.id) is not None:
        raise Conflict(rules.WAITS_ALREADY, code="waits_already")
    left = {one.membership_id for one in people_of(session, cut.id) if one.done_at and not one.undone_at}
    if not set(membership_ids) <= left:
        raise Refused(rules.NOT_IN_PLAN, code="not_in_plan")
    if not left:
        raise Conflict(rules.ALL_BACK, code="all_back")
    undo = BranchCutUndo(
        cut_id=cut.id,
        membership_ids=sorted(membership_ids),
        asked_by_id=actor.person_id,
        asked_at=at,
        until_at=at + rules.WAITS,
    )
    session.add(undo)
    session.flush()
    emit(session, actor, events.BranchCutUndoAsked(cut_id=cut.id), at=at, community_id=cut.community_id)
    return undo


def close_cut(session: Session, actor: Actor, cut_id: Id, *, at: datetime) -> BranchCut:
    """Take back what waits for a second word, or say no to it: a plan, or the undoing of one."""
    cut = _to_answer(session, actor, cut_id, at)
    waiting = open_undo(session, cut.id) or cut
    rules.check_waiting(CutDates(waiting.until_at, waiting.agreed_at, waiting.closed_at), at)
    if waiting.agreed_at is not None:
        raise Conflict(rules.CLOSED, code="closed")
    require_second(session, actor, cut, at=at)
    waiting.closed_at = at
    session.flush()
    why = "withdrawn" if waiting.asked_by_id == actor.person_id else "refused"
    told = events.BranchCutClosed(cut_id=cut.id, why=why)
    emit(session, actor, told, at=at, community_id=cut.community_id)
    return cut


def close_cuts(session: Session, *, at: datetime, limit: int) -> None:
    """The clock: plans and undoings to which nobody agreed in time."""
    _close_late(session, BranchCut, at, limit=limit)
    _close_late(session, BranchCutUndo, at, limit=limit)


def open_undo(session: Session, cut_id: Id) -> BranchCutUndo | None:
    """The undoing of a cut that waits for a second word, if there is one."""
    return session.scalar(select(BranchCutUndo).where(BranchCutUndo.cut_id == cut_id, *_open(BranchCutUndo)))


def people_of(session: Session, cut_id: Id) -> list[BranchCutPerson]:
    """The people of a plan; the caller has authorised it."""
    found = select(BranchCutPerson).where(BranchCutPerson.cut_id == cut_id)
    return list(session.scalars(found.order_by(BranchCutPerson.membership_id)))


def _undo(session: Session, actor: Actor, cut: BranchCut, undo: BranchCutUndo, at: datetime) -> None:
    rules.check_waiting(CutDates(undo.until_at, undo.agreed_at, undo.closed_at), at)
    _check_second(session, actor, cut, undo.asked_by_id, at)
    undo.agreed_by_id, undo.agreed_at = actor.person_id, at
    back, people = 0, people_of(session, cut.id)
    for one in people:
        wanted = not undo.membership_ids or one.membership_id in undo.membership_ids
        if wanted and one.done_at is not None and one.undone_at is None:
            cut_effects.give_back(session, actor, cut, one, at)
            back += 1
    cut_effects.give_vouches_back(session, cut, people, at)
    emit(
        session,
        actor,
        events.BranchCutUndone(cut_id=cut.id, people=back),
        at=at,
        community_id=cut.community_id,
    )


def _to_answer(session: Session, actor: Actor, cut_id: Id, at: datetime) -> BranchCut:
    seen = cut_to_see(session, actor, cut_id, at=at, lock=True)
    if not seen.whole:
        raise Forbidden()
    return seen.cut


def _check_second(session: Session, actor: Actor, cut: BranchCut, asker_id: Id, at: datetime) -> None:
    """Somebody else, outside the branch, who may; and whoever asked may still."""
    inside = stands_inside(session, actor, cut.top_id)
    rules.check_second(same=asker_id == actor.person_id, inside=inside)
    require_second(session, actor, cut, at=at)
    stewards = stewards_of(session, cut.community_id, at=at)
    by_role = asker_id in stewards
    if not by_role and actor.person_id not in stewards:
        raise Conflict(rules.ASKER_GONE, code="asker_gone")
    if asker_id == cut.asked_by_id and cut.agreed_at is None:
        if not holds(session, asker_id, CUT, cut.community_id, at=at):
            raise Conflict(rules.ASKER_GONE, code="asker_gone")
        if stands_inside(session, Actor(asker_id), cut.top_id):
            raise Conflict(rules.ASKER_GONE, code="asker_gone")


def _leaves_stewards(session: Session, community_id: Id, taken: list[Membership], at: datetime) -> None:
    stewards = stewards_of(session, community_id, at=at)
    rules.check_stewards(stewards, {one.person_id for one in taken})


def _joined(session: Session, branch: set[Id], plan: Plan, top_id: Id) -> list[Membership]:
    """Live memberships of a branch that began within the days of the plan; its top may always be chosen."""
    found = select(Membership).where(Membership.id.in_(tuple(branch)), Membership.ended_on.is_(None))
    since, until = plan.since_on or date.min, plan.until_on or date.max
    return [one for one in session.scalars(found) if one.id == top_id or since <= one.joined_on <= until]


def _sponsors(
    session: Session, community_id: Id, plan: Plan, branch: set[Id], mine: Membership | None, top_id: Id
) -> dict[Id, Id]:
    """Who stands for each one kept: members outside the branch, so that no circle can come of it."""
    kept = [one for one, fate in plan.fates.items() if fate is Fate.KEEP and one != top_id]
    typed = {handle_key(plan.sponsors[one]): one for one in kept if plan.sponsors.get(one)}
    rows = session.execute(
        select(Person.handle_key, Membership.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Person.handle_key.in_(tuple(typed)),
            Membership.community_id == community_id,
            Membership.ended_on.is_(None),
        )
    )
    there = {row.handle_key: row.id for row in rows}
    if set(typed) - set(there) or set(there.values()) & branch:
        raise Refused(rules.BAD_SPONSOR, code="bad_sponsor")
    found = {}
    for one in kept:
        named = there.get(handle_key(plan.sponsors.get(one, "")))
        sponsor = named or (mine.id if mine else None)
        if sponsor is not None:
            found[one] = sponsor
    return found


def _open(kind: Waiting) -> tuple[ColumnElement[bool], ...]:
    return kind.agreed_at.is_(None), kind.closed_at.is_(None)


def _close_late(
    session: Session, kind: Waiting, at: datetime, *which: ColumnElement[bool], limit: int = 1
) -> None:
    """Close what nobody agreed to in time; it can be asked for anew then."""
    late: Any = select(kind).where(*_open(kind), kind.until_at <= at, *which).limit(limit)
    found: list[BranchCut | BranchCutUndo] = list(session.scalars(late))
    for one in found:
        one.closed_at = one.until_at
        session.flush()
        cut = one if isinstance(one, BranchCut) else session.get_one(BranchCut, one.cut_id)
        told = events.BranchCutClosed(cut_id=cut.id, why="late")
        emit(session, Actor.machine(), told, at=at, community_id=cut.community_id)
