"""Posting and changing a listing: fourteen first choices, the fields of the kind, and what was typed given back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import queries as communities
from minga.communities.access import community_to_see, require
from minga.communities.rules.templates import template_of
from minga.intelligence import queries as matching
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.acting import LISTINGS
from minga.interfaces.web.page import PageRouter, go_to, render, voice_of
from minga.interfaces.web.sharing import extras, uploads
from minga.interfaces.web.sharing.fields import EXAMPLES, FIELDS, ICONS
from minga.kit.errors import Forbidden, Invalid, Refused, TooLarge
from minga.kit.formats import clock
from minga.kit.i18n import N_
from minga.sharing import commands, queries
from minga.sharing.rules import (
    AMOUNT_WORDS,
    ANSWERS_WORDS,
    LEVEL_WORDS,
    MEASURE_WORDS,
    NAME_SHOWN_WORDS,
    PER_WORDS,
    TERM_WORDS,
    USUAL,
    AmountRule,
    Answers,
    CategoryName,
    Content,
    Direction,
    Kind,
    Level,
    TermKind,
)
from minga.sharing.rules.places import BANDS_KM, PRECISION_WORDS, said_point

router = PageRouter()
NONE_YET = N_("none yet")
UNDER = N_("Under {km} km")
STEP_WORDS = {
    1: N_("Only people I am connected with"),
    2: N_("Also those they are connected with"),
    3: N_("Also those over three steps"),
}
PRICED = frozenset({TermKind.PAYMENT, TermKind.TIME_CREDIT, TermKind.PURCHASE})
Values = Mapping[str, Sequence[str]]


@router.get("/c/{c}/listings/new", limit="read", acting=LISTINGS)
def new_listing(request: Request, c: str) -> Response:
    """Fourteen choices; after one of them the form of that kind."""
    params = request.query_params
    with read_unit(request) as unit:
        community = _community(unit, c)
        chosen = _chosen(params.get("direction"), params.get("kind"))
        if chosen is None:
            choices = {
                direction: [
                    (kind, label, example, ICONS[kind])
                    for (way, kind), (label, example) in EXAMPLES.items()
                    if way is direction
                ]
                for direction in Direction
            }
            return render(request, unit, "sharing/choose.html", community=community, choices=choices)
        typed = {"title": [params.get("title", "")[:200]], "terms": _usual_terms(unit, community, chosen[1])}
        return _form(request, unit, community, chosen, typed)


@router.post("/c/{c}/listings/new", limit="write", acting=LISTINGS)
def post_listing(request: Request, c: str) -> Response:
    """Publish, or keep as a draft to look at first; faults come back with everything that was typed."""
    form = read_form(request)
    with read_unit(request) as unit:
        community = _community(unit, c)
    chosen = _chosen(form.get("direction"), form.get("kind"))
    if chosen is None:
        return go_to(request, f"/c/{community.slug}/listings/new")
    typed = _typed(form.fields)
    try:
        pictures = uploads.read_photos(request, "photos")
        with write_unit(request) as unit:
            content = _content(unit, community, typed, chosen)
            act = commands.draft if form.get("act") == "draft" else commands.post
            made = act(unit.session, unit.actor, community.id, chosen[0], content, at=unit.now)
            uploads.add_photos(unit, made.id, pictures)
            said = N_("Kept as a draft. Only you see it.")
            if made.published_at is not None:
                said = N_("It is published. Thank you.")
            elif made.sent_at is not None:
                said = N_("Sent. Because it holds a link or a number, somebody looks at it first.")
            return unit.go_to(f"/listings/{made.id}", said=said)
    except (Invalid, Refused) as refusal:
        if not _is_about_the_form(refusal):
            raise
        with read_unit(request) as unit:
            return _form(request, unit, _community(unit, c), chosen, typed, refusal=refusal)


@router.get("/listings/{id}/edit", limit="read", acting=LISTINGS)
def edit_listing(request: Request, id: str) -> Response:
    """The form with what stands there now."""
    with read_unit(request) as unit:
        found = queries.listing_to_change(unit.session, unit.actor, id, at=unit.now)
        community = community_to_see(unit.session, unit.actor, found.card.community_id, at=unit.now)
        chosen = (found.card.direction, found.card.kind)
        typed = typed_of(found) | extras.typed_extra(unit, found)
        return _form(request, unit, community, chosen, typed, found=found)


@router.post("/listings/{id}/edit", limit="write", acting=LISTINGS)
def change_listing(request: Request, id: str) -> Response:
    """Change it; somebody else's newer version is shown beside what was typed."""
    form = read_form(request)
    with read_unit(request) as unit:
        found = queries.listing_to_change(unit.session, unit.actor, id, at=unit.now)
        community = community_to_see(unit.session, unit.actor, found.card.community_id, at=unit.now)
    typed = _typed(form.fields)
    chosen = (found.card.direction, found.card.kind)
    try:
        pictures = uploads.read_photos(request, "photos")
        with write_unit(request) as unit:
            content = _content(unit, community, typed, chosen)
            version = form.integer("version", least=0, most=10**9)
            made = commands.edit(
                unit.session, unit.actor, found.card.id, content, version=version, at=unit.now
            )
            uploads.arrange_photos(unit, made.id, form)
            uploads.add_photos(unit, made.id, pictures)
            return unit.go_to(f"/listings/{made.id}", said=N_("Changed."))
    except (Invalid, Refused) as refusal:
        if not _is_about_the_form(refusal):
            raise
        with read_unit(request) as unit:
            fresh = queries.listing_to_change(unit.session, unit.actor, id, at=unit.now)
            return _form(request, unit, community, chosen, typed, found=fresh, refusal=refusal)


