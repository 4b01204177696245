"""A branch as whoever would cut it sees it, plans and what became of them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from minga.communities.access import community_to_see, holds, may, require
from minga.communities.access.cutting import (
    CUT,
    cut_to_see,
    may_answer_cuts,
    stands_inside,
    stewards_of,
    top_to_cut,
)
from minga.communities.access.reach import is_on_trial, is_resting
from minga.communities.access.tree import SEE_ALL, branch_below
from minga.communities.models import BranchCut, BranchCutPerson, BranchCutUndo, Membership, Vouch
from minga.communities.queries.members import roles_of
from minga.communities.rules import cutting as rules
from minga.communities.rules.cutting import CutDates, Fate
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id

CUTS_MAX = 100


class BranchPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One member of a branch, with what communities know about them."""

    membership_id: Id
    person_id: Id
    name: str
    handle: str
    joined_on: date
    standing: str
    sponsor: str | None
    outside_vouches: list[str]
    roles: list[str]


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A branch: its top, and who joined below it in the days asked for. `inside` are the ids of all its people."""

    community_id: Id
    top_id: Id
    top: BranchPerson
    people: list[BranchPerson]
    inside: frozenset[Id]
    more: int
    waits: Id | None


class CutLine(msgspec.Struct, frozen=True, kw_only=True):
    """A plan in the list of a community."""

    id: Id
    top: str
    asked_by: str
    asked_at: datetime
    state: str
    done_at: datetime | None


class CutPerson(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan says about one person."""

    membership_id: Id
    name: str
    handle: str
    fate: str
    sponsor: str | None
    done: bool
    undone: bool
    is_me: bool


class CutPage(msgspec.Struct, frozen=True, kw_only=True):
    """A plan. Whoever it concerns reads their own line, the reason and how to answer, and no other name."""

    id: Id
    community_id: Id
    whole: bool
    top: str | None
    reason: str
    asked_by: str | None
    asked_at: datetime
    until_at: datetime
    agreed_by: str | None
    agreed_at: datetime | None
    state: str
    people: list[CutPerson]
    rests_until: datetime | None
    undo_until: datetime | None
    undo_by: str | None
    undo_names: list[str]
    stewards: list[str]
    may_agree: bool
    may_close: bool
    may_undo: bool


def branch(
    session: Session,
    actor: Actor,
    community_id: Id,
    top_id: Id,
    *,
    since_on: date | None = None,
    until_on: date | None = None,
    at: datetime,
) -> Branch:
    """Everybody below a member who joined in these days, for whoever could cut the branch from outside."""
    top = top_to_cut(session, actor, community_id, top_id, at=at)
    below = branch_below(top.id, with_top=True)
    inside = session.execute(
        select(Membership.id, Membership.person_id)
        .where(Membership.id.in_(select(below.c.id)), Membership.ended_on.is_(None))
        .limit(10 * rules.PEOPLE_MAX)
    ).all()
    members = {one.id: one.person_id for one in inside}
    rows = session.execute(
        _people(at)
        .where(
            Membership.id.in_(tuple(members)),
            Membership.joined_on >= (since_on or date.min),
            Membership.joined_on <= (until_on or date.max),
            Membership.id != top.id,
        )
        .limit(rules.PEOPLE_MAX + 1)
    ).all()
    shown = [session.execute(_people(at).where(Membership.id == top.id)).one(), *rows[: rules.PEOPLE_MAX]]
    people = frozenset(members.values())
    vouched = _outside_vouches(session, community_id, [row.person_id for row in shown], people, at)
    held = roles_of(session, [row.id for row in shown], at=at)
    lines = [_person(row, vouched.get(row.person_id, []), held.get(row.id, [])) for row in shown]
    waits = session.scalar(
        select(BranchCut.id).where(
            BranchCut.top_id == top.id,
            BranchCut.agreed_at.is_(None),
            BranchCut.closed_at.is_(None),
            BranchCut.until_at > at,
        )
    )
    return Branch(
        community_id=community_id,
        top_id=top.id,
        top=lines[0],
        people=lines[1:],
        inside=people,
        more=max(0, len(rows) - rules.PEOPLE_MAX),
        waits=waits,
    )


