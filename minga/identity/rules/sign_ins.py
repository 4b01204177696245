"""Sign-ins: their states, how long they last, how many tries they allow, what is said when one fails. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Confirm, Forbidden, Invalid, NotSignedIn, TooMany
from minga.kit.i18n import N_

IDLE = timedelta(days=30)
ABSOLUTE = timedelta(days=90)
WAITING = timedelta(minutes=60)
STALE = timedelta(hours=24)
CONFIRMED = timedelta(minutes=15)
MEANS_ONLY = timedelta(minutes=30)
OWNER_LINK = timedelta(hours=24)
PERSON_LINK = timedelta(minutes=30)
BALLOT_TOKEN = timedelta(minutes=15)
CHALLENGE = timedelta(minutes=5)
TRACE_KEPT = timedelta(days=30)

CODE_DIGITS = 8
CODE_LASTS = timedelta(minutes=15)
TRIES_PER_CODE = 5
CODES_PER_SIGN_IN = 3
WAITING_PER_DAY = 10
APPROVERS_FOR_RECOVERY = 2
RECENT_USE = timedelta(days=7)
LINE_MAX = 140
REASON_MAX = 280

FAILURES_FREE = 5
FAILURES_WITHIN = timedelta(minutes=15)
DELAY_MAX_SECONDS = 60

RECOVERY_CODES = 8
RECOVERY_CODE_LENGTH = 10
RECOVERY_CONTACTS_MAX = 5
PASSKEYS_MAX = 10
TOKENS_MAX = 20


class How(StrEnum):
    """By what a sign-in came to be."""

    PASSWORD = "password"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery_code"
    WORD = "word"
    RECOVERY = "recovery"
    LINK = "link"
    OWNER_LINK = "owner_link"
    INVITE = "invite"
    DEVICE = "device"


class Known(StrEnum):
    """How an approver recognised the person who asks."""

    IN_PERSON = "in_person"
    VOICE = "voice"
    VIDEO = "video"


class Ended(StrEnum):
    """Why a sign-in is over."""

    SIGNED_OUT = "signed_out"
    REPLACED = "replaced"
    BY_PERSON = "by_person"
    BY_MACHINE = "by_machine"
    MEANS_CHANGED = "means_changed"
    SUSPENDED = "suspended"
    ERASED = "erased"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    NOT_ME = "not_me"
    COUNTER = "counter"
    ADMITTED = "admitted"


class TokenKind(StrEnum):
    PERSONAL = "personal"
    APP = "app"
    ASSISTANT = "assistant"
    BALLOT = "ballot"


TOKEN_DAYS = {"read": 90, "write": 30}


def wrong_password() -> NotSignedIn:
    """One sentence for a wrong password, an unknown handle and a suspended person."""
    return NotSignedIn(N_("That name and password do not fit together."), code="wrong_password")


def delay_seconds(failures: int) -> int:
    """How long a handle rests after its last failure: nothing for five, then 2, 4, 8 … up to a minute.

    >>> [delay_seconds(n) for n in (0, 4, 5, 6, 10, 60)]
    [0, 0, 2, 4, 60, 60]
    """
    if failures < FAILURES_FREE:
        return 0
    return min(DELAY_MAX_SECONDS, 1 << min(failures - FAILURES_FREE + 1, 10))


def require_patience(failures: Sequence[datetime], at: datetime) -> None:
    """Refuse a try that comes before the handle has rested; `failures` are those of the last 15 minutes.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> require_patience([noon] * 4, noon)
    """
    delay = delay_seconds(len(failures))
    if not delay:
        return
    wait = int((max(failures) + timedelta(seconds=delay) - at).total_seconds())
    if wait > 0:
        raise TooMany(
            N_("Too many tries for this name. Wait {seconds} seconds, or use a passkey."),
            retry_after=wait,
            seconds=wait,
        )


def too_many_from_network() -> TooMany:
    return TooMany(N_("Too many tries from your network. Wait five minutes."), retry_after=300)


def number_refusal(tries_left: int) -> Invalid:
    """What somebody reads whose number does not fit.

    >>> str(number_refusal(3)), str(number_refusal(0))
    ('That number does not fit. 3 tries left.', 'Ask for a new number.')
    """
    if tries_left <= 0:
        sentence = N_("Ask for a new number.")
    elif tries_left == 1:
        sentence = N_("That number does not fit. One try left.")
    else:
        sentence = N_("That number does not fit. {n} tries left.")
    return Invalid(sentence, code="wrong_number", fields={"number": sentence}, n=tries_left)


def took_too_long() -> Invalid:
    return Invalid(N_("This took too long. Start again."), code="ended")


def self_approval() -> Forbidden:
    return Forbidden(N_("Somebody else has to confirm you."), code="self_approval")


def require_fresh(confirmed_at: datetime | None, at: datetime, within: timedelta = CONFIRMED) -> None:
    """Raise Confirm unless the person showed within that span that it is them.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> require_fresh(noon, noon + timedelta(minutes=15))
    """
    if confirmed_at is None or at - confirmed_at > within:
        raise Confirm()


def read_digits(text: str) -> str:
    """The digits of a number as somebody typed it, of any script's digits.

    >>> read_digits("4831 0762"), read_digits("٤٨٣١-0762")
    ('48310762', '48310762')
    """
    return "".join(str(int(char)) for char in text[:40] if char.isdecimal())


def spoken(code: str) -> str:
    """In two groups of four, as one reads it aloud.

    >>> spoken("48310762")
    '4831 0762'
    """
    return f"{code[:4]} {code[4:]}"


def shown_prefix(prefix: str) -> str:
    """As much of a kept network prefix as an approver reads.

    >>> shown_prefix("84.112.7.0/24"), shown_prefix("2001:db8:1::/48"), shown_prefix("")
    ('84.112.x.x', '2001:db8:…', '')
    """
    if prefix.count(".") == 3:
        return ".".join(prefix.split(".")[:2]) + ".x.x"
    return ":".join(prefix.split(":")[:2]) + ":…" if ":" in prefix else ""


_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_PLACES = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_family(agent: str) -> str:
    """The family of a browser and its machine, nothing finer.

    >>> browser_family("Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0")
    'Firefox, Linux'
    >>> browser_family("curl/8")
    ''
    """
    family = next((name for sign, name in _FAMILIES if sign in agent), "")
    place = next((name for sign, name in _PLACES if sign in agent), "")
    return ", ".join(part for part in (family, place) if part)
