"""Claims: made, changed and withdrawn while a round is open, by oneself or entered by a keeper. None commits."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from minga.communities.access import standing_of
from minga.communities.rules import Standing
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_line
from minga.sharing.access.asks import may_write
from minga.sharing.access.pools import Seen, refuse_trial, round_to_change
from minga.sharing.commands.pool_accounts import account_for
from minga.sharing.commands.pool_rounds import state_of
from minga.sharing.commands.pools import things_of
from minga.sharing.events.pools import ClaimChanged, ClaimMade, ClaimWithdrawn
from minga.sharing.models.pools import Pool, PoolAccount
from minga.sharing.models.rounds import PoolClaim, PoolRound
from minga.sharing.rules.allocation.bundles import VALUE_MAX
from minga.sharing.rules.allocation.chores import DISLIKE_LEAST, DISLIKE_MOST
from minga.sharing.rules.allocation.names import What
from minga.sharing.rules.allocation.ranked import RANKS_MAX
from minga.sharing.rules.allocation.records import line_of
from minga.sharing.rules.content import MEASURE_WORDS
from minga.sharing.rules.pools import (
    WORDS_MAX,
    Eligible,
    RoundState,
    check_band,
    check_steps,
    step_words,
)

WINDOWS_MAX = 6
ROUND_CLOSED = N_("This round takes no claims any more.")
NOT_OPEN_YET = N_("This round takes no claims yet.")
CLAIM_EXISTS = N_("Your household has asked already. One claim is for all of you; you can change it.")
ASKED_BY_WORD = N_("Write down that they asked you to: nobody claims for somebody who does not know.")
RANK_TWICE = N_("Each thing once, please.")
THING_UNKNOWN = N_("This pool does not hold “{thing}”.")
WINDOW_WRONG = N_("The end is after the beginning, and both lie in the days that are shared out.")
NOTHING_WISHED = N_("Say what you would like.")
VALUES_WRONG = N_("Whole numbers from {least} to {most}.")


@dataclass(frozen=True, kw_only=True)
class Claiming:
    """What somebody asks for. Instants of `windows` are minutes since 1970, so that rules count in whole numbers."""

    steps: int = 1
    band: int = 1
    words: str = ""
    heads: int | None = None
    ranks: tuple[str, ...] = ()
    windows: tuple[tuple[int, int], ...] = ()
    values: Mapping[str, int] | None = None


def minutes_of(moment: datetime) -> int:
    """An instant as whole minutes."""
    return int(moment.timestamp()) // 60


def claim(session: Session, actor: Actor, pool_id: Id, n: int, given: Claiming, *, at: datetime) -> PoolClaim:
    """Ask for a share, or change what was asked for; one claim per household and round."""
    seen = round_to_change(session, actor, pool_id, n, at=at)
    may_write(actor)
    if actor.person_id is None:
        raise NotFound()
    check_open(seen.round, at)
    _check_eligible(session, actor, seen.pool, at)
    return _write(session, actor, seen, actor.person_id, given, None, at)


def enter_claim(
    session: Session,
    actor: Actor,
    pool_id: Id,
    n: int,
    person_id: Id,
    given: Claiming,
    *,
    asked: bool,
    at: datetime,
) -> PoolClaim:
    """A keeper writes down what somebody asked for by phone or at the desk; that person is told."""
    seen = round_to_change(session, actor, pool_id, n, at=at, keeping=True)
    if not asked and person_id != actor.person_id:
        raise Forbidden(ASKED_BY_WORD, code="no_consent", fields={"asked": ASKED_BY_WORD})
    check_open(seen.round, at)
    _check_eligible(session, Actor(person_id), seen.pool, at)
    return _write(session, actor, seen, person_id, given, actor.person_id, at)


def check_open(found: PoolRound, at: datetime) -> None:
    """Raise unless claims are taken now."""
    now = state_of(found)
    if now is RoundState.PLANNED:
        raise Conflict(NOT_OPEN_YET, code="round_state")
    if now is not RoundState.OPEN or (found.closes_at is not None and found.closes_at <= at):
        raise Conflict(ROUND_CLOSED, code="round_closed")


def _check_eligible(session: Session, actor: Actor, pool: Pool, at: datetime) -> None:
    standing = standing_of(session, actor, pool.community_id, at=at)
    if standing is None:
        raise NotFound()
    if standing is not Standing.FULL and (pool.eligible is Eligible.FULL or standing is not Standing.TRIAL):
        raise refuse_trial()


def _write(
    session: Session,
    actor: Actor,
    seen: Seen,
    person_id: Id,
    given: Claiming,
    entered_by_id: Id | None,
    at: datetime,
) -> PoolClaim:
    pool, found = seen.pool, seen.round
    account = account_for(session, pool, person_id, given.heads, at=at, keeper=entered_by_id is not None)
    before = session.scalar(
        select(PoolClaim).where(
            PoolClaim.round_id == found.id,
            PoolClaim.account_id == account.id,
            PoolClaim.withdrawn_at.is_(None),
        )
    )
    if before is not None and before.person_id != person_id:
        raise Conflict(CLAIM_EXISTS, code="claim_exists")
    steps, wish = _asked_for(session, pool, given)
    band = check_band(given.band, _used(session, pool, account, given.band, before, at))
    words = clean_line(given.words, WORDS_MAX, field="words")
    made = before or _new(session, seen, account, person_id, entered_by_id, at)
    made.steps, made.band, made.words, made.wish, made.changed_at = steps, band, words, wish, at
    session.add(made)
    session.flush()
    kind = ClaimMade if before is None else ClaimChanged
    told = kind(pool_id=pool.id, round_id=found.id, n=found.n, claimant_id=person_id, claim_id=made.id)
    emit(session, actor, told, community_id=pool.community_id, person_id=person_id, at=at)
    return made


def _new(
    session: Session,
    seen: Seen,
    account: PoolAccount,
    person_id: Id,
    entered_by_id: Id | None,
    at: datetime,
) -> PoolClaim:
    ticket = secrets.token_hex(16)
    return PoolClaim(
        round_id=seen.round.id,
        pool_id=seen.pool.id,
        account_id=account.id,
        person_id=person_id,
        entered_by_id=entered_by_id,
        ticket=ticket,
        line=line_of(ticket),
        made_at=at,
    )


def _used(
    session: Session, pool: Pool, account: PoolAccount, band: int, before: PoolClaim | None, at: datetime
) -> int:
    """How often this household said this band within the window, this claim aside; carried on in a queue it is one."""
    counted = select(func.count(PoolClaim.made_at.distinct())).where(
        PoolClaim.account_id == account.id,
        PoolClaim.band == band,
        PoolClaim.withdrawn_at.is_(None),
        PoolClaim.made_at > at - timedelta(days=pool.window_days),
    )
    if before is not None:
        counted = counted.where(PoolClaim.made_at != before.made_at)
    return session.scalar(counted) or 0


def _asked_for(session: Session, pool: Pool, given: Claiming) -> tuple[int, dict[str, Any] | None]:
    """Steps, or the wish for things that differ."""
    if pool.what in (What.UNITS, What.ITEM):
        most = 1 if pool.what is What.ITEM and pool.claim_max is None else pool.claim_max
        return check_steps(given.steps, most, step_words(pool.step_milli, MEASURE_WORDS[pool.unit])), None
    if pool.what is What.SLOTS:
        return 1, {"windows": [list(window) for window in _windows(given.windows)]}
    things = things_of(session, pool.id)
    if pool.what is What.RANKED:
        return 1, {"ranks": _ranks(given.ranks, things)}
    least, most = (DISLIKE_LEAST, DISLIKE_MOST) if pool.what is What.CHORES else (0, VALUE_MAX)
    return 1, {"values": _values(given.values or {}, things, least, most)}


def _windows(given: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    wrong = not 1 <= len(given) <= WINDOWS_MAX or any(until <= start for start, until in given)
    if wrong or len(set(given)) != len(given):
        raise Invalid(WINDOW_WRONG, code="window_invalid", fields={"windows": WINDOW_WRONG})
    return list(given)


def _ranks(given: tuple[str, ...], things: Mapping[str, int]) -> list[str]:
    if not given or len(given) > RANKS_MAX:
        raise Invalid(NOTHING_WISHED, code="ranks_invalid", fields={"ranks": NOTHING_WISHED})
    for thing in given:
        if thing not in things:
            raise Invalid(THING_UNKNOWN, code="thing_unknown", thing=thing[:80])
    if len(set(given)) != len(given):
        raise Invalid(RANK_TWICE, code="rank_repeated", fields={"ranks": RANK_TWICE})
    return list(given)


def _values(given: Mapping[str, int], things: Mapping[str, int], least: int, most: int) -> dict[str, int]:
    for thing, value in given.items():
        if thing not in things:
            raise Invalid(THING_UNKNOWN, code="thing_unknown", thing=thing[:80])
        if not least <= value <= most:
            raise Invalid(VALUES_WRONG, code="values_invalid", least=least, most=most)
    return dict(sorted(given.items()))


def withdraw_claim(session: Session, actor: Actor, pool_id: Id, n: int, *, at: datetime) -> None:
    """Ask for nothing any more, while the round is open. Twice changes nothing."""
    seen = round_to_change(session, actor, pool_id, n, at=at)
    may_write(actor)
    own = session.scalar(
        select(PoolClaim)
        .where(PoolClaim.round_id == seen.round.id, PoolClaim.person_id == actor.person_id)
        .order_by(PoolClaim.id.desc())
        .limit(1)
    )
    if own is None:
        raise NotFound()
    if own.withdrawn_at is not None:
        return
    check_open(seen.round, at)
    own.withdrawn_at, own.words = at, ""
    session.flush()
    told = ClaimWithdrawn(
        pool_id=seen.pool.id,
        round_id=seen.round.id,
        n=seen.round.n,
        claimant_id=own.person_id,
        claim_id=own.id,
    )
    emit(session, actor, told, community_id=seen.pool.community_id, person_id=own.person_id, at=at)
