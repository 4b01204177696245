"""The buttons by which the two sides of an exchange open a number or an address to each other."""

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import read_form, write_unit
from minga.interfaces.web.page import PageRouter
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.sharing import commands
from minga.sharing.rules.contact_shares import ShareField

router = PageRouter()


@router.post("/exchanges/{id}/contact-shares", limit="write")
def share_contact(request: Request, id: str) -> Response:
    """Share my number or address for this, or take it back."""
    form = read_form(request)
    field = form.get("field")
    if field not in set(ShareField):
        raise Invalid(N_("Choose one from the list."))
    with write_unit(request) as unit:
        unit.signed_in()
        ends = form.get("answer") == "end"
        act = commands.end_share if ends else commands.share_contact
        act(unit.session, unit.actor, parse_id(id), ShareField(field), at=unit.now)
        said = (
            N_("Taken back. They do not read it any more.")
            if ends
            else N_("Shared for this only, until a week after it is over.")
        )
        return unit.go_to(f"/exchanges/{parse_id(id)}", said=said)
