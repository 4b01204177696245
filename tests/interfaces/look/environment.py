"""A small stand-in for the page frame, so that templates are tested without a database or a request."""

import functools
from types import SimpleNamespace
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from minga.interfaces.web.statics import FOLDER, icon_names, static_url

TEMPLATES = FOLDER.parent / "templates"
NONCE = "bm9uY2U"


def gettext(text: str, **facts: Any) -> str:
    return text.format(**facts) if facts else text


def ngettext(one: str, many: str, n: int, **facts: Any) -> str:
    return (one if n == 1 else many).format(n=n, **{k: v for k, v in facts.items() if k != "n"})


def moment(at: Any) -> Markup:
    return Markup('<time datetime="{}">20 November 10:00</time>').format(escape(str(at)))


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
    nav = [SimpleNamespace(label=a, href=f"/{b}", icon=b, current=b == "offer") for a, b in places]
    facts: dict[str, Any] = {
        "person": SimpleNamespace(name="Ana Ruiz", handle="ana", photo_url=None),
        "communities": [valley, harbour],
        "community": valley,
        "nav": nav,
        "look": look,
        "said": None,
        "band": None,
        "acting": None,
    }
    return SimpleNamespace(**{**facts, **changes})


@functools.cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static_url"] = static_url
    made.filters.update(moment=moment, day=moment, minutes=str, money=str)
    return made


def context(**changes: Any) -> dict[str, Any]:
    svg = segno.make("https://valley.example/join/7Q4K2M9F").svg_inline(
        svgclass=None, lineclass=None, omitsize=True
    )
    ids = iter(range(10_000))
    return {
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
        "lang": "en",
        "dir": "ltr",
        "nonce": NONCE,
        "frame": frame(),
        "form_token": lambda: "token",
        "new_form_id": lambda: f"{next(ids):032x}",
        "url": "/dev/look",
        "version": "0.1.0",
        "icons": list(icon_names()),
        "code": Markup(svg),
        "photo": "/photo.jpg",
        **changes,
    }


def render(template: str, **changes: Any) -> str:
    return environment().get_template(template).render(**context(**changes))


def render_string(text: str, **changes: Any) -> str:
    start = '{% import "ui/all.html" as ui with context %}'
    return environment().from_string(start + text).render(**context(**changes))
