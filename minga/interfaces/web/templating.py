"""The one Jinja environment: what every template may say, and how facts become words of the reader's language."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from minga import __version__
from minga.interfaces.web.statics import static_url
from minga.kit.ids import new_id
from minga.kit.text import markdown_html

FOLDER = Path(__file__).parent / "templates"


@pass_context
def _gettext(context: Context, text: str, /, **facts: Any) -> Markup:
    """A sentence in the reader's language; facts are escaped, the sentence is ours."""
    said = Markup(context["voice"].gettext(str(text)))
    return said.format_map(facts) if facts else said


@pass_context
def _ngettext(context: Context, one: str, many: str, n: int, /, **facts: Any) -> Markup:
    said = Markup(context["voice"].ngettext(str(one), str(many), n))
    return said.format_map({"n": n, **facts})


@pass_context
def _day(context: Context, value: date | None) -> Markup:
    """A date as `<time>`, in words near today."""
    if value is None:
        return Markup("")
    formats, now = context["formats"], context["now"]
    words = formats.day(value, now.astimezone(formats.zone).date())
    return Markup('<time datetime="{0}">{1}</time>').format(value.isoformat(), words)


@pass_context
def _moment(context: Context, value: datetime | None) -> Markup:
    """An instant as `<time>` in the reader's zone."""
    if value is None:
        return Markup("")
    words = context["formats"].moment(value, context["now"])
    return Markup('<time datetime="{0}">{1}</time>').format(value.isoformat(timespec="minutes"), words)


@pass_context
def _ago(context: Context, value: datetime) -> Markup:
    words = context["formats"].ago(value, context["now"])
    return Markup('<time datetime="{0}">{1}</time>').format(value.isoformat(timespec="minutes"), words)


@pass_context
def _minutes(context: Context, value: int) -> str:
    return str(context["formats"].minutes(value))


@pass_context
def _number(context: Context, value: Any) -> str:
    return str(context["formats"].number(value))


@pass_context
def _money(context: Context, value: int, currency: str) -> str:
    return str(context["formats"].money(value, currency))


def _markdown(text: str) -> Markup:
    return Markup(markdown_html(text))


def make_environment() -> Environment:
    """The environment; templates are compiled once and kept."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.globals.update(
        _=_gettext,
        gettext=_gettext,
        ngettext=_ngettext,
        static_url=static_url,
        new_form_id=new_id,
        version=__version__,
    )
    environment.filters.update(
        day=_day, moment=_moment, ago=_ago, minutes=_minutes, number=_number, money=_money, markdown=_markdown
    )
    return environment
