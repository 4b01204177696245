"""Entering an access need, saying in which pools it may count, and taking it back. None commits.

What happened is told to the person alone, in their own log, without a word of what it is.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Invalid
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.kit.sealed import field_key
from minga.kit.text import clean_text
from minga.sharing.access.access_needs import of_oneself, own_access_need
from minga.sharing.access.pools import visible_pools
from minga.sharing.events.access_needs import AccessNeedChanged, AccessNeedErased
from minga.sharing.models.access_needs import AccessConsent, AccessNeed
from minga.sharing.models.pools import Pool
from minga.sharing.rules import access_needs as rules


def state_access_need(
    session: Session,
    actor: Actor,
    words: str,
    *,
    confirmed: bool,
    pools: Collection[Id] = (),
    at: datetime,
) -> None:
    """Enter or change it, and say in which pools it may count from their next round on. The same again is the same."""
    person_id = of_oneself(actor)
    said = clean_text(words, rules.WORDS_MAX, field="words")
    rules.check(said, confirmed=confirmed)
    wanted = _pools(session, actor, pools, at)
    row = own_access_need(session, actor)
    if row is None:
        row = AccessNeed(person_id=person_id)
        session.add(row)
    row.sealed, row.confirmed_at = field_key(session).seal(said, rules.sealed_about(person_id)), at
    session.flush()
    consents = select(AccessConsent.pool_id).where(AccessConsent.person_id == person_id)
    before = frozenset(session.scalars(consents))
    _withdraw(session, person_id, before - wanted)
    session.add_all(
        AccessConsent(person_id=person_id, pool_id=one, since_at=at) for one in sorted(wanted - before)
    )
    session.flush()
    emit(session, actor, AccessNeedChanged(), at=at)


def erase_access_need(session: Session, actor: Actor, *, at: datetime) -> None:
    """Take it back: words and consents are gone at once. Twice changes nothing."""
    row = own_access_need(session, actor)
    if row is None:
        return
    session.execute(delete(AccessConsent).where(AccessConsent.person_id == row.person_id))
    session.delete(row)
    session.flush()
    emit(session, actor, AccessNeedErased(), at=at)


def _pools(session: Session, actor: Actor, pools: Collection[Id], at: datetime) -> frozenset[Id]:
    """Those pools, if the person sees them all."""
    wanted = frozenset(pools)
    seen = select(Pool.id).where(Pool.id.in_(wanted), Pool.id.in_(visible_pools(actor, at=at)))
    found = frozenset(session.scalars(seen)) if wanted else frozenset()
    if found != wanted or len(wanted) > rules.POOLS_MAX:
        raise Invalid(rules.POOL_UNKNOWN, fields={"pools": rules.POOL_UNKNOWN})
    return found


def _withdraw(session: Session, person_id: Id, pools: Collection[Id]) -> None:
    session.execute(
        delete(AccessConsent).where(AccessConsent.person_id == person_id, AccessConsent.pool_id.in_(pools))
    )
