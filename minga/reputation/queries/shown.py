"""What somebody shows with an ask: two counts, of the listing's community, of the last two years. Never a figure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.reputation.access import may_read, shown_with
from minga.reputation.models import Fact
from minga.reputation.rules.facts import SHOWN_DAYS, Dimension
from minga.sharing.access import listing_to_see
from minga.sharing.models import Ask, Listing


@dataclass(frozen=True, slots=True)
class Counts:
    """So many of so many agreements were kept; whole ones, as nothing of reliability is counted in halves."""

    kept: int
    of: int


NONE = Counts(0, 0)


def counts_to_show(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Counts:
    """What the owner of a listing would read of the actor, if the actor asks and shows it."""
    may_read(actor)
    listing = listing_to_see(session, actor, listing_id, at=at)
    row = session.execute(
        _sums(at).where(Fact.person_id == actor.person_id, Fact.community_id == listing.community_id)
    ).one()
    return Counts(int(row[0] or 0) // 2, int(row[1] or 0) // 2)


def shown_counts(
    session: Session, actor: Actor, ask_ids: Collection[Id], *, at: datetime
) -> dict[Id, Counts]:
    """Of these asks those whose sender shows counts, with them; asked by one of the two sides. One statement."""
    if not ask_ids or not actor.signed_in:
        return {}
    since = (at - timedelta(days=SHOWN_DAYS)).date()
    found = session.execute(
        select(Ask.id, func.sum(Fact.positive), func.sum(Fact.positive + Fact.negative))
        .join(Listing, Listing.id == Ask.listing_id)
        .outerjoin(
            Fact,
            and_(
                Fact.person_id == Ask.person_id,
                Fact.community_id == Listing.community_id,
                Fact.dimension == Dimension.RELIABILITY,
                Fact.struck_at.is_(None),
                Fact.happened_on >= since,
            ),
        )
        .where(Ask.id.in_(tuple(ask_ids)), shown_with(actor))
        .group_by(Ask.id)
    )
    return {row[0]: Counts(int(row[1] or 0) // 2, int(row[2] or 0) // 2) for row in found}


def _sums(at: datetime) -> Any:
    since = (at - timedelta(days=SHOWN_DAYS)).date()
    return select(func.sum(Fact.positive), func.sum(Fact.positive + Fact.negative)).where(
        Fact.dimension == Dimension.RELIABILITY, Fact.struck_at.is_(None), Fact.happened_on >= since
    )
