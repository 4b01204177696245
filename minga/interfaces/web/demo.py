"""The doors of the example village: only a node that `minga demo` started has them, everywhere else they are not there."""

import json

from starlette.requests import Request
from starlette.responses import Response

from minga.identity import commands as identity
from minga.interfaces.http import Node, Unit, read_unit, write_unit
from minga.interfaces.web.identity.browser import browser_of, put_sign_in, span_of
from minga.interfaces.web.page import PageRouter, render
from minga.kit.crypto import same
from minga.kit.errors import NotFound

router = PageRouter()
DOORS_FILE = "demo.json"


@router.get("/demo/{token}", limit="read")
def door_show(request: Request, token: str) -> Response:
    with read_unit(request) as unit:
        _, name = _person_behind(unit, token)
        return render(request, unit, "demo/door.html", name=name, token=token)


@router.post("/demo/{token}", limit="write")
def door_open(request: Request, token: str) -> Response:
    node: Node = request.app.state.node
    with write_unit(request) as unit:
        person, _ = _person_behind(unit, token)
        cookie = identity.start_sign_in(
            unit.session, person, browser=browser_of(request), span=span_of(node), at=unit.now
        )
    return put_sign_in(request, unit.go_to("/"), cookie)


def _person_behind(unit: Unit, token: str) -> tuple[str, str]:
    """The id and the name of the neighbour whose door it is."""
    path = unit.settings.home / DOORS_FILE
    if not path.is_file():
        raise NotFound()
    doors: dict[str, tuple[str, str]] = json.loads(path.read_text())
    for known, (person_id, name) in doors.items():
        if same(known, token):
            return person_id, name
    raise NotFound()
