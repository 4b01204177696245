"""Trust between members: the tree of who brought in whom as list and map, and vouches."""

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import commands, queries
from minga.communities.queries import TreeLine
from minga.communities.rules.tree import DRAWN_MAX
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit.formats import Formats
from minga.kit.i18n import N_

router = PageRouter()
STEP, ROW, LABEL = 20, 26, 260
"""In units of the drawing: how far a level stands in, how high a line is, how much room names have."""
STANDINGS = {
    "trial": N_("On trial"),
    "full": N_("Member"),
    "paused": N_("Resting"),
    "former": N_("a former member"),
    "": N_("a member"),
}
VOUCHED = N_("You vouch for them. You can take it back at any time.")


@dataclass(frozen=True)
class Drawn:
    """One line of the map: where its words begin, and from where its branch comes down (None for a root)."""

    line: TreeLine
    x: int
    y: int
    from_y: int | None


@router.get("/c/{c}/tree", limit="read")
def tree(request: Request, c: str) -> Response:
    """Who brought in whom, as far as the reader sees."""
    with read_unit(request) as unit:
        here = community_here(unit, c)
        found = queries.tree(unit.session, unit.actor, here.id, at=unit.now)
        cuts = queries.cuts(unit.session, unit.actor, here.id, at=unit.now) if found.whole else []
        drawn, more = drawing(found.lines)
        return render(
            request,
            unit,
            "communities/tree.html",
            community=here,
            here=here,
            tree=found,
            drawn=drawn,
            more=more,
            size=size_of(drawn),
            step=STEP,
            standings=STANDINGS,
            months=_months(request, unit, found.lines),
            cuts=cuts,
            may_cut=queries.may_plan_cuts(unit.session, unit.actor, here.id, at=unit.now),
            may_vouch=queries.may_vouch(unit.session, unit.actor, here.id, at=unit.now),
        )


@router.get("/c/{c}/tree.svg", limit="read")
def tree_drawing(request: Request, c: str) -> Response:
    """The map alone, to print or keep; the page has the same as a list."""
    with read_unit(request) as unit:
        here = community_here(unit, c)
        found = queries.tree(unit.session, unit.actor, here.id, at=unit.now)
        drawn, more = drawing(found.lines)
        answer = render(
            request,
            unit,
            "communities/tree.svg",
            community=here,
            here=here,
            drawn=drawn,
            more=more,
            size=size_of(drawn),
            step=STEP,
            standings=STANDINGS,
        )
    answer.headers["Content-Type"] = "image/svg+xml; charset=utf-8"
    return answer


@router.post("/c/{c}/tree/shown")
def show_in_tree(request: Request, c: str) -> Response:
    """Be shown by name, or as "a member"."""
    named = read_form(request).get("named") == "yes"
    with write_unit(request) as unit:
        here = community_here(unit, c)
        commands.show_in_tree(unit.session, unit.actor, here.id, named=named, at=unit.now)
        said = (
            N_("You are shown by name.")
            if named
            else N_("You are shown as “a member”. Stewards and your own direct links still see your name.")
        )
        return unit.go_to(f"/c/{here.slug}/tree", said=said)


@router.post("/c/{c}/vouches")
def vouch_by_name(request: Request, c: str) -> Response:
    """Vouch for a member or somebody who asks to join, by their @name."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        here = community_here(unit, c)
        commands.vouch(
            unit.session,
            unit.actor,
            here.id,
            form.get("handle"),
            words=form.get("words"),
            named=form.has("named"),
            at=unit.now,
        )
        return unit.go_to("/me/vouches", said=VOUCHED)


@router.post("/people/{handle}/vouch")
def vouch(request: Request, handle: str) -> Response:
    """Vouch for somebody on their page or application; `community` says where."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        here = community_here(unit, form.get("community") or "-")
        made = commands.vouch(
            unit.session,
            unit.actor,
            here.id,
            handle,
            words=form.get("words"),
            named=form.has("named"),
            at=unit.now,
        )
        back = form.get("application")
        seen = queries.vouch(unit.session, unit.actor, made.id, at=unit.now)
        return unit.go_to(f"/applications/{back}" if back else f"/people/{seen.to_handle}", said=VOUCHED)


@router.post("/vouches/{id}/renewal")
def renew_vouch(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        commands.renew_vouch(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to("/me/vouches", said=N_("You still vouch for them."))


@router.post("/vouches/{id}/end")
def end_vouch(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_vouch(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to("/me/vouches", said=N_("You do not vouch for them any more."))


@router.get("/me/vouches", limit="read")
def own_vouches(request: Request) -> Response:
    """For whom one vouches, and who vouches for one."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.own_vouches(unit.session, unit.actor, at=unit.now)
        return render(
            request,
            unit,
            "communities/vouches.html",
            given=[one for one in found if one.is_mine],
            got=[one for one in found if one.about_me],
        )


def _months(request: Request, unit: Unit, lines: list[TreeLine]) -> dict[str, str]:
    """The months of a tree as the reader's language says them."""
    voice = voice_of(request, unit)
    formats = Formats(voice.language.tag, "UTC", voice)
    wanted = {one.joined for one in lines if one.joined}
    return {one: formats.month(date.fromisoformat(f"{one}-01")) for one in wanted}


def drawing(lines: list[TreeLine]) -> tuple[list[Drawn], int]:
    """Where each of the first lines stands in the map, and how many more there are.

    >>> drawing([])
    ([], 0)
    """
    drawn: list[Drawn] = []
    newest: dict[int, int] = {}
    for n, line in enumerate(lines[:DRAWN_MAX]):
        y = n * ROW + ROW // 2
        drawn.append(Drawn(line, line.level * STEP + STEP, y, newest.get(line.level - 1)))
        newest[line.level] = y
    return drawn, max(0, len(lines) - DRAWN_MAX)


def size_of(drawn: list[Drawn]) -> tuple[int, int]:
    """How wide and high the map is."""
    return max((one.x for one in drawn), default=0) + LABEL, (len(drawn) + 1) * ROW
