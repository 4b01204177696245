"""What comes by mail, and when: classes of notices, quiet hours, the digest, a pause."""

from datetime import UTC, datetime, time

from starlette.requests import Request
from starlette.responses import Response

from minga.communication import commands, queries
from minga.communication.rules import CLASSES, Every, Mode, NoticeClass
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, Refused
from minga.kit.formats import zone_of
from minga.kit.i18n import N_
from minga.kit.mail import mail_works
from minga.kit.typed import read_date

router = PageRouter()
MODE_WORDS = {Mode.AT_ONCE: N_("At once"), Mode.DIGEST: N_("In the digest"), Mode.OFF: N_("Not by mail")}
WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
WRONG_TIME = N_("Write a time like 21:00, or leave both empty for no quiet hours.")


@router.get("/me/notifications", limit="read")
def show_choices(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return _page(request, unit)


def _page(request: Request, unit: Unit, refusal: Refused | None = None) -> Response:
    return render(
        request,
        unit,
        "communication/notifications.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        chosen=queries.choices(unit.session, unit.actor, at=unit.now),
        classes=[
            (one.value, fixed.words, [mode.value for mode in fixed.modes]) for one, fixed in CLASSES.items()
        ],
        mode_words={mode.value: words for mode, words in MODE_WORDS.items()},
        weekdays=WEEKDAYS,
        mail_works=mail_works(unit.node.settings),
    )


@router.post("/me/notifications", limit="write")
def choose(request: Request) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            zone = zone_of(unit.me.zone if unit.me else "UTC")
            until = form.get("paused_until")
            paused = None
            if until:
                day = read_date(until, unit.now.astimezone(zone).date())
                paused = datetime.combine(day, time(23, 59), tzinfo=zone).astimezone(UTC)
            commands.choose_notices(
                unit.session,
                unit.actor,
                _modes(form),
                quiet=_quiet(form),
                every=Every.DAILY if form.get("every") == Every.DAILY else Every.WEEKLY,
                weekday=form.integer("weekday", least=0, most=6) or 0,
                hour=_hour(form),
                paused_until=paused,
                at=unit.now,
            )
            return unit.go_to("/me/notifications", said=N_("Saved."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, refusal)


def _modes(form: Form) -> dict[NoticeClass, Mode]:
    typed = {one: form.get(f"mode-{one}") for one in CLASSES}
    return {one: Mode(mode) for one, mode in typed.items() if mode in list(Mode)}


def _hour(form: Form) -> int:
    hour = form.integer("hour", least=0, most=23)
    return 8 if hour is None else hour


def _quiet(form: Form) -> tuple[int, int]:
    begin, end = form.get("quiet_from"), form.get("quiet_until")
    if not begin and not end:
        return (0, 0)
    return _minute(begin, "quiet_from"), _minute(end, "quiet_until")


def _minute(typed: str, field: str) -> int:
    hours, _, minutes = typed.replace(".", ":").partition(":")
    digits = hours + (minutes or "0")
    if digits.isascii() and digits.isdecimal() and len(digits) <= 4:
        found = int(hours) * 60 + int(minutes or "0")
        if hours and int(minutes or "0") < 60 and found < 24 * 60:
            return found
    raise Invalid(WRONG_TIME, fields={field: WRONG_TIME})
