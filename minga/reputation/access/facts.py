"""Who sees a fact: its person; once it is contested the other side and mediators; counts, whoever was shown them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from minga.communities.access import may, register_policy
from minga.communities.rules import PolicyKind, Whole, scopes_reach
from minga.identity import Actor
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound, NotSignedIn
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.reputation.models import Contest, Fact
from minga.sharing.models import Ask

MEDIATE = "exchange.mediate"
HALF_LIFE = register_policy(
    PolicyKind(
        key="facts.half_life_days",
        sentence=N_("After how many days an old outcome counts half in a member's own figures."),
        bounds=Whole(90, 1825),
        default=365,
        theme="sharing",
    )
).key
NOT_BY_TOKEN = N_("This key may not do that. Make one that may, or use the page.")
RIGHTS = "reputation"


@dataclass(frozen=True, slots=True)
class Seen:
    """A fact with its open contest, and what the reader is to it."""

    fact: Fact
    contest: Contest | None
    own: bool
    other_side: bool
    mediator: bool


def may_read(actor: Actor) -> None:
    """Raise unless somebody is signed in, by a page or by a key that reaches reputation."""
    _signed_in(actor, writing=False)


def may_write(actor: Actor) -> None:
    """Raise unless somebody is signed in, by a page or by a key that may write reputation."""
    _signed_in(actor, writing=True)


def _signed_in(actor: Actor, *, writing: bool) -> None:
    if not actor.signed_in:
        raise NotSignedIn()
    if not scopes_reach(actor.token_scopes, RIGHTS, writing=writing):
        raise Forbidden(NOT_BY_TOKEN, code="token_scope")


def facts_of(actor: Actor) -> ColumnElement[bool]:
    """The facts about the actor, as far as a key that is bound to one community reaches."""
    own = Fact.person_id == actor.person_id
    if actor.token_community_id is not None:
        own = and_(own, Fact.community_id == actor.token_community_id)
    return own


def shown_with(actor: Actor) -> ColumnElement[bool]:
    """The asks whose sender shows counts with them, for their two sides."""
    return and_(Ask.facts_shown, or_(Ask.owner_id == actor.person_id, Ask.person_id == actor.person_id))


def fact_to_see(session: Session, actor: Actor, fact_id: Id, *, at: datetime, lock: bool = False) -> Seen:
    """The fact, for its person; for the other side and mediators of its community once it was contested."""
    may_read(actor)
    wanted = select(Fact).where(Fact.id == parse_id(fact_id))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    fact = session.scalar(wanted)
    if fact is None or (actor.token_community_id not in (None, fact.community_id)):
        raise NotFound()
    last = session.scalar(
        select(Contest).where(Contest.fact_id == fact.id).order_by(Contest.id.desc()).limit(1)
    )
    own = fact.person_id == actor.person_id
    other_side = last is not None and last.asked_id == actor.person_id
    mediator = (
        last is not None
        and not own
        and bool(may(session, actor, MEDIATE, fact.community_id, at=at, concerning=fact.person_id))
    )
    if not (own or other_side or mediator):
        raise NotFound()
    waiting = last if last is not None and last.answered_at is None else None
    return Seen(fact, waiting, own, other_side, mediator)


def _see(session: Session, actor: Actor, fact_id: Id, /, *, at: datetime) -> Fact:
    return fact_to_see(session, actor, fact_id, at=at).fact


refs.register("fact", see=_see, address=lambda fact_id: f"/facts/{fact_id}")
