"""The kinds of values that a setting can have: how text becomes the value, and what is allowed in words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from minga.kit.secrets import Secret

Read = Callable[[str], Any]
YES = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


@dataclass(frozen=True)
class Kind:
    """A kind of value: its name, what is allowed, and the function that reads it or raises ValueError."""

    name: str
    allowed: str
    read: Read


def whole(least: int, most: int) -> Kind:
    """A whole number within bounds, both included."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError(text)
        return number

    return Kind("whole number", f"{least} to {most}", read)


def one_of(*words: str, read_as: Mapping[str, str] | None = None) -> Kind:
    """One of a few words; `read_as` maps older words to ours."""
    older = read_as or {}

    def read(text: str) -> str:
        word = older.get(text.lower(), text.lower())
        if word not in words:
            raise ValueError(text)
        return word

    return Kind("word", ", ".join(words), read)


def _yes_no(text: str) -> bool:
    try:
        return YES[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def _folder(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise ValueError(text)
    return Path(text).expanduser().absolute()


def _site_url(text: str) -> str:
    parts = urlsplit(text)
    extra = parts.query or parts.fragment or parts.username or parts.path not in ("", "/")
    if parts.scheme not in ("http", "https") or not parts.hostname or extra:
        raise ValueError(text)
    if parts.port == 0:
        raise ValueError(text)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _host(text: str) -> str:
    bare = text.strip("[]").lower()
    if re.fullmatch(r"[0-9a-f.:]+", bare) and (":" in bare or bare.replace(".", "").isdigit()):
        return str(ip_address(bare))
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", bare):
        raise ValueError(text)
    return bare


def _networks(text: str) -> tuple[Any, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _database_url(text: str) -> str:
    if text.startswith("sqlite:///") and len(text) > len("sqlite:///"):
        return text
    named = re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql+psycopg://", text)
    parts = urlsplit(named)
    if parts.scheme != "postgresql+psycopg" or len(parts.path) < 2:
        raise ValueError(text)
    return named


def _secret(text: str) -> Secret:
    return Secret(text.strip())


def _language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2}|-[A-Z]{2})?", text.strip()):
        raise ValueError(text)
    return text.strip()


def _languages(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(_language(part) for part in text.split(",")))
    if not found:
        raise ValueError(text)
    return found


def _url(*schemes: str) -> Read:
    def read(text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(text)
        _ = parts.port  # (raises ValueError when it is no number)
        return text

    return read


def _address(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>]{1,64}@[^@\s<>]{1,190}", text.strip()):
        raise ValueError(text)
    return text.strip()


FOLDER = Kind("folder", "a path", _folder)
YES_NO = Kind("yes or no", "yes, no, true, false, on, off, 1, 0", _yes_no)
SITE_URL = Kind("web address", "http:// or https://, a host, perhaps a port, and nothing after it", _site_url)
HOST = Kind("network address", "an IP address or the name of a host", _host)
NETWORKS = Kind("list of networks", "addresses or networks (10.0.0.0/8), separated by commas", _networks)
DATABASE_URL = Kind(
    "database address",
    "sqlite:////path/to/file or postgresql+psycopg://name:password@host/database",
    _database_url,
)
SECRET = Kind("secret", "random text", _secret)
LANGUAGE = Kind("language", "a language code such as en", _language)
LANGUAGES = Kind("list of languages", "language codes, separated by commas", _languages)
SMTP_URL = Kind(
    "mail server",
    "smtp://, smtp+starttls:// or smtps://, with name and password",
    _url("smtp", "smtp+starttls", "smtps"),
)
REDIS_URL = Kind("Redis address", "redis:// or rediss://, a host, perhaps a port", _url("redis", "rediss"))
ADDRESS = Kind("mail address", "name@host", _address)
