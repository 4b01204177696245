"""Reports: making one, taking it, answering, appealing, and hiding what they are about. None commits."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from minga.communities.access import report_to_see, require
from minga.communities.access.hiding import reportable_kinds
from minga.communities.access.reports import HANDLE, HIDE, MAKE, is_barred, may_decide, thing_to_report
from minga.communities.commands import standing
from minga.communities.commands.membership import live_membership
from minga.communities.events import (
    ContentHidden,
    ContentShownAgain,
    ReportAnswered,
    ReportAppealed,
    Reported,
    ReportWithdrawn,
)
from minga.communities.models import Community, Hidden, Report, ReportStep
from minga.communities.rules import moderation as rules
from minga.communities.rules.moderation import Measure, ReportDates, ReportState, StepKind
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from minga.kit.events import Event, emit
from minga.kit.ids import Id, parse_id
from minga.kit.refs import Ref
from minga.kit.text import clean_line, clean_text


def report(
    session: Session,
    actor: Actor,
    ref: Ref,
    *,
    words: str,
    clause: str = "",
    concerns_me: bool = False,
    at: datetime,
) -> Report:
    """Report a thing one sees, ten a day. The same thing again adds words to the first report while it is open."""
    ref, community_id, concerned_id = thing_to_report(session, actor, ref, at=at)
    require(session, actor, MAKE, community_id, at=at)
    if concerned_id == actor.person_id:
        raise Conflict(rules.OWN_ONE)
    said = clean_text(words, rules.WORDS_MAX, field="words", required=True)
    before = _open(session, actor, ref)
    if before is not None:
        _step(session, actor, before, StepKind.ADDED, said, at)
        return before
    _check_rate(session, actor, at)
    made = Report(
        community_id=community_id,
        ref_kind=ref.kind,
        ref_id=ref.id,
        by_id=actor.person_id,
        concerned_id=concerned_id,
        clause=clean_line(clause, rules.CLAUSE_MAX, field="clause"),
        concerns_me=concerns_me,
        made_at=at,
    )
    session.add(made)
    session.flush()
    _step(session, actor, made, StepKind.REPORTED, said, at)
    _tell(session, actor, made, Reported(report_id=made.id, ref_kind=ref.kind, ref_id=ref.id), at)
    return made


def take_report(session: Session, actor: Actor, report_id: Id, *, at: datetime) -> Report:
    """Say that one looks after it, so that others know. Who is near whoever it concerns may not."""
    found = _to_decide(session, actor, report_id, at)
    if found.taken_by_id == actor.person_id:
        return found
    state = state_of(found, at)
    if state is ReportState.TAKEN or (state is ReportState.APPEALED and found.taken_by_id is not None):
        raise Conflict(rules.TAKEN)
    _must_wait(state)
    found.taken_by_id, found.taken_at = actor.person_id, at
    _step(session, actor, found, StepKind.TAKEN, "", at)
    return found


def give_back(session: Session, actor: Actor, report_id: Id, *, at: datetime) -> Report:
    """Hand a report that one took back to the others."""
    found = report_to_see(session, actor, report_id, at=at, lock=True)
    if found.taken_by_id != actor.person_id:
        raise Forbidden(rules.TAKE_FIRST)
    _must_wait(state_of(found, at))
    found.taken_by_id, found.taken_at = None, None
    _step(session, actor, found, StepKind.GIVEN_BACK, "", at)
    return found


def answer_report(
    session: Session, actor: Actor, report_id: Id, measure: Measure, *, words: str, at: datetime
) -> Report:
    """Answer with a measure and a reason; after an appeal somebody else answers, and that stays."""
    found = _to_decide(session, actor, report_id, at)
    state = state_of(found, at)
    _must_wait(state)
    if found.taken_by_id != actor.person_id:
        raise Forbidden(rules.TAKE_FIRST, code="take_first")
    said = clean_text(words, rules.WORDS_MAX, field="words", required=True)
    again = state is ReportState.APPEALED
    if again:
        found.again_at, found.again_by_id, found.again_measure = at, actor.person_id, measure
    else:
        found.answered_at, found.answered_by_id, found.measure = at, actor.person_id, measure
    _step(session, actor, found, StepKind.ANSWERED, said, at, measure)
    if measure is Measure.HIDE:
        _hide(session, actor, found, said, at)
    elif again:
        for one in _hidden_by(session, found):
            _show(session, actor, one, at)
    if measure is Measure.PAUSE:
        _pause(session, actor, found, said, at)
    told = ReportAnswered(report_id=found.id, ref_kind=found.ref_kind, measure=measure.value, again=again)
    _tell(session, actor, found, told, at)
    return found


def appeal_report(session: Session, actor: Actor, report_id: Id, *, words: str, at: datetime) -> Report:
    """Ask that somebody else looks once more: for whose it is and who reported it, for 14 days, once."""
    found = report_to_see(session, actor, report_id, at=at, lock=True)
    if actor.person_id not in (found.by_id, found.concerned_id):
        raise Forbidden(rules.NOT_YOURS)
    state = state_of(found, at)
    if state is ReportState.APPEALED:
        return found
    if state is not ReportState.ANSWERED:
        raise Conflict(rules.TOO_LATE if found.answered_at else rules.ALREADY_OVER)
    said = clean_text(words, rules.WORDS_MAX, field="words", required=True)
    found.appealed_at, found.appealed_by_id = at, actor.person_id
    found.taken_at, found.taken_by_id = None, None
    _step(session, actor, found, StepKind.APPEALED, said, at)
    _tell(session, actor, found, ReportAppealed(report_id=found.id), at)
    return found


def withdraw_report(session: Session, actor: Actor, report_id: Id, *, at: datetime) -> Report:
    """Take one's own report back; a handler who has taken it may go on."""
    found = report_to_see(session, actor, report_id, at=at, lock=True)
    if found.by_id != actor.person_id:
        raise NotFound()
    if found.withdrawn_at is not None:
        return found
    if found.answered_at is not None:
        raise Conflict(rules.ALREADY_OVER)
    found.withdrawn_at = at
    _step(session, actor, found, StepKind.WITHDRAWN, "", at)
    _tell(session, actor, found, ReportWithdrawn(report_id=found.id), at)
    return found


