"""What a decision of the whole community does in communities: no person's capability is asked, the number stands with it.

Whoever calls these (`reactions.governance`) has seen the decision pass. Each refuses in words when the world has moved
on since it was written down, and does nothing a second time for the same decision.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from minga.communities.commands import ending, mandates, roles, ties
from minga.communities.commands.agreements import checked, newest_version, put_version
from minga.communities.commands.cut_effects import end_invites
from minga.communities.commands.federations import give_notice
from minga.communities.commands.joining import admit
from minga.communities.commands.membership import below, live_membership
from minga.communities.commands.policies import put_policy, read_value
from minga.communities.commands.seats import check_tree, must_be_whole, put_question, put_yes
from minga.communities.models import (
    Application,
    Community,
    Federation,
    Membership,
    Partnership,
    Policy,
    Role,
    RoleGrant,
    Seat,
)
from minga.communities.rules import POLICIES, EndedWhy, agreements, federations
from minga.communities.rules import decided as rules
from minga.communities.rules.agreements import Text
from minga.communities.rules.decided import Decided
from minga.communities.rules.ties import OVER, Gives
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotFound
from minga.kit.ids import Id, parse_id
from minga.kit.text import clean_line


def set_policy_as_decided(
    session: Session, community_id: Id, key: str, value: Any, decided: Decided, *, at: datetime
) -> None:
    """A rule of the community as it was decided, from the next midnight on."""
    community = session.get_one(Community, community_id)
    kind = POLICIES.get(key)
    if kind is None:
        raise NotFound()
    done = select(Policy.id).where(
        Policy.community_id == community.id, Policy.key == key, Policy.decision == decided.number
    )
    if session.scalar(done) is not None:
        return
    read = read_value(session, community, kind, value, at=at)
    put_policy(session, Actor.machine(), community, key, read, decision=decided.number, at=at)


def grant_role_as_decided(
    session: Session,
    community_id: Id,
    role_id: Id,
    person_id: Id,
    decided: Decided,
    *,
    until_on: date | None = None,
    at: datetime,
) -> RoleGrant:
    """A role for a member, as it was decided; nobody's own capabilities limit what a whole community gives."""
    role, holder = _role(session, community_id, role_id), _member(session, community_id, person_id)
    done = session.scalar(
        select(RoleGrant).where(
            RoleGrant.role_id == role.id,
            RoleGrant.membership_id == holder.id,
            RoleGrant.decision == decided.number,
        )
    )
    return done or roles.put_grant(
        session,
        Actor.machine(),
        role,
        holder,
        decided.person(),
        until_on=until_on,
        decision=decided.number,
        at=at,
    )


def end_role_as_decided(
    session: Session, community_id: Id, role_id: Id, person_id: Id, decided: Decided, *, at: datetime
) -> None:
    """The end of a member's role, as it was decided; a steward always stays."""
    role, holder = _role(session, community_id, role_id), _member(session, community_id, person_id)
    grant = session.scalar(
        select(RoleGrant).where(
            RoleGrant.role_id == role.id,
            RoleGrant.membership_id == holder.id,
            RoleGrant.ended_at.is_(None),
        )
    )
    if grant is None or (grant.until_at is not None and grant.until_at <= at):
        raise Conflict(rules.ROLE_NOT_HELD, code="role_not_held")
    roles.must_leave_a_steward(session, holder, at, grant)
    roles.end_one_grant(session, Actor.machine(), grant, "decided", at=at, decision=decided.number)


def publish_agreement_as_decided(
    session: Session,
    community_id: Id,
    key: str,
    texts: Sequence[Text],
    decided: Decided,
    *,
    must_accept: bool,
    change: str = "",
    instead_of: int | None = None,
    at: datetime,
) -> None:
    """A version of an agreement as it was decided. `instead_of`: the version that was read when it was written."""
    name = agreements.key_of(key)
    before = newest_version(session, community_id, name)
    if before is not None and before.decision == decided.number:
        return
    if instead_of is not None and (before.n if before else 0) != instead_of:
        raise Conflict(rules.VERSION_CHANGED, code="version_changed")
    put_version(
        session,
        Actor.machine(),
        community_id,
        name,
        checked(texts),
        must_accept=must_accept,
        change=clean_line(change, agreements.CHANGE_MAX, field="change"),
        decision=decided.number,
        by_decision=True,
        at=at,
    )


def admit_as_decided(
    session: Session, community_id: Id, application_id: Id, decided: Decided, *, at: datetime
) -> None:
    """Let an applicant in, as it was decided."""
    found = session.get(Application, parse_id(application_id), with_for_update=True)
    if found is None or found.community_id != community_id:
        raise NotFound()
    if found.answered_at is not None and found.decision == decided.number:
        return
    if found.answered_at or found.withdrawn_at or found.lapsed_at:
        raise Conflict(rules.APPLICATION_OVER, code="application_over")
    stands_for = decided.brought_in_by or ""
    admit(session, Actor.machine(), found, stands_for=stands_for, decision=decided.number, at=at)


