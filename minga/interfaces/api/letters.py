"""Letters by REST: what those whom the caller looks after were told, and that they have heard it."""

from typing import Literal

from fastapi import Request
from fastapi.responses import Response

from minga.communication import commands, queries
from minga.communication.rules import facts_in
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import inside
from minga.interfaces.api.frame import In, limit, nothing, ok
from minga.interfaces.http import read_unit, write_unit
from minga.kit.i18n import choose_language, translator

router = frame.router("communication")


class ToldIn(In):
    """By telephone, or on paper."""

    how: Literal["phone", "printed"]


@router.get("/communities/{c}/letters")
@limit("read")
def letters(request: Request, c: str, after: str | None = None, limit: int | None = None) -> Response:
    """What waits to be told or printed, oldest first."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        page = queries.letters(unit.session, unit.actor, here.id, after=after, limit=limit)
        voice = translator(choose_language(unit.me.language if unit.me else None, None, ""))
        items = [
            {
                "id": one.id,
                "name": one.name,
                "sentence": str(voice.said(one.sentence, **facts_in(voice, one.facts))),
                "made_at": one.made_at,
            }
            for one in page.items
        ]
        return ok(unit, {"items": items, "next": page.next})


@router.post("/letters/{id}/done", status_code=204)
@limit("write")
def tell_letter(request: Request, id: str, body: ToldIn) -> Response:
    """They have heard it, or have it on paper."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.tell_letter(unit.session, unit.actor, id, body.how, at=unit.now)
        return nothing(unit)
