"""Settings that are each right and together unsafe for real people. Checked at start, never while serving."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from minga.kit import secrets
from minga.kit.settings.fields import UNSPECIFIC, Settings, is_loopback


@dataclass(frozen=True)
class Risk:
    """What is unsafe about one setting and what to write instead."""

    name: str
    problem: str
    example: str


def risks(settings: Settings, file: Path) -> Iterator[Risk]:
    """Everything for which a node refuses to start, in the order of the settings."""
    yield from _contradictions(settings)
    if settings.env == "dev":
        return
    yield from _readable(settings, file)
    if settings.debug:
        yield Risk("debug", "pages would show the inside of the node. Only with MINGA_ENV=dev.", "no")
    if not settings.https and not settings.on_loopback and not settings.allow_plain_http:
        yield Risk(
            "site_url",
            f"{settings.site_url} has no TLS: passwords would travel readable. Use https, or say that"
            " the network is yours with MINGA_ALLOW_PLAIN_HTTP=yes.",
            "https://minga.example",
        )
    reason = secrets.weakness(settings.secret.reveal())
    if not settings.secret:
        yield Risk(
            "secret", "there is none yet. `minga secrets generate` makes it.", "minga secrets generate"
        )
    elif reason:
        yield Risk(
            "secret", f"{reason}. `minga secrets generate` makes a good one.", "openssl rand -base64 48"
        )
    if settings.smtp_url and not settings.mail_insecure and _open_mail(settings.smtp_url):
        yield Risk(
            "smtp_url",
            "mails and the password of the mail server would travel readable.",
            "smtp+starttls://name:password@mail.example:587",
        )


def _contradictions(settings: Settings) -> Iterator[Risk]:
    if settings.default_language not in settings.languages:
        yield Risk("default_language", "it is not among MINGA_LANGUAGES.", settings.languages[0])
    if settings.sign_in_idle_days > settings.sign_in_absolute_days:
        yield Risk(
            "sign_in_idle_days",
            "it is longer than MINGA_SIGN_IN_ABSOLUTE_DAYS.",
            str(settings.sign_in_absolute_days),
        )
    if settings.queue == "celery" and not settings.broker:
        yield Risk("broker", "MINGA_QUEUE=celery needs a Redis.", "redis://localhost:6379/0")
    if settings.site_host in UNSPECIFIC:
        yield Risk(
            "site_url",
            f"{settings.host} means every address of this machine; nobody can open that. Say under which"
            " address people reach it.",
            "https://minga.example",
        )


def _readable(settings: Settings, file: Path) -> Iterator[Risk]:
    if settings.home.is_dir() and secrets.open_to_others(settings.home):
        yield Risk(
            "home",
            f"other people of this machine can look into {settings.home}.",
            f"chmod 700 {settings.home}",
        )
    if file.is_file() and secrets.open_to_others(file) and file.name in settings.sources.values():
        yield Risk("home", f"other people of this machine can read {file}.", f"chmod 600 {file}")


def _open_mail(smtp_url: str) -> bool:
    parts = urlsplit(smtp_url)
    return parts.scheme == "smtp" and not is_loopback(parts.hostname or "")
