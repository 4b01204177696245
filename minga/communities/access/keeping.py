"""Who acts for whom: the one gate to an actor that is somebody else, and the rows of those who are kept.

Whoever passes is both: the person for whose rights every check asks, and whoever enters it (`Actor.for_by`), limited to
the community in which the person agreed.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select

from minga.communities.access import reach
from minga.communities.access.decisions import may, require_scope
from minga.communities.access.filters import communities_of, communities_where
from minga.communities.access.places import place_of
from minga.communities.models import ActConsent, Keeping, Membership
from minga.communities.rules.keeping import (
    NOT_ONESELF,
    QUIET,
    ActScope,
    ConsentHow,
    Yes,
    refusal_to_act,
)
from minga.identity import Actor, Via
from minga.identity import commands as identity
from minga.identity.access.fields import is_there
from minga.identity.models import Person, SignIn
from minga.identity.rules.invites import Purpose, dead_invite
from minga.identity.rules.names import handle_key
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, is_id, parse_id
from minga.kit.refs import register

KEEP, ACT_FOR = "person.keep", "person.act_for"
NOT_A_MEMBER = N_("{name} is not a member here any more.")


@dataclass(frozen=True)
class Acting:
    """Somebody who enters things for a person: the actor to act as, and whom the page names."""

    actor: Actor
    person_id: Id
    name: str
    handle: str
    keeping_id: Id | None


def runs(at: datetime) -> ColumnElement[bool]:
    """Keepings that have not ended."""
    return or_(Keeping.until_at.is_(None), Keeping.until_at > at)


def acting_for(
    session: Session, actor: Actor, who: str, wanted: Collection[ActScope], *, at: datetime
) -> Acting:
    """The actor for that person (id or short name), if they agreed to one of what is wanted.

    Whom the actor neither keeps nor may act for by a role is not there, like a person who does not exist.
    """
    if not actor.signed_in or actor.for_by is not None:
        raise NotFound()
    person = _person(session, who)
    if person is None:
        raise NotFound()
    if person.id == actor.person_id:
        raise Conflict(NOT_ONESELF, code="not_oneself")
    found = _relation(session, actor, person.id, at)
    if found is None:
        raise NotFound()
    community_id, keeping_id = found
    consent = live_consent(session, person.id, community_id)
    yes = (
        Yes(frozenset(consent.scopes), consent.until_at, consent.how is ConsentHow.SELF) if consent else None
    )
    lately = signed_in_since(session, person.id, at - QUIET)
    refusal = refusal_to_act(person.name, wanted, yes, signed_in_lately=lately, at=at)
    if refusal is not None:
        raise refusal
    acting = replace(
        actor,
        person_id=person.id,
        for_by=actor.person_id,
        via=Via.DESK,
        token_community_id=community_id,
        confirmed_at=None,
        operator=False,
    )
    if place_of(session, acting, community_id, at=at) is None:
        raise Conflict(NOT_A_MEMBER, code="not_a_member", name=person.name)
    return Acting(acting, person.id, person.name, person.handle, keeping_id)


def _person(session: Session, who: str) -> Any:
    key = Person.id == who if is_id(who) else Person.handle_key == handle_key(who)
    return session.execute(select(Person.id, Person.name, Person.handle).where(key, is_there())).first()


def _relation(session: Session, actor: Actor, person_id: Id, at: datetime) -> tuple[Id, Id | None] | None:
    """The community in which the actor may be asked to act for this person, and the keeping, if they are kept."""
    kept = session.execute(
        select(Keeping.community_id, Keeping.id).where(
            Keeping.person_id == person_id, runs(at), kept_by(actor, at=at, name=ACT_FOR)
        )
    ).first()
    if kept is not None:
        return kept.community_id, kept.id
    switched_on = session.execute(
        select(ActConsent.community_id).where(
            ActConsent.person_id == person_id,
            ActConsent.how == ConsentHow.SELF,
            ActConsent.ended_at.is_(None),
            ActConsent.community_id.in_(communities_where(actor, ACT_FOR, at=at)),
        )
    ).first()
    return None if switched_on is None else (switched_on.community_id, None)


def kept_by(actor: Actor, *, at: datetime, name: str) -> ColumnElement[bool]:
    """Keepings that are the actor's own, or in a community where they hold that capability."""
    mine = select(Membership.id).where(reach.is_theirs(actor)).correlate(None)
    own = Keeping.keeper_id.in_(mine) & Keeping.community_id.in_(communities_of(actor))
    return or_(own, Keeping.community_id.in_(communities_where(actor, name, at=at)))


