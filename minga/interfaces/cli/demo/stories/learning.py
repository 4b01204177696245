"""Sundays of knitting: one that is over and of which it is noted who came, and some to come, the next of them full."""

from datetime import datetime, timedelta

from minga.interfaces.cli.demo.stories.teller import Teller
from minga.sharing import commands as sharing
from minga.sharing.rules.lessons import LessonShape

DAY = 24.0
KNITTING = "I teach knitting, from the first stitch"


def _last_sunday(now: datetime) -> datetime:
    """At three in the afternoon, UTC; on a Sunday the one a week ago."""
    day = now - timedelta(days=1 + now.weekday())
    return day.replace(hour=15, minute=0, second=0, microsecond=0)


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    listing = teller.listings[KNITTING]
    day_of_it = LessonShape(
        begins_at=_last_sunday(teller.now),
        minutes=90,
        places=3,
        place="Round the kitchen table",
        note="Needles and wool are there. Ring at the green door.",
    )
    owner = "mira"
    lessons = teller.act(owner, 12 * DAY, sharing.add_lessons, listing, day_of_it, times=4)
    for lesson, names in zip(lessons, (("bruno", "edda"), ("edda", "bruno", "pablo", "noor")), strict=False):
        for ago, name in enumerate(names):
            teller.act(name, 10 * DAY - ago, sharing.take_place, lesson.id)
    came = {teller.people["bruno"]: True, teller.people["edda"]: False}
    teller.act(owner, 0.5, sharing.note_attendance, lessons[0].id, came)
