"""Listings for taking out as a file: what the asker sees in the list of that community, a kind at a time."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import may
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing import rules
from minga.sharing.access import Circle, circle_of, is_open, reaches
from minga.sharing.models import OWN_TABLES, Category, Listing, ListingExtra, Photo
from minga.sharing.queries.cards import name_is_shown
from minga.sharing.rules import Content, Kind, Origin, Term
from minga.sharing.rules.exports import cells_of

ROWS_MAX = 50_000
CHUNK = 500


def exported(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> Iterator[dict[str, str]]:
    """The open listings of a community as cells of a table, for those who may take all out; for others their own."""
    circle = circle_of(session, actor, at=at)
    seen = [Listing.community_id == community_id, is_open(at), reaches(circle, {Origin.OWN})]
    if not may(session, actor, "listing.export", community_id, at=at):
        seen.append(Listing.owner_id == actor.person_id)
    left = ROWS_MAX
    for kind in Kind:
        after = ""
        while left > 0:
            rows = _chunk(session, kind, seen, after, min(CHUNK, left))
            if not rows:
                break
            photos = _photos(session, [row[0].id for row in rows])
            for listing, own, handle, key, entries in rows:
                yield _cells(circle, listing, own, handle, key, entries, photos.get(listing.id, []))
            left, after = left - len(rows), rows[-1][0].id


def _chunk(session: Session, kind: Kind, seen: list[Any], after: str, limit: int) -> list[Any]:
    table = OWN_TABLES[kind]
    found = (
        select(Listing, table, Person.handle, Category.key, ListingExtra.entries)
        .join(table, table.listing_id == Listing.id)
        .join(Person, Person.id == Listing.owner_id)
        .join(Category, Category.id == Listing.category_id, isouter=True)
        .join(ListingExtra, ListingExtra.listing_id == Listing.id, isouter=True)
        .where(*seen, Listing.kind == kind, Listing.id > after)
        .order_by(Listing.id)
        .limit(limit)
    )
    return list(session.execute(found))


def _photos(session: Session, ids: list[Id]) -> dict[Id, list[str]]:
    found: dict[Id, list[str]] = {}
    wanted = select(Photo.listing_id, Photo.id).where(Photo.listing_id.in_(ids)).order_by(Photo.n)
    for row in session.execute(wanted):
        found.setdefault(row.listing_id, []).append(f"/listings/{row.listing_id}/photos/{row.id}/large")
    return found


def _cells(
    circle: Circle,
    listing: Listing,
    own: Any,
    handle: str,
    key: str | None,
    entries: dict[str, str] | None,
    photos: list[str],
) -> dict[str, str]:
    known = name_is_shown(circle, listing.community_id, listing.owner_id, listing.name_shown)
    theirs = circle.me in (listing.owner_id, listing.entered_by_id)
    content = Content(
        title=listing.title,
        description=listing.description,
        language=listing.language,
        category=key or "",
        quantity_milli=listing.quantity_milli,
        quantity_unit=listing.quantity_unit,
        level=listing.level,
        place=listing.place,
        available_from_on=listing.available_from_on,
        available_until_on=listing.available_until_on,
        answers=listing.answers,
        collect_until=listing.collect_until,
        name_shown=listing.name_shown,
        expires_on=listing.expires_on,
        terms=tuple(Term.read(term) for term in listing.terms),
        extra=tuple(sorted(entries.items())) if entries else (),
        own=rules.own_from(
            rules.OWN[listing.kind], {name: getattr(own, name) for name in rules.own_names(listing.kind)}
        ),
    )
    cells = cells_of(content, listing.direction, hidden=theirs)
    return cells | {
        "number": str(listing.number),
        "owner": handle if known else "",
        "photos": " ".join(photos),
        "url": f"/listings/{listing.id}",
    }
