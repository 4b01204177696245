"""Pages of reserving: the calendar of a listing, asking for days or hours of it, and calling that off."""

from datetime import date, datetime, time

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.http.acting import EXCHANGES
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.sharing.asks import read_day, read_wish, words_of
from minga.interfaces.web.sharing.calendars import calendar_words
from minga.interfaces.web.sharing.saying import Saying
from minga.kit.errors import Conflict, Invalid, NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.typed import read_time
from minga.sharing import commands, queries
from minga.sharing.rules.bookings import OCCURRENCES_MAX, Every, moment_of

router = PageRouter()
BAD_EVERY = N_("Choose how it comes again.")
EVERY_WORDS = {
    Every.DAY: N_("every day"),
    Every.WEEK: N_("every week"),
    Every.FORTNIGHT: N_("every two weeks"),
    Every.MONTH: N_("every month"),
}
BAD_MONTH = N_("Write the month like 2026-12.")


@router.get("/listings/{id}/calendar", limit="read", acting=EXCHANGES)
def show_calendar(request: Request, id: str) -> Response:
    """A month of a listing as a table, the next free times as a list, and fields to reserve."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _show(request, unit, id, None)


def _show(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    month = _month(request.query_params.get("month", ""))
    found = queries.calendar(unit.session, unit.actor, parse_id(id), month=month, at=unit.now)
    if found is None:
        raise NotFound()
    listing = queries.listing(unit.session, unit.actor, parse_id(id), at=unit.now)
    saying = Saying.of(request, unit)
    return render(
        request,
        unit,
        "sharing/calendar.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        card=listing.card,
        found=listing,
        every_options=[(one.value, saying.say(word)) for one, word in EVERY_WORDS.items()],
        some_taken=refusal is not None and refusal.name == "some_taken",
        queue=queries.queue_block(unit.session, unit.actor, listing.card.id, at=unit.now),
        asking=queries.ask_block(unit.session, unit.actor, listing.card.id, at=unit.now),
        **calendar_words(saying, found),
        **words_of(saying),
    )


def _month(typed: str) -> date | None:
    if not typed:
        return None
    try:
        return datetime.strptime(typed, "%Y-%m").date()  # noqa: DTZ007  (a month has no zone)
    except ValueError:
        raise Invalid(BAD_MONTH) from None


@router.post("/listings/{id}/reservations", limit="write", acting=EXCHANGES)
def reserve(request: Request, id: str) -> Response:
    """Ask for days or hours; what is taken comes back with what is free."""
    form = read_form(request)
    listing_id = parse_id(id)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            wish = _wish(unit, form, listing_id)
            if form.get("every"):
                return _reserve_each(unit, form, listing_id, wish)
            ask = commands.reserve(
                unit.session, unit.actor, listing_id, wish, form_id=form.form_id, at=unit.now
            )
            if ask.answered_at is None:
                said = N_("Reserved for you until there is an answer, for two days at most.")
                return unit.go_to(f"/asks/{ask.id}", said=said)
            seen = queries.ask(unit.session, unit.actor, ask.id, at=unit.now)
            return unit.go_to(f"/exchanges/{seen.exchange_id}", said=N_("Reserved."))
    except Refused as refusal:
        if not refusal.fields and not isinstance(refusal, Conflict):
            raise
        with read_unit(request) as unit:
            return _show(request, unit, listing_id, refusal)


def _wish(unit: Unit, form: Form, listing_id: str) -> commands.Wish:
    """Days, or hours by the clock where the listing is."""
    wish = read_wish(unit, form)
    if not form.has("from_time"):
        return wish
    found = queries.calendar(unit.session, unit.actor, listing_id, at=unit.now)
    if found is None:
        raise NotFound()
    first = wish.from_on
    last = read_day(unit, form, "until") or first
    begins = _clock(form, "from_time") if first else None
    ends = _clock(form, "until_time") if last else None
    return commands.Wish(
        words=wish.words,
        quantity_milli=wish.quantity_milli,
        term=wish.term,
        from_at=moment_of(first, begins, found.zone, field="from_time") if first and begins else None,
        until_at=moment_of(last, ends, found.zone, field="until_time") if last and ends else None,
    )


def _reserve_each(unit: Unit, form: Form, listing_id: str, wish: commands.Wish) -> Response:
    """The same hours again and again."""
    if form.get("every") not in {one.value for one in Every}:
        raise Invalid(BAD_EVERY, fields={"every": BAD_EVERY})
    asks = commands.reserve_each(
        unit.session,
        unit.actor,
        listing_id,
        wish,
        every=Every(form.get("every")),
        times=form.integer("times", least=1, most=OCCURRENCES_MAX) or 1,
        leave_out=form.has("leave_out"),
        form_id=form.form_id,
        at=unit.now,
    )
    return unit.go_to("/me/sharing#reserved", said=N_("Reserved.") if asks else N_("Nothing was free."))


def _clock(form: Form, name: str) -> time | None:
    typed = form.get(name)
    if not typed:
        return None
    try:
        return read_time(typed)
    except Invalid as fault:
        raise Invalid(fault.text, fields={name: fault}, **fault.facts) from None


@router.post("/reservations/{id}/cancellation", limit="write", acting=EXCHANGES)
def cancel_reservation(request: Request, id: str) -> Response:
    """Give the days back."""
    with write_unit(request) as unit:
        unit.signed_in()
        found = queries.reservation(unit.session, unit.actor, id, at=unit.now)
        commands.cancel_reservation(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to(f"/listings/{found.listing_id}", said=N_("Called off. The days are free again."))
