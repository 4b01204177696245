"""Feeds as Atom (RFC 4287): titles, excerpts and links of what is new; no names, no places, nothing private."""

import hashlib
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Unit
from minga.interfaces.web.sharing.cards import excerpt
from minga.sharing.queries import Card
from minga.sharing.queries.searches import FeedRead
from minga.sharing.rules import DIRECTION_WORDS, KIND_WORDS

ATOM = "http://www.w3.org/2005/Atom"


def answer_of(request: Request, unit: Unit, found: FeedRead) -> Response:
    """The feed with its ETag, or that nothing is new; kept by the reader alone."""
    body = _document(unit.node.settings.site_url, found)
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/atom+xml")


def _document(site: str, found: FeedRead) -> bytes:
    feed = Element("feed", xmlns=ATOM)
    _text(feed, "id", f"urn:uuid:{_uuid(found.id)}")
    _text(feed, "title", found.name)
    SubElement(feed, "link", href=f"{site}{found.address}")
    changed = [card.published_at for card in found.cards]
    _text(feed, "updated", _moment(max(changed, default=found.made_at)))
    author = SubElement(feed, "author")
    _text(author, "name", "minga")
    for card in found.cards:
        _entry(feed, site, card)
    body: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def _entry(feed: Element, site: str, card: Card) -> None:
    entry = SubElement(feed, "entry")
    _text(entry, "id", f"urn:uuid:{_uuid(card.id)}")
    _text(entry, "title", card.title)
    SubElement(entry, "link", href=f"{site}/listings/{card.id}")
    _text(entry, "published", _moment(card.published_at))
    _text(entry, "updated", _moment(card.published_at))
    for word in (DIRECTION_WORDS[card.direction], KIND_WORDS[card.kind]):
        SubElement(entry, "category", term=word)
    if card.description:
        _text(entry, "summary", excerpt(card.description))


def _text(parent: Element, name: str, text: str) -> None:
    """A child with text; signs that XML does not know are left out."""
    SubElement(parent, name).text = "".join(
        sign
        for sign in text
        if sign in "\t\n" or (sign >= " " and not "\ud800" <= sign <= "\udfff" and sign not in "\ufffe\uffff")
    )


def _uuid(id: str) -> str:
    return f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}"


def _moment(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")
