"""What the things are called that one person posted, asked for or takes part in."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import Ask, Exchange, Listing

ABOUT_MAX = 100


def titles_of(session: Session, actor: Actor, about: Sequence[Id]) -> dict[Id, str]:
    """Titles by the id of a listing, ask or exchange of the actor; others are left out.

    For a sheet of what was entered for somebody: whoever reads it has been checked before.
    """
    person_id, some = actor.person_id or "", list(about[:ABOUT_MAX])
    if not some:
        return {}
    own = select(Listing.id, Listing.title).where(Listing.id.in_(some), Listing.owner_id == person_id)
    asked = (
        select(Ask.id, Listing.title)
        .join(Listing, Listing.id == Ask.listing_id)
        .where(Ask.id.in_(some), or_(Ask.person_id == person_id, Ask.owner_id == person_id))
    )
    agreed = (
        select(Exchange.id, Listing.title)
        .join(Listing, Listing.id == Exchange.listing_id)
        .where(
            Exchange.id.in_(some), or_(Exchange.provider_id == person_id, Exchange.receiver_id == person_id)
        )
    )
    return {row.id: row.title for row in session.execute(own.union_all(asked, agreed))}
