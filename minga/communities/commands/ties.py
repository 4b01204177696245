"""Partnerships: proposed by one side, agreed by another person of the other, and ended. None commits."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from minga.communities.access import community_to_see, partnership_to_see, require
from minga.communities.access.ties import ANSWER, PROPOSE, dates_of, terms_in_force
from minga.communities.events import (
    TieAgreed,
    TieDeclined,
    TieEnded,
    TieLapsed,
    TieProposed,
    TieWithdrawn,
)
from minga.communities.models import Community, Partnership, TieGift
from minga.communities.queries.communities import community as community_card
from minga.communities.rules import federations
from minga.communities.rules import ties as rules
from minga.communities.rules.terms import duties_end
from minga.communities.rules.ties import Given, Gives, TieState
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.kit.text import clean_text


def propose_tie(
    session: Session,
    actor: Actor,
    community_id: Id,
    other: str,
    gives: Gives,
    *,
    known_kinds: frozenset[str],
    words: str = "",
    at: datetime,
) -> Partnership:
    """Propose a partnership to a community that shows itself; this counts as the yes of one's own side."""
    own = community_to_see(session, actor, community_id, at=at)
    require(session, actor, PROPOSE, own.id, at=at)
    there = session.get_one(Community, community_card(session, actor, other, at=at).id)
    rules.check_gives(gives, known_kinds)
    return put_proposal(session, actor, own, there, gives, str(actor.person_id), words=words, at=at)


def put_proposal(
    session: Session,
    actor: Actor,
    own: Community,
    there: Community,
    gives: Gives,
    proposed_by_id: Id,
    *,
    words: str = "",
    decision: str = "",
    at: datetime,
) -> Partnership:
    """A partnership that waits for the other side; whoever calls this has checked who stands behind it."""
    _must_be_two_roots(own, there)
    low, high = sorted((own.id, there.id))
    live = _live(session, low, high)
    if live is not None and dates_of(live).state(at) is TieState.LAPSED:
        _lapse(session, live, at)
        live = None
    if live is not None:
        raise Conflict(rules.THERE_ALREADY, code="tie_exists")
    made = Partnership(
        low_id=low,
        high_id=high,
        proposer_id=own.id,
        words=clean_text(words, rules.WORDS_MAX, field="words"),
        proposed_by_id=proposed_by_id,
        proposed_at=at,
    )
    session.add(made)
    session.flush()
    give(session, made, own.id, gives.rows())
    _tell(session, actor, made, TieProposed, own.id, at, decision)
    return made


def agree_to_tie(
    session: Session,
    actor: Actor,
    partnership_id: Id,
    gives: Gives,
    *,
    known_kinds: frozenset[str],
    at: datetime,
) -> Partnership:
    """The other side's yes, by another person. From now on each side reads what the other gives."""
    found = _to_answer(session, actor, partnership_id, at)
    if dates_of(found).state(at) is TieState.PROPOSED:
        rules.check_gives(gives, known_kinds)
    return put_yes(session, actor, found, gives, str(actor.person_id), at=at)


