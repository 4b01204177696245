"""Cards of listings, kept as markup: one that nobody changed is not rendered again for the next reader.

A kept card depends only on what is in its key, never on who reads it; what a reader may not see is not in it.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from markupsafe import Markup

from minga.interfaces.web.sharing.fields import ICONS
from minga.interfaces.web.sharing.filters import BAND_WORDS
from minga.interfaces.web.sharing.wording import Wording
from minga.kit.i18n import N_
from minga.sharing.queries import Card, CoverPhoto
from minga.sharing.rules import BANDS_KM, DIRECTION_WORDS, KIND_WORDS, OWN_WORDS, Origin, Urgency

KEPT_MAX = 5_000
EXCERPT = 160
_kept: OrderedDict[Any, Markup] = OrderedDict()
_lock = Lock()


class Cards:
    """Shows cards of one page: `cards(card, macro)` in the template."""

    def __init__(self, wording: Wording, covers: dict[str, CoverPhoto], *, level: int = 2) -> None:
        self.wording = wording
        self.covers = covers
        self.level = level
        self._reader = (wording.voice.language.tag, str(wording.formats.zone), level)

    def kept_key(self) -> Hashable:
        """All that the words of a card depend on, beside the card."""
        return self._reader, tuple(self.covers.items())

    def __call__(self, card: Card, macro: Callable[..., Markup]) -> Markup:
        cover = self.covers.get(card.id)
        told = (card.owner, card.handle, card.community, card.origin, card.pinned, card.urgent, card.band)
        key = (card.id, card.version, *told, cover.id if cover else None, *self._reader)
        with _lock:
            found = _kept.get(key)
            if found is not None:
                _kept.move_to_end(key)
                return found
        made = macro(card, self._said(card, cover))
        with _lock:
            _kept[key] = made
            if len(_kept) > KEPT_MAX:
                _kept.popitem(last=False)
        return made

    def _said(self, card: Card, cover: CoverPhoto | None) -> dict[str, Any]:
        """The words of a card."""
        say, wording = self.wording.say, self.wording
        meta = [card.owner or "", card.place, wording.quantity(card.quantity_milli, card.quantity_unit)]
        if card.band is not None:
            meta.append(say(BAND_WORDS[card.band], km=BANDS_KM[min(card.band, len(BANDS_KM) - 1)]))
        if card.expires_at:
            day = wording.formats.date(card.expires_at.astimezone(wording.formats.zone).date(), "medium")
            meta.append(say(N_("until {day}"), day=day))
        tags = [(wording.term(term), "") for term in card.terms]
        if card.urgent is Urgency.EMERGENCY:
            tags.insert(0, (say(OWN_WORDS[Urgency][card.urgent]), "rose"))
        if card.origin is not Origin.OWN:
            tags.append((card.community, "sky"))
        return {
            "kicker": f"{say(DIRECTION_WORDS[card.direction])} · {say(KIND_WORDS[card.kind])}",
            "icon": ICONS[card.kind],
            "photo": f"/listings/{card.id}/photos/{cover.id}/small" if cover else None,
            "photo_alt": cover.alt if cover else "",
            "tags": tags,
            "meta": [one for one in meta if one],
            "excerpt": excerpt(card.description),
            "level": self.level,
            "lang": card.language if card.language != wording.voice.language.tag else "",
        }


def excerpt(text: str) -> str:
    """The beginning of a text without its marks, cut at a word."""
    plain = " ".join(text.replace("*", "").replace("#", "").replace("`", "").split())
    if len(plain) <= EXCERPT:
        return plain
    return plain[:EXCERPT].rsplit(" ", 1)[0] + "…"
