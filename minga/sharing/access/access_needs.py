"""Who reads an access need: the person who entered it, on pages and never by a key; and the draw of a pool they allowed it to."""

from collections.abc import Collection

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotSignedIn
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.models.access_needs import AccessConsent, AccessNeed

ONLY_ON_PAGES = N_("This is read and changed on pages only, by whoever it is about.")


def own_access_need(session: Session, actor: Actor) -> AccessNeed | None:
    """One's own row, if there is one; nobody asks for another's."""
    return session.get(AccessNeed, of_oneself(actor))


def of_oneself(actor: Actor) -> Id:
    """Who asks, when they are signed in by a page and act for nobody else."""
    if actor.person_id is None:
        raise NotSignedIn()
    if actor.token_id is not None or actor.for_by is not None:
        raise Forbidden(ONLY_ON_PAGES, code="token_scope")
    return actor.person_id


def allowed_in(session: Session, pool_id: Id, people: Collection[Id]) -> frozenset[Id]:
    """Those of these claimants whose confirmed access need may count in the draw of this pool."""
    wanted = (
        select(AccessNeed.person_id)
        .join(AccessConsent, AccessConsent.person_id == AccessNeed.person_id)
        .where(AccessConsent.pool_id == pool_id, AccessNeed.person_id.in_(people))
    )
    return frozenset(session.scalars(wanted))
