"""What stands around an exchange for its two sides: the meeting, who did not come, how it went."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access.exchanges import Running, exchange_to_see
from minga.sharing.models.exchanges import SentBack
from minga.sharing.models.feedback import Feedback
from minga.sharing.models.handovers import Handover, NoShow
from minga.sharing.rules import feedback as going
from minga.sharing.rules.exchanges import SENT_BACK_OFFERS_HELP, ExchangeStatus
from minga.sharing.rules.feedback import Mark
from minga.sharing.rules.handovers import WAITED_MAX, NoShowDates, Reply, Way


@dataclass(frozen=True, slots=True)
class Meeting:
    """When and where they meet; `mine` is who proposed it."""

    id: Id
    way: Way
    meets_at: datetime
    place: str
    note: str
    mine: bool
    agreed: bool
    may_agree: bool


@dataclass(frozen=True, slots=True)
class Absence:
    """What was said about somebody who did not come."""

    by_me: bool
    met_at: datetime
    words: str
    reply: Reply | None
    reply_words: str
    answer_until: datetime
    may_answer: bool
    stands: bool


@dataclass(frozen=True, slots=True)
class Went:
    """What one side said about the other. Words that were taken back are gone."""

    as_agreed: Mark | None
    care: Mark | None
    talking: Mark | None
    note: str
    thanks: str
    public: bool
    shown: bool
    given_at: datetime
    released: bool
    taken_back: bool
    may_take_back: bool


@dataclass(frozen=True, slots=True)
class Around:
    """All of it, with what its reader can do now."""

    meeting: Meeting | None
    may_arrange: bool
    absences: tuple[Absence, ...]
    may_say_no_show: bool
    mine: Went | None
    theirs: Went | None
    may_say_how: bool
    short_notice: bool
    no_harm: bool
    may_say_no_harm: bool
    help_offered: bool
    """Whether work came back so often that somebody to mediate is offered."""


def around(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> Around:
    """What stands around one exchange, for its two sides; four statements besides the right to see it."""
    running = exchange_to_see(session, actor, exchange_id, at=at)
    one, status = running.exchange, running.dates.status
    me = str(actor.person_id)
    met = session.scalar(select(Handover).where(Handover.exchange_id == one.id, Handover.ended_at.is_(None)))
    absences = tuple(_absences(session, me, one.id, at))
    mine, theirs = _went(session, me, one.id, at)
    live = status in (ExchangeStatus.PENDING, ExchangeStatus.ACTIVE)
    late = one.short_notice_at is not None
    return Around(
        meeting=_meeting(met, me, live and running.side is not None, at) if met else None,
        may_arrange=live and running.side is not None,
        absences=absences,
        may_say_no_show=live and _may_say_no_show(running, met, absences, at),
        mine=mine,
        theirs=theirs if theirs is not None and theirs.released and not theirs.taken_back else None,
        may_say_how=mine is None
        and status is not ExchangeStatus.DISPUTED
        and going.may_give(one.completed_at, at),
        short_notice=late,
        no_harm=one.no_harm_at is not None,
        may_say_no_harm=late and one.no_harm_at is None and one.cancelled_by_id != me,
        help_offered=live and _came_back(session, one.id) >= SENT_BACK_OFFERS_HELP,
    )


def _meeting(one: Handover, me: Id, live: bool, at: datetime) -> Meeting:
    mine, agreed = one.proposed_by_id == me, one.agreed_at is not None
    may_agree = live and not mine and not agreed and one.meets_at > at
    return Meeting(one.id, one.way, one.meets_at, one.place, one.note, mine, agreed, may_agree)


def _absences(session: Session, me: Id, exchange_id: Id, at: datetime) -> list[Absence]:
    rows = session.scalars(
        select(NoShow).where(NoShow.exchange_id == exchange_id).order_by(NoShow.id).limit(20)
    )
    found = []
    for row in rows:
        dates = NoShowDates(row.said_at, row.reply)
        open_to_me = row.about_id == me and row.reply is None and at < dates.answer_until
        found.append(
            Absence(
                by_me=row.by_id == me,
                met_at=row.met_at,
                words=row.words,
                reply=row.reply,
                reply_words=row.reply_words,
                answer_until=dates.answer_until,
                may_answer=open_to_me,
                stands=row.stands_since is not None,
            )
        )
    return found


def _may_say_no_show(
    running: Running, met: Handover | None, absences: tuple[Absence, ...], at: datetime
) -> bool:
    """The same rule as `commands.say_no_show`, for the button."""
    if running.side is None:
        return False
    if met is not None and met.agreed_at is not None:
        met_at: datetime | None = met.meets_at
    else:
        met_at = running.exchange.until_at if running.exchange.started_at is None else None
    said = any(one.by_me and one.met_at == met_at for one in absences)
    return met_at is not None and met_at <= at <= met_at + WAITED_MAX and not said


def _went(session: Session, me: Id, exchange_id: Id, at: datetime) -> tuple[Went | None, Went | None]:
    rows = list(session.scalars(select(Feedback).where(Feedback.exchange_id == exchange_id).limit(2)))
    mine = next((_said(one, at) for one in rows if one.by_id == me), None)
    theirs = next((_said(one, at) for one in rows if one.about_id == me), None)
    return mine, theirs


def _said(one: Feedback, at: datetime) -> Went:
    taken_back = one.taken_back_at is not None
    return Went(
        as_agreed=one.as_agreed,
        care=one.care,
        talking=one.talking,
        note=one.note,
        thanks=one.thanks,
        public=one.thanks_public,
        shown=one.thanks_shown_at is not None,
        given_at=one.given_at,
        released=one.released_at is not None,
        taken_back=taken_back,
        may_take_back=not taken_back and going.may_take_back(one.given_at, at),
    )


def _came_back(session: Session, exchange_id: Id) -> int:
    wanted = select(func.count()).select_from(SentBack).where(SentBack.exchange_id == exchange_id)
    return session.scalar(wanted) or 0
