"""The log of a community as a page and as a file, and the head of its chain."""

import csv
import io
import json
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import queries
from minga.communities.queries import LogFilter
from minga.interfaces.http import Unit, read_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.communities.values import said_facts
from minga.interfaces.web.happened import said_of
from minga.interfaces.web.page import PageRouter, render
from minga.kit.csvfiles import defused
from minga.kit.typed import read_date

router = PageRouter()


@router.get("/c/{c}/log")
def log(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        only = _filter(request, unit)
        found = queries.log(
            unit.session, unit.actor, here.id, at=unit.now, only=only, after=request.query_params.get("after")
        )
        return render(
            request,
            unit,
            "communities/log.html",
            community=here,
            here=here,
            page=found,
            only=only,
            names=[
                (name, said_of(name))
                for name in queries.log_names(unit.session, unit.actor, here.id, at=unit.now)
            ],
            head=queries.log_head(unit.session, unit.actor, here.id, at=unit.now),
            said_of=said_of,
            said_facts=said_facts,
            query="&".join(f"{k}={v}" for k, v in request.query_params.items() if k != "after"),
        )


@router.get("/c/{c}/log/file", limit="export")
def log_file(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        lines = queries.log_export(
            unit.session, unit.actor, here.id, at=unit.now, only=_filter(request, unit)
        )
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", "name", "happened_at", "actor", "person", "via", "facts"])
    for one in lines:
        facts = json.dumps(one.facts, ensure_ascii=False, sort_keys=True)
        row = [one.id, one.name, one.happened_at.isoformat(), one.actor_handle, one.person, one.via, facts]
        writer.writerow([defused(cell or "") for cell in row])
    name = f"log-{here.slug}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/c/{c}/log/head")
def log_head(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        head = queries.log_head(unit.session, unit.actor, here.id, at=unit.now)
        return render(request, unit, "communities/log_head.html", community=here, here=here, head=head)


def _filter(request: Request, unit: Unit) -> LogFilter:
    query = request.query_params
    return LogFilter(
        name=query.get("name", ""),
        handle=query.get("handle", ""),
        since_on=_day(query.get("since", ""), unit),
        until_on=_day(query.get("until", ""), unit),
    )


def _day(text: str, unit: Unit) -> date | None:
    return read_date(text, unit.now.date(), past=True) if text.strip() else None