def cuts(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[CutLine]:
    """Plans of a community and what became of them, the newest first, for stewards."""
    community = community_to_see(session, actor, community_id, at=at)
    require(session, actor, SEE_ALL, community.id, at=at)
    top, asker = aliased(Person), aliased(Person)
    rows = session.execute(
        select(BranchCut, top.name.label("top"), asker.name.label("asker"))
        .join(Membership, Membership.id == BranchCut.top_id)
        .join(top, top.id == Membership.person_id)
        .join(asker, asker.id == BranchCut.asked_by_id)
        .where(BranchCut.community_id == community.id)
        .order_by(BranchCut.asked_at.desc(), BranchCut.id.desc())
        .limit(CUTS_MAX)
    )
    return [
        CutLine(
            id=row.BranchCut.id,
            top=row.top,
            asked_by=row.asker,
            asked_at=row.BranchCut.asked_at,
            state=rules.state(_dates(row.BranchCut), at),
            done_at=row.BranchCut.agreed_at,
        )
        for row in rows
    ]


def cut(session: Session, actor: Actor, cut_id: Id, *, at: datetime) -> CutPage:
    """One plan: in full for those who could agree to it, their own line for those it concerns."""
    seen = cut_to_see(session, actor, cut_id, at=at)
    found = seen.cut
    now = rules.state(_dates(found), at)
    undo = session.scalar(
        select(BranchCutUndo).where(
            BranchCutUndo.cut_id == found.id,
            BranchCutUndo.agreed_at.is_(None),
            BranchCutUndo.closed_at.is_(None),
            BranchCutUndo.until_at > at,
        )
    )
    people = _cut_people(session, actor, found.id, None if seen.whole else seen.own)
    answers = seen.whole and may_answer_cuts(session, actor, found, at=at)
    answers = answers and not stands_inside(session, actor, found.top_id)
    waiting = undo if found.agreed_at is not None else found if now == "waiting" else None
    me = actor.person_id
    left = any(one.done and not one.undone for one in people)
    undo_until = found.agreed_at + rules.UNDOABLE if found.agreed_at else None
    top_person = session.get_one(Membership, found.top_id).person_id
    stewards = stewards_of(session, found.community_id, at=at)
    named = _names(
        session,
        [found.asked_by_id, found.agreed_by_id, top_person, undo.asked_by_id if undo else None, *stewards],
    )
    wanted = set(undo.membership_ids) if undo else set()
    return CutPage(
        id=found.id,
        community_id=found.community_id,
        whole=seen.whole,
        top=named[top_person] if seen.whole else None,
        reason=found.reason,
        asked_by=named[found.asked_by_id] if seen.whole else None,
        asked_at=found.asked_at,
        until_at=found.until_at,
        agreed_by=named.get(found.agreed_by_id or "") if seen.whole else None,
        agreed_at=found.agreed_at,
        state=now,
        people=people,
        rests_until=found.agreed_at + rules.RESTS if found.agreed_at else None,
        undo_until=undo_until,
        undo_by=named.get(undo.asked_by_id) if undo and seen.whole else None,
        undo_names=[one.name for one in people if one.membership_id in wanted] if seen.whole else [],
        stewards=sorted(named[one] for one in stewards if one in named),
        may_agree=answers and waiting is not None and waiting.asked_by_id != me,
        may_close=answers and waiting is not None,
        may_undo=answers and undo is None and left and undo_until is not None and at < undo_until,
    )


def may_plan_cuts(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> bool:
    """Whether the reader's role lets them plan a cut there, once they have shown that it is them."""
    return actor.person_id is not None and bool(
        may(session, actor, SEE_ALL, community_id, at=at)
        and holds(session, actor.person_id, CUT, community_id, at=at)
    )


def _people(at: datetime) -> Any:
    sponsor, sponsor_person = aliased(Membership), aliased(Person)
    return (
        select(
            Membership.id,
            Membership.person_id,
            Person.name,
            Person.handle,
            Membership.joined_on,
            is_on_trial(at).label("trial"),
            is_resting().label("rests"),
            sponsor_person.name.label("sponsor"),
        )
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(sponsor, sponsor.id == Membership.sponsor_id)
        .outerjoin(sponsor_person, sponsor_person.id == sponsor.person_id)
        .order_by(Membership.joined_on, Membership.id)
    )


def _person(row: Any, vouched: list[str], held: list[str]) -> BranchPerson:
    return BranchPerson(
        membership_id=row.id,
        person_id=row.person_id,
        name=row.name,
        handle=row.handle,
        joined_on=row.joined_on,
        standing="paused" if row.rests else "trial" if row.trial else "full",
        sponsor=row.sponsor,
        outside_vouches=vouched,
        roles=held,
    )


def _outside_vouches(
    session: Session, community_id: Id, people: Collection[Id], inside: Collection[Id], at: datetime
) -> dict[Id, list[str]]:
    """Who of outside the branch vouches for each of these people, by name."""
    rows = session.execute(
        select(Vouch.to_id, Vouch.from_id, Person.name)
        .join(Person, Person.id == Vouch.from_id)
        .where(
            Vouch.community_id == community_id,
            Vouch.to_id.in_(tuple(people)),
            Vouch.ended_at.is_(None),
            Vouch.until_at > at,
        )
        .order_by(func.lower(Person.name), Person.id)
    )
    found: dict[Id, list[str]] = {}
    for row in rows:
        if row.from_id not in inside:
            found.setdefault(row.to_id, []).append(row.name)
    return found


def _cut_people(session: Session, actor: Actor, cut_id: Id, only: Collection[Id] | None) -> list[CutPerson]:
    sponsor, sponsor_person = aliased(Membership), aliased(Person)
    question = (
        select(BranchCutPerson, Person.id, Person.name, Person.handle, sponsor_person.name.label("sponsor"))
        .join(Membership, Membership.id == BranchCutPerson.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(sponsor, sponsor.id == BranchCutPerson.sponsor_id)
        .outerjoin(sponsor_person, sponsor_person.id == sponsor.person_id)
        .where(BranchCutPerson.cut_id == cut_id)
        .order_by(func.lower(Person.name), Membership.id)
    )
    if only is not None:
        question = question.where(BranchCutPerson.membership_id.in_(tuple(only)))
    return [
        CutPerson(
            membership_id=row.BranchCutPerson.membership_id,
            name=row.name,
            handle=row.handle,
            fate=Fate(row.BranchCutPerson.fate).value,
            sponsor=row.sponsor if only is None else None,
            done=row.BranchCutPerson.done_at is not None,
            undone=row.BranchCutPerson.undone_at is not None,
            is_me=row.id == actor.person_id,
        )
        for row in session.execute(question)
    ]


def _dates(found: BranchCut) -> CutDates:
    return CutDates(found.until_at, found.agreed_at, found.closed_at)


def _names(session: Session, people: Collection[Id | None]) -> dict[Id, str]:
    wanted = {one for one in people if one is not None}
    return {
        row.id: row.name
        for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(tuple(wanted))))
    }
