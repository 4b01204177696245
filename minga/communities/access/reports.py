"""Who reads a report and who may decide about it. A reporter's name is for handlers; who is near decides nothing."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access.decisions import may, require, require_scope
from minga.communities.access.hiding import about_of
from minga.communities.access.holders import holders_of
from minga.communities.access.households import lives_with
from minga.communities.models import Membership, Report
from minga.communities.rules.moderation import is_near
from minga.identity import Actor
from minga.identity.models import Block
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id
from minga.kit.refs import Ref

MAKE, HANDLE, HIDE, SEE_LOG = "report.make", "report.handle", "content.hide", "moderation.see_log"


def handled_by(actor: Actor) -> ColumnElement[bool]:
    """The reports a handler reads: none about themselves, and none of their own making."""
    return and_(
        or_(Report.concerned_id.is_(None), Report.concerned_id != actor.person_id),
        Report.by_id != actor.person_id,
    )


def report_to_see(
    session: Session, actor: Actor, report_id: Id, *, at: datetime, lock: bool = False
) -> Report:
    """A report for who made it, for who is concerned once it was answered with a measure, and for handlers."""
    key = parse_id(report_id)
    found = session.get(Report, key, with_for_update=True, populate_existing=True) if lock else None
    found = found or session.get(Report, key)
    if found is None or not actor.signed_in or actor.token_community_id not in (None, found.community_id):
        raise NotFound()
    mine = actor.person_id == found.by_id
    told = actor.person_id == found.concerned_id and found.answered_at is not None
    if not mine and not told and not handles(session, actor, found, at=at):
        raise NotFound()
    if found.community_id in actor.locked:
        require(session, actor, "community.see", found.community_id, at=at)
    require_scope(actor, writing=lock)
    return found


def handles(session: Session, actor: Actor, report: Report, *, at: datetime) -> bool:
    """Whether the actor reads the report as a handler; the operator only where no handler is left."""
    if actor.person_id in (report.by_id, report.concerned_id):
        return False
    if may(session, actor, HANDLE, report.community_id, at=at):
        return True
    return actor.operator and not free_handlers(session, report, at=at)


def may_decide(session: Session, actor: Actor, report: Report, *, at: datetime) -> bool:
    """Whether the actor may take and answer: a handler whom the case does not touch, else the operator."""
    if is_barred(session, actor.person_id or "", report):
        return False
    if may(session, actor, HANDLE, report.community_id, at=at):
        return True
    return actor.operator and not free_handlers(session, report, at=at)


def is_barred(session: Session, handler_id: Id, report: Report) -> bool:
    """Concerned themselves, or near whoever is; after an appeal also who answered first."""
    concerned = {report.by_id} | ({report.concerned_id} if report.concerned_id else set())
    if report.appealed_at is not None and handler_id == report.answered_by_id:
        return True
    return is_near(handler_id, concerned, near(session, handler_id, report.community_id))


def free_handlers(session: Session, report: Report, *, at: datetime) -> list[Id]:
    """Those who could take it, to be told."""
    return [
        one.person_id
        for one in holders_of(session, HANDLE, report.community_id, at=at)
        if not is_barred(session, one.person_id, report)
    ]


def near(session: Session, person_id: Id, community_id: Id) -> set[Id]:
    """Those about whom somebody does not decide: who brought them in, who lives with them, and whom they blocked."""
    guest, sponsor = aliased(Membership), aliased(Membership)
    brought = session.scalars(
        select(sponsor.person_id)
        .join(guest, guest.sponsor_id == sponsor.id)
        .where(guest.community_id == community_id, guest.person_id == person_id)
    )
    blocked = session.scalars(
        select(Block.blocked_id).where(Block.blocker_id == person_id, Block.ended_at.is_(None))
    )
    living = session.scalars(lives_with(person_id, community_id))
    return {*brought, *blocked, *living} - {person_id}


def thing_to_report(session: Session, actor: Actor, ref: Ref, *, at: datetime) -> tuple[Ref, Id, Id | None]:
    """The thing, its community and whose it is, for whoever sees it and may report there; else there is nothing."""
    if not actor.signed_in:
        raise NotFound()
    refs.to_see(session, actor, ref, at=at)
    about = about_of(session, ref.kind, ref.id)
    if about is None:
        raise NotFound()
    return ref, about.community_id, about.concerned_id


refs.register("report", see=report_to_see, address=lambda report_id: f"/reports/{report_id}")
