"""What went between a community and others: totals, by partner and by month, as a page and as a table to take along."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_see
from minga.interfaces.http import Unit, read_unit
from minga.interfaces.http.tables import as_csv
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.sharing.saying import Saying
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.typed import read_date
from minga.sharing import queries
from minga.sharing.queries import FlowReport
from minga.sharing.rules.flow import Flow

router = PageRouter()
FEWER = N_("fewer than 5")
FIELDS = {"from": "from_on", "until": "until_on"}
CSV_COLUMNS = ("community", "way", "figure", "unit", "n")


@router.get("/c/{c}/flow", limit="read")
def show_flow(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = _here(unit, c)
        refusal = None
        try:
            found = _report(unit, here)
        except Invalid as wrong:
            refusal, found = wrong, queries.flow(unit.session, unit.actor, here.id, at=unit.now)
        words = _Words(Saying.of(request, unit))
        most = max((flow.n for month in found.months for flow in (month.out, month.back)), default=0)
        return render(
            request,
            unit,
            "sharing/flow.html",
            refusal.status if refusal else 200,
            refusal=refusal,
            community=here,
            here=here,
            report=found,
            say=words,
            most=max(most, 1),
            typed={name: request.query_params.get(name, "")[:40] for name in FIELDS},
            query="&".join(f"{k}={v}" for k, v in request.query_params.items() if k in FIELDS),
        )


@router.get("/c/{c}/flow/file", limit="export")
def flow_file(request: Request, c: str) -> Response:
    """The same as a table: a line for each figure."""
    with read_unit(request) as unit:
        here = _here(unit, c)
        found = _report(unit, here)
    rows = [
        {"community": one.slug, "way": way, "figure": figure, "unit": of, "n": n}
        for one in found.partners
        for way, flow in (("out", one.out), ("in", one.back))
        for figure, of, n in _figures(flow)
    ]
    name = f"{here.slug}-flow-{found.from_on}-{found.until_on}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(as_csv(rows, CSV_COLUMNS), headers=headers, media_type="text/csv; charset=utf-8")


def _figures(flow: Flow) -> list[tuple[str, str, str]]:
    if not flow.told:
        return [("exchanges", "", "<5")]
    counts = (
        ("exchanges", flow.n),
        ("things", flow.things),
        ("efforts", flow.efforts),
        ("unvalued", flow.unvalued),
    )
    sums = (("moved", flow.moved), ("amounts", flow.amounts), ("values", flow.values))
    return [
        *((name, "", str(n)) for name, n in counts),
        *((name, unit, str(n)) for name, found in sums for unit, n in sorted(found.items())),
    ]


def _report(unit: Unit, here: Any) -> FlowReport:
    days = {}
    for name, field in FIELDS.items():
        try:
            days[field] = _day(unit, name)
        except Invalid as wrong:
            raise Invalid(wrong.text, fields={name: wrong}) from None
    return queries.flow(unit.session, unit.actor, here.id, at=unit.now, **days)


def _here(unit: Unit, c: str) -> Any:
    unit.signed_in()
    return community_to_see(unit.session, unit.actor, c, at=unit.now)


def _day(unit: Unit, name: str) -> date | None:
    typed = unit.request.query_params.get(name, "").strip()
    return read_date(typed, unit.now.date(), past=True) if typed else None


@dataclass(frozen=True)
class _Words:
    """How the figures of a way are said to the reader."""

    saying: Saying

    def count(self, flow: Flow) -> str:
        """How many exchanges, or that they are few."""
        return str(flow.n) if flow.told else self.saying.say(FEWER)

    def sums(self, flow: Flow) -> str:
        """Minutes, money and measures that were moved, one after the other."""
        paid = [self.saying.worth(n, unit) for unit, n in sorted(flow.amounts.items())]
        moved = [self.saying.amount(n, unit) for unit, n in sorted(flow.moved.items())]
        return " · ".join([*paid, *moved])

    def worth(self, flow: Flow) -> str:
        """What things were said to be worth."""
        return " · ".join(self.saying.worth(n, unit) for unit, n in sorted(flow.values.items()))

    def unvalued(self, flow: Flow) -> str:
        """How many had no value."""
        return "" if flow.unvalued is None else str(flow.unvalued)
