"""Pages of refusals and faults that need neither a database nor a person's frame: a sentence, and what can be done."""

import functools
from typing import Any

from minga.interfaces.web.templating import fill, make_environment
from minga.kit.i18n import LANGUAGES, N_, choose_language, direction, translator

TITLES = {
    401: N_("Please sign in"),
    403: N_("This is not open to you"),
    404: N_("Nothing here"),
    409: N_("Somebody was faster"),
    412: N_("Somebody was faster"),
    413: N_("This is too large"),
    429: N_("One moment, please"),
    500: N_("Something broke on our side"),
    503: N_("Busy for a moment"),
    507: N_("The disk is full"),
}
OTHERWISE = N_("That does not work")

SENTENCES = {
    404: N_("There is nothing here, or it is not for you."),
    500: N_("Something broke on our side. Nothing was saved. Number {number}."),
    503: N_("This node is busy for a moment. Nothing was lost: try again."),
    507: N_("The disk is full; reading works. Ask whoever keeps this node to make room."),
}


def title_of(status: int) -> str:
    """The heading of a page with that status, in English: the key of its translations."""
    return TITLES.get(status, OTHERWISE)


def error_page(status: int, accept_language: str, sentence: str = "", number: str = "") -> bytes:
    """The page of that status in the visitor's language; `sentence` is ready to read, else the status has its own."""
    language = choose_language(None, None, accept_language)
    if sentence or number:
        return _page(status, language, sentence, number)
    return _known_page(status, language)


@functools.lru_cache(maxsize=len(LANGUAGES) * 16)
def _known_page(status: int, language: str) -> bytes:
    return _page(status, language, "", "")


def _page(status: int, language: str, sentence: str, number: str) -> bytes:
    voice = translator(language)
    values: dict[str, Any] = {
        "voice": voice,
        "lang": language,
        "dir": direction(language),
        "status": status,
        "title": voice.gettext(title_of(status)),
        "sentence": sentence or voice.gettext(SENTENCES.get(status, title_of(status))).format(number=number),
    }
    return fill(_environment(), "errors/bare.html", values).encode()


@functools.cache
def _environment() -> Any:
    return make_environment()
