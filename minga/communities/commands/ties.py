"""Partnerships: proposed by one side, agreed by another person of the other, changed and ended. None commits."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from minga.communities.access import community_to_see, partnership_to_see, require
from minga.communities.access.ties import ANSWER, PROPOSE, dates_of, terms_in_force
from minga.communities.commands import seconds
from minga.communities.events import (
    TieAgreed,
    TieChanged,
    TieDeclined,
    TieEnded,
    TieLapsed,
    TieProposed,
    TieWithdrawn,
)
from minga.communities.models import Community, Partnership, Second, TieGift
from minga.communities.queries.communities import community as community_card
from minga.communities.rules import federations
from minga.communities.rules import ties as rules
from minga.communities.rules.terms import duties_end
from minga.communities.rules.ties import Given, Gives, TieState
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.ids import Id, parse_id
from minga.kit.text import clean_text

WIDEN = "tie.widen"


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
    _must_be_two_roots(own, there)
    rules.check_gives(gives, known_kinds)
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
        proposed_by_id=actor.person_id,
        proposed_at=at,
    )
    session.add(made)
    session.flush()
    _give(session, made, own.id, gives.rows())
    _tell(session, actor, made, TieProposed, own.id, at)
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
    side = found.other(found.proposer_id)
    state = dates_of(found).state(at)
    if state is TieState.ACTIVE:
        return found
    _must_wait(state)
    if found.proposed_by_id == actor.person_id:
        own, other = (session.get_one(Community, one).name for one in (found.proposer_id, side))
        raise Forbidden(rules.SAME_PERSON, code="same_person", own=own, other=other)
    rules.check_gives(gives, known_kinds)
    found.agreed_by_id, found.active_at = actor.person_id, at
    _give(session, found, side, gives.rows())
    session.execute(
        update(TieGift)
        .where(TieGift.partnership_id == found.id, TieGift.until_at.is_(None))
        .values(since_at=at, older_at=at + rules.OLDER_WAIT)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    for one in (found.low_id, found.high_id):
        told = TieAgreed(partnership_id=found.id, other_id=found.other(one), older_at=at + rules.OLDER_WAIT)
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
    found = _of_side(session, actor, partnership_id, side, at)
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
    _tell(session, actor, found, TieEnded, side, at)
    return found


def change_gives(
    session: Session,
    actor: Actor,
    partnership_id: Id,
    side: Id,
    gives: Gives,
    *,
    known_kinds: frozenset[str],
    at: datetime,
) -> Second | None:
    """Give less at once; to give more a second person of the same side agrees first: that request is answered."""
    found = _of_side(session, actor, partnership_id, side, at)
    if dates_of(found).state(at) is not TieState.ACTIVE:
        raise Conflict(rules.OVER, code="not_active")
    if gives.rows():
        rules.check_gives(gives, known_kinds)
    before = rules.gives_of(given_by(session, found.id, side))
    if gives.rows() == before.rows():
        return None
    if rules.is_wider(before, gives):
        wish = {"side": side, "rows": sorted(list(row) for row in gives.rows())}
        return seconds.ask(session, actor, WIDEN, side, at=at, wish=wish, about=found.id)
    _change(session, actor, found, side, gives.rows(), at, wider=False)
    return None


@seconds.applies(WIDEN)
def _widen(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    found = session.get_one(Partnership, parse_id(second.about), with_for_update=True)
    if dates_of(found).state(at) is not TieState.ACTIVE:
        raise Conflict(rules.OVER, code="not_active")
    rows = frozenset((str(direction), str(kind)) for direction, kind in second.wish["rows"])
    _change(session, actor, found, str(second.wish["side"]), rows, at, wider=True)


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


def given_by(session: Session, partnership_id: Id, side: Id) -> frozenset[tuple[str, str]]:
    """The directions and kinds that a side gives, or would give once it is agreed."""
    rows = session.execute(
        select(TieGift.direction, TieGift.kind).where(
            TieGift.partnership_id == partnership_id, TieGift.giver_id == side, TieGift.until_at.is_(None)
        )
    )
    return frozenset((row[0].value, row[1]) for row in rows)


def _change(
    session: Session,
    actor: Actor,
    found: Partnership,
    side: Id,
    wanted: frozenset[tuple[str, str]],
    at: datetime,
    *,
    wider: bool,
) -> None:
    there = given_by(session, found.id, side)
    running = (TieGift.partnership_id == found.id, TieGift.giver_id == side, TieGift.until_at.is_(None))
    for direction, kind in sorted(there - wanted):
        session.execute(
            update(TieGift)
            .where(*running, TieGift.direction == Given(direction), TieGift.kind == kind)
            .values(until_at=at)
            .execution_options(synchronize_session=False)
        )
    session.flush()
    _give(session, found, side, wanted - there, since=at)
    for one in (found.low_id, found.high_id):
        told = TieChanged(partnership_id=found.id, other_id=found.other(one), by_us=one == side, wider=wider)
        emit(session, actor, told, at=at, community_id=one)


def _give(
    session: Session,
    found: Partnership,
    side: Id,
    rows: Iterable[tuple[str, str]],
    since: datetime | None = None,
) -> None:
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


def _of_side(session: Session, actor: Actor, partnership_id: Id, side: Id, at: datetime) -> Partnership:
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
) -> None:
    for one in (found.low_id, found.high_id):
        told = kind(partnership_id=found.id, other_id=found.other(one), by_us=one == doer)
        emit(session, actor, told, at=at, community_id=one)
