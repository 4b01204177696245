"""The communities of a node as whoever runs it sees them: names, sizes and states; nothing of what stands in them."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import queries as communities
from minga.interfaces.web.node import operator_reads
from minga.interfaces.web.page import PageRouter, render
from minga.kit import backlog
from minga.sharing import queries as sharing

router = PageRouter()


@router.get("/node/communities", limit="read")
def show_communities(request: Request) -> Response:
    with operator_reads(request) as unit:
        found = communities.all_communities(unit.session, unit.actor)
        return render(
            request,
            unit,
            "node/communities.html",
            communities=found,
            sizes=sharing.sizes(unit.session, unit.actor, tuple(one.id for one in found)),
            waiting=backlog.events_waiting_by_community(unit.session),
        )
