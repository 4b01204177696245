"""*Not so*: somebody contests a fact about them, the other side or a mediator says whether it counts."""

from datetime import datetime

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.reputation.access import Seen, fact_to_see, may_write
from minga.reputation.commands.observing import add_to_month
from minga.reputation.events import ContestDeclined, FactContested, FactEvent, FactRestored, FactStruck
from minga.reputation.models import Contest, Fact
from minga.reputation.rules import facts as rules
from minga.reputation.rules.facts import Dimension

SAY_WHAT = N_("Say in a few words what was not so.")


def contest(session: Session, actor: Actor, fact_id: Id, words: str, *, at: datetime) -> Contest:
    """Say *not so* about a fact of one's own; the other side is asked. It counts on until they agree."""
    seen = _to_change(session, actor, fact_id, at)
    if not seen.own:
        raise NotFound()
    rules.check_contest(struck=seen.fact.struck_at is not None, waiting=seen.contest is not None)
    said = clean_text(words, rules.WORDS_MAX, field="words")
    if not said:
        raise Invalid(SAY_WHAT, fields={"words": SAY_WHAT})
    made = Contest(fact_id=seen.fact.id, asked_id=seen.fact.other_id, words=said, at=at)
    session.add(made)
    session.flush()
    emit(
        session,
        actor,
        FactContested(
            fact_id=seen.fact.id,
            source_id=seen.fact.event_id,
            subject_id=seen.fact.person_id,
            dimension=seen.fact.dimension,
            asked_id=seen.fact.other_id,
        ),
        community_id=seen.fact.community_id,
        person_id=seen.fact.other_id,
        at=at,
    )
    return made


def answer_contest(session: Session, actor: Actor, fact_id: Id, *, agree: bool, at: datetime) -> Fact:
    """The other side or a mediator says whether it was so; agreed, it is struck. Twice changes nothing."""
    seen = _to_change(session, actor, fact_id, at)
    rules.check_strike(
        own=seen.own,
        other_side=seen.other_side,
        mediator=seen.mediator,
        contested=seen.contest is not None or seen.fact.struck_at is not None,
    )
    if seen.contest is None:
        if agree and seen.fact.struck_at is not None:
            return seen.fact
        raise Conflict(rules.ANSWERED, code="answered")
    seen.contest.answered_at, seen.contest.answered_by_id = at, actor.person_id
    seen.contest.agreed = agree
    if agree:
        _count(session, seen.fact, struck_at=at)
    _tell(session, actor, seen.fact, FactStruck if agree else ContestDeclined, at)
    return seen.fact


def restore(session: Session, actor: Actor, fact_id: Id, *, at: datetime) -> Fact:
    """A mediator lets a struck fact count again. Twice changes nothing."""
    seen = _to_change(session, actor, fact_id, at)
    rules.check_strike(own=seen.own, other_side=False, mediator=seen.mediator, contested=True)
    if seen.fact.struck_at is not None:
        _count(session, seen.fact, struck_at=None)
        _tell(session, actor, seen.fact, FactRestored, at)
    return seen.fact


def _to_change(session: Session, actor: Actor, fact_id: Id, at: datetime) -> Seen:
    seen = fact_to_see(session, actor, fact_id, at=at, lock=True)
    may_write(actor)
    return seen


def _count(session: Session, fact: Fact, *, struck_at: datetime | None) -> None:
    fact.struck_at = struck_at
    if fact.dimension is Dimension.CONTRIBUTION:
        add_to_month(session, fact, 1 if struck_at is None else -1)


def _tell(session: Session, actor: Actor, fact: Fact, kind: type[FactEvent], at: datetime) -> None:
    emit(
        session,
        actor,
        kind(fact_id=fact.id, source_id=fact.event_id, subject_id=fact.person_id, dimension=fact.dimension),
        community_id=fact.community_id,
        person_id=fact.person_id,
        at=at,
    )
