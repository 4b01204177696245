"""Taking members out as a file: with a purpose, limited to what the exporter may read, written into everybody's log."""

from dataclasses import dataclass
from datetime import datetime

from minga.communities.access import require
from minga.communities.events import MemberExported, MembersExported
from minga.communities.models import MemberExport
from minga.communities.models.exports import PURPOSE_MAX
from minga.communities.queries.directory import Filters, MemberCard, members
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import Event, emit_all
from minga.kit.ids import Id
from minga.kit.text import clean_text

EXPORT = "member.export"
AT_ONCE, MEMBERS_MAX = 200, 10_000
FIELDS = ("mail", "phone", "address", "messenger", "area", "skills", "languages")
COLUMNS = ("name", "handle", "joined_on", "roles", *FIELDS)


@dataclass(frozen=True)
class Taken:
    """The rows of the file by column, and what is remembered of it."""

    rows: list[dict[str, str]]
    export: MemberExport


def export_members(session: Session, actor: Actor, community_id: Id, purpose: str, *, at: datetime) -> Taken:
    """The members with the fields that the actor reads without asking for them; folded ones stay out."""
    require(session, actor, EXPORT, community_id, at=at)
    said = clean_text(purpose, PURPOSE_MAX, field="purpose", required=True)
    cards: list[MemberCard] = []
    after = ""
    while len(cards) < MEMBERS_MAX:
        page = members(session, actor, community_id, Filters(), after=after, limit=AT_ONCE, at=at)
        cards += page.items
        if not page.next:
            break
        after = page.next
    made = MemberExport(
        community_id=community_id,
        person_id=actor.person_id,
        purpose=said,
        columns=list(COLUMNS),
        members=len(cards),
        made_at=at,
    )
    session.add(made)
    session.flush()
    told: list[tuple[Event, Id | None]] = [
        (MembersExported(export_id=made.id, columns=COLUMNS, members=len(cards)), None)
    ]
    told += [(MemberExported(export_id=made.id), card.id) for card in cards if card.id != actor.person_id]
    emit_all(session, actor, told, at=at, community_id=community_id)
    return Taken([_row(card) for card in cards], made)


def _row(card: MemberCard) -> dict[str, str]:
    own = {"name": card.name, "handle": card.handle, "joined_on": card.joined_on.isoformat()}
    fields = {key: card.fields.get(key, "") for key in FIELDS}
    return own | {"roles": "; ".join(card.roles)} | fields
