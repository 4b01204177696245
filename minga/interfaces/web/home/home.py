"""The first page: what waits for me, what is due this week, what is new among my neighbours."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communication import commands, queries
from minga.communities.access import places_of
from minga.communities.rules.time import last_day, today
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.interfaces.web.home.lines import SHOWN, Lines
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.formats import zone_of
from minga.kit.i18n import N_
from minga.kit.refs import NeedLine, Ref, grouped
from minga.sharing import queries as sharing
from minga.sharing.queries import Card, ExchangeLine
from minga.sharing.rules import Wish

router = PageRouter()
NEW_SHOWN = 8
GREETINGS = ((5, N_("Good night, {name}")), (11, N_("Good morning, {name}")), (17, N_("Good day, {name}")))
EVENING = N_("Good evening, {name}")
DUTIES = {
    "application": ("application.answer", N_("Applications"), "/c/{slug}/applications"),
    "sign_in_waiting": ("sign_in.approve", N_("Sign-ins that wait"), "/c/{slug}/sign-ins"),
    "need_unanswered": (
        "dispatch.see",
        N_("Urgent needs without an answer"),
        "/c/{slug}/dispatch",
    ),
    "listing_pending": (
        "listing.edit_any",
        N_("Listings that wait for a look"),
        "/needs?kind=listing_pending",
    ),
}


@router.get("/", limit="read")
def show_home(request: Request) -> Response:
    """Home, over all communities."""
    with read_unit(request) as unit:
        if unit.me is None:
            return go_to(request, "/sign-in")
        places = places_of(unit.session, unit.actor, at=unit.now)
        lines, unseen = queries.waiting_and_unseen(unit.session, unit.actor, at=unit.now)
        say = Lines.of(request, unit, {one.community_id: one.name for one in places.values()})
        groups = grouped(lines)
        return render(
            request,
            unit,
            "home/home.html",
            greeting=_greeting(unit, say),
            lines=[say.shown(one) for one in groups[:SHOWN]],
            waiting=len(lines),
            more=max(0, len(lines) - sum(1 + getattr(one, "more", 0) for one in groups[:SHOWN])),
            week=_week(unit, sharing.running_exchanges(unit.session, unit.actor, at=unit.now)),
            new=_new(unit),
            duties=_duties(places, lines),
            communities=sorted(places.values(), key=lambda one: one.name),
            several=len(places) > 1,
            unseen=unseen,
        )


def _greeting(unit: Unit, say: Lines) -> str:
    """By the time of day where the person is."""
    me = unit.me
    if me is None:
        return ""
    hour = unit.now.astimezone(zone_of(me.zone)).hour
    words = next((words for until, words in GREETINGS if hour < until), EVENING)
    return str(say.voice.said(words, name=me.name))


def _week(unit: Unit, running: tuple[ExchangeLine, ...]) -> list[tuple[date, list[Mapping[str, Any]]]]:
    """What is due or begins in the next seven days, by day."""
    days: dict[date, list[Mapping[str, Any]]] = defaultdict(list)
    for line in running:
        here = today(unit.now, line.zone)
        if line.loan is not None and line.loan.state.open:
            day, what = line.loan.due_on, "due"
        elif line.from_at is not None and line.dates.started_at is None:
            day, what = today(line.from_at, line.zone), "begins"
        elif line.until_at is not None:
            day, what = last_day(line.until_at, line.zone), "by"
        else:
            continue
        if here <= day <= here + timedelta(days=7):
            days[day].append({"line": line, "what": what})
    return sorted(days.items())


def _new(unit: Unit) -> list[Card]:
    """The newest that neighbours offer and need, without one's own."""
    page = sharing.listings(unit.session, unit.actor, Wish(), at=unit.now, limit=NEW_SHOWN * 3)
    return [card for card in page.items if card.owner_id != unit.actor.person_id][:NEW_SHOWN]


def _duties(places: Mapping[str, Any], lines: tuple[NeedLine, ...]) -> list[Mapping[str, Any]]:
    """One line for each duty that a role brings, with how much of it waits."""
    found: list[Mapping[str, Any]] = []
    for place in sorted(places.values(), key=lambda one: str(one.name)):
        for kind, (capability, words, address) in DUTIES.items():
            n = sum(1 for line in lines if line.kind == kind and line.community_id == place.community_id)
            if n and capability in place.capabilities:
                href = address.format(slug=place.slug)
                found.append({"words": words, "href": href, "n": n, "community": place.name})
    return found


@router.get("/needs", limit="read")
def show_needs(request: Request) -> Response:
    """All that waits, by community and kind."""
    with read_unit(request) as unit:
        unit.signed_in()
        places = places_of(unit.session, unit.actor, at=unit.now)
        lines = queries.waiting_for(unit.session, unit.actor, at=unit.now)
        kind, community = request.query_params.get("kind", ""), request.query_params.get("community", "")
        slugs = {one.slug: one for one in places.values()}
        chosen = [
            line
            for line in lines
            if kind in ("", line.kind)
            and (not community or (community in slugs and line.community_id == slugs[community].community_id))
        ]
        say = Lines.of(request, unit, {one.community_id: one.name for one in places.values()})
        return render(
            request,
            unit,
            "home/needs.html",
            lines=[say.shown(one) for one in chosen],
            all_of_them=len(lines),
            kind=kind,
            chosen_community=community,
            places=sorted(places.values(), key=lambda one: one.name),
        )


@router.post("/needs/later", limit="write")
def put_off(request: Request) -> Response:
    """Hide a line until the next morning."""
    which = request.query_params
    with write_unit(request) as unit:
        unit.signed_in()
        ref = Ref.parse(which.get("ref", ""))
        zone = zone_of(unit.me.zone if unit.me else "UTC")
        commands.put_off(unit.session, unit.actor, which.get("kind", ""), ref, zone=zone, at=unit.now)
        back = "/needs" if which.get("back") == "needs" else "/"
        return unit.go_to(back, said=N_("Put off until tomorrow morning."))
