"""Lists of members: for those who may bring members in, and for nobody else there."""

from datetime import datetime

from sqlalchemy import Select, select

from minga.communities.access.decisions import require
from minga.communities.access.places import place_of
from minga.communities.models import Keeping, MemberImport, MemberImportRow
from minga.identity import Actor
from minga.identity.models import Contact, Invite
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id

IMPORT = "member.import"


def import_to_work(session: Session, actor: Actor, import_id: Id, *, at: datetime) -> MemberImport:
    """A list of a community where the actor may bring members in; to everybody else it is not there."""
    found = session.get(MemberImport, parse_id(import_id))
    if found is None or place_of(session, actor, found.community_id, at=at) is None:
        raise NotFound()
    require(session, actor, IMPORT, found.community_id, at=at)
    return found


def to_mail(import_id: Id, at: datetime) -> Select[MemberImportRow, str, str]:
    """The rows whose card works, whose person has an address, and to whom none was sent yet."""
    return (
        select(MemberImportRow, Keeping.id, Contact.value)
        .join(Keeping, Keeping.person_id == MemberImportRow.person_id)
        .join(Invite, Invite.id == Keeping.claim_id)
        .join(Contact, Contact.person_id == MemberImportRow.person_id)
        .where(
            MemberImportRow.import_id == import_id,
            MemberImportRow.undone_at.is_(None),
            MemberImportRow.mailed_at.is_(None),
            Keeping.until_at.is_(None),
            Keeping.claimed_at.is_(None),
            Invite.revoked_at.is_(None),
            Invite.expires_at > at,
            Invite.uses < Invite.uses_max,
            Contact.kind == "mail",
            Contact.ended_at.is_(None),
        )
    )