def keepings_to_see(actor: Actor, *, at: datetime) -> Select[str]:
    """The keepings whose sheet the actor may read, as a subquery: one's own people, and all of where one keeps."""
    asked = select(Membership.id).where(reach.is_theirs(actor)).correlate(None)
    return (
        select(Keeping.id)
        .where(
            runs(at),
            or_(
                kept_by(actor, at=at, name=KEEP),
                Keeping.next_id.in_(asked) & Keeping.community_id.in_(communities_of(actor)),
                Keeping.person_id == (actor.person_id or ""),
            ),
        )
        .correlate(None)
    )


def keeping_to_see(session: Session, actor: Actor, keeping_id: Id, *, at: datetime) -> Keeping:
    """A keeping for the keeper, whoever may keep people there, who is asked to go on, and the person."""
    if not actor.signed_in or actor.for_by is not None:
        raise NotFound()
    require_scope(actor, writing=False)
    found = session.scalar(
        select(Keeping).where(
            Keeping.id == parse_id(keeping_id), Keeping.id.in_(keepings_to_see(actor, at=at))
        )
    )
    if found is None:
        raise NotFound()
    return found


def keeping_to_keep(session: Session, actor: Actor, keeping_id: Id, *, at: datetime) -> Keeping:
    """The same, for those who look after the person: never the person and not who was only asked."""
    require_scope(actor, writing=True)
    found = keeping_to_see(session, actor, keeping_id, at=at)
    if found.person_id == actor.person_id or not looks_after(session, actor, found, at=at):
        raise NotFound()
    return found


def looks_after(session: Session, actor: Actor, keeping: Keeping, *, at: datetime) -> bool:
    """Whether the actor is the keeper, or may keep people there."""
    own = exists().where(Membership.id == keeping.keeper_id, reach.is_theirs(actor))
    return bool(session.scalar(select(own))) or bool(may(session, actor, KEEP, keeping.community_id, at=at))


def live_consent(session: Session, person_id: Id, community_id: Id) -> ActConsent | None:
    """The yes that was neither taken back nor replaced; it may be over by its date."""
    return session.scalar(
        select(ActConsent).where(
            ActConsent.person_id == person_id,
            ActConsent.community_id == community_id,
            ActConsent.ended_at.is_(None),
        )
    )


def signed_in_since(session: Session, person_id: Id, since: datetime) -> bool:
    """Whether the person had a live sign-in that was begun or used since then."""
    used = or_(SignIn.live_at >= since, SignIn.seen_on >= since.date())
    found = select(SignIn.id).where(SignIn.person_id == person_id, SignIn.live_at.is_not(None), used)
    return session.execute(found.limit(1)).first() is not None


@dataclass(frozen=True)
class OpenCard:
    """A card that works: whose it is, where it leads, and who kept them; nobody did where the community moved here."""

    person_id: Id
    community_id: Id
    invite_id: Id
    keeping: Keeping | None


def open_card(session: Session, key: bytes, token: str, *, at: datetime) -> OpenCard:
    """Whose card this is, while it still works; every other token is refused alike (404)."""
    card = identity.read_invite(session, key, token, at=at)
    if card.purpose is not Purpose.CLAIM or card.person_id is None:
        raise dead_invite()
    found = session.scalar(
        select(Keeping).where(Keeping.claim_id == card.id, Keeping.until_at.is_(None), runs(at))
    )
    if found is not None and found.person_id == card.person_id:
        return OpenCard(card.person_id, found.community_id, card.id, found)
    home = _moved_in(session, card.person_id)
    if home is None:
        raise dead_invite()
    return OpenCard(card.person_id, home, card.id, None)


def _moved_in(session: Session, person_id: Id) -> Id | None:
    """Where somebody lives whom nobody ever kept: they came with their community from another node."""
    kept = exists().where(Keeping.person_id == person_id)
    return session.scalar(
        select(Membership.community_id)
        .where(Membership.person_id == person_id, Membership.ended_on.is_(None), ~kept)
        .order_by(Membership.made_at, Membership.id)
        .limit(1)
    )


register("keeping", see=keeping_to_see, address=lambda keeping_id: f"/keepings/{keeping_id}")
