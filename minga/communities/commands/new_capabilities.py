"""What a new release allows, for communities that were founded before it: their roles get it as a new one's would.

A capability that no role of a community ever had, not even one that lost it again, is new to that community. What
stewards took away is therefore not given back. A standing that is new, like that of guests, gets its role the same way.
"""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select

from minga.communities.commands.founding import make_roles
from minga.communities.events import RoleChanged
from minga.communities.models import Community, Role, RoleCapability
from minga.communities.rules import CAPABILITIES
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.schedule import every

AT_ONCE = 200
GUEST = "guest"


@every("communities.new_capabilities", hours=1)
def give_new(run: Run, _args: dict[str, object]) -> None:
    """The job: some communities in a unit, until all were looked at."""
    after = ""
    while True:
        with run.database.read() as session:
            some = session.scalars(
                select(Role.community_id)
                .where(Role.community_id > after)
                .distinct()
                .order_by(Role.community_id)
                .limit(AT_ONCE)
            ).all()
            due = [one for one in some if missing(session, one) or _without_guests(session, one)]
        for community_id in due:
            with run.database.write() as session:
                give_new_capabilities(session, community_id, at=run.clock())
        if len(some) < AT_ONCE:
            return
        after = some[-1]


def missing(session: Session, community_id: Id) -> dict[Id, tuple[str, ...]]:
    """What is new to a community, by the role that gets it."""
    known = set(
        session.scalars(
            select(RoleCapability.capability)
            .join(Role, Role.id == RoleCapability.role_id)
            .where(Role.community_id == community_id)
            .distinct()
        )
    )
    roles = session.execute(
        select(Role.id, Role.key).where(Role.community_id == community_id, Role.ended_at.is_(None))
    ).all()
    found: dict[Id, list[str]] = defaultdict(list)
    for name, one in sorted(CAPABILITIES.items()):
        for role in roles:
            if name not in known and role.key in one.roles:
                found[role.id].append(name)
    return {role_id: tuple(names) for role_id, names in found.items()}


def _without_guests(session: Session, community_id: Id) -> bool:
    found = select(Role.id).where(Role.community_id == community_id, Role.key == GUEST)
    return session.scalar(found.limit(1)) is None


def give_new_capabilities(session: Session, community_id: Id, *, at: datetime) -> int:
    """Give the roles of a community what is new to it; answers to how many. Doing it again changes nothing."""
    if _without_guests(session, community_id):
        make_roles(session, session.get_one(Community, community_id), (GUEST,), at=at)
    new = missing(session, community_id)
    for role_id, names in new.items():
        for name in names:
            session.add(RoleCapability(role_id=role_id, capability=name, since_at=at))
        session.flush()
        told = RoleChanged(role_id=role_id, given=names, effective_at=at)
        emit(session, Actor.machine(), told, at=at, community_id=community_id)
    return len(new)
