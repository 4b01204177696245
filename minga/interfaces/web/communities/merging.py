"""Two accounts that are one person: asked from the sheet of the kept one, answered by the other, taken back for a month."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.rules.keeping import HOW_WORDS
from minga.interfaces.http import read_form, read_unit, write_unit
from minga.interfaces.web.communities.keepings import sheet_again
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Refused
from minga.kit.i18n import N_

router = PageRouter()


@router.post("/keepings/{id}/merge")
def ask_to_merge(request: Request, id: str) -> Response:
    """They have an account of their own: its holder is asked."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            made = commands.ask_to_merge(
                unit.session, unit.actor, id, form.get("merge_to"), how=form.get("merge_how"), at=unit.now
            )
            return unit.go_to(
                f"/person-merges/{made.id}", said=N_("They are asked. Nothing moves before their yes.")
            )
    except Refused as refusal:
        if not refusal.fields:
            raise
        return sheet_again(request, id, refusal)


@router.get("/person-merges/{id}")
def show_merge(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.person_merge(unit.session, unit.actor, id, at=unit.now)
        here = access.place_of(unit.session, unit.actor, found.community_id, at=unit.now)
        hows = {how.value: word for how, word in HOW_WORDS.items()}
        return render(
            request, unit, "communities/merge.html", community=here, here=here, found=found, hows=hows
        )


@router.post("/person-merges/{id}/answer")
def answer_merge(request: Request, id: str) -> Response:
    yes = read_form(request).get("answer") == "yes"
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.answer_merge(unit.session, unit.actor, id, yes=yes, at=unit.now)
        said = N_("It is yours now.") if yes else N_("Nothing changes.")
        return unit.go_to(f"/person-merges/{made.id}", said=said)


@router.post("/person-merges/{id}/withdrawal")
def withdraw_merge(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.withdraw_merge(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/person-merges/{made.id}", said=N_("Taken back."))


@router.post("/person-merges/{id}/parting")
def part_again(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.part_again(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/person-merges/{made.id}", said=N_("They are two accounts again."))
