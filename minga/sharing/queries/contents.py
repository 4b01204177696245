"""What a listing says, as the content that would write it again: for changing a part of it, and for export."""

from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing import rules
from minga.sharing.access import listing_to_edit
from minga.sharing.models import OWN_TABLES, Listing, ListingNamed
from minga.sharing.queries.headings import extra_of
from minga.sharing.queries.narrowing import narrowing_of
from minga.sharing.queries.places import where_of
from minga.sharing.rules import Content, Term


def content(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Content:
    """The content of a listing, for those who may change it."""
    return content_of(session, listing_to_edit(session, actor, listing_id, at=at, lock=False))


def content_of(session: Session, listing: Listing) -> Content:
    """The content of a listing that the caller was allowed to read whole."""
    stored = session.get_one(OWN_TABLES[listing.kind], listing.id)
    named = select(ListingNamed.person_id).where(ListingNamed.listing_id == listing.id)
    return Content(
        title=listing.title,
        description=listing.description,
        language=listing.language,
        category=listing.category_id or "",
        quantity_milli=listing.quantity_milli,
        quantity_unit=listing.quantity_unit,
        level=listing.level,
        named=tuple(session.scalars(named.order_by(ListingNamed.person_id))),
        place=listing.place,
        available_from_on=listing.available_from_on,
        available_until_on=listing.available_until_on,
        answers=listing.answers,
        collect_until=listing.collect_until,
        name_shown=listing.name_shown,
        where=where_of(session, listing.id),
        narrowing=narrowing_of(session, listing),
        extra=extra_of(session, listing.id),
        expires_on=listing.expires_on,
        terms=tuple(Term.read(term) for term in listing.terms),
        own=rules.own_from(
            rules.OWN[listing.kind], {name: getattr(stored, name) for name in rules.own_names(listing.kind)}
        ),
    )
