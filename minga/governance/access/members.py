"""Members by their short names, for owners, candidates, advisers and scrutineers; nobody else is there."""

from sqlalchemy import select

from minga.communities.models import Membership
from minga.identity.models import Person
from minga.identity.rules.names import handle_key
from minga.kit.db import Session
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id

NOT_A_MEMBER = N_("Nobody of the short name “{handle}” is a member here.")


def member_named(session: Session, community_id: Id, handle: str, *, field: str) -> Id:
    """The person of that handle who is a member now."""
    found = session.scalar(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Person.handle_key == handle_key(handle),
            Membership.community_id == community_id,
            Membership.ended_on.is_(None),
            Membership.guest_until_at.is_(None),
        )
    )
    if found is None:
        raise Invalid(NOT_A_MEMBER, fields={field: NOT_A_MEMBER}, handle=handle[:30])
    return found


def is_member(session: Session, community_id: Id, person_id: Id | None) -> bool:
    """Whether this person is a member there now."""
    wanted = select(Membership.id).where(
        Membership.community_id == community_id,
        Membership.person_id == (person_id or ""),
        Membership.ended_on.is_(None),
    )
    return session.scalar(wanted.limit(1)) is not None
