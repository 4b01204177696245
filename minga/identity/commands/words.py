"""A member's word: a sign-in that waits for somebody who knows the person.

The number is derived from the node's secret, shown to the approver alone, and stored nowhere. What is answered to
the one who asks never depends on whether the name exists: an unknown name gets a decoy that cannot become live.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update

from minga.identity import events
from minga.identity.commands.approvals import approval_of, number_of, number_open
from minga.identity.commands.means import has_means
from minga.identity.commands.sign_ins import (
    FULL_SPAN,
    NO_BROWSER,
    Browser,
    Span,
    known_device,
    remember_device,
)
from minga.identity.models import Person, RecoveryContact, SignIn, SignInApproval
from minga.identity.rules.actor import Actor
from minga.identity.rules.names import handle_key
from minga.identity.rules.sign_ins import (
    APPROVERS_FOR_RECOVERY,
    LINE_MAX,
    MEANS_ONLY,
    RECENT_USE,
    STALE,
    TRIES_PER_CODE,
    WAITING,
    WAITING_PER_DAY,
    Ended,
    How,
    Known,
    read_digits,
)
from minga.kit.crypto import digest, random_token, same
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotFound, TooMany
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.secrets import Secret
from minga.kit.text import clean_line


class Waiting(StrEnum):
    """Where somebody who asks stands after entering a number."""

    LIVE = "live"
    HELD = "held"
    ONE_MORE = "one_more"
    WRONG = "wrong"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What a number led to: the new cookie when it let somebody in, the tries left when it did not fit."""

    state: Waiting
    cookie: str = ""
    tries_left: int = 0
    live_at: datetime | None = None
    person_id: Id | None = None
    sign_in_id: Id | None = None


def ask_for_word(
    session: Session,
    handle: str,
    *,
    line: str = "",
    asked_key: str,
    browser: Browser,
    at: datetime,
) -> str:
    """A sign-in that waits; answers the value of its cookie, for a name that exists and for one that does not."""
    require_few_asks(session, asked_key, at=at)
    person = session.scalar(
        select(Person).where(
            Person.handle_key == handle_key(handle),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
            Person.word_off.is_(False),
        )
    )
    recovering = person is not None and has_means(session, person.id)
    cookie = random_token()
    sign_in = SignIn(
        id=new_id(),
        person_id=person.id if person else None,
        device_id=known_device(session, person.id, browser) if person else None,
        token_hash=digest(cookie),
        how=How.RECOVERY if recovering else How.WORD,
        means_only=recovering,
        asked_at=at,
        asked_key=asked_key,
        asked_handle=handle_key(handle),
        approvers_needed=APPROVERS_FOR_RECOVERY if recovering else 1,
        line=clean_line(line, LINE_MAX, field="line"),
        browser=browser.family,
        prefix=browser.prefix,
    )
    session.add(sign_in)
    if person:
        doer = Actor.nobody()
        asked = events.SignInAsked(sign_in_id=sign_in.id, approvers_needed=sign_in.approvers_needed)
        emit(session, doer, asked, at=at, person_id=person.id)
        if recovering:
            started = events.RecoveryStarted(sign_in_id=sign_in.id)
            emit(session, doer, started, at=at, person_id=person.id)
    return cookie


def require_few_asks(session: Session, asked_key: str, *, at: datetime) -> None:
    """Refuse the eleventh ask of a day under one name."""
    before = session.scalar(
        select(func.count())
        .select_from(SignIn)
        .where(SignIn.asked_key == asked_key, SignIn.asked_at > at - timedelta(days=1))
    )
    if (before or 0) >= WAITING_PER_DAY:
        raise TooMany(
            N_("Somebody asked ten times today with this name. Try again tomorrow, or use another way in."),
            retry_after=86_400,
        )


