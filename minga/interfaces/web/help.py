"""Help by task, the privacy page, and where developers begin. Words only; nothing here asks the database for rows."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from minga.identity.rules.consents import PURPOSES
from minga.interfaces.http import read_unit
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import NotFound
from minga.kit.i18n import N_

router = PageRouter()


@dataclass(frozen=True)
class Topic:
    """One task: its heading and what to do, a paragraph each."""

    key: str
    title: str
    icon: str
    words: tuple[str, ...]


TOPICS = (
    Topic(
        "joining",
        N_("Join a community"),
        "invite",
        (
            N_(
                "Somebody who is a member gives you an invitation: a link, a printed card, or a code for the camera."
            ),
            N_("Open it, write your name, and choose how you want to sign in. You need no e-mail address."),
            N_("Some communities read what you write first. The page then shows how far they are."),
        ),
    ),
    Topic(
        "signing-in",
        N_("Sign in, and get back in"),
        "key",
        (
            N_(
                "With a passkey your phone or computer recognises you; a password of several words works everywhere."
            ),
            N_("If you chose neither, a neighbour lets you in: you call them, and they tell you a number."),
            N_(
                "Lost everything? Open “I can't get in” on the sign-in page. It lists every way that this node has."
            ),
            N_("Nobody who keeps a community will ever ask you for your password or for a number."),
        ),
    ),
    Topic(
        "posting",
        N_("Offer something, or ask for something"),
        "offer",
        (
            N_("Choose “Post something”, say whether you offer or need, and what kind of thing it is."),
            N_("The form says in words who will see it. By default that is your community and its partners."),
            N_(
                "You can save a draft, change it later, pause it, or say that it is done. Nothing disappears silently."
            ),
        ),
    ),
    Topic(
        "borrowing",
        N_("Borrow, give back, give away, help"),
        "loan",
        (
            N_(
                "Open what you would like and ask. The owner says yes, proposes another day, or says not this time."
            ),
            N_(
                "For a loan, the owner notes when it goes out. You say “I brought it back”, the owner says “it is here”."
            ),
            N_("For gifts and help, both say when it is done. Messages between you stay between you."),
        ),
    ),
    Topic(
        "inviting",
        N_("Invite somebody"),
        "vouch",
        (
            N_("Under Members choose Invite. You can add a few personal words and a photo."),
            N_(
                "Show the code, print the card, or send the link. You can stop an invitation or make it anew."
            ),
        ),
    ),
    Topic(
        "who-sees-what",
        N_("Who sees what"),
        "eye",
        (
            N_("Each field of your profile has its own audience, from only you to everybody."),
            N_(
                "Listings are private, for the community, for partners, for the network, or public. You choose."
            ),
            N_("What you may not see and what does not exist look the same: there is nothing here."),
            N_("When somebody looks at a protected field of yours, your own log says who and when."),
        ),
    ),
    Topic(
        "stewards",
        N_("For stewards: what you may see and do"),
        "people",
        (
            N_(
                "You approve members, give roles, and change rules. Changes of rules and roles need a second steward."
            ),
            N_("You do not see private listings, messages, or fields that a member keeps to themselves."),
            N_("Everything you do in your role stands in the log, which nobody can change."),
        ),
    ),
    Topic(
        "operators",
        N_("For whoever runs the node"),
        "settings",
        (
            N_("The node pages show health, jobs, mail and settings, never the rows of a community."),
            N_(
                "Whoever runs a machine can read its disk. Members know that; keep the machine and its copies safe."
            ),
            N_("`minga doctor` in a terminal looks for what is wrong and says the next step."),
        ),
    ),
    Topic(
        "source",
        N_("Source code and licence"),
        "document",
        (
            N_("minga is free software under the GNU Affero General Public License, version 3 or later."),
            N_("You may use it, read how it works, change it and hand it on. It comes without any warranty."),
            N_(
                "Whoever runs a changed version for others gives them its source: ask whoever runs this node for it."
            ),
            N_("The licence in full: https://www.gnu.org/licenses/agpl-3.0.html"),
        ),
    ),
)
KEPT = (
    (
        N_("Your profile and contacts"),
        N_("as long as you are here; each field has the audience that you choose"),
    ),
    (
        N_("Messages"),
        N_("encrypted at rest on this node; whoever holds the node's key can technically read them"),
    ),
    (N_("Listings and exchanges"), N_("kept as history for both sides; closed listings leave the lists")),
    (N_("The log"), N_("ids, dates and kinds only, sealed in a chain; nothing that somebody typed")),
    (N_("Traces of sign-ins"), N_("a network prefix and the kind of browser, erased after 30 days")),
    (N_("Dates of last use"), N_("the day only, no clock time")),
)


@router.get("/help", limit="read")
def help_index(request: Request) -> Response:
    with read_unit(request) as unit:
        return render(request, unit, "help/index.html", topics=TOPICS)


@router.get("/help/{key}", limit="read")
def help_topic(request: Request, key: str) -> Response:
    with read_unit(request) as unit:
        topic = next((one for one in TOPICS if one.key == key), None)
        if topic is None:
            raise NotFound()
        return render(request, unit, "help/topic.html", topic=topic)


@router.get("/privacy", limit="read")
def privacy(request: Request) -> Response:
    with read_unit(request) as unit:
        return render(request, unit, "help/privacy.html", purposes=tuple(PURPOSES.values()), kept=KEPT)


@router.get("/dev", limit="read")
def developers(request: Request) -> Response:
    with read_unit(request) as unit:
        return render(request, unit, "help/developers.html")
