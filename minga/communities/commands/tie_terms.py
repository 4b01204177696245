"""Terms of a partnership: proposed by one side, agreed to by another person of the other, like the partnership itself."""

from datetime import datetime

from sqlalchemy import func, select

from minga.communities.access import partnership_to_see, require
from minga.communities.access.ties import ANSWER, PROPOSE, dates_of, terms_in_force
from minga.communities.events import TieTermsAgreed, TieTermsClosed, TieTermsProposed
from minga.communities.models import Community, Partnership, TieTerms
from minga.communities.rules import terms as rules
from minga.communities.rules.ties import OTHER_SIDE, TieState
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, NotFound
from minga.kit.events import emit
from minga.kit.ids import Id, parse_id
from minga.kit.text import clean_text


def propose_terms(
    session: Session,
    actor: Actor,
    partnership_id: Id,
    side: Id,
    text: str,
    *,
    notice_days: int,
    at: datetime,
) -> TieTerms:
    """Propose what both sides owe each other, and how many days that goes on after the end."""
    found = _active(session, actor, partnership_id, at)
    if side not in (found.low_id, found.high_id):
        raise NotFound()
    _of_side(session, actor, PROPOSE, side, at)
    words = clean_text(text, rules.TEXT_MAX, field="text", required=True)
    days = rules.check_notice(notice_days)
    digest = rules.fingerprint(words, days)
    holds = terms_in_force(session, found.id)
    if holds is not None and holds.digest == digest:
        raise Conflict(rules.SAME_TEXT, code="same_terms")
    if _waiting(session, found.id) is not None:
        raise Conflict(rules.WAITS_ALREADY, code="terms_wait")
    last = session.scalar(select(func.max(TieTerms.n)).where(TieTerms.partnership_id == found.id)) or 0
    made = TieTerms(
        partnership_id=found.id,
        n=last + 1,
        text=words,
        notice_days=days,
        digest=digest,
        side_id=side,
        proposed_by_id=actor.person_id,
        proposed_at=at,
    )
    session.add(made)
    session.flush()
    for one in (found.low_id, found.high_id):
        told = TieTermsProposed(
            partnership_id=found.id,
            other_id=found.other(one),
            terms_id=made.id,
            n=made.n,
            digest=digest,
            by_us=one == side,
        )
        emit(session, actor, told, at=at, community_id=one)
    return made


def agree_to_terms(session: Session, actor: Actor, terms_id: Id, *, at: datetime) -> TieTerms:
    """The other side's yes, by another person; earlier terms hold no more. Twice changes nothing."""
    terms, found = _terms(session, actor, terms_id, at)
    _of_side(session, actor, ANSWER, found.other(terms.side_id), at)
    if terms.agreed_at is not None and terms.agreed_by_id == actor.person_id:
        return terms
    _must_wait(terms)
    if terms.proposed_by_id == actor.person_id:
        own, other = (
            session.get_one(Community, one).name for one in (terms.side_id, found.other(terms.side_id))
        )
        raise Forbidden(rules.SAME_PERSON, code="same_person", own=own, other=other)
    terms.agreed_by_id, terms.agreed_at = actor.person_id, at
    session.flush()
    for one in (found.low_id, found.high_id):
        told = TieTermsAgreed(
            partnership_id=found.id,
            other_id=found.other(one),
            terms_id=terms.id,
            n=terms.n,
            digest=terms.digest,
        )
        emit(session, actor, told, at=at, community_id=one)
    return terms


def close_terms(session: Session, actor: Actor, terms_id: Id, *, at: datetime) -> TieTerms:
    """The other side says no, or one's own takes them back; what held before holds on. Twice changes nothing."""
    terms, found = _terms(session, actor, terms_id, at)
    other = found.other(terms.side_id)
    side = next((one for one in (terms.side_id, other) if _may(session, actor, one, terms, at)), None)
    if side is None:
        raise Forbidden(OTHER_SIDE, code="other_side")
    if terms.closed_at is not None:
        return terms
    _must_wait(terms)
    terms.closed_at = at
    session.flush()
    for one in (found.low_id, found.high_id):
        told = TieTermsClosed(
            partnership_id=found.id, other_id=found.other(one), terms_id=terms.id, by_us=one == side
        )
        emit(session, actor, told, at=at, community_id=one)
    return terms


def _may(session: Session, actor: Actor, side: Id, terms: TieTerms, at: datetime) -> bool:
    try:
        require(session, actor, PROPOSE if side == terms.side_id else ANSWER, side, at=at)
    except NotFound:
        return False
    return True


def _of_side(session: Session, actor: Actor, name: str, side: Id, at: datetime) -> None:
    try:
        require(session, actor, name, side, at=at)
    except NotFound:
        raise Forbidden(OTHER_SIDE, code="other_side") from None


def _terms(session: Session, actor: Actor, terms_id: Id, at: datetime) -> tuple[TieTerms, Partnership]:
    terms = session.get(TieTerms, parse_id(terms_id), with_for_update=True)
    if terms is None:
        raise NotFound()
    return terms, _active(session, actor, terms.partnership_id, at)


def _active(session: Session, actor: Actor, partnership_id: Id, at: datetime) -> Partnership:
    seen = partnership_to_see(session, actor, partnership_id, at=at)
    found = session.get_one(Partnership, seen.id, with_for_update=True, populate_existing=True)
    if dates_of(found).state(at) is not TieState.ACTIVE:
        raise Conflict(rules.NOT_ACTIVE, code="not_active")
    return found


def _must_wait(terms: TieTerms) -> None:
    if terms.agreed_at is not None or terms.closed_at is not None:
        raise Conflict(rules.ANSWERED, code="answered")


def _waiting(session: Session, partnership_id: Id) -> TieTerms | None:
    return session.scalar(
        select(TieTerms).where(
            TieTerms.partnership_id == partnership_id,
            TieTerms.agreed_at.is_(None),
            TieTerms.closed_at.is_(None),
        )
    )
