"""The page *More*: every place of a community that exists, by what it is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_see, place_of
from minga.interfaces.http import read_unit
from minga.interfaces.web.all import routers
from minga.interfaces.web.page import PageRouter, render
from minga.kit.i18n import N_

router = PageRouter()


@dataclass(frozen=True)
class Door:
    """A link: its words, where it leads, its icon, and the capability it takes, if any."""

    words: str
    address: str
    icon: str
    capability: str = ""


SECTIONS: Mapping[str, tuple[Door, ...]] = {
    N_("Do"): (
        Door(N_("Sharing"), "/c/{c}/listings", "sharing"),
        Door(N_("Post something"), "/c/{c}/listings/new", "plus", "listing.publish"),
        Door(N_("Mine"), "/me/sharing", "loan"),
        Door(N_("Messages"), "/messages", "talk"),
        Door(N_("What waits for me"), "/needs", "bell"),
    ),
    N_("Us"): (
        Door(N_("About"), "/c/{c}", "community"),
        Door(N_("Members"), "/c/{c}/members", "people", "member.see_list"),
        Door(N_("Invite somebody"), "/c/{c}/invites", "invite", "member.invite"),
        Door(N_("Tree"), "/c/{c}/tree", "tree"),
        Door(N_("Subgroups"), "/c/{c}/subgroups", "people"),
        Door(N_("Roles"), "/c/{c}/roles", "person"),
        Door(N_("Rules"), "/c/{c}/rules", "document"),
        Door(N_("Categories"), "/c/{c}/categories", "filter", "category.edit"),
    ),
    N_("Your duties"): (
        Door(N_("Applications"), "/c/{c}/applications", "person", "application.see"),
        Door(N_("Sign-ins that wait"), "/c/{c}/sign-ins", "key", "sign_in.approve"),
        Door(N_("Take listings in from a file"), "/c/{c}/imports/listings", "upload", "listing.import"),
        Door(N_("Settings"), "/c/{c}/settings", "settings", "community.edit"),
    ),
    N_("Open book"): (Door(N_("Log"), "/c/{c}/log", "log", "log.see"),),
    N_("You"): (
        Door(N_("My pages"), "/me", "person"),
        Door(N_("What you were told"), "/me/notices", "bell"),
        Door(N_("Language and text size"), "/me/look", "language"),
        Door(N_("Leave this community"), "/c/{c}/leave", "leave"),
        Door(N_("Sign out"), "/sign-out", "leave"),
    ),
}


@cache
def exists(address: str) -> bool:
    """Whether a page stands at that address in this release."""
    return any(
        route.path_regex.match(address) and "GET" in (route.methods or ())
        for found in routers()
        for route in found.routes
    )


@router.get("/c/{c}/more", limit="read")
def show_more(request: Request, c: str) -> Response:
    """Everything there is, and of duties only those that the reader's roles bring."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_see(unit.session, unit.actor, c, at=unit.now)
        place = place_of(unit.session, unit.actor, community.id, at=unit.now)
        held = place.capabilities if place else frozenset()
        sections = [
            (
                title,
                [
                    (door, door.address.format(c=community.slug))
                    for door in doors
                    if (not door.capability or door.capability in held) and exists(door.address.format(c="x"))
                ],
            )
            for title, doors in SECTIONS.items()
        ]
        shown = [(title, doors) for title, doors in sections if doors]
        return render(request, unit, "home/more.html", community=community, sections=shown)
