"""Who sees a lesson: whoever sees its listing or stands on its list. Who leads it: whose listing it is."""

from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.ids import Id, parse_id
from minga.kit.refs import register
from minga.sharing.access.asks import may_read, may_write, within_token
from minga.sharing.access.listings import NOT_YOURS, is_theirs, listing_to_edit, listing_to_see
from minga.sharing.models.lessons import Lesson, LessonPlace
from minga.sharing.models.listings import Listing


def lesson_to_see(session: Session, actor: Actor, lesson_id: Id, *, at: datetime) -> Lesson:
    """The lesson, if the actor sees its listing or stands on its list; else there is nothing."""
    found = session.get(Lesson, parse_id(lesson_id))
    if found is None:
        raise NotFound()
    if own_place_in(session, actor, found.id) is None:
        listing_to_see(session, actor, found.listing_id, at=at)
    else:
        may_read(actor)
    return found


def lesson_to_lead(session: Session, actor: Actor, lesson_id: Id, *, at: datetime) -> tuple[Lesson, Listing]:
    """The lesson with its listing, both held, for whose listing it is: stewards do not read who comes."""
    seen = lesson_to_see(session, actor, lesson_id, at=at)
    listing = listing_to_teach(session, actor, seen.listing_id, at=at)
    return held_lesson(session, lesson_id), listing


def listing_to_teach(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Listing:
    """The listing, held, for whose it is or who entered it for them; stewards close a listing, but lead no lesson."""
    found = listing_to_edit(session, actor, listing_id, at=at)
    if not is_theirs(actor, found):
        raise Forbidden(NOT_YOURS, code="not_yours")
    return found


def own_place(session: Session, actor: Actor, lesson_id: Id, *, at: datetime) -> tuple[LessonPlace, Lesson]:
    """One's own place in a lesson or on its list of those who wait, with the lesson, held; a stranger learns nothing."""
    found = own_place_in(session, actor, parse_id(lesson_id))
    if found is None:
        raise NotFound()
    may_write(actor)
    lesson = held_lesson(session, lesson_id)
    session.refresh(found)
    return found, lesson


def own_place_in(session: Session, actor: Actor, lesson_id: Id) -> LessonPlace | None:
    """The same, to look at."""
    if not actor.signed_in:
        return None
    found = session.scalar(
        select(LessonPlace).where(
            LessonPlace.lesson_id == lesson_id,
            LessonPlace.person_id == actor.person_id,
            LessonPlace.ended_at.is_(None),
        )
    )
    reached = found is not None and within_token(actor, found.community_id)
    return found if reached else None


def held_lesson(session: Session, lesson_id: Id) -> Lesson:
    """The lesson as it is now, held until the unit ends, so that places are counted one after the other."""
    wanted = select(Lesson).where(Lesson.id == parse_id(lesson_id)).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


register("lesson", see=lesson_to_see, address=lambda lesson_id: f"/lessons/{lesson_id}")
