"""The buttons of a queue: join it, leave it, let the next go first."""

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import read_form, write_unit
from minga.interfaces.web.page import PageRouter
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.sharing import commands

router = PageRouter()


@router.post("/listings/{id}/holds", limit="write")
def join_queue(request: Request, id: str) -> Response:
    """Stand in the queue for something."""
    days = read_form(request).integer("wished_days", least=1, most=365)
    with write_unit(request) as unit:
        unit.signed_in()
        hold = commands.join(unit.session, unit.actor, parse_id(id), wished_days=days, at=unit.now)
        said = N_("It is ready for you.") if hold.ready_at else N_("You stand in the queue.")
        return unit.go_to(f"/listings/{hold.listing_id}#queue", said=said)


@router.post("/holds/{id}/end", limit="write")
def leave_queue(request: Request, id: str) -> Response:
    """Give one's place up."""
    with write_unit(request) as unit:
        unit.signed_in()
        hold = commands.leave(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to(f"/listings/{hold.listing_id}", said=N_("You are not in the queue any more."))


@router.post("/holds/{id}/letting-next", limit="write")
def let_next(request: Request, id: str) -> Response:
    """Let whoever stands behind go first."""
    with write_unit(request) as unit:
        unit.signed_in()
        hold = commands.let_next(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to(f"/listings/{hold.listing_id}#queue", said=N_("The next goes first. Thank you."))
