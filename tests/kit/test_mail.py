"""Letters by mail, against a real server on this machine."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from minga.kit import jobs, mail
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.errors import Invalid, NotFound
from minga.kit.ids import new_id
from minga.kit.mail import (
    Letter,
    LetterState,
    forget_letters,
    letter_lines,
    letters,
    mail_address,
    post,
    send_again,
)
from minga.kit.sealed import FieldKey
from minga.kit.settings import Settings

LETTER = Letter(
    to="bruno@example.org",
    subject="Ana proposes 25–27 November",
    text="Ana proposes another day.\n",
    html="<p>Ana proposes another day.</p>",
    from_name="Ana via Valley",
    headers={"List-Unsubscribe": "<https://valley.example/u/1>"},
)


class Postbox:
    """Takes letters, or answers what it was told to answer."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.answer.startswith(("4", "5")) and "recipient" in self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server(Controller):
    """The server, with its loop closed when it stops."""

    def stop(self, no_assert: bool = False) -> None:
        super().stop(no_assert)
        self.loop.close()


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    handler = Postbox()
    server = Server(handler, hostname="127.0.0.1", port=free_port(), loop=asyncio.new_event_loop())
    server.start()
    yield handler, server.port
    server.stop()


@pytest.fixture
def keyed(database: Database) -> Database:
    database.field_key = FieldKey("a secret of the tests, long enough to be one")
    return database


@pytest.fixture
def ours(settings: Settings, postbox: tuple[Postbox, int]) -> Settings:
    return replace(settings, smtp_url=f"smtp://127.0.0.1:{postbox[1]}", mail_from="valley@example.org")


def posted(database: Database, clock: FixedClock, letter: Letter = LETTER) -> str:
    with database.write() as session:
        return post(session, letter, kind="notice", at=clock())


def state(database: Database) -> tuple[LetterState, int, str]:
    with database.read() as session:
        (line,) = letter_lines(session)
        return line.state, line.tries, line.error


def test_a_letter_arrives_whole_and_its_words_are_let_go(
    keyed: Database, clock: FixedClock, ours: Settings, postbox: tuple[Postbox, int]
) -> None:
    letter_id = posted(keyed, clock)
    assert jobs.work_once(keyed, clock, ours) == 1
    (message,) = postbox[0].taken
    assert message["To"] == "bruno@example.org"
    assert message["From"] == "Ana via Valley <valley@example.org>"
    assert message["Subject"] == "Ana proposes 25–27 November"
    assert message["Message-ID"] == f"<{letter_id}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<https://valley.example/u/1>"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content() == "Ana proposes another day.\r\n"
    assert state(keyed) == (LetterState.SENT, 1, "")
    with keyed.read() as session:
        assert session.get_one(mail.LetterOut, letter_id).sealed == ""


def test_a_copied_database_does_not_tell_what_waits(keyed: Database, clock: FixedClock) -> None:
    letter_id = posted(keyed, clock)
    with keyed.read() as session:
        row = session.get_one(mail.LetterOut, letter_id)
        kept = f"{row.sealed} {row.kind} {row.domain}"
        (job,) = session.query(jobs.Job).all()
    assert row.domain == "example.org"
    for word in ("bruno", "Ana", "proposes"):
        assert word not in kept
        assert word not in str(job.args)


def test_nothing_is_sent_when_the_change_is_not_kept(
    keyed: Database, clock: FixedClock, ours: Settings, postbox: tuple[Postbox, int]
) -> None:
    with pytest.raises(RuntimeError), keyed.write() as session:
        post(session, LETTER, kind="notice", at=clock())
        raise RuntimeError("something else went wrong")
    assert jobs.work_once(keyed, clock, ours) == 0
    assert postbox[0].taken == []


@pytest.mark.parametrize("answer", ["451 later", "421 busy", "450 recipient full"])
def test_what_may_work_later_is_tried_five_times_more_and_then_shown_as_failed(
    keyed: Database, clock: FixedClock, ours: Settings, postbox: tuple[Postbox, int], answer: str
) -> None:
    postbox[0].answer = answer
    posted(keyed, clock)
    assert jobs.work_once(keyed, clock, ours) == 1
    for wait in (300, 1_800, 7_200, 28_800, 86_400):
        assert state(keyed)[0] is LetterState.WAITING
        clock.forward(seconds=wait - 1)
        assert jobs.work_once(keyed, clock, ours) == 0, "too early"
        clock.forward(seconds=1)
        assert jobs.work_once(keyed, clock, ours) == 1
    assert state(keyed) == (
        LetterState.FAILED,
        6,
        f"The mail server asks us to come back later ({answer[:3]}).",
    )
    clock.forward(days=30)
    assert jobs.work_once(keyed, clock, ours) == 0


@pytest.mark.parametrize("answer", ["550 no such person", "550 recipient unknown", "554 spam"])
def test_what_will_never_work_fails_at_once_and_names_no_address(
    keyed: Database, clock: FixedClock, ours: Settings, postbox: tuple[Postbox, int], answer: str
) -> None:
    postbox[0].answer = answer
    letter_id = posted(keyed, clock)
    jobs.work_once(keyed, clock, ours)
    assert state(keyed) == (
        LetterState.FAILED,
        1,
        f"The mail server refuses this letter for good ({answer[:3]}).",
    )
    postbox[0].answer = "250 OK"
    with keyed.write() as session:
        send_again(session, letter_id, at=clock())
    jobs.work_once(keyed, clock, ours)
    assert state(keyed)[0] is LetterState.SENT
    assert len(postbox[0].taken) == 1


