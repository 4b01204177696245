"""Notices by mail: at once, gathered in a digest, or not at all, outside of quiet hours and never too many."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from minga.communication import rules
from minga.communication.models import Notice, NoticeChoice, NoticeTimes
from minga.communication.rules import CLASSES, Every, Mode, NoticeClass
from minga.identity import Actor, Via
from minga.identity.models import Contact, Person
from minga.kit import jobs, mail, refs
from minga.kit.db import Session
from minga.kit.formats import zone_of
from minga.kit.i18n import N_, Translator, translator
from minga.kit.ids import Id
from minga.kit.refs import Ref, needs
from minga.kit.schedule import every

WHY = N_("You get this because it concerns something you share.")
CHANGE = N_("What comes by mail, and when, you choose here: {address}")
WAITS = N_("What waits for you")
NEWS = N_("What you were told")
DIGESTS_AT_ONCE = 200
DIGEST_NEEDS_MAX = 10


def mode_of(session: Session, person_id: Id, notice_class: NoticeClass) -> Mode:
    """How somebody gets a class of notices by mail: what they chose, else the default of the class."""
    chosen = session.get(NoticeChoice, (person_id, notice_class))
    fixed = CLASSES[notice_class]
    return chosen.mode if chosen is not None and chosen.mode in fixed.modes else fixed.default


def times_of(session: Session, person_id: Id) -> NoticeTimes:
    """When somebody wants mail; the row is made with the defaults when there is none."""
    found = session.get(NoticeTimes, person_id)
    if found is None:
        found = NoticeTimes(
            person_id=person_id,
            quiet_from=rules.QUIET[0],
            quiet_until=rules.QUIET[1],
            every=Every.WEEKLY,
            weekday=0,
            hour=rules.DIGEST_HOUR,
        )
        session.add(found)
        session.flush()
    return found


def put_on_its_way(session: Session, notice: Notice, *, at: datetime) -> None:
    """Plan the letter of a notice: a job at once, the next digest, or none."""
    mode = mode_of(session, notice.person_id, notice.notice_class)
    if mode is Mode.AT_ONCE:
        _enqueue(session, notice, at)
    elif mode is Mode.DIGEST:
        plan_digest(session, notice.person_id, at=at)


def plan_digest(session: Session, person_id: Id, *, at: datetime, anew: bool = False) -> None:
    """See to it that a digest comes at the next hour that the person chose; one that is planned already stays."""
    times = times_of(session, person_id)
    if times.next_digest_at is None or anew:
        zone = zone_of(session.scalar(select(Person.zone).where(Person.id == person_id)) or "UTC")
        times.next_digest_at = rules.next_digest(
            at, zone, times.every, weekday=times.weekday, hour=times.hour
        )
        session.flush()


def _enqueue(session: Session, notice: Notice, at: datetime) -> None:
    key = f"communication.mail_notice:{notice.id}:{int(at.timestamp())}"
    jobs.enqueue(session, "communication.mail_notice", {"notice_id": notice.id}, at=at, unique_key=key)


@jobs.job("communication.mail_notice", lane="fast")
def mail_notice(run: jobs.Run, args: dict[str, Any]) -> None:
    """Write the letter of a notice, once, if mail works and the person has an address they have confirmed.

    What was read on a page needs no letter, except about the account: somebody else may have read it there. In quiet
    hours it waits for their end; what would be too much falls into the digest.
    """
    if not mail.mail_works(run.settings):
        return
    now = run.clock()
    with run.database.write() as session:
        notice = session.get(Notice, args["notice_id"], with_for_update=True)
        if notice is None or notice.mailed_at is not None:
            return
        if notice.seen_at is not None and notice.notice_class is not NoticeClass.SECURITY:
            return
        to = _address(session, notice.person_id)
        ref = Ref(notice.ref_kind, notice.ref_id)
        if to is None or not refs.may_see(session, Actor(notice.person_id, Via.WORKER), ref, at=now):
            return
        if _held_back(session, notice, now):
            return
        notice.mailed_at = now
        letter = letter_of(notice, to[0], to[1], site_url=run.settings.site_url)
        mail.post(session, letter, kind="notice", at=now)


def _held_back(session: Session, notice: Notice, now: datetime) -> bool:
    """Whether the letter waits: for the end of quiet hours, or for the digest because there were too many already."""
    if CLASSES[notice.notice_class].breaks_quiet:
        return False
    times = times_of(session, notice.person_id)
    mode = mode_of(session, notice.person_id, notice.notice_class)
    if mode is Mode.OFF:
        return True
    if mode is Mode.DIGEST or _is_paused(times, now) or _is_flooded(session, notice.person_id, now):
        plan_digest(session, notice.person_id, at=now)
        return True
    zone = zone_of(session.scalar(select(Person.zone).where(Person.id == notice.person_id)) or "UTC")
    later = rules.after_quiet(now, zone, (times.quiet_from, times.quiet_until))
    if later > now:
        _enqueue(session, notice, later)
        return True
    return False


def _is_paused(times: NoticeTimes, now: datetime) -> bool:
    return times.paused_until is not None and times.paused_until > now


def _is_flooded(session: Session, person_id: Id, now: datetime) -> bool:
    sent = select(func.count()).select_from(Notice).where(Notice.person_id == person_id)
    hour = session.scalar(sent.where(Notice.mailed_at > now - timedelta(hours=1))) or 0
    if hour >= rules.MAILS_PER_HOUR:
        return True
    day = session.scalar(sent.where(Notice.mailed_at > now - timedelta(days=1))) or 0
    return day >= rules.MAILS_PER_DAY


@every("communication.digests", minutes=15, seconds_max=300)
def send_digests(run: jobs.Run, _args: dict[str, object]) -> None:
    """The job: everybody's digest that is due, each in a unit of its own, so that one that fails holds up no other."""
    now = run.clock()
    with run.database.read() as session:
        due = session.scalars(
            select(NoticeTimes.person_id)
            .where(NoticeTimes.next_digest_at <= now)
            .order_by(NoticeTimes.next_digest_at)
            .limit(DIGESTS_AT_ONCE)
        ).all()
    for person_id in due:
        with run.database.write() as session:
            send_digest(session, person_id, run=run, at=now)