def put_yes(
    session: Session,
    actor: Actor,
    found: Partnership,
    gives: Gives,
    agreed_by_id: Id,
    *,
    decision: str = "",
    at: datetime,
) -> Partnership:
    """The other side's yes to a row that is locked; whoever calls this has checked who stands behind it."""
    side = found.other(found.proposer_id)
    state = dates_of(found).state(at)
    if state is TieState.ACTIVE:
        return found
    _must_wait(state)
    if found.proposed_by_id == agreed_by_id:
        own, other = (session.get_one(Community, one).name for one in (found.proposer_id, side))
        raise Forbidden(rules.SAME_PERSON, code="same_person", own=own, other=other)
    found.agreed_by_id, found.active_at = agreed_by_id, at
    give(session, found, side, gives.rows())
    session.execute(
        update(TieGift)
        .where(TieGift.partnership_id == found.id, TieGift.until_at.is_(None))
        .values(since_at=at, older_at=at + rules.OLDER_WAIT)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    for one in (found.low_id, found.high_id):
        told = TieAgreed(
            partnership_id=found.id,
            other_id=found.other(one),
            older_at=at + rules.OLDER_WAIT,
            decision=decision,
        )
        emit(session, actor, told, at=at, community_id=one)
    return found


def decline_tie(session: Session, actor: Actor, partnership_id: Id, *, at: datetime) -> Partnership:
    """The other side's no. Twice changes nothing."""
    found = _to_answer(session, actor, partnership_id, at)
    state = dates_of(found).state(at)
    if state is TieState.DECLINED:
        return found
    _must_wait(state)
    found.declined_at = at
    _stop(session, found, at)
    _tell(session, actor, found, TieDeclined, found.other(found.proposer_id), at)
    return found


def withdraw_tie(session: Session, actor: Actor, partnership_id: Id, *, at: datetime) -> Partnership:
    """Take a proposal back before it is answered. Twice changes nothing."""
    found = _locked(session, actor, partnership_id, at)
    _require_side(session, actor, PROPOSE, found.proposer_id, at)
    state = dates_of(found).state(at)
    if state is TieState.WITHDRAWN:
        return found
    _must_wait(state)
    found.withdrawn_at = at
    _stop(session, found, at)
    _tell(session, actor, found, TieWithdrawn, found.proposer_id, at)
    return found


def end_tie(
    session: Session, actor: Actor, partnership_id: Id, side: Id, *, words: str = "", at: datetime
) -> Partnership:
    """End a partnership for one side; in the same transaction nothing is given any more. Twice changes nothing."""
    found = of_side(session, actor, partnership_id, side, at)
    return put_end(session, actor, found, side, words=words, at=at)


def put_end(
    session: Session,
    actor: Actor,
    found: Partnership,
    side: Id,
    *,
    words: str = "",
    decision: str = "",
    at: datetime,
) -> Partnership:
    """The end of a partnership whose row is locked; whoever calls this has checked who stands behind it."""
    state = dates_of(found).state(at)
    if state is TieState.ENDED:
        return found
    if state is not TieState.ACTIVE:
        raise Conflict(rules.ANSWERED if state is not TieState.PROPOSED else rules.OVER, code="not_active")
    found.ended_at, found.ended_by_id = at, actor.person_id
    found.ended_words = clean_text(words, rules.WORDS_MAX, field="words")
    terms = terms_in_force(session, found.id)
    found.duties_until_at = duties_end(at, terms.notice_days if terms else None)
    _stop(session, found, at)
    _tell(session, actor, found, TieEnded, side, at, decision)
    return found


def lapse_ties(session: Session, *, at: datetime, limit: int) -> int:
    """Proposals that nobody answered for 60 days are over; both sides are told."""
    due = (
        select(Partnership)
        .where(
            Partnership.proposed_at <= at - rules.LAPSES_AFTER,
            Partnership.active_at.is_(None),
            Partnership.declined_at.is_(None),
            Partnership.withdrawn_at.is_(None),
            Partnership.lapsed_at.is_(None),
        )
        .limit(limit)
    )
    found = session.scalars(due).all()
    for one in found:
        _lapse(session, one, at)
    return len(found)


def give(
    session: Session,
    found: Partnership,
    side: Id,
    rows: Iterable[tuple[str, str]],
    since: datetime | None = None,
) -> None:
    """Rows of what a side gives, from a moment on or, without one, from when it is agreed."""
    session.add_all(
        TieGift(
            partnership_id=found.id,
            giver_id=side,
            taker_id=found.other(side),
            direction=Given(direction),
            kind=kind,
            since_at=since,
            older_at=since + rules.OLDER_WAIT if since else None,
        )
        for direction, kind in sorted(rows)
    )
    session.flush()


def _stop(session: Session, found: Partnership, at: datetime) -> None:
    session.execute(
        update(TieGift)
        .where(TieGift.partnership_id == found.id, TieGift.until_at.is_(None))
        .values(until_at=at)
        .execution_options(synchronize_session=False)
    )
    session.flush()


def _lapse(session: Session, found: Partnership, at: datetime) -> None:
    found.lapsed_at = at
    _stop(session, found, at)
    for one in (found.low_id, found.high_id):
        told = TieLapsed(partnership_id=found.id, other_id=found.other(one))
        emit(session, Actor.machine(), told, at=at, community_id=one)


def _live(session: Session, low: Id, high: Id) -> Partnership | None:
    return session.scalars(
        select(Partnership)
        .where(
            Partnership.low_id == low,
            Partnership.high_id == high,
            Partnership.ended_at.is_(None),
            Partnership.declined_at.is_(None),
            Partnership.withdrawn_at.is_(None),
            Partnership.lapsed_at.is_(None),
        )
        .with_for_update()
    ).first()


def _must_be_two_roots(own: Community, there: Community) -> None:
    if own.parent_id is not None or there.parent_id is not None:
        raise Invalid(rules.GROUPS_HAVE_NONE)
    if own.id == there.id:
        raise Invalid(rules.WITH_ITSELF, code="same_community")
    if (own.kind == federations.KIND) != (there.kind == federations.KIND):
        raise Invalid(federations.MIXED, code="mixed_kinds")


def _must_wait(state: TieState) -> None:
    if state is TieState.LAPSED:
        raise Conflict(rules.TOO_LATE, code="lapsed")
    if state is TieState.ENDED:
        raise Conflict(rules.OVER, code="not_active")
    if state is not TieState.PROPOSED:
        raise Conflict(rules.ANSWERED, code="answered")


def _locked(session: Session, actor: Actor, partnership_id: Id, at: datetime) -> Partnership:
    found = partnership_to_see(session, actor, partnership_id, at=at)
    return session.get_one(Partnership, found.id, with_for_update=True, populate_existing=True)


def _to_answer(session: Session, actor: Actor, partnership_id: Id, at: datetime) -> Partnership:
    found = _locked(session, actor, partnership_id, at)
    _require_side(session, actor, ANSWER, found.other(found.proposer_id), at)
    return found


def of_side(session: Session, actor: Actor, partnership_id: Id, side: Id, at: datetime) -> Partnership:
    """The tie, locked, for those who change it on that side."""
    found = _locked(session, actor, partnership_id, at)
    if side not in (found.low_id, found.high_id):
        raise NotFound()
    _require_side(session, actor, PROPOSE, side, at)
    return found


def _require_side(session: Session, actor: Actor, name: str, side: Id, at: datetime) -> None:
    """Whoever sees the tie from the other side is told whose turn it is, not that there is nothing."""
    try:
        require(session, actor, name, side, at=at)
    except NotFound:
        raise Forbidden(rules.OTHER_SIDE, code="other_side") from None


def _tell(
    session: Session,
    actor: Actor,
    found: Partnership,
    kind: type[TieProposed] | type[TieDeclined] | type[TieWithdrawn] | type[TieEnded],
    doer: Id,
    at: datetime,
    decision: str = "",
) -> None:
    for one in (found.low_id, found.high_id):
        told = kind(partnership_id=found.id, other_id=found.other(one), by_us=one == doer, decision=decision)
        emit(session, actor, told, at=at, community_id=one)
