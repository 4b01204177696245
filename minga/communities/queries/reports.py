"""Reports as their readers see them, and the open book of what moderators did, without names."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import String, cast, func, literal, null, select, union_all

from minga.communities.access import community_to_see, may, policies, report_to_see, require
from minga.communities.access.hiding import about_of, reportable_kinds
from minga.communities.access.reports import HANDLE, HIDE, SEE_LOG, handled_by, handles, may_decide
from minga.communities.access.reports import thing_to_report as _thing
from minga.communities.models import Community, Hidden, Membership, Pause, Report, ReportStep
from minga.communities.rules.moderation import Measure, ReportDates, ReportState, StepKind
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Instant, Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.kit.refs import Ref, address_of, may_see


class ReportLine(msgspec.Struct, frozen=True, kw_only=True):
    """A report in the list of handlers."""

    id: Id
    word: str
    clause: str
    made_at: datetime
    state: ReportState
    taken_by: str | None
    measure: Measure | None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step; `by` is empty for readers who are not told who it was."""

    kind: StepKind
    by: str
    measure: Measure | None
    words: str
    at: datetime


class ReportPage(msgspec.Struct, frozen=True, kw_only=True):
    """One report as its reader may see it: handlers all of it, the other two only what is for them."""

    id: Id
    community_id: Id
    community_slug: str
    community_name: str
    word: str
    title: str
    words: str
    page: str | None
    clause: str
    concerns_me: bool
    made_at: datetime
    state: ReportState
    steps: list[Step]
    reporter: str
    concerned: str
    hidden_id: Id | None
    hides: bool
    is_mine: bool
    is_about_me: bool
    is_handler: bool
    is_taker: bool
    may_take: bool
    may_answer: bool
    may_appeal: bool
    may_show: bool


class ToReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of a report shows."""

    ref: str
    word: str
    title: str
    community_id: Id


def to_report(session: Session, actor: Actor, ref: Ref, *, at: datetime) -> ToReport:
    """The thing that somebody wants to report; 404 unless they see it and it can be reported."""
    ref, community_id, _ = _thing(session, actor, ref, at=at)
    about = about_of(session, ref.kind, ref.id)
    return ToReport(
        ref=str(ref),
        word=reportable_kinds()[ref.kind].word,
        title=about.title if about else "",
        community_id=community_id,
    )


def reports(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    at: datetime,
    ended: bool = False,
    after: str | None = None,
    limit: int | None = None,
) -> Page[ReportLine]:
    """Reports that wait, the oldest first, or those that were answered, the newest first; for handlers."""
    where = community_to_see(session, actor, community_id, at=at)
    require(session, actor, HANDLE, where.id, at=at)
    most = limit_of(limit)
    waiting = ((Report.answered_at.is_(None)) & (Report.withdrawn_at.is_(None))) | (
        (Report.appealed_at.is_not(None)) & (Report.again_at.is_(None))
    )
    question = (
        select(Report, Person.name)
        .outerjoin(Person, Person.id == Report.taken_by_id)
        .where(Report.community_id == where.id, handled_by(actor), ~waiting if ended else waiting)
        .order_by(Report.id.desc() if ended else Report.id)
        .limit(most + 1)
    )
    if after:
        question = question.where(beyond((Report.id,), Cursor.decode(after, str), descending=ended))
    page = page_of(session.execute(question).all(), most, lambda row: (row.Report.id,))
    return Page(tuple(_line(row.Report, row.name, at) for row in page.items), page.next)


def _line(found: Report, taken_by: str | None, at: datetime) -> ReportLine:
    return ReportLine(
        id=found.id,
        word=_word(found.ref_kind),
        clause=found.clause,
        made_at=found.made_at,
        state=_state(found, at),
        taken_by=taken_by,
        measure=found.again_measure or found.measure,
    )


def _word(kind: str) -> str:
    known = reportable_kinds().get(kind)
    return known.word if known else kind


def _state(found: Report, at: datetime) -> ReportState:
    return ReportDates(
        found.taken_at, found.answered_at, found.appealed_at, found.again_at, found.withdrawn_at
    ).state(at)


def report(session: Session, actor: Actor, report_id: Id, *, at: datetime) -> ReportPage:
    """One report. Whose it is about never learns who reported; neither of the two learns who handled it."""
    found = report_to_see(session, actor, report_id, at=at)
    handler, state = handles(session, actor, found, at=at), _state(found, at)
    decides = handler and may_decide(session, actor, found, at=at)
    mine, about_me = found.by_id == actor.person_id, found.concerned_id == actor.person_id
    about = about_of(session, found.ref_kind, found.ref_id)
    where = session.get_one(Community, found.community_id)
    names = _names(session, {found.by_id, found.concerned_id})
    hidden_id = session.scalar(
        select(Hidden.id).where(Hidden.report_id == found.id, Hidden.shown_again_at.is_(None))
    )
    open_ = state in (ReportState.OPEN, ReportState.TAKEN, ReportState.APPEALED, ReportState.WITHDRAWN)
    taker = found.taken_by_id == actor.person_id
    ref = Ref(found.ref_kind, found.ref_id)
    still_seen = mine and may_see(session, actor, ref, at=at)
    return ReportPage(
        id=found.id,
        community_id=where.id,
        community_slug=where.slug,
        community_name=where.name,
        word=_word(found.ref_kind),
        title=about.title if about and (handler or about_me or still_seen) else "",
        words=about.words if about and (handler or about_me) else "",
        page=address_of(ref) if handler or about_me or still_seen else None,
        clause=found.clause,
        concerns_me=found.concerns_me and not about_me,
        made_at=found.made_at,
        state=state,
        steps=_steps(session, actor, found, handler=handler),
        reporter=names.get(found.by_id, "") if handler or mine else "",
        concerned=names.get(found.concerned_id or "", "") if handler else "",
        hidden_id=hidden_id,
        hides=found.ref_kind in reportable_kinds() and reportable_kinds()[found.ref_kind].hides,
        is_mine=mine,
        is_about_me=about_me,
        is_handler=handler,
        is_taker=taker,
        may_take=decides and open_ and found.taken_by_id is None,
        may_answer=decides and open_ and taker,
        may_appeal=(mine or about_me) and state is ReportState.ANSWERED,
        may_show=hidden_id is not None
        and decides
        and bool(may(session, actor, HIDE, found.community_id, at=at)),
    )


def _steps(session: Session, actor: Actor, found: Report, *, handler: bool) -> list[Step]:
    rows = session.execute(
        select(ReportStep, Person.name)
        .join(Person, Person.id == ReportStep.by_id)
        .where(ReportStep.report_id == found.id)
        .order_by(ReportStep.id)
    )
    return [
        Step(
            kind=one.kind,
            by=name if handler or one.by_id == actor.person_id else "",
            measure=one.measure,
            words=one.words,
            at=one.at,
        )
        for one, name in rows
        if handler or one.kind is StepKind.ANSWERED or one.by_id == actor.person_id
    ]


def _names(session: Session, ids: set[Id | None]) -> dict[Id, str]:
    wanted = [one for one in ids if one]
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the open book: what kind of thing, which clause, what was done, when. No names, no ids."""

    what: str
    clause: str
    measure: str
    at: datetime
    shown_again_at: datetime | None


