"""The page *More*: every place of a community that exists, by what it is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_see, place_of, policies
from minga.interfaces.http import read_unit
from minga.interfaces.web.all import routers
from minga.interfaces.web.page import PageRouter, render
from minga.kit.i18n import N_

router = PageRouter()


@dataclass(frozen=True)
class Door:
    """A link: its words, where it leads, its icon, the capability it takes and the rule that switches it on, if any."""

    words: str
    address: str
    icon: str
    capability: str = ""
    rule: str = ""


SECTIONS: Mapping[str, tuple[Door, ...]] = {
    N_("Do"): (
        Door(N_("Sharing"), "/c/{c}/listings", "sharing"),
        Door(N_("Post something"), "/c/{c}/listings/new", "plus", "listing.publish"),
        Door(N_("Pools"), "/c/{c}/pools", "sharing"),
        Door(N_("Decide"), "/c/{c}/proposals", "vote", "proposal.see"),
        Door(N_("Mine"), "/me/sharing", "loan"),
        Door(N_("Hours"), "/c/{c}/money", "hours", rule="time.on"),
        Door(N_("Messages"), "/messages", "talk"),
        Door(N_("What waits for me"), "/needs", "bell"),
    ),
    N_("Us"): (
        Door(N_("About"), "/c/{c}", "community"),
        Door(N_("Members"), "/c/{c}/members", "people", "member.see_list"),
        Door(N_("Invite somebody"), "/c/{c}/invites", "invite", "member.invite"),
        Door(N_("Tree"), "/c/{c}/tree", "tree"),
        Door(N_("Households"), "/c/{c}/households", "home", "member.see_list"),
        Door(N_("Subgroups"), "/c/{c}/subgroups", "people"),
        Door(N_("Partners"), "/c/{c}/ties", "partner", "community.see"),
        Door(N_("Roles"), "/c/{c}/roles", "person"),
        Door(N_("Rules"), "/c/{c}/rules", "document"),
        Door(N_("What is agreed"), "/c/{c}/agreements", "document", "community.see"),
        Door(N_("Categories"), "/c/{c}/categories", "filter", "category.edit"),
    ),
    N_("Your duties"): (
        Door(N_("Dispatch"), "/c/{c}/dispatch", "dispatch", "dispatch.see"),
        Door(N_("Desk"), "/c/{c}/desk", "desk", "desk.lend"),
        Door(N_("Applications"), "/c/{c}/applications", "person", "application.see"),
        Door(N_("People without a device"), "/c/{c}/desk/people", "person", "person.keep"),
        Door(N_("Questions to applicants"), "/c/{c}/joining-questions", "document", "community.edit"),
        Door(N_("Reports"), "/c/{c}/reports", "report", "report.handle"),
        Door(N_("Sign-ins that wait"), "/c/{c}/sign-ins", "key", "sign_in.approve"),
        Door(N_("Accounts and books"), "/c/{c}/money/desk", "money", "ledger.see", rule="time.on"),
        Door(N_("Take listings in from a file"), "/c/{c}/imports/listings", "upload", "listing.import"),
        Door(N_("Members from a list"), "/c/{c}/members/import", "upload", "member.import"),
        Door(N_("Members as a file"), "/c/{c}/members/file", "download", "member.export"),
        Door(N_("Settings"), "/c/{c}/settings", "settings", "community.edit"),
        Door(N_("Take the community out"), "/c/{c}/export", "document", "community.export"),
    ),
    N_("Open book"): (
        Door(N_("Log"), "/c/{c}/log", "log", "log.see"),
        Door(N_("What moderators have done"), "/c/{c}/moderation", "report", "moderation.see_log"),
    ),
    N_("You"): (
        Door(N_("My pages"), "/me", "person"),
        Door(N_("What you were told"), "/me/notices", "bell"),
        Door(N_("What you are told by mail"), "/me/notifications", "bell"),
        Door(N_("Language and text size"), "/me/look", "language"),
        Door(N_("My data"), "/me/data", "download"),
        Door(N_("Leave this community"), "/c/{c}/leave", "leave"),
        Door(N_("Enter something for somebody else"), "/acting", "person"),
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
                    if (not door.capability or door.capability in held)
                    and (not door.rule or policies.value(unit.session, community.id, door.rule, at=unit.now))
                    and exists(door.address.format(c="x"))
                ],
            )
            for title, doors in SECTIONS.items()
        ]
        shown = [(title, doors) for title, doors in sections if doors]
        return render(request, unit, "home/more.html", community=community, sections=shown)
