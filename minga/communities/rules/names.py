"""Addresses of communities: which texts are slugs, which are kept free, what is proposed for a name. Pure."""

import re
import unicodedata

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

SLUG_MAX = 40
NAME_MAX = 120
PURPOSE_MAX = 500
DESCRIPTION_MAX = 10_000
CONTACT_MAX = 500
NOTICE_MAX = 200
DEPTH_MAX = 4
SLUG_KEPT_DAYS = 365

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])")

RESERVED = frozenset(
    [
        "about",
        "account",
        "acting",
        "admin",
        "administrator",
        "api",
        "app",
        "apply",
        "applications",
        "assets",
        "assistant",
        "auth",
        "c",
        "calendar",
        "claim",
        "communities",
        "community",
        "confirm",
        "contact",
        "cuts",
        "discovery",
        "documents",
        "everybody",
        "everyone",
        "export",
        "exports",
        "favicon",
        "feedback",
        "feeds",
        "files",
        "first",
        "grants",
        "health",
        "help",
        "home",
        "hub",
        "import",
        "imports",
        "invites",
        "join",
        "keepings",
        "legal",
        "letters",
        "listings",
        "live",
        "log",
        "login",
        "logout",
        "mail",
        "me",
        "media",
        "members",
        "memberships",
        "minga",
        "mod",
        "moderator",
        "needs",
        "new",
        "nobody",
        "node",
        "null",
        "operator",
        "owner",
        "partnerships",
        "people",
        "polls",
        "privacy",
        "proposals",
        "public",
        "recover",
        "report",
        "reports",
        "robots",
        "roles",
        "root",
        "seats",
        "seconds",
        "security",
        "settings",
        "share",
        "sign-in",
        "sign-ins",
        "sign-out",
        "sign-up",
        "static",
        "status",
        "steward",
        "stewards",
        "support",
        "sync",
        "system",
        "terms",
        "test",
        "ties",
        "undefined",
        "user",
        "users",
        "vouches",
        "webhooks",
        "well-known",
        "www",
    ]
)
"""Texts that are or may become the first part of an address, or that pretend to speak for the node."""


def read_slug(text: str) -> str:
    """The address in what somebody typed.

    >>> read_slug(" Valley-2 ")
    'valley-2'
    >>> read_slug("me")
    Traceback (most recent call last):
    minga.kit.errors.Invalid: The address “me” is kept free. Choose another.
    """
    slug = text.strip().lower()
    if not _SLUG.fullmatch(slug) or "--" in slug:
        raise Invalid(N_("An address has 2 to 40 letters a–z, digits and single hyphens between them."))
    if slug in RESERVED or is_hex_id(slug):
        raise Invalid(N_("The address “{slug}” is kept free. Choose another."), slug=slug)
    return slug


def is_hex_id(slug: str) -> bool:
    """Whether it could be taken for an identifier.

    >>> is_hex_id("0192f0c1d2e37abc8def0123456789ab"), is_hex_id("valley")
    (True, False)
    """
    return re.fullmatch(r"[0-9a-f]{32}", slug) is not None


def slug_for(name: str) -> str:
    """An address proposed for a name; empty when the name has no letter that an address could keep.

    >>> slug_for("Ökodorf  Sieben & Linden"), slug_for("Café Ñandú"), slug_for("村")
    ('okodorf-sieben-linden', 'cafe-nandu', '')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_MAX].strip("-")
    if slug in RESERVED:
        slug = f"{slug}-community"
    return slug if len(slug) >= 2 else ""


def numbered(slug: str, n: int) -> str:
    """The same address with a number, when the plain one is taken.

    >>> numbered("valley", 2), len(numbered("x" * 40, 12))
    ('valley-2', 40)
    """
    ending = f"-{n}"
    return slug[: SLUG_MAX - len(ending)].rstrip("-") + ending
