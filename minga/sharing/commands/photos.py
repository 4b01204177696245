"""Photos of a listing: added, described, put in order, taken away."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Invalid
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_line
from minga.sharing.access import listing_to_edit
from minga.sharing.events import ListingChanged
from minga.sharing.models import Listing, Photo

PHOTOS_MAX = 8
ALT_MAX = 200
TOO_MANY = N_("A listing has at most {most} photos. Take one away first.")


def add_photo(
    session: Session,
    actor: Actor,
    listing_id: Id,
    *,
    large: str,
    small: str,
    width: int,
    height: int,
    alt: str = "",
    at: datetime,
) -> Photo:
    """Put a photo behind the others. `large` and `small` are the hashes of the files, already kept."""
    listing = listing_to_edit(session, actor, listing_id, at=at)
    if listing.photo_count >= PHOTOS_MAX:
        raise Invalid(TOO_MANY, most=PHOTOS_MAX, fields={"photos": TOO_MANY})
    photo = Photo(
        listing_id=listing.id,
        n=listing.photo_count + 1,
        blob=large,
        small=small,
        alt=clean_line(alt, ALT_MAX),
        width=width,
        height=height,
        made_at=at,
    )
    session.add(photo)
    listing.photo_count += 1
    _tell(session, actor, listing, at)
    return photo


def arrange_photos(
    session: Session,
    actor: Actor,
    listing_id: Id,
    *,
    order: Sequence[Id] = (),
    alts: Mapping[Id, str] | None = None,
    remove: Sequence[Id] = (),
    at: datetime,
) -> None:
    """Describe, take away and order photos; those that `order` does not name stay behind, in their order."""
    listing = listing_to_edit(session, actor, listing_id, at=at)
    there = list(session.scalars(select(Photo).where(Photo.listing_id == listing.id).order_by(Photo.n)))
    kept = [photo for photo in there if photo.id not in remove]
    ranks = {photo_id: rank for rank, photo_id in enumerate(order)}
    kept.sort(key=lambda photo: (ranks.get(photo.id, len(ranks)), photo.n))
    words = {photo.id: clean_line((alts or {}).get(photo.id, photo.alt), ALT_MAX) for photo in kept}
    if [photo.id for photo in kept] == [photo.id for photo in there] and all(
        words[photo.id] == photo.alt for photo in kept
    ):
        return
    for photo in there:
        session.delete(photo)
    session.flush()
    for n, photo in enumerate(kept, start=1):
        session.add(
            Photo(
                id=photo.id,
                listing_id=listing.id,
                n=n,
                blob=photo.blob,
                small=photo.small,
                alt=words[photo.id],
                width=photo.width,
                height=photo.height,
                made_at=photo.made_at,
            )
        )
    listing.photo_count = len(kept)
    _tell(session, actor, listing, at)


def _tell(session: Session, actor: Actor, listing: Listing, at: datetime) -> None:
    listing.version += 1
    listing.changed_at = at
    emit(
        session,
        actor,
        ListingChanged(listing_id=listing.id, owner_id=listing.owner_id, fields=("photos",)),
        at=at,
        community_id=listing.community_id,
        person_id=listing.owner_id,
    )