def moderation_log(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[Measured]:
    """What moderators have done, newest first: answers to reports, and memberships that stewards let rest."""
    where = community_to_see(session, actor, community_id, at=at)
    wide = policies.value(session, where.id, "moderation.log_visible", at=at) == "members"
    require(session, actor, SEE_LOG if wide else HANDLE, where.id, at=at)
    most = limit_of(limit)
    rows = union_all(_answered(where.id), _paused(where.id)).subquery()
    question = select(rows).order_by(rows.c.at.desc(), rows.c.id.desc()).limit(most + 1)
    if after:
        cursor = Cursor.decode(after, datetime, str)
        question = question.where(beyond((rows.c.at, rows.c.id), cursor, descending=True))
    page = page_of(session.execute(question).all(), most, lambda row: (row.at, row.id))
    lines = tuple(
        Measured(
            what=_word(row.kind),
            clause=row.clause,
            measure=row.measure,
            at=row.at,
            shown_again_at=row.shown_again_at,
        )
        for row in page.items
    )
    return Page(lines, page.next)


def _answered(community_id: Id) -> Any:
    return (
        select(
            Report.id.label("id"),
            Report.ref_kind.label("kind"),
            Report.clause.label("clause"),
            cast(func.coalesce(Report.again_measure, Report.measure), String).label("measure"),
            Report.answered_at.label("at"),
            Hidden.shown_again_at.label("shown_again_at"),
        )
        .outerjoin(Hidden, Hidden.report_id == Report.id)
        .where(Report.community_id == community_id, Report.answered_at.is_not(None))
    )


def _paused(community_id: Id) -> Any:
    return (
        select(
            Pause.id.label("id"),
            literal("membership").label("kind"),
            literal("").label("clause"),
            literal(Measure.PAUSE.value).label("measure"),
            Pause.since_at.label("at"),
            cast(null(), Instant).label("shown_again_at"),
        )
        .join(Membership, Membership.id == Pause.membership_id)
        .where(Membership.community_id == community_id, Pause.by_self.is_(False))
    )
