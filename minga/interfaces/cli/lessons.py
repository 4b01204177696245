"""Lessons on the command line: what is to come, a place in one, and who came."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minga.interfaces.cli.exchanges import After
from minga.interfaces.cli.exchanges import _act as act_once
from minga.interfaces.cli.frame import CliUnit, Context, cli_unit, group
from minga.interfaces.cli.meetings import _instant as instant_of
from minga.interfaces.cli.options import WrongUse

if TYPE_CHECKING:
    from minga.sharing.queries import LessonView

lesson = group("lesson", "The dated sessions of a skill.")

Lesson = Annotated[str, typer.Argument(metavar="LESSON")]
COLUMNS = {
    "id": "Id",
    "title": "What",
    "begins_at": "When",
    "minutes": "Minutes",
    "taken": "Taken",
    "places": "Places",
    "waiting": "Waiting",
    "state": "State",
}


def _lesson(view: "LessonView") -> dict[str, Any]:
    return {
        "id": view.id,
        "listing_id": view.listing_id,
        "title": view.title,
        "begins_at": view.begins_at,
        "minutes": view.minutes,
        "place": view.place,
        "taken": view.taken,
        "places": view.places,
        "waiting": view.waiting,
        "state": view.state.value,
        "has_place": view.has_place,
        "position": view.position,
    }


def _step(context: Context, command: str, lesson_id: str, words: str, do: Callable[..., Any]) -> None:
    from minga.kit.ids import parse_id
    from minga.sharing import queries

    def act(unit: CliUnit) -> tuple[dict[str, Any], str]:
        key = parse_id(lesson_id)
        do(unit, key)
        return _lesson(queries.lesson(unit.session, unit.actor, key, at=unit.now)), words

    act_once(context, command, act)


@lesson.command("list")
def list_lessons(
    context: Context,
    listing: Annotated[str, typer.Argument(help="A listing; without it, the lessons of one's own.")] = "",
    over: Annotated[bool, typer.Option("--over", help="What is over.")] = False,
    after: After = None,
) -> None:
    """Lists the lessons of a listing, or those in which one has a place or which one leads.

    Example: minga lesson list 0192f0c1d2e37abc8def0123456789ab --as bruno
    """
    from minga.kit.ids import parse_id
    from minga.sharing import queries

    with cli_unit(context) as unit:
        if not listing:
            mine = queries.my_lessons(unit.session, unit.actor, at=unit.now)
            unit.screen.rows("lesson list", [_lesson(one) for one in mine], COLUMNS, "No lesson is to come.")
            return
        page = queries.lessons_of(
            unit.session, unit.actor, parse_id(listing), over=over, after=after, at=unit.now
        )
        unit.screen.rows("lesson list", [_lesson(one) for one in page.items], COLUMNS, "There is no lesson.")
        if page.next:
            unit.screen.warn(f"There is more: --after {page.next}")


@lesson.command("add")
def add(
    context: Context,
    listing: Annotated[str, typer.Argument(metavar="LISTING")],
    moment: Annotated[str, typer.Argument(metavar="WHEN", help="Like 2026-11-22T18:00+01:00.")],
    minutes: Annotated[int, typer.Option(help="How long.")] = 60,
    places: Annotated[int, typer.Option(help="For how many.")] = 1,
    place: Annotated[str, typer.Option(help="Where; whoever sees the listing reads it.")] = "",
    note: Annotated[str, typer.Option(help="For those who have a place.")] = "",
    times: Annotated[int, typer.Option(help="How many times.")] = 1,
    every: Annotated[str, typer.Option(help="day, week, fortnight or month")] = "week",
) -> None:
    """Adds a lesson to a skill of one's own, or the same again and again.

    Example: minga lesson add 0192f0c1d2e37abc8def0123456789ab 2026-11-22T18:00+01:00 --places 8 --as ana
    """
    from minga.kit.ids import parse_id
    from minga.sharing import commands, queries
    from minga.sharing.rules.bookings import Every
    from minga.sharing.rules.lessons import LessonShape

    if every not in {one.value for one in Every}:
        raise WrongUse(f"{every} is none of day, week, fortnight, month.")
    shape = LessonShape(begins_at=instant_of(moment), minutes=minutes, places=places, place=place, note=note)

    def act(unit: CliUnit) -> tuple[dict[str, Any], str]:
        made = commands.add_lessons(
            unit.session, unit.actor, parse_id(listing), shape, every=Every(every), times=times, at=unit.now
        )
        shown = [queries.lesson(unit.session, unit.actor, one.id, at=unit.now) for one in made]
        return {"lessons": [_lesson(one) for one in shown]}, f"Added: {', '.join(one.id for one in made)}"

    act_once(context, "lesson add", act)


@lesson.command("take")
def take(context: Context, lesson_id: Lesson) -> None:
    """Takes a place, or waits for one when it is full.

    Example: minga lesson take 0192f0c1d2e37abc8def0123456789ab --as bruno
    """
    from minga.sharing import commands

    def do(unit: CliUnit, key: str) -> None:
        commands.take_place(unit.session, unit.actor, key, at=unit.now)

    _step(context, "lesson take", lesson_id, "Noted.", do)


@lesson.command("leave")
def leave(context: Context, lesson_id: Lesson) -> None:
    """Gives a place up, or waits no longer.

    Example: minga lesson leave 0192f0c1d2e37abc8def0123456789ab --as bruno
    """
    from minga.sharing import commands

    def do(unit: CliUnit, key: str) -> None:
        commands.leave_place(unit.session, unit.actor, key, at=unit.now)

    _step(context, "lesson leave", lesson_id, "Your place is free.", do)


@lesson.command("cancel")
def cancel(
    context: Context,
    lesson_id: Lesson,
    words: Annotated[str, typer.Option(help="Why; everybody on the list reads it.")] = "",
) -> None:
    """Calls a lesson off; everybody on the list is told.

    Example: minga lesson cancel 0192f0c1d2e37abc8def0123456789ab --as ana --words "I am ill." --yes
    """
    from minga.sharing import commands

    def do(unit: CliUnit, key: str) -> None:
        unit.ask("Everybody on the list is told that it does not take place.")
        commands.cancel_lesson(unit.session, unit.actor, key, words, at=unit.now)

    _step(context, "lesson cancel", lesson_id, "Called off.", do)


@lesson.command("attended")
def attended(
    context: Context,
    lesson_id: Lesson,
    handles: Annotated[list[str] | None, typer.Argument(metavar="[HANDLE]...", help="Who came.")] = None,
) -> None:
    """Notes who came; whoever has a place and is not named did not.

    Example: minga lesson attended 0192f0c1d2e37abc8def0123456789ab bruno chidi --as ana
    """
    from minga.sharing import commands, queries

    named = set(handles or ())

    def do(unit: CliUnit, key: str) -> None:
        listed = [
            one for one in queries.learners(unit.session, unit.actor, key, at=unit.now) if not one.waits
        ]
        unknown = named - {one.handle for one in listed}
        if unknown:
            raise WrongUse(f"{', '.join(sorted(unknown))} had no place in it.")
        came = {one.person_id: one.handle in named for one in listed}
        commands.note_attendance(unit.session, unit.actor, key, came, at=unit.now)

    _step(context, "lesson attended", lesson_id, "Noted.", do)
