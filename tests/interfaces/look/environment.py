"""Templates rendered as pages are, without a database or a request."""

import functools
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment

from minga.interfaces.web.statics import icon_names
from minga.interfaces.web.templating import FOLDER, fill, make_environment
from minga.kit.formats import Formats
from minga.kit.i18n import translator

TEMPLATES = FOLDER
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def frame(**changes: Any) -> SimpleNamespace:
    look = SimpleNamespace(
        theme="system", contrast="system", density="comfortable", text_size="normal", motion="system"
    )
    valley = SimpleNamespace(slug="valley", name="Valley", photo_url=None, waiting=3)
    harbour = SimpleNamespace(slug="harbour", name="Harbour Housing Co-operative", photo_url=None, waiting=0)
    places = [
        ("Home", "home"),
        ("Sharing", "offer"),
        ("Decisions", "vote"),
        ("Members", "people"),
        ("More", "more"),
    ]
    nav = [SimpleNamespace(label=a, href=f"/{b}", icon=b, current=b == "sharing") for a, b in places]
    facts: dict[str, Any] = {
        "person": SimpleNamespace(name="Ana Ruiz", handle="ana", photo_url=None),
        "communities": [valley, harbour],
        "community": valley,
        "nav": nav,
        "look": look,
        "said": None,
        "band": None,
        "acting": None,
        "act_for": "",
        "agreement": None,
        "examples": None,
    }
    return SimpleNamespace(**{**facts, **changes})


@functools.cache
def environment() -> Environment:
    return make_environment()


def context(language: str = "en", **changes: Any) -> dict[str, Any]:
    voice = translator(language)
    return {
        "voice": voice,
        "formats": Formats(language, "Europe/Madrid", voice),
        "now": NOW,
        "lang": language,
        "dir": "ltr",
        "nonce": "bm9uY2U",
        "frame": frame(),
        "form_token": lambda: "token",
        "url": "/dev/look",
        "icons": list(icon_names()),
        "photo": "/photo.jpg",
        "at": NOW,
        **changes,
    }


def render(template: str, **changes: Any) -> str:
    return fill(environment(), template, context(**changes))


def render_string(text: str, **changes: Any) -> str:
    """A page, or a piece of one, that imports the macros first."""
    start = "" if "{% extends" in text else '{% import "ui/all.html" as ui %}'
    made = environment().from_string(start + text)
    return fill(environment(), made, context(**changes))
