"""Letters by mail: written beside the change that causes them, sent by a job, tried again, and visible when they fail.

Without a mail server nothing is written here: whoever would have mailed a link shows it instead (`mail_works`).
"""

import json
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from email.errors import HeaderDefect, MessageError
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Index, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from minga.kit import jobs
from minga.kit.db import Database
from minga.kit.errors import Invalid, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.schema import Base, Instant, enum_column, id_column, text_column
from minga.kit.sealed import field_key
from minga.kit.settings import Settings
from minga.kit.settings.fields import is_loopback

WAITS = (5 * 60, 30 * 60, 2 * 3600, 8 * 3600, 24 * 3600)
TIMEOUT_SECONDS = 20
KEPT_DAYS = 30
TEXT_MAX = 100_000
SUBJECT_MAX = 200

NO_ADDRESS = N_("“{address}” is no mail address we can write to. Please write it like name@example.org.")
NO_HEADER = N_("The subject and the addresses of a mail are one line each.")
NO_SERVER = N_("No mail server is set. Set MINGA_SMTP_URL, then send it again.")
NOT_FAILED = N_("Only a letter that failed can be sent again.")

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>()\[\],;:\\\"]{1,190}")
_HEADERS = frozenset(
    {"Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "In-Reply-To", "References"}
)


class LetterState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class LetterOut(Base):
    """One letter on its way. What it says, and to whom, is sealed, and gone once it is sent."""

    __tablename__ = "letter_out"
    __table_args__ = (Index("ix_letter_out_state", "state", "made_at"),)

    id: Mapped[str] = id_column()
    kind: Mapped[str] = text_column(40)
    domain: Mapped[str] = text_column(253)
    sealed: Mapped[str] = mapped_column(Text)
    state: Mapped[LetterState] = enum_column(LetterState, default=LetterState.WAITING)
    rounds: Mapped[int] = mapped_column(default=1)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = text_column(300, default="")
    made_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is written to one person: text first, HTML beside it where that helps."""

    to: str
    subject: str
    text: str
    html: str = ""
    from_name: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class NotSent(Exception):
    """The server could not take it now; it is tried again."""


class NeverSent(Exception):
    """The server will not take it, however often it is tried."""


def mail_works(settings: Settings) -> bool:
    """Whether this node can send mail at all."""
    return bool(settings.smtp_url)


def mail_address(typed: str) -> str:
    """The address as it is kept: host in lower case and as the wires know it; Invalid when we could not write to it.

    >>> mail_address(" Ana@Bücher.Example ")
    'Ana@xn--bcher-kva.example'
    """
    plain = typed.strip()
    if len(plain) > 254 or not _ADDRESS.fullmatch(plain):
        raise Invalid(NO_ADDRESS, address=plain[:80])
    name, _, host = plain.partition("@")
    try:
        wire = host.encode("idna").decode().lower()
    except UnicodeError as fault:
        raise Invalid(NO_ADDRESS, address=plain[:80]) from fault
    if "." not in wire.strip(".") and wire != "localhost":
        raise Invalid(NO_ADDRESS, address=plain[:80])
    return f"{name}@{wire}"


def masked(address: str) -> str:
    """An address as others may see it.

    >>> masked("ana@example.org")
    'a…@example.org'
    """
    name, _, host = address.partition("@")
    return f"{name[:1]}…@{host}"


def post(session: Session, letter: Letter, *, kind: str, at: datetime) -> Id:
    """Put a letter on its way in the caller's transaction; it is sent after the commit. Answers its id."""
    address = mail_address(letter.to)
    message_of(letter, id="0", sender="minga@example.org", at=at)
    row = LetterOut(id=new_id(), kind=kind, domain=address.partition("@")[2], sealed="", made_at=at)
    row.sealed = field_key(session).seal(json.dumps(asdict(letter)), f"letter {row.id}")
    session.add(row)
    session.flush()
    jobs.enqueue(session, "mail.send", {"letter_id": row.id}, at=at, unique_key=f"mail.send:{row.id}:1")
    return row.id


def send_again(session: Session, letter_id: Id, *, at: datetime) -> None:
    """Give a letter that failed another round of tries."""
    row = session.get(LetterOut, letter_id)
    if row is None:
        raise NotFound()
    if row.state is not LetterState.FAILED:
        raise Invalid(NOT_FAILED)
    row.state, row.tries, row.rounds, row.done_at = LetterState.WAITING, 0, row.rounds + 1, None
    key = f"mail.send:{row.id}:{row.rounds}"
    jobs.enqueue(session, "mail.send", {"letter_id": row.id}, at=at, unique_key=key)


def message_of(letter: Letter, *, id: Id, sender: str, at: datetime) -> EmailMessage:
    """The letter as it goes over the wire. A line break in a header is refused, never folded away."""
    lines = (letter.to, letter.subject, letter.from_name, sender, *letter.headers.values())
    if any(not line.isprintable() for line in lines) or not _HEADERS.issuperset(letter.headers):
        raise Invalid(NO_HEADER)
    message = EmailMessage()
    try:
        message["From"] = formataddr((letter.from_name, sender)) if letter.from_name else sender
        message["To"] = mail_address(letter.to)
        message["Subject"] = letter.subject[:SUBJECT_MAX]
        for name, value in letter.headers.items():
            message[name] = value
    except (ValueError, HeaderDefect, MessageError) as fault:
        raise Invalid(NO_HEADER) from fault
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{id}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text[:TEXT_MAX])
    if letter.html:
        message.add_alternative(letter.html[:TEXT_MAX], subtype="html")
    return message