def try_number(
    session: Session, sign_in: SignIn, typed: str, *, secret: Secret, at: datetime
) -> SignInApproval | int:
    """The approval whose number was typed, or the tries left. Every try counts for every open number."""
    digits = read_digits(typed)
    approvals = session.scalars(
        select(SignInApproval).where(SignInApproval.sign_in_id == sign_in.id).order_by(SignInApproval.id)
    ).all()
    opened = [one for one in approvals if number_open(one, at)]
    if sign_in.tries >= TRIES_PER_CODE:
        opened = []
    fitting = [one for one in opened if same(number_of(secret, one), digits)]
    if fitting:
        fitting[0].entered_at = at
        sign_in.tries = 0
        return fitting[0]
    for one in opened:
        one.tries += 1
    sign_in.tries = min(TRIES_PER_CODE, sign_in.tries + 1)
    left = TRIES_PER_CODE - sign_in.tries
    if left == 0 and sign_in.person_id:
        event = events.NumberRefused(sign_in_id=sign_in.id)
        emit(session, Actor.nobody(), event, at=at, person_id=sign_in.person_id)
    return left


def enter_number(
    session: Session,
    cookie: str,
    typed: str,
    *,
    secret: Secret,
    browser: Browser = NO_BROWSER,
    span: Span = FULL_SPAN,
    wait: timedelta = timedelta(hours=24),
    at: datetime,
) -> Entered:
    """What the bearer of a waiting cookie gets for a number. Commits its count also when it is wrong."""
    sign_in = session.scalar(select(SignIn).where(SignIn.token_hash == digest(cookie)))
    if sign_in is None or sign_in.how is How.DEVICE or sign_in.ended_at or sign_in.live_at:
        return Entered(state=Waiting.ENDED)
    if sign_in.asked_at <= at - WAITING:
        return Entered(state=Waiting.ENDED)
    outcome = try_number(session, sign_in, typed, secret=secret, at=at)
    if isinstance(outcome, int):
        return Entered(state=Waiting.WRONG, tries_left=outcome)
    session.flush()
    if not _enough(session, sign_in):
        return Entered(state=Waiting.ONE_MORE)
    if sign_in.person_id:
        sign_in.device_id = remember_device(session, sign_in.person_id, browser, at=at)
    return _go_live(session, sign_in, span=span, wait=wait, at=at)


def let_in(
    session: Session,
    actor: Actor,
    sign_in: SignIn,
    *,
    community_id: Id | None,
    span: Span = FULL_SPAN,
    at: datetime,
) -> None:
    """Without a number, for a steward who stands beside somebody without means; every steward reads that it was so."""
    if sign_in.how is How.DEVICE:
        raise Conflict(N_("A device is confirmed by its number."))
    if sign_in.how is not How.WORD or actor.person_id is None:
        raise Conflict(N_("Whoever lost their way in needs the word of two people, by number."))
    approval = approval_of(session, sign_in, actor.person_id)
    approval.how_known, approval.steward, approval.entered_at = Known.IN_PERSON, True, at
    approval.community_id, approval.code_until = community_id, None
    sign_in.live_at = sign_in.confirmed_at = at
    sign_in.seen_on = at.date()
    sign_in.absolute_until, sign_in.idle_until = at + span.absolute, at + span.idle
    event = events.SignInApproved(
        sign_in_id=sign_in.id, approver_id=actor.person_id, how_known=Known.IN_PERSON, number=False
    )
    emit(session, actor, event, at=at, community_id=community_id, person_id=sign_in.person_id)


def _given(session: Session, sign_in: SignIn) -> list[SignInApproval]:
    found = select(SignInApproval).where(
        SignInApproval.sign_in_id == sign_in.id, SignInApproval.entered_at.is_not(None)
    )
    return list(session.scalars(found))


