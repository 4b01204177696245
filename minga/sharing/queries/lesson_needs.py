"""What waits for whoever leads a lesson that is over: to note who came."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, select

from minga.identity import Actor
from minga.kit.i18n import N_
from minga.kit.refs import Act, NeedLine, Ref
from minga.sharing.models.lessons import Lesson, LessonPlace
from minga.sharing.models.listings import Listing
from minga.sharing.rules.lessons import NOTED_FOR

TO_NOTE = "lesson_to_note"


def lesson_rows(actor: Actor, *, at: datetime) -> Select[Any]:
    """A statement for the union of what waits, in the columns of a listing; the moment of the lesson for each instant."""
    begun = Lesson.begins_at
    listing: tuple[Any, ...] = (Listing.id, Listing.title, Listing.community_id)
    seated = select(LessonPlace.id).where(
        LessonPlace.lesson_id == Lesson.id,
        LessonPlace.ended_at.is_(None),
        LessonPlace.seat_no.is_not(None),
    )
    columns: tuple[Any, ...] = (*listing, begun, begun, begun, begun, Listing.owner_id, Lesson.id)
    return (
        select(literal(TO_NOTE), *columns)
        .join(Listing, Listing.id == Lesson.listing_id)
        .where(
            Listing.owner_id == actor.person_id,
            Lesson.begins_at <= at,
            Lesson.begins_at > at - NOTED_FOR,
            Lesson.cancelled_at.is_(None),
            Lesson.noted_at.is_(None),
            seated.exists(),
        )
    )


def lesson_line(row: Any) -> NeedLine:
    """The line of such a row."""
    return NeedLine(
        kind=TO_NOTE,
        ref=Ref("lesson", row.beside),
        title=N_("Who came to the lesson “{title}”?"),
        facts={"title": row.title},
        community_id=row.community_id,
        since_at=row.published_at,
        weight=0,
        acts=(Act(N_("Note who came"), None, f"/lessons/{row.beside}#who-came"),),
    )