@jobs.job("mail.send", lane="mail", seconds_max=60, waits=WAITS)
def send(run: jobs.Run, args: dict[str, Any]) -> None:
    """Send one letter. What will never work fails at once; what may work later raises, and is tried again."""
    taken = _take(run.database, args["letter_id"])
    if taken is None:
        return
    letter, made_at = taken
    settings: Settings = run.settings
    try:
        if not settings.smtp_url:
            raise NeverSent(NO_SERVER)
        message = message_of(letter, id=args["letter_id"], sender=settings.mail_from, at=made_at)
        with connection(settings) as server:
            _hand_over(server, message)
    except NeverSent as refusal:
        _note(run, args["letter_id"], LetterState.FAILED, str(refusal))
    except NotSent as trouble:
        last = run.tries > len(WAITS)
        _note(run, args["letter_id"], LetterState.FAILED if last else LetterState.WAITING, str(trouble))
        if not last:
            raise
    else:
        _note(run, args["letter_id"], LetterState.SENT, "")


@contextmanager
def connection(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A conversation with the mail server, encrypted unless it is on this machine or the operator said otherwise."""
    address = urlsplit(settings.smtp_url or "")
    host = address.hostname or ""
    open_road = is_loopback(host) or settings.mail_insecure
    context = ssl.create_default_context()
    try:
        if address.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, address.port or 465, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(host, address.port or 587, timeout=TIMEOUT_SECONDS)
        with server:
            server.ehlo()
            if address.scheme == "smtp+starttls" or (address.scheme == "smtp" and not open_road):
                server.starttls(context=context)
                server.ehlo()
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
            yield server
    except smtplib.SMTPAuthenticationError as fault:
        raise NotSent(
            f"The mail server does not accept our name and password ({fault.smtp_code})."
        ) from fault
    except smtplib.SMTPNotSupportedError as fault:
        raise NotSent("The mail server offers no encryption (STARTTLS), so nothing was sent.") from fault
    except ssl.SSLError as fault:
        raise NotSent(f"The mail server's certificate does not hold: {fault.reason}.") from fault
    except (smtplib.SMTPException, OSError) as fault:
        raise NotSent(f"The mail server cannot be reached: {_without_text(fault)}.") from fault


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as refusal:
        code = next(iter(refusal.recipients.values()))[0]
        raise _answered(code) from refusal
    except smtplib.SMTPResponseException as refusal:
        raise _answered(refusal.smtp_code) from refusal


def _answered(code: int) -> NotSent | NeverSent:
    """What a server's code means; its text may repeat the address, so only the code is kept."""
    if 500 <= code < 600:
        return NeverSent(f"The mail server refuses this letter for good ({code}).")
    return NotSent(f"The mail server asks us to come back later ({code}).")


def _without_text(fault: Exception) -> str:
    code = getattr(fault, "smtp_code", None)
    return f"{type(fault).__name__} {code}" if code else type(fault).__name__


def _take(database: Database, letter_id: Id) -> tuple[Letter, datetime] | None:
    """The letter, if it still waits: a job that runs twice sends once."""
    with database.read() as session:
        row = session.get(LetterOut, letter_id)
        if row is None or row.state is not LetterState.WAITING:
            return None
        words = json.loads(field_key(session).open(row.sealed, f"letter {row.id}"))
        return Letter(**words), row.made_at


def _note(run: jobs.Run, letter_id: Id, state: LetterState, error: str) -> None:
    with run.database.write() as session:
        row = session.get_one(LetterOut, letter_id)
        row.state, row.error, row.tries = state, error[:300], row.tries + 1
        row.done_at = None if state is LetterState.WAITING else run.clock()
        if state is LetterState.SENT:
            row.sealed = ""


@dataclass(frozen=True)
class Letters:
    """How the mail stands, in numbers."""

    waiting: int
    sent: int
    failed: int
    oldest_waiting_at: datetime | None


@dataclass(frozen=True)
class LetterLine:
    """One letter for the operator: why it is where it is, not who wrote what to whom."""

    id: Id
    kind: str
    domain: str
    state: LetterState
    tries: int
    error: str
    made_at: datetime
    done_at: datetime | None


def letters(session: Session) -> Letters:
    """How many letters wait, went and failed, and since when the oldest one waits."""
    rows = session.execute(
        select(LetterOut.state, func.count(), func.min(LetterOut.made_at)).group_by(LetterOut.state)
    )
    found = {state: (count, oldest) for state, count, oldest in rows}
    count = {state: found.get(state, (0, None))[0] for state in LetterState}
    oldest = found.get(LetterState.WAITING, (0, None))[1]
    return Letters(count[LetterState.WAITING], count[LetterState.SENT], count[LetterState.FAILED], oldest)


def letter_lines(
    session: Session, state: LetterState | None = None, *, limit: int = 50
) -> tuple[LetterLine, ...]:
    """The newest letters, of one state or of all."""
    columns = (LetterOut.id, LetterOut.kind, LetterOut.domain, LetterOut.state, LetterOut.tries)
    query = select(*columns, LetterOut.error, LetterOut.made_at, LetterOut.done_at)
    if state is not None:
        query = query.where(LetterOut.state == state)
    rows = session.execute(query.order_by(LetterOut.made_at.desc(), LetterOut.id.desc()).limit(limit))
    return tuple(LetterLine(*row) for row in rows)


def forget_letters(session: Session, *, at: datetime) -> int:
    """Let go of letters that were done with a month ago; answers how many."""
    old = LetterOut.done_at < at - timedelta(days=KEPT_DAYS)
    return session.execute(delete(LetterOut).where(old)).rowcount  # type: ignore[attr-defined,no-any-return]
