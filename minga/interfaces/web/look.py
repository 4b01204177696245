"""The page of all components in all states, for those who build pages; real nodes do not have it."""

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import read_unit
from minga.interfaces.web.frame import Look, frame_of
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.interfaces.web.statics import icon_names, static_url
from minga.kit.errors import NotFound

router = PageRouter()


@router.get("/dev/look", limit="read")
def all_components(request: Request) -> Response:
    with read_unit(request) as unit:
        if unit.settings.env == "prod":
            raise NotFound()
        frame = frame_of(unit, voice_of(request, unit), None, said="")
        asked = request.query_params
        frame.look = Look(**{name: asked.get(name, "") for name in Look.__dataclass_fields__})
        return render(
            request,
            unit,
            "dev/look.html",
            frame=frame,
            icons=sorted(icon_names()),
            photo=static_url("mark.svg"),
            at=unit.now,
        )
