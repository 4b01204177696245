"""Names and handles: what may be chosen, what is kept free, what is proposed. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import timedelta

from minga.kit.errors import Conflict, Invalid
from minga.kit.i18n import N_

NAME_MAX = 80
HANDLE_MIN, HANDLE_MAX = 3, 30
HANDLE_CHANGED_AFTER = timedelta(days=30)
HANDLE_REDIRECTS = timedelta(days=90)
HANDLE_RESERVED = timedelta(days=365)
_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")
RESERVED = frozenset(
    [
        "about",
        "abuse",
        "account",
        "accounts",
        "acting",
        "admin",
        "administrator",
        "advice",
        "agreements",
        "alarms",
        "all",
        "amendments",
        "anonymous",
        "anybody",
        "api",
        "applications",
        "apps",
        "asks",
        "assets",
        "audit",
        "auth",
        "badges",
        "ballot",
        "board",
        "bot",
        "c",
        "calendar",
        "cases",
        "challenges",
        "claim",
        "claims",
        "closings",
        "comm",
        "communities",
        "community",
        "confirm",
        "connections",
        "contact",
        "cuts",
        "data",
        "decisions",
        "default",
        "delegations",
        "deleted",
        "demo",
        "dev",
        "devices",
        "discovery",
        "disputes",
        "docs",
        "draws",
        "drills",
        "effects",
        "endorsements",
        "entries",
        "events",
        "everybody",
        "everyone",
        "example",
        "exchanges",
        "exports",
        "facts",
        "feedback",
        "feeds",
        "files",
        "first",
        "former",
        "former-member",
        "git",
        "grants",
        "graphql",
        "guest",
        "health",
        "help",
        "hidden",
        "holds",
        "home",
        "hostmaster",
        "household-seats",
        "households",
        "imports",
        "info",
        "intakes",
        "invite",
        "invites",
        "jobs",
        "join",
        "keepings",
        "legal",
        "lessons",
        "letters",
        "listing",
        "listings",
        "live",
        "loans",
        "login",
        "logout",
        "machine",
        "mail",
        "mandates",
        "matches",
        "mcp",
        "me",
        "member",
        "members",
        "messages",
        "metrics",
        "minga",
        "mod",
        "moderator",
        "mutual-aid",
        "need",
        "needs",
        "network",
        "new",
        "news",
        "nobody",
        "node",
        "none",
        "null",
        "objections",
        "offers",
        "official",
        "operator",
        "owner",
        "partners",
        "partnerships",
        "payment-asks",
        "people",
        "person",
        "person-merges",
        "photos",
        "places",
        "plans",
        "policy",
        "polls",
        "pool-gifts",
        "pools",
        "postmaster",
        "posts",
        "privacy",
        "private",
        "proposals",
        "public",
        "questions",
        "queue",
        "register",
        "repeats",
        "report",
        "reports",
        "reservations",
        "roles",
        "root",
        "rounds",
        "rules",
        "search",
        "seats",
        "seconds",
        "security",
        "self",
        "settings",
        "shares",
        "sign-in",
        "sign-ins",
        "sign-out",
        "sign-up",
        "signin",
        "signout",
        "signup",
        "skill-proofs",
        "staff",
        "statements",
        "static",
        "status",
        "steward",
        "stewards",
        "support",
        "sw",
        "sync",
        "system",
        "team",
        "tech",
        "terms",
        "test",
        "threads",
        "tie-terms",
        "tokens",
        "treasurer",
        "trial",
        "undefined",
        "unknown",
        "user",
        "users",
        "verify",
        "vouches",
        "webmaster",
        "welcomer",
        "www",
        "x",
        "you",
    ]
)


def clean_handle(text: str) -> str:
    """The handle as it is kept; the sign before it, spaces around it and capitals are forgiven.

    >>> clean_handle(" @Bruno ")
    'bruno'
    """
    handle = text.strip().removeprefix("@").lower()
    if not HANDLE_MIN <= len(handle) <= HANDLE_MAX or not _HANDLE.fullmatch(handle):
        sentence = N_("A handle has 3 to 30 of the characters a-z, 0-9, dot, dash and underscore.")
        raise Invalid(sentence, code="handle_shape", fields={"handle": sentence})
    if handle in RESERVED:
        sentence = N_("The name @{handle} is kept free. Choose another.")
        raise Conflict(sentence, code="handle_reserved", fields={"handle": sentence}, handle=handle)
    return handle


def handle_key(text: str) -> str:
    """What is compared, for a handle that somebody typed; never refuses, so that nobody learns which exist.

    >>> handle_key("@Bruno"), len(handle_key("x" * 500))
    ('bruno', 30)
    """
    return text.strip().removeprefix("@").lower()[:HANDLE_MAX]


def handle_taken(handle: str, free: Collection[str]) -> Conflict:
    """The refusal that names what is free.

    >>> str(handle_taken("bruno", ["bruno2", "bruno.v"]))
    'The name @bruno is taken. Free: @bruno2, @bruno.v.'
    """
    sentence = N_("The name @{handle} is taken. Free: {free}.")
    offered = ", ".join(f"@{one}" for one in free)
    return Conflict(sentence, code="handle_taken", fields={"handle": sentence}, handle=handle, free=offered)


def handles_near(name: str, *, handle: str = "") -> Iterator[str]:
    """Handles proposed for a name, the plainest first; endless but for the caller's patience.

    >>> from itertools import islice
    >>> list(islice(handles_near("Bruno Valério"), 3))
    ['bruno', 'bruno.v', 'bruno2']
    >>> list(islice(handles_near("Ана"), 2))
    ['neighbour', 'neighbour2']
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = [word for word in (re.sub(r"[^a-z0-9]", "", part) for part in plain.split()) if word]
    stem = (handle or (words[0] if words else ""))[: HANDLE_MAX - 4]
    if len(stem) < HANDLE_MIN:
        stem = "".join(words)[: HANDLE_MAX - 4]
    if len(stem) < HANDLE_MIN:
        stem = "neighbour"
    if stem not in RESERVED:
        yield stem
    if len(words) > 1:
        yield f"{stem}.{words[-1][0]}"
    for number in range(2, 10_000):
        yield f"{stem}{number}"


def clean_name(text: str) -> str:
    """A person's name: one line of any script, 1 to 80 characters.

    >>> clean_name("  Ana   María ")
    'Ana María'
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    name = "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn"})
    if not 1 <= len(name) <= NAME_MAX:
        sentence = N_("A name has 1 to 80 characters.")
        raise Invalid(sentence, fields={"name": sentence})
    return name
