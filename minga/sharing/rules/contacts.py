"""Finding what should rather not stand in a text that many read: links, telephone numbers, mail addresses."""

import re

from minga.kit.i18n import N_

_LINK = re.compile(
    r"https?://|www\.|\b[\w-]{2,}\.(?:com|net|org|info|biz|shop|xyz|top|online|link|io|me)\b", re.I
)
_MAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}\.[^\s@]{2,}")
_PHONE = re.compile(r"\+?\d(?:[\s()/.-]{0,2}\d){6,14}")
_DATE = re.compile(r"\b\d{1,4}([./-])\d{1,2}\1\d{1,4}\b")


_STREET = re.compile(
    r"\b(?:street|road|avenue|lane|calle|carrer|avenida|rua|via|rue|plaza)\s+[\w .'-]{2,40}?\s*,?\s*\d{1,4}\b"
    r"|\b\d{1,4}[a-z]?\s+[\w'-]{2,30}\s+(?:street|road|avenue|lane)\b"
    r"|\b[\w'-]{2,30}\s?(?:street|road|straße|strasse|weg|gasse)\s+\d{1,4}\b",
    re.I,
)
IN_TEXT = N_(
    "You have put a phone number, a mail address or a street into a text that other communities see. Keep it, or let people write through minga?"
)


def reaches_somebody(text: str) -> bool:
    """Whether a text holds what looks like a telephone number, a mail address or a street with its number.

    >>> [reaches_somebody(text) for text in ("Call 0676 123 45 67", "ana@example.org", "Fig street 7", "calle Mayor 12")]
    [True, True, True, True]
    >>> [reaches_somebody(text) for text in ("12 chairs on 22.11.2026", "See www.example.org", "200 m from the street")]
    [False, False, False]
    """
    plain = _DATE.sub(" ", text)
    return bool(_MAIL.search(plain) or _PHONE.search(plain) or _STREET.search(plain))


def has_contact(text: str) -> bool:
    """Whether a text holds a link, a mail address or what looks like a telephone number.

    >>> has_contact("Call 0676 123 45 67"), has_contact("see www.example.org"), has_contact("from 22.11.2026, 10 pieces")
    (True, True, False)
    """
    plain = _DATE.sub(" ", text)
    return bool(_LINK.search(plain) or _MAIL.search(plain) or _PHONE.search(plain))
