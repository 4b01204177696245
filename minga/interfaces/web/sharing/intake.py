"""Pages for people without an account: writing what they need, and how it stands; and the buttons of those who read it."""

import base64
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.units import address_of, form_holder
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.interfaces.web.sharing.dispatch import read_by_when
from minga.kit.address import limit_key
from minga.kit.crypto import mac, random_token, same
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.sharing import commands, queries
from minga.sharing.rules.dispatch import FORM_LASTS, SECONDS_LEAST
from minga.sharing.rules.intake import INTAKE_WORDS, LEAVE_EMPTY, SELF_CONSENT, TOO_OLD, TOO_QUICK, Written
from minga.sharing.rules.kinds import URGENCY_WORDS, Urgency

router = PageRouter()
TRAP = "website"


@router.get("/c/{c}/need", limit="read")
def show_intake(request: Request, c: str) -> Response:
    """What do you need? For anybody, where the community has switched it on."""
    with read_unit(request) as unit:
        return _page(request, unit, c, None)


@router.post("/c/{c}/need", limit="write")
def write_need(request: Request, c: str) -> Response:
    """Keep what somebody without an account needs, and lead them to their own link."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            door = queries.intake_door(unit.session, unit.actor, c, at=unit.now)
            _require_person(unit, c)
            urgency = form.get("urgency", "normal")
            given = Written(
                what=form.get("what"),
                caller=form.get("caller"),
                reach=form.get("reach"),
                place=form.get("place"),
                needed_by_at=read_by_when(unit, form, door.zone),
                urgency=Urgency(urgency) if urgency in set(Urgency) else Urgency.NORMAL,
                consent=form.has("consent"),
            )
            token = _token(unit, c)
            made = commands.write_need(unit.session, unit.actor, c, given, token=token, at=unit.now)
            if made.sent_at == unit.now:
                unit.node.limits.hit("intake", limit_key(address_of(request)))
        # Not remembered as other forms are: the link is nowhere in the database.
        return go_to(request, f"/need/{token}", said=N_("Sent. Keep the address of this page."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, c, refusal)


def _token(unit: Unit, c: str) -> str:
    """The same for the same form of the same browser, so that sending it twice is once; nobody else can know it."""
    form_id = read_form(unit.request).form_id
    if not form_id:
        return random_token()
    holder = unit.actor.person_id or form_holder(unit.request, unit.actor)
    return base64.urlsafe_b64encode(mac(unit.node.keys.key("intake link"), c, holder, form_id)).decode()[:43]


def _require_person(unit: Unit, c: str) -> None:
    """Programs fill every field and are quick; people read first. Said kindly, because people are quick too, at times."""
    form = read_form(unit.request)
    if form.get(TRAP):
        raise Invalid(LEAVE_EMPTY, fields={TRAP: LEAVE_EMPTY})
    began, _, sign = form.get("began").partition(".")
    honest = began.isascii() and began.isdecimal() and len(began) < 12 and same(sign, _sign(unit, c, began))
    age = unit.now - datetime.fromtimestamp(int(began), UTC) if honest else timedelta.max
    if age > FORM_LASTS:
        raise Invalid(TOO_OLD, fields={"what": TOO_OLD})
    if age < SECONDS_LEAST:
        raise Invalid(TOO_QUICK, fields={"what": TOO_QUICK})


def _sign(unit: Unit, c: str, began: str) -> str:
    return mac(unit.node.keys.key("intake"), c, began).hex()[:32]


def _page(request: Request, unit: Unit, c: str, refusal: Refused | None) -> Response:
    door = queries.intake_door(unit.session, unit.actor, c, at=unit.now)
    began = str(int(unit.now.timestamp()))
    answer = render(
        request,
        unit,
        "sharing/need.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=door,
        urgencies=[(one.value, URGENCY_WORDS[one]) for one in reversed(Urgency)],
        consent=SELF_CONSENT,
        began=f"{began}.{_sign(unit, c, began)}",
        trap=TRAP,
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@router.get("/need/{token}", limit="read")
def show_status(request: Request, token: str) -> Response:
    """How it stands, for whoever holds the link."""
    with read_unit(request) as unit:
        found = queries.intake_status(unit.session, unit.actor, token, at=unit.now)
        answer = render(
            request,
            unit,
            "sharing/need_status.html",
            community=found.community,
            found=found,
            token=token,
            state_word=INTAKE_WORDS[found.state],
        )
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@router.post("/need/{token}", limit="write")
def take_back(request: Request, token: str) -> Response:
    """They do not need it any more."""
    with write_unit(request) as unit:
        commands.take_back_intake(unit.session, unit.actor, token, at=unit.now)
    return go_to(request, f"/need/{token}", said=N_("Taken back. What you wrote is gone."))


@router.post("/intakes/{id}/taking", limit="write")
def take_intake(request: Request, id: str) -> Response:
    """Take in what somebody without an account wrote."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.take_intake(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to(f"/listings/{made.id}/case", said=N_("Taken in. Now find somebody."))


@router.post("/intakes/{id}/refusal", limit="write")
def refuse_intake(request: Request, id: str) -> Response:
    """Say that it cannot be done."""
    with write_unit(request) as unit:
        unit.signed_in()
        intake = commands.refuse_intake(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to(f"/c/{intake.community_id}/dispatch", said=N_("They read it at their link."))