def show_again(session: Session, actor: Actor, hidden_id: Id, *, at: datetime) -> Hidden:
    """Show something hidden again; never one's own. Twice changes nothing."""
    found = session.get(Hidden, parse_id(hidden_id), with_for_update=True)
    if found is None or not actor.signed_in:
        raise NotFound()
    report_of = session.get(Report, found.report_id) if found.report_id else None
    if report_of is not None:
        report_to_see(session, actor, report_of.id, at=at)
    require(session, actor, HIDE, found.community_id, at=at)
    if report_of is not None and is_barred(session, actor.person_id or "", report_of):
        raise Forbidden(rules.CONCERNED, code="concerned")
    if found.shown_again_at is None:
        _show(session, actor, found, at)
    return found


def state_of(found: Report, at: datetime) -> ReportState:
    return ReportDates(
        found.taken_at, found.answered_at, found.appealed_at, found.again_at, found.withdrawn_at
    ).state(at)


def _to_decide(session: Session, actor: Actor, report_id: Id, at: datetime) -> Report:
    found = report_to_see(session, actor, report_id, at=at, lock=True)
    if may_decide(session, actor, found, at=at):
        return found
    if actor.person_id == found.answered_by_id and found.appealed_at is not None:
        raise Forbidden(rules.SECOND_ROUND, code="same_person")
    if not actor.operator:
        require(session, actor, HANDLE, found.community_id, at=at)
    raise Forbidden(rules.CONCERNED, code="concerned")


def _must_wait(state: ReportState) -> None:
    if state not in rules.WAITING and state is not ReportState.WITHDRAWN:
        raise Conflict(rules.ALREADY_OVER)


def _open(session: Session, actor: Actor, ref: Ref) -> Report | None:
    return session.scalar(
        select(Report).where(
            Report.ref_id == ref.id,
            Report.ref_kind == ref.kind,
            Report.by_id == actor.person_id,
            Report.again_at.is_(None),
            Report.withdrawn_at.is_(None),
        )
    )


def _check_rate(session: Session, actor: Actor, at: datetime) -> None:
    lately = (
        select(func.count())
        .select_from(Report)
        .where(Report.by_id == actor.person_id, Report.made_at > at - timedelta(days=1))
    )
    if (session.scalar(lately) or 0) >= rules.REPORTS_PER_DAY:
        raise TooMany(rules.ENOUGH_TODAY, retry_after=3_600)


def _hide(session: Session, actor: Actor, found: Report, words: str, at: datetime) -> None:
    kind = reportable_kinds().get(found.ref_kind)
    if kind is None or not kind.hides:
        raise Invalid(rules.CANNOT_HIDE, fields={"measure": rules.CANNOT_HIDE})
    if not actor.operator:
        require(session, actor, HIDE, found.community_id, at=at, concerning=found.concerned_id)
    there = session.scalar(
        select(Hidden.id).where(
            Hidden.kind == found.ref_kind,
            Hidden.about_id == found.ref_id,
            Hidden.shown_again_at.is_(None),
        )
    )
    if there is not None:
        return
    made = Hidden(
        kind=found.ref_kind,
        about_id=found.ref_id,
        community_id=found.community_id,
        report_id=found.id,
        hidden_at=at,
        by_id=actor.person_id,
        clause=found.clause,
        words=words,
    )
    session.add(made)
    session.flush()
    _tell(session, actor, found, ContentHidden(hidden_id=made.id, kind=made.kind), at)


def _hidden_by(session: Session, found: Report) -> list[Hidden]:
    rows = select(Hidden).where(Hidden.report_id == found.id, Hidden.shown_again_at.is_(None))
    return list(session.scalars(rows))


def _show(session: Session, actor: Actor, one: Hidden, at: datetime) -> None:
    one.shown_again_at, one.shown_by_id = at, actor.person_id
    session.flush()
    told = ContentShownAgain(hidden_id=one.id, kind=one.kind)
    emit(session, actor, told, at=at, community_id=one.community_id)


def _pause(session: Session, actor: Actor, found: Report, words: str, at: datetime) -> None:
    """Ask a second steward to let the membership rest for a week; it ends by itself."""
    membership = live_membership(session, found.community_id, found.concerned_id or "")
    if membership is None:
        raise Invalid(rules.ALREADY_OVER, fields={"measure": rules.ALREADY_OVER})
    zone = session.get_one(Community, found.community_id).zone
    until_on = today(at, zone) + timedelta(days=rules.PAUSE_DAYS_MAX)
    standing.pause_member(session, actor, membership.id, until_on=until_on, reason=words[:500], at=at)


def _step(
    session: Session,
    actor: Actor,
    found: Report,
    kind: StepKind,
    words: str,
    at: datetime,
    measure: Measure | None = None,
) -> None:
    step = ReportStep(
        report_id=found.id, kind=kind, by_id=actor.person_id, measure=measure, words=words, at=at
    )
    session.add(step)
    session.flush()


def _tell(session: Session, actor: Actor, found: Report, event: Event, at: datetime) -> None:
    emit(session, actor, event, at=at, community_id=found.community_id)