def test_a_job_that_runs_twice_sends_once(
    keyed: Database, clock: FixedClock, ours: Settings, postbox: tuple[Postbox, int]
) -> None:
    letter_id = posted(keyed, clock)
    jobs.work_once(keyed, clock, ours)
    mail.send(jobs.Run(keyed, clock, ours, new_id(), 1), {"letter_id": letter_id})
    assert len(postbox[0].taken) == 1


def test_a_server_that_is_away_is_asked_again(keyed: Database, clock: FixedClock, settings: Settings) -> None:
    away = replace(settings, smtp_url=f"smtp://127.0.0.1:{free_port()}")
    posted(keyed, clock)
    jobs.work_once(keyed, clock, away)
    assert state(keyed) == (
        LetterState.WAITING,
        1,
        "The mail server cannot be reached: ConnectionRefusedError.",
    )


def test_without_a_server_a_letter_fails_with_what_to_do(
    keyed: Database, clock: FixedClock, settings: Settings
) -> None:
    assert not mail.mail_works(settings)
    posted(keyed, clock)
    jobs.work_once(keyed, clock, settings)
    assert state(keyed)[0] is LetterState.FAILED
    assert "MINGA_SMTP_URL" in state(keyed)[2]


def test_a_server_that_is_not_on_this_machine_must_encrypt(
    keyed: Database,
    clock: FixedClock,
    ours: Settings,
    postbox: tuple[Postbox, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail, "is_loopback", lambda host: False)
    posted(keyed, clock)
    jobs.work_once(keyed, clock, ours)
    assert state(keyed)[2] == "The mail server offers no encryption (STARTTLS), so nothing was sent."
    assert postbox[0].taken == []
    clock.forward(hours=1)
    jobs.work_once(keyed, clock, replace(ours, mail_insecure=True))
    assert len(postbox[0].taken) == 1


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of our own for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_an_encrypted_road_is_taken_only_with_a_certificate_that_holds(
    keyed: Database, clock: FixedClock, ours: Settings, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, tls = Postbox(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    server = Server(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        loop=asyncio.new_event_loop(),
        tls_context=tls,
        require_starttls=True,
        auth_required=True,
        authenticator=lambda *given: AuthResult(success=given[-1].password == b"p@ss", handled=False),
    )
    server.start()
    try:
        there = f"127.0.0.1:{server.port}"
        posted(keyed, clock)
        jobs.work_once(keyed, clock, replace(ours, smtp_url=f"smtp+starttls://valley:p%40ss@{there}"))
        assert state(keyed)[2].startswith("The mail server's certificate does not hold")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        clock.forward(days=1)
        jobs.work_once(keyed, clock, replace(ours, smtp_url=f"smtp+starttls://valley:wrong@{there}"))
        assert state(keyed)[2].startswith("The mail server does not accept our name and password")
        clock.forward(days=1)
        jobs.work_once(keyed, clock, replace(ours, smtp_url=f"smtp+starttls://valley:p%40ss@{there}"))
        assert state(keyed)[0] is LetterState.SENT
        assert len(handler.taken) == 1
    finally:
        server.stop()


@pytest.mark.parametrize(
    "letter",
    [
        replace(LETTER, subject="Hello\r\nBcc: all@example.org"),
        replace(LETTER, subject="Hello\nBcc: all@example.org"),
        replace(LETTER, from_name="Ana\r\nBcc: all@example.org"),
        replace(LETTER, headers={"Reply-To": "a@example.org\r\nBcc: all@example.org"}),
        replace(LETTER, headers={"Bcc": "all@example.org"}),
        replace(LETTER, subject="Hello\u2028there"),
    ],
)
def test_a_line_break_in_a_header_is_refused(keyed: Database, clock: FixedClock, letter: Letter) -> None:
    with pytest.raises(Invalid, match="one line each"):
        posted(keyed, clock, letter)
    with keyed.read() as session:
        assert letter_lines(session) == ()


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "ana",
            "ana@",
            "@example.org",
            "a b@example.org",
            "ana@example.org, b@example.org",
            "<ana@example.org>",
        ),
        *(
            "ana@example.org\r\nBcc: b@example.org",
            "ana@localdomain",
            "a" * 65 + "@example.org",
            "ana@exa..mple.org",
        ),
        *("añá@example.org", '"a"@example.org', "ana@" + "a" * 64 + ".org", "ana@.org."),
    ],
)
def test_an_address_we_cannot_write_to_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(Invalid, match=r"name@example\.org"):
        mail_address(address)


def test_only_what_failed_is_sent_again(keyed: Database, clock: FixedClock) -> None:
    letter_id = posted(keyed, clock)
    with pytest.raises(Invalid, match="Only a letter that failed"), keyed.write() as session:
        send_again(session, letter_id, at=clock())
    with pytest.raises(NotFound), keyed.write() as session:
        send_again(session, new_id(), at=clock())


def test_the_operator_sees_numbers_and_letters_go_after_a_month(
    keyed: Database, clock: FixedClock, ours: Settings, settings: Settings
) -> None:
    posted(keyed, clock)
    jobs.work_once(keyed, clock, ours)
    posted(keyed, clock)
    jobs.work_once(keyed, clock, settings)
    began = clock.forward(hours=1)
    posted(keyed, clock)
    with keyed.read() as session:
        assert letters(session) == mail.Letters(waiting=1, sent=1, failed=1, oldest_waiting_at=began)
        assert len(letter_lines(session, LetterState.FAILED)) == 1
    clock.forward(days=31)
    with keyed.write() as session:
        assert forget_letters(session, at=clock()) == 2
        assert letters(session).waiting == 1


def test_addresses_are_shown_masked() -> None:
    assert mail.masked("ana@example.org") == "a…@example.org"
