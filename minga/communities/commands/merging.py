"""A kept person and a member with an account of their own become one: with the yes of both, and back within thirty days."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from minga.communities.access import holds, require
from minga.communities.access.keeping import KEEP, keeping_to_keep, runs
from minga.communities.access.merging import keeps_there, merge_to_see
from minga.communities.commands import membership as memberships
from minga.communities.commands.keeping import end_yes, not_claimed
from minga.communities.commands.kept_erasing import lives_only_here
from minga.communities.events import PersonsMergeAsked, PersonsMerged, PersonsParted
from minga.communities.models import Community, Keeping, Membership, PersonMerge
from minga.communities.rules import EndedWhy
from minga.communities.rules.keeping import (
    HOW_WORDS,
    MERGE_NOT_THEIRS,
    MERGE_OVER,
    MERGE_TOO_LATE,
    MERGE_WAITS,
    NOT_BY_SELF,
    PART_WITHIN,
    ConsentHow,
)
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import OperatorGrant, Person
from minga.identity.rules.names import handle_key
from minga.kit import holdings, leaving, merging
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.merging import Merge, Moved
from minga.kit.schedule import every

NOT_A_MEMBER = N_("Nobody of that short name is a member here with an account of their own.")
ASKED_ALREADY = N_("They are asked already.")
OWN_OF_THE_ACT = frozenset(
    {
        "person_merge",
        "keeping",
        "act_consent",
        "membership",
        "member_import",
        "member_import_row",
        "data_request",
    }
)
"""What belongs to the kept account itself, or is settled by hand below."""
OF_MEMBERS = frozenset({"keeping", "membership", "application", "branch_cut", "branch_cut_person", "pause"})
"""What hangs on a membership and stays with it: it ends with it, or says how it came to be."""
STAY = frozenset({"identity", "governance"})
"""Ways in and what a person told of themselves stay with their account; a ballot is whose it was when it was cast."""
AT_ONCE = 20


def ask_to_merge(
    session: Session, actor: Actor, keeping_id: Id, handle: str, *, how: str, at: datetime
) -> PersonMerge:
    """The kept person says that they have an account of their own there; its holder is asked, and nothing moves before."""
    found = keeping_to_keep(session, actor, keeping_id, at=at)
    require(session, actor, KEEP, found.community_id, at=at)
    not_claimed(session, found)
    if how not in set(HOW_WORDS) - {ConsentHow.SELF}:
        raise Invalid(NOT_BY_SELF, fields={"merge_how": NOT_BY_SELF})
    lives_only_here(session, found)
    other_id = session.scalar(select(Person.id).where(Person.handle_key == handle_key(handle)))
    if other_id == actor.person_id or not _lives_there(session, found, other_id, at):
        raise Invalid(NOT_A_MEMBER, fields={"merge_to": NOT_A_MEMBER})
    waits = select(PersonMerge.id).where(
        PersonMerge.from_id == found.person_id,
        PersonMerge.answered_at.is_(None),
        PersonMerge.withdrawn_at.is_(None),
    )
    for one in session.scalars(waits).all():
        waiting = session.get_one(PersonMerge, one)
        if waiting.until_at > at:
            raise Conflict(ASKED_ALREADY, code="asked_already")
        waiting.withdrawn_at = waiting.until_at
        session.flush()
    made = PersonMerge(
        community_id=found.community_id,
        keeping_id=found.id,
        from_id=found.person_id,
        into_id=other_id,
        asked_by_id=actor.person_id,
        how=ConsentHow(how),
        asked_at=at,
        until_at=at + MERGE_WAITS,
    )
    session.add(made)
    session.flush()
    told = PersonsMergeAsked(merge_id=made.id)
    emit(session, actor, told, at=at, community_id=made.community_id, person_id=made.from_id)
    return made


def _lives_there(session: Session, found: Keeping, other_id: Id | None, at: datetime) -> bool:
    """Whether that is another live member of the community, no guest, whom nobody keeps."""
    one = memberships.live_membership(session, found.community_id, other_id or "")
    kept = select(Keeping.id).where(Keeping.person_id == other_id, runs(at)).limit(1)
    return (
        one is not None
        and one.guest_until_at is None
        and other_id != found.person_id
        and session.execute(kept).first() is None
    )


def withdraw_merge(session: Session, actor: Actor, merge_id: Id, *, at: datetime) -> PersonMerge:
    """Whoever may keep people there takes the question back. Twice changes nothing."""
    found = merge_to_see(session, actor, merge_id, at=at, lock=True)
    if not keeps_there(session, actor, found, at=at):
        raise Forbidden(MERGE_NOT_THEIRS)
    if found.withdrawn_at is None:
        _must_wait(found, at)
        found.withdrawn_at = at
        session.flush()
    return found


def answer_merge(session: Session, actor: Actor, merge_id: Id, *, yes: bool, at: datetime) -> PersonMerge:
    """“That is me”, by the one with the account: everything of the kept one is theirs now. Or “that is not me”."""
    found = merge_to_see(session, actor, merge_id, at=at, lock=True)
    if found.into_id != actor.person_id:
        raise Forbidden(MERGE_NOT_THEIRS)
    if found.answered_at is not None and found.agreed is yes:
        return found
    _must_wait(found, at)
    if yes:
        identity.require_confirmed(session, actor, at=at)
    found.answered_at, found.agreed = at, yes
    session.flush()
    if yes:
        _merge(session, actor, found, at)
    return found


def _must_wait(found: PersonMerge, at: datetime) -> None:
    if found.answered_at is not None or found.withdrawn_at is not None or found.until_at <= at:
        raise Conflict(MERGE_OVER, code="over")


def _merge(session: Session, actor: Actor, found: PersonMerge, at: datetime) -> None:
    keeping = session.get_one(Keeping, found.keeping_id)
    not_claimed(session, keeping)
    lives_only_here(session, keeping)
    still = holds(session, found.asked_by_id, KEEP, found.community_id, at=at)
    if not still or not _lives_there(session, keeping, found.into_id, at):
        raise Conflict(MERGE_OVER, code="over")
    merge = Merge(found.id, found.from_id, found.into_id)
    noted: dict[str, Any] = merging.merge_all(session, merge, at=at)
    session.flush()
    moved: list[Moved] = []
    for table, column in merging.columns_to("person", without=OWN_OF_THE_ACT, domains=STAY):
        moved += merging.move(session, table, column, merge.from_id, merge.into_id)
    session.expire_all()
    noted["memberships"] = _memberships(session, merge, moved, at)
    end_yes(session, actor, merge.from_id, found.community_id, at=at)
    keeping = session.get_one(Keeping, found.keeping_id)
    keeping.until_at, keeping.next_id, keeping.next_asked_at = at, None, None
    found = session.get_one(PersonMerge, merge.id)
    found.moved = [_plain(one) for one in moved]
    found.noted = noted
    session.flush()
    told = PersonsMerged(merge_id=found.id, rows=len(moved))
    emit(session, actor, told, at=at, community_id=found.community_id, person_id=found.from_id)


def _plain(moved: Moved) -> dict[str, Any]:
    key = {name: holdings.plain_value(value) for name, value in moved.key.items()}
    return asdict(moved) | {"key": key}


def _memberships(session: Session, merge: Merge, moved: list[Moved], at: datetime) -> list[Id]:
    """Where both are members the kept one's ends, and what hung on it hangs on the other's; elsewhere it becomes theirs.

    Answers the memberships that ended.
    """
    ended = []
    live = select(Membership).where(Membership.person_id == merge.from_id, Membership.ended_on.is_(None))
    for one in session.scalars(live.order_by(Membership.id)).all():
        theirs = memberships.live_membership(session, one.community_id, merge.into_id)
        if theirs is None:
            one.person_id = merge.into_id
            moved.append(Moved("membership", "person_id", {"id": one.id}))
            session.flush()
            continue
        sponsored = session.scalars(select(Membership).where(Membership.sponsor_id == one.id)).all()
        for row in sponsored:
            if row.id != theirs.id:
                row.sponsor_id = theirs.id
                moved.append(Moved("membership", "sponsor_id", {"id": row.id}))
        for other, column in merging.columns_to("membership", without=OF_MEMBERS, domains=frozenset()):
            moved += merging.move(session, other, column, one.id, theirs.id)
        zone = session.get_one(Community, one.community_id).zone
        one.ended_on, one.ended_why = today(at, zone), EndedWhy.LEFT
        one.version += 1
        ended.append(one.id)
        session.flush()
    return ended


def part_again(session: Session, actor: Actor, merge_id: Id, *, at: datetime) -> PersonMerge:
    """Take it back within thirty days: what still lies where it was moved to goes back, and the kept one is kept again."""
    found = merge_to_see(session, actor, merge_id, at=at, lock=True)
    if found.undone_at is not None:
        return found
    if not found.agreed or found.answered_at is None:
        raise Conflict(MERGE_OVER, code="over")
    if at >= found.answered_at + PART_WITHIN:
        raise Conflict(MERGE_TOO_LATE, code="too_late")
    if found.into_id != actor.person_id:
        require(session, actor, KEEP, found.community_id, at=at)
    merge = Merge(found.id, found.from_id, found.into_id)
    found.undone_at = at
    ended = [session.get_one(Membership, one) for one in found.noted["memberships"]]
    for one in ended:
        if memberships.live_membership(session, one.community_id, merge.from_id) is None:
            one.ended_on = one.ended_why = None
            one.version += 1
    session.flush()
    theirs = {
        one.community_id: memberships.live_membership(session, one.community_id, merge.into_id)
        for one in ended
    }
    sides = [(merge.from_id, merge.into_id)]
    sides += [(one.id, other.id) for one in ended if (other := theirs[one.community_id]) is not None]
    for said in reversed(found.moved):
        was = Moved(**said)
        any(merging.move_back(session, _keyed(was), before, after) for before, after in sides)
    merging.part_all(session, merge, found.noted, at=at)
    session.expire_all()
    keeping = session.get_one(Keeping, found.keeping_id)
    keeping.until_at = None
    session.flush()
    told = PersonsParted(merge_id=merge.id)
    emit(session, actor, told, at=at, community_id=found.community_id, person_id=merge.from_id)
    return found


def _keyed(was: Moved) -> Moved:
    """The key with dates and instants as the table has them."""
    table = next(one for one in holdings.holdings() if one.table == was.table)
    columns = holdings.table_of(table).c
    return Moved(
        was.table, was.column, {name: _typed(columns[name], value) for name, value in was.key.items()}
    )


def _typed(column: Any, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    kind = column.type.python_type
    return kind.fromisoformat(value) if hasattr(kind, "fromisoformat") else value


@every("communities.forget_merged", hours=1, lane="heavy")
def forget_merged(run: Run, _args: dict[str, object]) -> None:
    """After thirty days nobody takes it back any more, and the empty account is erased."""
    now = run.clock()
    with run.database.read() as session:
        due = session.scalars(
            select(PersonMerge.from_id)
            .join(Person, Person.id == PersonMerge.from_id)
            .where(
                PersonMerge.answered_at <= now - PART_WITHIN,
                PersonMerge.agreed.is_(True),
                PersonMerge.undone_at.is_(None),
                Person.erased_at.is_(None),
                Person.id.not_in(select(OperatorGrant.person_id)),
            )
            .limit(AT_ONCE)
        ).all()
    for person_id in due:
        with run.database.write() as session:
            if leaving.in_the_way(session, person_id, at=now):
                continue
            asked = identity.begin_erasure(
                session, Actor.machine(), person_id, keep_words=True, grace=timedelta(0), at=now
            )
            asked.due_at = now
            identity.erase(session, asked.id, at=now)
