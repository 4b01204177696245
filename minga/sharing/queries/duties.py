"""What waits for dispatchers and for those they asked: urgent needs without an answer, and questions to say yes or no to."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, null, select

from minga.kit.i18n import N_
from minga.kit.refs import Act, NeedLine, Ref
from minga.sharing.access import Circle, is_open
from minga.sharing.access.narrowing import open_to
from minga.sharing.models import Ask, DispatchQuestion, DispatchRound, Exchange, Intake, Listing, ListingHelp
from minga.sharing.rules import Direction
from minga.sharing.rules import dispatch as rules
from minga.sharing.rules.kinds import Urgency

SOONEST = timedelta(hours=6)
"""A quarter of the life of an emergency, which is the shortest there is."""
UNANSWERED, QUESTION, INTAKE = "need_unanswered", "question", "intake_waiting"


def duty_rows(circle: Circle, columns: tuple[Any, ...]) -> list[Select[Any]]:
    """Statements for the union of what waits; each answers the line's kind, these columns, and an id beside."""
    found = []
    if circle.dispatched:
        urgent = select(ListingHelp.listing_id).where(
            ListingHelp.urgency.in_((Urgency.URGENT, Urgency.EMERGENCY))
        )
        due = and_(
            Listing.community_id.in_(sorted(circle.dispatched)),
            Listing.direction == Direction.NEED,
            Listing.published_at <= circle.at - SOONEST,
            Listing.id.in_(urgent),
            is_open(circle.at),
            open_to(circle.me or ""),
            *_nobody_answered(),
        )
        found.append(select(literal(UNANSWERED).label("line"), *columns, null().label("beside")).where(due))
        found.append(_intakes(circle))
    if circle.me is not None:
        waits = and_(
            DispatchQuestion.person_id == circle.me,
            DispatchQuestion.answer.is_(None),
            DispatchQuestion.ended_at.is_(None),
            Listing.closed_at.is_(None),
        )
        found.append(
            select(literal(QUESTION).label("line"), *columns, DispatchQuestion.id.label("beside"))
            .join(DispatchQuestion, DispatchQuestion.listing_id == Listing.id)
            .where(waits)
        )
    return found


def _intakes(circle: Circle) -> Select[Any]:
    """What people without an account wrote and nobody has read, in the columns of a listing."""
    columns: list[Any] = [
        literal(INTAKE).label("line"),
        Intake.id,
        Intake.what,
        Intake.community_id,
        Intake.sent_at,
        null(),
        null(),
        Intake.sent_at,
        literal(""),
        Intake.urgency,
    ]
    return select(*columns).where(
        Intake.community_id.in_(sorted(circle.dispatched)),
        Intake.taken_at.is_(None),
        Intake.refused_at.is_(None),
    )


def _nobody_answered() -> tuple[ColumnElement[bool], ...]:
    """Nobody has offered, nothing is agreed, and nobody is being asked."""
    offered = exists().where(
        Ask.listing_id == Listing.id, Ask.withdrawn_at.is_(None), Ask.lapsed_at.is_(None)
    )
    agreed = exists().where(Exchange.listing_id == Listing.id, Exchange.cancelled_at.is_(None))
    asking = exists().where(DispatchRound.listing_id == Listing.id, DispatchRound.ended_at.is_(None))
    return ~offered, ~agreed, ~asking


def duty_line(row: Any, at: datetime) -> NeedLine | None:
    """The line of such a row; None while it is too early to say that nobody has answered."""
    if row.line == QUESTION:
        page = f"/questions/{row.beside}"
        return NeedLine(
            kind=QUESTION,
            ref=Ref("question", row.beside),
            title=N_("Can you help with “{title}”?"),
            facts={"title": row.title},
            community_id=row.community_id,
            since_at=row.published_at,
            weight=2,
            acts=(
                Act(N_("Yes"), "answer_question", page, {"answer": "yes"}),
                Act(N_("No"), "answer_question", page, {"answer": "no"}),
                Act(N_("Not now"), "answer_question", page, {"answer": "not_now"}),
            ),
        )
    if row.line == INTAKE:
        emergency = row.beside == Urgency.EMERGENCY
        return NeedLine(
            kind=INTAKE,
            ref=Ref("intake", row.id),
            title=N_("Somebody without an account needs “{title}”."),
            facts={"title": row.title},
            community_id=row.community_id,
            since_at=row.published_at,
            weight=3 if emergency else 2,
            acts=(Act(N_("Open"), None, f"/c/{row.community_id}/dispatch"),),
        )
    since, ends = row.published_at, row.expires_at
    # Only urgent needs come this far; of these a quarter of their own life has to be over.
    if not rules.unanswered(Urgency.URGENT, since, ends, at):
        return None
    return NeedLine(
        kind=UNANSWERED,
        ref=Ref("case", row.id),
        title=N_("Nobody has answered “{title}” for {hours} h."),
        facts={"title": row.title, "hours": (at - since) // timedelta(hours=1)},
        community_id=row.community_id,
        since_at=since,
        due_at=ends,
        weight=3,
        acts=(Act(N_("Open"), None, f"/listings/{row.id}/case"),),
    )