def _enough(session: Session, sign_in: SignIn) -> bool:
    """One word for somebody without means; two for a recovery, one of them of a steward or a recovery contact."""
    given = _given(session, sign_in)
    if len({one.approver_id for one in given}) < sign_in.approvers_needed:
        return False
    if sign_in.how is not How.RECOVERY or any(one.steward for one in given):
        return True
    contacts = set(
        session.scalars(
            select(RecoveryContact.contact_id).where(RecoveryContact.person_id == sign_in.person_id)
        )
    )
    return any(one.approver_id in contacts for one in given)


def _go_live(
    session: Session,
    sign_in: SignIn,
    *,
    span: Span,
    wait: timedelta,
    at: datetime,
) -> Entered:
    given = _given(session, sign_in)
    recovering = sign_in.how is How.RECOVERY
    waived = sum(one.steward and one.how_known is Known.IN_PERSON for one in given) >= APPROVERS_FOR_RECOVERY
    held = recovering and not waived and _used_lately(session, sign_in, at)
    live_at = at + wait if held else at
    cookie = random_token()
    sign_in.token_hash = digest(cookie)
    sign_in.live_at = live_at
    sign_in.seen_on = at.date()
    if recovering:
        sign_in.absolute_until = live_at + (timedelta(days=1) if held else MEANS_ONLY)
        sign_in.confirmed_at = (
            sign_in.absolute_until
        )  # it may do nothing but set means, and asks no means for it
    else:
        sign_in.absolute_until = at + span.absolute
        sign_in.confirmed_at = at  # somebody has just recognised them
    sign_in.idle_until = sign_in.absolute_until if recovering else at + span.idle
    for one in given:
        event = events.SignInApproved(
            sign_in_id=sign_in.id, approver_id=one.approver_id, how_known=one.how_known
        )
        doer = Actor(one.approver_id)
        emit(session, doer, event, at=at, community_id=one.community_id, person_id=sign_in.person_id)
    return Entered(
        state=Waiting.HELD if held else Waiting.LIVE,
        cookie=cookie,
        live_at=live_at,
        person_id=sign_in.person_id,
        sign_in_id=sign_in.id,
    )


def _used_lately(session: Session, sign_in: SignIn, at: datetime) -> bool:
    """Whether another sign-in of the person was used in the last seven days."""
    return bool(
        session.scalar(
            select(SignIn.id)
            .where(
                SignIn.person_id == sign_in.person_id,
                SignIn.id != sign_in.id,
                SignIn.ended_at.is_(None),
                SignIn.live_at <= at,
                SignIn.absolute_until > at,
                SignIn.seen_on >= (at - RECENT_USE).date(),
            )
            .limit(1)
        )
    )


def withdraw(session: Session, cookie: str, *, at: datetime) -> None:
    """The one who asked stops waiting."""
    session.execute(
        update(SignIn)
        .where(SignIn.token_hash == digest(cookie), SignIn.live_at.is_(None), SignIn.ended_at.is_(None))
        .values(ended_at=at, ended_why=Ended.WITHDRAWN)
    )


def not_me(session: Session, actor: Actor, sign_in_id: Id, *, at: datetime) -> None:
    """ "That is not me": from any live sign-in a person ends another of their own, waiting, held or live."""
    found = session.get(SignIn, sign_in_id)
    if found is None or actor.person_id is None or found.person_id != actor.person_id:
        raise NotFound()
    if found.ended_at:
        return
    found.ended_at, found.ended_why = at, Ended.NOT_ME
    emit(session, actor, events.SignInEnded(sign_in_id=found.id, why=Ended.NOT_ME), at=at)


def forget_stale(session: Session, *, older: timedelta = STALE, at: datetime) -> int:
    """End what waited in vain, decoys included; after 24 h their lines and handles are forgotten. Answers how many."""
    ended = session.execute(
        update(SignIn)
        .where(SignIn.live_at.is_(None), SignIn.ended_at.is_(None), SignIn.asked_at <= at - older)
        .values(ended_at=at, ended_why=Ended.WITHDRAWN, line="", asked_handle="", prefix="", browser="")
        .returning(SignIn.id)
    ).all()
    return len(ended)
