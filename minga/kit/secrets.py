"""The secrets of a node: made once, kept in files that only the node reads, never shown."""

import os
import secrets
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

BYTES_MIN = 32
FOLDER = "secrets"
SAMPLES = (
    "changeme",
    "change-me",
    "change_me",
    "secret",
    "password",
    "default",
    "example",
    "insecure",
    "dev-secret",
)


class Secret:
    """Text that must not be seen: people and logs get dots; `reveal()` is the only way to the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that needs it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and secrets.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "•••"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format("•••", spec)

    def __reduce__(self) -> str:
        raise TypeError("A secret is not written anywhere.")


@dataclass(frozen=True)
class Kind:
    """One secret of a node: what it protects, what ends when it is rotated, and when that is due."""

    name: str
    protects: str
    rotating_ends: str
    due_after_days: int


KINDS = (
    Kind(
        name="secret",
        protects="sign-ins, forms and the links of invitations",
        rotating_ends=(
            "Every sign-in ends; every invitation link, printed card and open form made before stops working."
        ),
        due_after_days=365,
    ),
)


@dataclass(frozen=True)
class Stored:
    """A secret as it is listed: never with its value."""

    kind: Kind
    path: Path
    made_at: datetime | None


def weakness(text: str) -> str | None:
    """Why this text is no secret, in one clause; None when it is one.

    >>> weakness("changeme")
    'it is a sample that stands in public documents'
    >>> weakness("short")
    'it is shorter than 32 bytes'
    >>> weakness("a" * 40)
    'it repeats itself'
    """
    plain = text.strip().lower()
    if not plain:
        return "it is empty"
    if any(plain == sample * (len(plain) // len(sample)) for sample in SAMPLES) or "changeme" in plain:
        return "it is a sample that stands in public documents"
    if len(text.encode()) < BYTES_MIN:
        return f"it is shorter than {BYTES_MIN} bytes"
    if len(set(text)) < 8:
        return "it repeats itself"
    return None


def generate(home: Path, *, force: bool = False) -> list[str]:
    """Write every secret that is missing, 0600 and whole; answers the names written. Keeps what is there."""
    folder = _folder(home)
    return [kind.name for kind in KINDS if _write(folder / kind.name, force=force)]


def rotate(home: Path, name: str) -> Kind:
    """Replace one secret by a new one. Raises KeyError for a name that no secret has."""
    kind = _kind(name)
    _write(_folder(home) / name, force=True)
    return kind


def read(home: Path, name: str, credentials: Path | None = None) -> Secret | None:
    """The secret of that name: from the service manager's credentials when given, else from the folder."""
    places = [home / FOLDER / name] if credentials is None else [credentials / name, home / FOLDER / name]
    for place in places:
        if place.is_file():
            return Secret(place.read_text(encoding="utf-8").strip())
    return None


def stored(home: Path) -> list[Stored]:
    """All kinds with their place and age, without values."""
    return [Stored(kind, path, _made_at(path)) for kind in KINDS for path in [home / FOLDER / kind.name]]


def open_to_others(path: Path) -> bool:
    """Whether anybody but its owner may read, write or enter this file or folder.

    Windows has no such bits; there the folder's own rights decide and this is always false.
    """
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _folder(home: Path) -> Path:
    """The folder of secrets, made for the node alone, and its home with it."""
    folder = home / FOLDER
    for one in (home, folder):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def _kind(name: str) -> Kind:
    return {kind.name: kind for kind in KINDS}[name]


def _made_at(path: Path) -> datetime | None:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.is_file() else None


def _write(path: Path, *, force: bool) -> bool:
    """Write a new secret beside its place and move it there in one step: no half of it is ever read."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if force:
            os.replace(beside, path)
            return True
        try:
            os.link(beside, path)
        except FileExistsError:
            return False
        return True
    finally:
        beside.unlink(missing_ok=True)