def remove_as_decided(
    session: Session, community_id: Id, person_id: Id, decided: Decided, *, heard: bool, at: datetime
) -> None:
    """End somebody's membership here and below, as it was decided and after they were heard. Debts and thanks stay."""
    if not heard:
        raise Conflict(rules.NOT_HEARD, code="not_heard")
    _member(session, community_id, person_id)
    machine, leaving = Actor.machine(), below(session, community_id, person_id)
    for one in leaving:
        roles.must_leave_a_steward(session, one, at)
    end_invites(session, machine, person_id, [one.community_id for one in leaving], at)
    for one in reversed(leaving):
        mandates.end_mandates(session, machine, one, at=at)
        why = EndedWhy.REMOVED if one.community_id == community_id else EndedWhy.ROOT_LEFT
        ending.end_membership(session, machine, one, why, at=at, decision=decided.number)


def propose_tie_as_decided(
    session: Session, community_id: Id, other_id: Id, gives: Gives, decided: Decided, *, at: datetime
) -> None:
    """Propose a partnership to another community, as it was decided; the other side answers as always."""
    there = session.get(Community, parse_id(other_id))
    if there is None:
        raise NotFound()
    own = session.get_one(Community, community_id)
    ties.put_proposal(
        session, Actor.machine(), own, there, gives, decided.person(), decision=decided.number, at=at
    )


def agree_to_tie_as_decided(
    session: Session, community_id: Id, partnership_id: Id, gives: Gives, decided: Decided, *, at: datetime
) -> None:
    """Say yes to a partnership that the other side proposed, as it was decided."""
    found = _tie(session, community_id, partnership_id)
    if found.proposer_id == community_id:
        raise Conflict(OVER, code="not_active")
    ties.put_yes(session, Actor.machine(), found, gives, decided.person(), decision=decided.number, at=at)


def end_tie_as_decided(
    session: Session, community_id: Id, partnership_id: Id, decided: Decided, *, at: datetime
) -> None:
    """End a partnership, as it was decided."""
    found = _tie(session, community_id, partnership_id)
    ties.put_end(session, Actor.machine(), found, community_id, decision=decided.number, at=at)


def ask_for_seat_as_decided(
    session: Session,
    community_id: Id,
    federation_id: Id,
    gives: Gives,
    decided: Decided,
    *,
    onward: bool = False,
    at: datetime,
) -> None:
    """Ask a federation for a seat, or take the one it offered, as it was decided."""
    own, there = session.get_one(Community, community_id), session.get(Community, parse_id(federation_id))
    if there is None or session.get(Federation, there.id) is None:
        raise NotFound()
    must_be_whole(own)
    check_tree(session, there, own, at)
    wish = {"rows": sorted(list(row) for row in gives.rows()), "onward": onward, "words": ""}
    offered = session.scalar(
        _seats(community_id, there.id).where(Seat.asked_by_federation, Seat.joined_at.is_(None))
    )
    if offered is not None:
        put_yes(session, Actor.machine(), offered, decided.person(), wish, at=at)
    else:
        put_question(session, Actor.machine(), there.id, own, decided.person(), wish, at=at)


def leave_federation_as_decided(
    session: Session, community_id: Id, federation_id: Id, decided: Decided, *, words: str = "", at: datetime
) -> None:
    """Give notice to a federation, as it was decided."""
    seat = session.scalar(_seats(community_id, parse_id(federation_id)))
    if seat is None:
        raise Conflict(federations.NOT_SEATED, code="not_seated")
    give_notice(session, Actor.machine(), seat, words, at, excluded=False, decision=decided.number)


def _seats(community_id: Id, federation_id: Id) -> Any:
    return (
        select(Seat)
        .where(
            Seat.community_id == community_id,
            Seat.federation_id == federation_id,
            Seat.left_at.is_(None),
            Seat.declined_at.is_(None),
            Seat.withdrawn_at.is_(None),
            Seat.lapsed_at.is_(None),
        )
        .with_for_update()
    )


def _role(session: Session, community_id: Id, role_id: Id) -> Role:
    role = session.get(Role, parse_id(role_id))
    if role is None or role.community_id != community_id or role.ended_at is not None:
        raise Conflict(rules.ROLE_OVER, code="role_over")
    return role


def _member(session: Session, community_id: Id, person_id: Id) -> Membership:
    found = live_membership(session, community_id, person_id)
    if found is None:
        raise Conflict(rules.NOT_MEMBER, code="not_member")
    return found


def _tie(session: Session, community_id: Id, partnership_id: Id) -> Partnership:
    found = session.get(Partnership, parse_id(partnership_id), with_for_update=True)
    if found is None or community_id not in (found.low_id, found.high_id):
        raise NotFound()
    return found
