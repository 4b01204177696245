"""Texts that people typed: cleaned before they are kept, folded for search, rendered for reading.

Nothing here knows what a text is about; length limits are the caller's.
"""

import re
import unicodedata

import nh3
from markdown_it import MarkdownIt

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

TOO_LONG = N_("That is {n} characters long. Please keep it to {most}.")
MISSING = N_("Please fill this in.")

# Direction overrides can make a text read otherwise than it is stored; isolates and marks of scripts stay.
_DROPPED = frozenset("\u202a\u202b\u202c\u202d\u202e\ufeff\ufffe\uffff")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "a", "ul", "ol", "li", "blockquote", "code", "pre"),
    *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 12})
_markdown.enable(["table", "strikethrough"]).disable("image")


def clean_line(text: str, length_max: int, *, field: str = "", required: bool = False) -> str:
    """One line as it is kept: composed (NFC), without control characters, runs of space as one.

    Raises Invalid, at the named field, when it is longer than `length_max` or missing though required.

    >>> clean_line("  Ana\\tMaría\\n", 80)
    'Ana María'
    """
    return _fitting(" ".join(_plain(text).split()), length_max, field, required)


def clean_text(text: str, length_max: int, *, field: str = "", required: bool = False) -> str:
    """A text of several lines as it is kept; newline and tab stay, other control characters go.

    >>> clean_text("One\\r\\ntwo\\x07 \\n\\n", 80)
    'One\\ntwo'
    """
    lines = _plain(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return _fitting("\n".join(line.rstrip() for line in lines).strip(), length_max, field, required)


def markdown_html(text: str, *, heading: int = 3) -> str:
    """Markdown as safe HTML: no raw HTML, no images, links for following only, headings from `heading` down.

    >>> markdown_html("# Drill\\n<b>x</b>")
    '<h3>Drill</h3>\\n<p>&lt;b&gt;x&lt;/b&gt;</p>\\n'
    """
    tokens = _markdown.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + heading - 1, 6)}"
    return nh3.clean(
        _markdown.renderer.render(tokens, _markdown.options, {}),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
        strip_comments=True,
    )


def fold(text: str) -> str:
    """Text for comparing and searching: marks, case and width do not matter.

    >>> fold("  ÁRBOL  Straße Łódź ")
    'arbol strasse lodz'
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).casefold()
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    return " ".join(bare.translate(_LETTERS).split())


def initials(name: str) -> str:
    """At most two letters that stand for a person without a photo.

    >>> initials("ana maría de la cruz"), initials("李"), initials("")
    ('AC', '李', '?')
    """
    letters = [word[0] for word in re.split(r"[\s\-]+", name) if word and word[0].isalnum()]
    return "".join(letters[:1] + letters[1:][-1:]).upper() or "?"


def slugify(text: str, length_max: int = 40) -> str:
    """A text as part of an address: a–z, 0–9 and hyphens; empty when nothing of it can be written so.

    >>> slugify("Casa Verde – Łódź!"), slugify("مجتمع")
    ('casa-verde-lodz', '')
    """
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:length_max].rstrip("-")


def language_tag(text: str) -> str:
    """The language a member's text is marked with, in the usual writing (BCP 47); empty when it is none.

    >>> language_tag("ES_co"), language_tag("zh-hant-tw"), language_tag("<b>")
    ('es-CO', 'zh-Hant-TW', '')
    """
    parts = text.strip().replace("_", "-").split("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?", "-".join(parts)):
        return ""
    sized = {4: str.title, 2: str.upper, 3: str.upper}
    return "-".join([parts[0].lower(), *(sized[len(part)](part) for part in parts[1:])])


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())
    return "".join(
        character
        for character in composed
        if character in "\n\t" or (unicodedata.category(character) != "Cc" and character not in _DROPPED)
    )


def _fitting(text: str, length_max: int, field: str, required: bool) -> str:
    if required and not text:
        raise Invalid(MISSING, fields={field: MISSING} if field else None)
    if len(text) > length_max:
        raise Invalid(TOO_LONG, n=len(text), most=length_max, fields={field: TOO_LONG} if field else None)
    return text
