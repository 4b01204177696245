"""Who sees a plan to cut a branch, who may agree to it, and what those concerned read of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.communities.access.decisions import may, require, require_scope
from minga.communities.access.holders import holders_of
from minga.communities.access.places import place_of
from minga.communities.access.rows import membership_to_see
from minga.communities.access.tree import SEE_ALL, branch_below
from minga.communities.models import BranchCut, BranchCutPerson, Membership
from minga.communities.rules import Standing
from minga.communities.rules.cutting import INSIDE, is_long_full
from minga.communities.rules.decisions import Rule, no, refusal
from minga.communities.rules.standing import is_fresh
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.ids import Id, parse_id

CUT = "branch.cut"


@dataclass(frozen=True)
class CutSeen:
    """A plan and how much of it the actor reads: all of it, or only what concerns these own memberships."""

    cut: BranchCut
    whole: bool
    own: tuple[Id, ...]


def cut_to_see(session: Session, actor: Actor, cut_id: Id, *, at: datetime, lock: bool = False) -> CutSeen:
    """A plan for those who could agree to it, and once it is done what it means for whom it concerns."""
    found = session.get(BranchCut, parse_id(cut_id), with_for_update=True if lock else None)
    if found is None or not actor.signed_in or actor.token_community_id not in (None, found.community_id):
        raise NotFound()
    require_scope(actor, writing=lock)
    if found.community_id in actor.locked:
        require(session, actor, "community.see", found.community_id, at=at)
    own = tuple(
        session.scalars(
            select(BranchCutPerson.membership_id)
            .join(Membership, Membership.id == BranchCutPerson.membership_id)
            .where(
                BranchCutPerson.cut_id == found.id,
                BranchCutPerson.done_at.is_not(None),
                Membership.person_id == actor.person_id,
            )
        )
    )
    if may(session, actor, SEE_ALL, found.community_id, at=at) or may_answer_cuts(
        session, actor, found, at=at
    ):
        return CutSeen(found, True, own)
    if not own:
        raise NotFound()
    return CutSeen(found, False, own)


def may_answer_cuts(session: Session, actor: Actor, cut: BranchCut, *, at: datetime) -> bool:
    """Whether the actor could be one of the two people: by their role, or as a full member of long standing."""
    by_role = may(session, actor, CUT, cut.community_id, at=at, seconded=True)
    return by_role.rule in (Rule.HELD, Rule.CONFIRM) or _stands_in(session, actor, cut, at)


def require_cut(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> None:
    """Refuse unless the actor's role lets them plan a cut there, and they have just shown that it is them."""
    require(session, actor, CUT, community_id, at=at, seconded=True)


def require_second(session: Session, actor: Actor, cut: BranchCut, *, at: datetime) -> None:
    """Refuse unless the actor may give the second word, and has just shown that it is them."""
    if not _stands_in(session, actor, cut, at):
        require(session, actor, CUT, cut.community_id, at=at, seconded=True)
    elif not is_fresh(actor.confirmed_at, at):
        raise refusal(no(Rule.CONFIRM))


def top_to_cut(
    session: Session, actor: Actor, community_id: Id, membership_id: Id, *, at: datetime
) -> Membership:
    """The member whose branch is looked at, for those who could cut it and stand outside it themselves."""
    found = membership_to_see(session, actor, membership_id, at=at)
    if found.community_id != community_id:
        raise NotFound()
    if may(session, actor, CUT, community_id, at=at, seconded=True).rule not in (Rule.HELD, Rule.CONFIRM):
        require(session, actor, CUT, community_id, at=at, seconded=True)
    if stands_inside(session, actor, found.id):
        raise Forbidden(INSIDE, code="inside_branch")
    return found


def stands_inside(session: Session, actor: Actor, top_id: Id) -> bool:
    """Whether a membership of the actor's is the top of a branch or lies below it."""
    branch = branch_below(top_id, with_top=True)
    found = select(Membership.id).where(
        Membership.person_id == actor.person_id, Membership.id.in_(select(branch.c.id))
    )
    return session.execute(found.limit(1)).first() is not None


def stewards_of(session: Session, community_id: Id, *, at: datetime) -> set[Id]:
    """The people who could cut branches there now."""
    return {one.person_id for one in holders_of(session, CUT, community_id, at=at)}


def _stands_in(session: Session, actor: Actor, cut: BranchCut, at: datetime) -> bool:
    """Where only one person could cut: a full member of 90 days, outside the branch."""
    place = place_of(session, actor, cut.community_id, at=at)
    if place is None or place.membership_id is None or place.standing is not Standing.FULL or place.closed:
        return False
    stewards = stewards_of(session, cut.community_id, at=at)
    if len(stewards) > 1 or actor.person_id in stewards:
        return False
    mine = session.get_one(Membership, place.membership_id)
    full_on = mine.full_on or (mine.trial_ends_at.date() if mine.trial_ends_at else None)
    return is_long_full(full_on, today(at, place.zone)) and not stands_inside(session, actor, cut.top_id)


def _see(session: Session, actor: Actor, id: Id, /, *, at: datetime) -> BranchCut:
    return cut_to_see(session, actor, id, at=at).cut


refs.register("branch_cut", see=_see, address=lambda id: f"/cuts/{id}")