def _headings(unit: Unit, community: Any, typed: Values, language: str) -> list[str]:
    """Three categories that might fit the title, while none is chosen."""
    title = "".join(typed.get("title") or [])
    if not title or "".join(typed.get("category") or []):
        return []
    found = matching.suggested_categories(unit.session, unit.actor, community.id, title)
    return [labels.get(language.split("-")[0]) or labels.get("en", "") for _id, labels in found]


def _is_about_the_form(refusal: Refused) -> bool:
    """Whether the form should come back with its sentence, rather than a page of its own."""
    return refusal.status in (412, 413, 422) or (
        isinstance(refusal, Forbidden) and refusal.name == "level_not_allowed"
    )


def _community(unit: Unit, c: str) -> Any:
    """The community, for those who may post there."""
    unit.signed_in()
    community = community_to_see(unit.session, unit.actor, c, at=unit.now)
    require(unit.session, unit.actor, "listing.publish", community.id, at=unit.now)
    return community


def _chosen(direction: str | None, kind: str | None) -> tuple[Direction, Kind] | None:
    try:
        return Direction(direction or ""), Kind(kind or "")
    except ValueError:
        return None


def _typed(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    typed: dict[str, list[str]] = {}
    for name, value in fields:
        typed.setdefault(name, []).append(value)
    return typed


def _content(unit: Unit, community: Any, typed: Values, chosen: tuple[Direction, Kind]) -> Content:
    return commands.read_content(
        typed,
        *chosen,
        at=unit.now,
        zone=community.zone,
        language=unit.me.language if unit.me else "en",
        money=community.currency or "",
    )


def _form(
    request: Request,
    unit: Unit,
    community: Any,
    chosen: tuple[Direction, Kind],
    typed: Values,
    *,
    found: queries.Detail | None = None,
    refusal: Refused | None = None,
) -> Response:
    session, actor, now = unit.session, unit.actor, unit.now
    voice = voice_of(request, unit, community.language)
    say = voice.gettext
    direction, kind = chosen
    money = commands.money_is_on(session, community.id, at=now)
    terms = _terms_of(kind, money)
    levels = commands.levels_allowed(session, actor, community, at=now)
    level = (typed.get("level") or [commands.usual_level(session, community, at=now).value])[0]
    partners = communities.partner_names(session, actor, community.id, at=now)
    facts = {"community": community.name, "partners": ", ".join(partners) or say(NONE_YET)}
    return render(
        request,
        unit,
        "sharing/form.html",
        status=refusal.status if isinstance(refusal, (Invalid, TooLarge)) else 422 if refusal else 200,
        community=community,
        refusal=refusal,
        phone_in_text=refusal is not None and refusal.name == "phone_in_text",
        direction=direction,
        kind=kind,
        found=found,
        values={name: list(value) for name, value in typed.items()},
        main=[field for field in FIELDS[kind] if field.main],
        more=[field for field in FIELDS[kind] if not field.main],
        terms=[(term.value, say(TERM_WORDS[term]), term in PRICED, term.value) for term in terms],
        amounts=[(rule.value, say(AMOUNT_WORDS[rule])) for rule in AmountRule],
        pers=[(per.value, say(word)) for per, word in PER_WORDS.items()],
        measures=[(one.value, say(word)) for one, word in MEASURE_WORDS.items()],
        categories=[(one.id, one.label(voice.language.tag)) for one in _categories(unit, community)],
        headings=_headings(unit, community, typed, voice.language.tag),
        levels=[(one.value, say(LEVEL_WORDS[one]).format_map(facts)) for one in levels],
        level=level,
        wide=any(one.wide for one in levels),
        people=queries.people_to_name(session, actor, community.id, at=now)
        if Level.PRIVATE in levels
        else [],
        groups=queries.own_groups(session, actor, community.id, at=now),
        distances=[(str(km), say(UNDER).format(km=km)) for km in BANDS_KM],
        steps=[(str(n), say(word)) for n, word in STEP_WORDS.items()],
        answers=[(one.value, say(ANSWERS_WORDS[one])) for one in Answers],
        shown=[(one.value, say(word)) for one, word in NAME_SHOWN_WORDS.items()],
        alike=[] if found else queries.alike(session, actor, (typed.get("title") or [""])[0], at=now),
        photos_of=_photos,
        extras=extras.asked(unit, community.id, direction, voice.language.tag),
        places=[(one.id, one.name) for one in queries.places(session, actor, community.id, at=now)],
        precisions=[(one.value, say(word)) for one, word in PRECISION_WORDS.items()],
        address=f"/listings/{found.card.id}/edit" if found else f"/c/{community.slug}/listings/new",
    )


def _terms_of(kind: Kind, money: bool) -> list[TermKind]:
    return [term for term in USUAL[kind] if money or term not in (TermKind.PAYMENT, TermKind.PURCHASE)]


def _usual_terms(unit: Unit, community: Any, kind: Kind) -> list[str]:
    """The ways that communities of this kind usually share in, as far as they fit; else the first of the kind."""
    money = commands.money_is_on(unit.session, community.id, at=unit.now)
    fit = [term.value for term in _terms_of(kind, money)]
    return [term for term in template_of(community.kind).terms if term in fit] or fit[:1]


def _categories(unit: Unit, community: Any) -> list[CategoryName]:
    """The headings of the community; those that its kind uses most come first."""
    first = {key: rank for rank, key in enumerate(template_of(community.kind).categories)}
    found = queries.categories(unit.session, unit.actor, community.id)
    return sorted(found, key=lambda one: first.get(one.key, len(first)))


def typed_of(found: queries.Detail) -> dict[str, list[str]]:
    """What one would type to get this listing."""
    card = found.card
    typed: dict[str, list[str]] = {
        "title": [card.title],
        "description": [card.description],
        "category": [card.category_id or ""],
        "place": [card.place],
        "level": [card.level.value],
        "answers": [found.answers.value],
        "name_shown": [found.name_shown.value],
        "named": [person for person, _ in found.named],
        "full_only": ["1"] if found.narrowing.full_only else [],
        "within": [found.narrowing.within],
        "without": list(found.narrowing.without),
        "vouched_only": ["1"] if found.narrowing.vouched_only else [],
        "within_km": [str(found.narrowing.within_km or "")],
        "steps": [str(found.narrowing.steps or "")],
        "terms": [term["kind"] for term in card.terms],
        "quantity": [_number(card.quantity_milli, 3)],
        "quantity_unit": [card.quantity_unit.value if card.quantity_unit else ""],
        "language": [card.language],
    }
    typed |= _typed_where(found)
    for name in ("available_from_on", "available_until_on", "collect_until", "expires_on"):
        typed[name] = [_said(name, getattr(found, name))]
    for term in card.terms:
        in_time = term.get("unit") == "minute"
        typed[f"{term['kind']}_rule"] = [term["rule"]]
        amount = term.get("amount_minor")
        typed[f"{term['kind']}_amount"] = [
            clock(amount) if in_time and amount is not None else _number(amount, 2)
        ]
        typed[f"{term['kind']}_per"] = [term.get("per") or ""]
    in_time = found.own.get("amount_unit") == "minute"
    for name, value in found.own.items():
        said = (
            clock(value) if name == "amount_minor" and in_time and value is not None else _said(name, value)
        )
        typed[name] = [said]
    return typed


def _typed_where(found: queries.Detail) -> dict[str, list[str]]:
    where = found.where
    if where is None:
        return {}
    point = said_point(where.lat, where.lon) if where.lat is not None and where.lon is not None else ""
    return {"place_id": [where.place_id], "point": [point], "precision": [where.precision.value]}


def _said(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(value)
    if name.startswith("minutes"):
        return clock(value)
    return _number(value, 2) if name.endswith("_minor") else str(value)


def _number(value: int | None, decimals: int) -> str:
    if value is None:
        return ""
    exact = (Decimal(value).scaleb(-decimals)).normalize()
    return f"{exact:f}"


def _photos(found: queries.Detail | None) -> list[dict[str, str]]:
    """The photos that are there, as the form's macro wants them."""
    if found is None:
        return []
    address = f"/listings/{found.card.id}/photos"
    return [{"id": one.id, "url": f"{address}/{one.id}/small", "alt": one.alt} for one in found.photos]
