"""The frame round every page inside: whose page, which community, which places, what was just said."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from minga.communities import access as communities
from minga.communities.rules.templates import template_of
from minga.interfaces.http import Unit
from minga.interfaces.http.acting import scopes_of
from minga.kit.i18n import N_, Translator

PLACES = {
    "home": (N_("Home"), "/", "home"),
    "sharing": (N_("Sharing"), "/c/{slug}/listings", "sharing"),
    "mine": (N_("Mine"), "/me/sharing", "loan"),
    "hours": (N_("Hours"), "/c/{slug}/money", "hours"),
    "decide": (N_("Decide"), "/c/{slug}/proposals", "vote"),
    "members": (N_("Members"), "/c/{slug}/members", "people"),
    "messages": (N_("Messages"), "/messages", "message"),
    "log": (N_("Log"), "/c/{slug}/log", "log"),
    "more": (N_("More"), "/c/{slug}/more", "more"),
}
WITHOUT_COMMUNITY = (
    (N_("Home"), "/", "home"),
    (N_("Sharing"), "/listings", "sharing"),
    (N_("Mine"), "/me/sharing", "loan"),
    (N_("Messages"), "/messages", "message"),
    (N_("Communities"), "/communities", "people"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the bar."""

    label: str
    href: str
    icon: str
    current: bool


@dataclass
class Look:
    """How the person likes it; empty words follow the device."""

    theme: str = ""
    contrast: str = ""
    density: str = ""
    text_size: str = ""
    motion: str = ""


@dataclass(frozen=True, slots=True)
class FramePerson:
    name: str
    handle: str
    photo_url: str | None


@dataclass(frozen=True, slots=True)
class FrameCommunity:
    slug: str
    name: str
    photo_url: str | None = None
    waiting: int = 0
    log: bool = False


@dataclass(frozen=True, slots=True)
class Examples:
    """Where example neighbours are removed, and whether the reader may."""

    address: str
    may_remove: bool


@dataclass(frozen=True, slots=True)
class ActingFor:
    """The band that names for whom something is entered, and where it is stopped."""

    name: str
    stop: str = "/acting/end"


@dataclass(frozen=True, slots=True)
class AgreementOpen:
    """What waits for the reader's yes in a community, until when; `over`: they only read by now."""

    name: str
    address: str
    until: datetime
    over: bool


@dataclass
class Frame:
    person: Any = None
    communities: list[Any] = field(default_factory=list)
    locked: list[Any] = field(default_factory=list)
    community: Any = None
    nav: list[Place] = field(default_factory=list)
    look: Look = field(default_factory=Look)
    said: Any = ""
    band: str = ""
    examples: Any = None
    agreement: AgreementOpen | None = None
    acting: Any = None
    act_for: str = ""
    operator: bool = False
    head: str = ""
    face: Any = None


def frame_of(unit: Unit, voice: Translator, community: Any, *, said: Any) -> Frame:
    """Everything the layout needs, by at most one query."""
    me = unit.me
    if me is None:
        return Frame(community=_shown(community, ()), said=said)
    mine = list(communities.places_of(unit.session, unit.by, at=unit.now).values())
    here = _at(mine, community)
    look = {key: value for key, value in me.look.items() if key in Look.__dataclass_fields__}
    return Frame(
        person=FramePerson(me.name, me.handle, f"/files/{me.photo}/40" if me.photo else None),
        communities=[FrameCommunity(one.slug, one.name) for one in mine],
        locked=communities.locked_places(unit.session, unit.by),
        community=_shown(community, mine),
        nav=_nav(unit.request.url.path, voice, here),
        look=Look(**look),
        said=said,
        band=here.notice if here is not None and community is not None else "",
        operator=unit.by.operator,
        acting=ActingFor(unit.acting.name) if unit.acting else None,
        act_for=_act_for(unit, mine),
        examples=_examples(here if community is not None else None),
        agreement=_agreement(mine, here if community is not None else None),
    )


def _act_for(unit: Unit, mine: Iterable[Any]) -> str:
    """Where somebody is chosen to do this for: on pages that can be, for those whose role it is."""
    if unit.acting is not None or unit.request.method != "GET" or not scopes_of(unit.request):
        return ""
    if not any("person.act_for" in one.capabilities for one in mine):
        return ""
    query = f"?{unit.request.url.query}" if unit.request.url.query else ""
    return f"/acting?to={quote(unit.request.url.path + query, safe='')}"


def _examples(here: Any) -> Examples | None:
    """The band of a community with example neighbours; those who change the community remove them from it."""
    if here is None or not here.examples:
        return None
    return Examples(f"/c/{here.slug}/examples/removal", "community.edit" in here.capabilities)


def _agreement(mine: Any, here: Any) -> AgreementOpen | None:
    """The band of what waits for a yes: of the page's community, else of the first where something does."""
    places = [here] if here is not None else mine
    open_ = next((one for one in places if one.agree_until is not None and one.membership_id), None)
    if open_ is None:
        return None
    return AgreementOpen(open_.name, f"/c/{open_.slug}/agreements", open_.agree_until, open_.unsettled)


def _shown(community: Any, mine: Iterable[Any]) -> FrameCommunity | None:
    """What the frame says of the page's community; its log is linked for those who may read it."""
    if community is None:
        return None
    photo = getattr(community, "photo", None)
    log = any(one.slug == community.slug and "log.see" in one.capabilities for one in mine)
    return FrameCommunity(community.slug, community.name, f"/files/{photo}/96" if photo else None, log=log)


def _at(mine: Any, community: Any) -> Any:
    """The community whose places the bar shows: the page's, or the only one."""
    if community is not None:
        return next((one for one in mine if one.slug == community.slug), None)
    return mine[0] if len(mine) == 1 else None


def _nav(path: str, voice: Translator, community: Any) -> list[Place]:
    if community is None:
        places = list(WITHOUT_COMMUNITY)
    else:
        places = [PLACES[name] for name in ("home", *template_of(community.kind).places, "more")]
        places = [(label, href.format(slug=community.slug), icon) for label, href, icon in places]
    return [Place(voice.gettext(label), href, icon, _is_current(path, href)) for label, href, icon in places]


def _is_current(path: str, href: str) -> bool:
    return path == href or (href != "/" and path.startswith(f"{href}/"))
