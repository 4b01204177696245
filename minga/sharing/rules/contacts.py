"""Finding what should rather not stand in a text that many read: links, telephone numbers, mail addresses."""

import re

_LINK = re.compile(
    r"https?://|www\.|\b[\w-]{2,}\.(?:com|net|org|info|biz|shop|xyz|top|online|link|io|me)\b", re.I
)
_MAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}\.[^\s@]{2,}")
_PHONE = re.compile(r"\+?\d(?:[\s()/.-]{0,2}\d){6,14}")
_DATE = re.compile(r"\b\d{1,4}([./-])\d{1,2}\1\d{1,4}\b")


def has_contact(text: str) -> bool:
    """Whether a text holds a link, a mail address or what looks like a telephone number.

    >>> has_contact("Call 0676 123 45 67"), has_contact("see www.example.org"), has_contact("from 22.11.2026, 10 pieces")
    (True, True, False)
    """
    plain = _DATE.sub(" ", text)
    return bool(_LINK.search(plain) or _MAIL.search(plain) or _PHONE.search(plain))