def send_digest(session: Session, person_id: Id, *, run: jobs.Run, at: datetime) -> bool:
    """Gather what somebody has not seen and was not sent, once; nothing to tell makes no letter."""
    times = session.get(NoticeTimes, person_id, with_for_update=True)
    if times is None or times.next_digest_at is None or times.next_digest_at > at:
        return False
    if _is_paused(times, at):
        times.next_digest_at = times.paused_until
        return False
    times.next_digest_at = None
    to = _address(session, person_id) if mail.mail_works(run.settings) else None
    told = _to_tell(session, person_id, at)
    if to is None or not told:
        return False
    for one in told:
        one.mailed_at = at
    letter = digest_of(session, told, to[0], to[1], site_url=run.settings.site_url, at=at)
    mail.post(session, letter, kind="digest", at=at)
    return True


def _to_tell(session: Session, person_id: Id, at: datetime) -> list[Notice]:
    """Unseen, unsent, wanted, and still theirs to see; in the order of the classes."""
    rows = session.scalars(
        select(Notice)
        .where(
            Notice.person_id == person_id,
            Notice.seen_at.is_(None),
            Notice.mailed_at.is_(None),
            Notice.made_at > at - rules.DIGEST_LOOKS_BACK,
        )
        .order_by(Notice.id.desc())
        .limit(rules.DIGEST_LINES_MAX)
    ).all()
    wanted = {
        one: mode_of(session, person_id, one) is not Mode.OFF for one in {row.notice_class for row in rows}
    }
    reader = Actor(person_id, Via.WORKER)
    order = list(CLASSES)
    found = [
        row
        for row in rows
        if wanted[row.notice_class] and refs.may_see(session, reader, Ref(row.ref_kind, row.ref_id), at=at)
    ]
    return sorted(found, key=lambda row: (order.index(row.notice_class), row.id))


def digest_of(
    session: Session, told: list[Notice], address: str, language: str, *, site_url: str, at: datetime
) -> mail.Letter:
    """What waits first, then what was told, each with its link; the subject says nothing of either."""
    voice = translator(language)
    parts: list[str] = []
    waiting = needs.of(session, Actor(told[0].person_id, Via.WORKER), at=at)[:DIGEST_NEEDS_MAX]
    if waiting:
        lines = [f"· {_said(voice, line.title, line.facts)}" for line in waiting]
        parts.append("\n".join([voice.gettext(WAITS), *lines, f"{site_url}/needs"]))
    news = [f"· {_said(voice, one.sentence, one.facts)}\n  {site_url}{_page(one)}" for one in told]
    parts.append("\n".join([voice.gettext(NEWS), *news]))
    parts.append(_change(voice, site_url))
    return _letter(address, voice.gettext(rules.DIGEST_SUBJECT), parts, site_url)


def letter_of(notice: Notice, address: str, language: str, *, site_url: str) -> mail.Letter:
    """The subject tells nothing of who or what; the text is what the page says, with a link."""
    voice = translator(language)
    parts = [
        _said(voice, notice.sentence, notice.facts),
        f"{site_url}{_page(notice)}",
        voice.gettext(rules.WHYS.get(notice.notice_class, WHY)),
    ]
    subject = voice.gettext(rules.SUBJECTS[notice.notice_class])
    if len(CLASSES[notice.notice_class].modes) == 1:
        return mail.Letter(to=address, subject=subject, text="\n\n".join(parts))
    return _letter(address, subject, [*parts, _change(voice, site_url)], site_url)


def _letter(address: str, subject: str, parts: list[str], site_url: str) -> mail.Letter:
    headers = {"List-Unsubscribe": f"<{site_url}/me/notifications>"}
    return mail.Letter(to=address, subject=subject, text="\n\n".join(parts), headers=headers)


def _change(voice: Translator, site_url: str) -> str:
    return str(voice.said(CHANGE, address=f"{site_url}/me/notifications"))


def _said(voice: Translator, sentence: str, facts: Any) -> str:
    return str(voice.said(sentence, **rules.facts_in(voice, facts)))


def _page(notice: Notice) -> str:
    return refs.address_of(Ref(notice.ref_kind, notice.ref_id)) or "/me/notices"


def _address(session: Session, person_id: Id) -> tuple[str, str] | None:
    """The confirmed mail address of somebody who may still use this node, and their language."""
    row = session.execute(
        select(Contact.value, Person.language)
        .join(Person, Person.id == Contact.person_id)
        .where(
            Contact.person_id == person_id,
            Contact.kind == "mail",
            Contact.verified_at.is_not(None),
            Contact.ended_at.is_(None),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
        )
    ).first()
    return (row[0], row[1]) if row else None
