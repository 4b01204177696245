"""The one Jinja environment: what every template may say, and how facts become words of the reader's language."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from minga import __version__
from minga.interfaces.web.difference import changed_paragraphs
from minga.interfaces.web.fragments import Fragments
from minga.interfaces.web.named_errors import with_names_in_errors
from minga.interfaces.web.statics import static_url
from minga.kit.ids import new_id
from minga.kit.qr import qr_svg
from minga.kit.text import markdown_html

FOLDER = Path(__file__).parent / "templates"

# What the page under way is made of. Macros read it from here and not from the context of a template, so that
# files of macros are imported without context: they run once in a process and not once for every page. Filters still
# ask for the context, or Jinja would work out `{{ 90|minutes }}` when it compiles, in the language of the first reader.
_page: ContextVar[dict[str, Any]] = ContextVar("page")
_fragments = Fragments()


def _gettext(text: str, /, **facts: Any) -> Markup:
    """A sentence in the reader's language; facts are escaped, the sentence is ours."""
    said = Markup(_page.get()["voice"].gettext(str(text)))  # nosec B704 # our own sentences
    return said.format_map(facts) if facts else said


def _ngettext(one: str, many: str, n: int, /, **facts: Any) -> Markup:
    said = Markup(_page.get()["voice"].ngettext(str(one), str(many), n))  # nosec B704 # our own sentences
    return said.format_map({"n": n, **facts})


@pass_context
def _day(_: Context, value: date | None) -> Markup:
    """A date as `<time>`, in words near today."""
    if value is None:
        return Markup("")
    page = _page.get()
    formats, now = page["formats"], page["now"]
    words = formats.day(value, now.astimezone(formats.zone).date())
    return Markup('<time datetime="{0}">{1}</time>').format(value.isoformat(), words)


@pass_context
def _moment(_: Context, value: datetime | None) -> Markup:
    """An instant as `<time>` in the reader's zone."""
    if value is None:
        return Markup("")
    page = _page.get()
    words = page["formats"].moment(value, page["now"])
    return Markup('<time datetime="{0}">{1}</time>').format(value.isoformat(timespec="minutes"), words)


@pass_context
def _ago(_: Context, value: datetime) -> Markup:
    page = _page.get()
    words = page["formats"].ago(value, page["now"])
    return Markup('<time datetime="{0}">{1}</time>').format(value.isoformat(timespec="minutes"), words)


@pass_context
def _minutes(_: Context, value: int) -> str:
    return str(_page.get()["formats"].minutes(value))


@pass_context
def _number(_: Context, value: Any) -> str:
    return str(_page.get()["formats"].number(value))


@pass_context
def _money(_: Context, value: int, currency: str) -> str:
    return str(_page.get()["formats"].money(value, currency))


def _markdown(text: str) -> Markup:
    return Markup(markdown_html(text))  # nosec B704 # what nh3 has cleaned


def _qr_svg(data: str, title: str = "") -> Markup:
    return Markup(qr_svg(str(data), str(title)))  # nosec B704 # an image of ours, its title escaped


def _kept(*key: Any, caller: Callable[[], Markup]) -> Markup:
    page = _page.get()
    return _fragments.get((*key, page["lang"], page["now"].date()), caller)


def _form_token() -> str:
    return _page.get()["form_token"]()  # type: ignore[no-any-return]


def _page_nonce() -> str:
    return _page.get().get("nonce", "")  # type: ignore[no-any-return]


def _acting_for() -> str:
    """Whom the forms of this page are for; empty for oneself."""
    return _page.get().get("acting_for", "")  # type: ignore[no-any-return]


def _new_form_id() -> str:
    return _page.get().get("form_id", new_id)()  # type: ignore[no-any-return]


def fill(environment: Environment, template: str | Template, values: dict[str, Any]) -> str:
    """The template with its values; sentences, times and form tokens in macros are those of this page."""
    before = _page.set(values)
    try:
        return environment.get_template(template).render(values)
    finally:
        _page.reset(before)


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
        new_form_id=_new_form_id,
        form_token=_form_token,
        acting_field=_acting_for,
        page_nonce=_page_nonce,
        qr_svg=_qr_svg,
        changed_paragraphs=changed_paragraphs,
        kept=_kept,
        version=__version__,
    )
    environment.filters.update(
        day=_day,
        moment=_moment,
        ago=_ago,
        minutes=_minutes,
        number=_number,
        money=_money,
        markdown=_markdown,
        with_names_in_errors=with_names_in_errors,
    )
    return environment
