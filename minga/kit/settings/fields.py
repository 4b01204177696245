"""What can be set: each setting once, with kind, default, example and words. Reading them is `reading`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from minga.kit.secrets import Secret
from minga.kit.settings import kinds
from minga.kit.settings.kinds import Kind

Network = IPv4Network | IPv6Network
LOOPBACK = ("127.0.0.1", "localhost", "::1")
UNSPECIFIC = ("0.0.0.0", "::")  # nosec B104 # what is refused or explained, not what is listened on
NO_SECRET = Secret("")


@dataclass(frozen=True)
class About:
    """What is said about a setting beside its type; `default` in words where it is no plain value."""

    words: str
    kind: Kind
    example: str
    default: str = ""
    secret: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Described:
    """One setting as documents show it."""

    name: str
    variable: str
    default: str
    about: About


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """All settings of one node. Values that depend on others are properties or are filled in when empty."""

    home: Annotated[
        Path,
        About(
            "Folder with everything that the node keeps: database, files, secrets, backups.",
            kinds.FOLDER,
            "/var/lib/minga",
            default="`./minga-data`, or `~/.local/share/minga` when only that exists",
        ),
    ]
    env: Annotated[
        Literal["prod", "dev", "test"],
        About(
            "`dev` allows what is unsafe for real people: plain http, debug, readable folders.",
            kinds.one_of("prod", "dev"),
            "prod",
        ),
    ] = "prod"
    debug: Annotated[
        bool, About("Show details of faults on pages. Refused outside `dev`.", kinds.YES_NO, "no")
    ] = False
    site_url: Annotated[
        str,
        About(
            "The address under which people open this node.",
            kinds.SITE_URL,
            "https://minga.example",
            also=("SITE_URL", "PREFERRED_HOST"),
            default="`http://` with host and port",
        ),
    ] = ""
    host: Annotated[str, About("Network address to listen on.", kinds.HOST, "127.0.0.1")] = "127.0.0.1"
    port: Annotated[int, About("Port to listen on.", kinds.whole(0, 65535), "8000")] = 8000
    allow_plain_http: Annotated[
        bool,
        About(
            "Serve an address without TLS outside this machine. Anybody on the way can read along.",
            kinds.YES_NO,
            "no",
        ),
    ] = False
    trusted_proxies: Annotated[
        tuple[Network, ...],
        About(
            "Networks of your own proxies; only their `X-Forwarded-For` is believed.",
            kinds.NETWORKS,
            "127.0.0.1/32, 10.0.0.0/8",
            default="none",
        ),
    ] = ()
    database_url: Annotated[
        str,
        About(
            "Where the rows are. SQLite needs nothing else; PostgreSQL is for larger nodes.",
            kinds.DATABASE_URL,
            "postgresql+psycopg://minga@localhost/minga",
            secret=True,
            also=("DATABASE_URL",),
            default="`minga.db` in the node's folder",
        ),
    ] = ""
    secret: Annotated[
        Secret,
        About(
            "Key from which the node derives its other keys; at least 32 bytes. `minga up` makes it.",
            kinds.SECRET,
            "output of: openssl rand -base64 48",
            secret=True,
            also=("SESSION_SECRET", "SECRET_KEY"),
            default="file `secrets/secret` in the node's folder",
        ),
    ] = NO_SECRET
    languages: Annotated[
        tuple[str, ...], About("Languages offered, in this order.", kinds.LANGUAGES, "en, es")
    ] = ("en", "es")
    default_language: Annotated[str, About("Language when nothing else is known.", kinds.LANGUAGE, "en")] = (
        "en"
    )
    smtp_url: Annotated[
        str | None,
        About(
            "Mail server. Without it, whatever would be mailed is shown and can be printed.",
            kinds.SMTP_URL,
            "smtp+starttls://name:password@mail.example:587",
            secret=True,
            default="no mail",
        ),
    ] = None
    mail_from: Annotated[
        str,
        About(
            "Sender of mails.",
            kinds.ADDRESS,
            "minga@minga.example",
            default="`minga@` and the host of the site address",
        ),
    ] = ""
    mail_insecure: Annotated[
        bool,
        About("Allow a mail server without encryption that is not on this machine.", kinds.YES_NO, "no"),
    ] = False
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        About(
            "The least important lines that are logged.",
            kinds.one_of("debug", "info", "warning", "error"),
            "info",
        ),
    ] = "info"
    broker: Annotated[
        str | None,
        About(
            "Redis that several processes share: for limits, and for Celery when `MINGA_QUEUE` says so.",
            kinds.REDIS_URL,
            "redis://localhost:6379/0",
            secret=True,
            default="none: everything in the database and in memory",
        ),
    ] = None
    queue: Annotated[
        Literal["database", "celery"],
        About(
            "How workers learn of jobs: they look into the database, or Celery tells them by Redis."
            " Jobs are rows of the database in both.",
            kinds.one_of("database", "celery"),
            "celery",
        ),
    ] = "database"
    photo_bytes_max: Annotated[
        int, About("Largest photo that is taken.", kinds.whole(65_536, 8_388_608), "8388608")
    ] = 8_388_608
    upload_bytes_max: Annotated[
        int,
        About(
            "Largest other file that is taken, such as a list to import.",
            kinds.whole(65_536, 268_435_456),
            "20971520",
        ),
    ] = 20_971_520
    sign_in_idle_days: Annotated[
        int,
        About(
            "Days after which an unused sign-in ends; may only be fewer than 30.", kinds.whole(1, 30), "14"
        ),
    ] = 30
    sign_in_absolute_days: Annotated[
        int,
        About("Days after which any sign-in ends; may only be fewer than 90.", kinds.whole(1, 90), "60"),
    ] = 90
    communities_founded_by: Annotated[
        Literal["operator", "members", "anybody"],
        About(
            "Who may found a community: the operator, members of a community here, anybody signed in.",
            kinds.one_of("operator", "members", "anybody"),
            "members",
        ),
    ] = "operator"
    password_memory_kib: Annotated[
        int,
        About(
            "Memory for one check of a password (Argon2id); more is safer and slower.",
            kinds.whole(19_456, 1_048_576),
            "65536",
        ),
    ] = 19_456
    node_ceiling: Annotated[
        Literal["network", "private"],
        About(
            "How far anything may reach beyond this node; `private` keeps everything inside.",
            kinds.one_of("network", "private", read_as={"public": "network"}),
            "network",
            also=("SYNC_PUBLIC_SCOPE",),
        ),
    ] = "network"
    assistant: Annotated[
        bool,
        About(
            "Whether an assistant may be switched on at all.", kinds.YES_NO, "no", also=("ENABLE_COPILOT",)
        ),
    ] = False
    llm_api_key: Annotated[
        Secret,
        About(
            "Key for the language model of the assistant.",
            kinds.SECRET,
            "the key that its host gave you",
            secret=True,
            also=("DEDALUS_API_KEY",),
            default="none",
        ),
    ] = NO_SECRET
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        fill: Callable[[str, Any], None] = lambda name, value: object.__setattr__(self, name, value)  # noqa: E731
        if not self.site_url:
            fill("site_url", f"http://{bracketed(self.host)}:{self.port}")
        if not self.database_url:
            fill("database_url", f"sqlite:///{self.home.absolute() / 'minga.db'}")
        if not self.mail_from:
            fill("mail_from", f"minga@{self.site_host}")

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={text!r}' for name, text in self.shown().items())})"

    def shown(self) -> dict[str, str]:
        """Every setting as text that may be seen: secrets and passwords within addresses are dots."""
        return {
            one.name: without_password(shown(getattr(self, one.name)))
            if one.about.secret
            else shown(getattr(self, one.name))
            for one in described()
        }

    @property
    def site_host(self) -> str:
        """The host of the site address, without port and brackets."""
        return urlsplit(self.site_url).hostname or "localhost"

    @property
    def https(self) -> bool:
        return self.site_url.startswith("https://")

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Hosts (without port) that a request may name: the site's own, and this machine itself."""
        own = {self.site_host, *LOOPBACK}
        return frozenset(own if self.host in UNSPECIFIC else own | {self.host})

    @property
    def on_loopback(self) -> bool:
        return is_loopback(self.site_host)

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        return "postgresql" if self.database_url.startswith("postgresql") else "sqlite"


def is_loopback(host: str) -> bool:
    """Whether this host is the machine itself.

    >>> is_loopback("127.0.0.3"), is_loopback("minga.localhost"), is_loopback("10.0.0.1")
    (True, True, False)
    """
    return host in LOOPBACK or host.startswith("127.") or host.endswith(".localhost")


def without_password(address: str) -> str:
    """An address with its password, and whatever follows a question mark, as dots.

    >>> without_password("smtp://ana:pass:w@rd@mail.example:25")
    'smtp://ana:•••@mail.example:25'
    """
    return re.sub(r"\?.*", "?•••", re.sub(r"(://[^/@:]*):.*@", r"\1:•••@", address))


def bracketed(host: str) -> str:
    """A host as it stands in an address.

    >>> bracketed("::1")
    '[::1]'
    """
    return f"[{host}]" if ":" in host else host


def described() -> list[Described]:
    """Every setting, in the order of documents."""
    found = []
    for one in fields(Settings):
        hint = get_type_hints(Settings, include_extras=True)[one.name]
        if get_origin(hint) is Annotated:
            about: About = get_args(hint)[1]
            default = about.default or f"`{shown(one.default)}`"
            found.append(Described(name=one.name, variable=variable(one.name), default=default, about=about))
    return found


def variable(name: str) -> str:
    """The variable of the environment that holds this setting.

    >>> variable("port")
    'MINGA_PORT'
    """
    return f"MINGA_{name.upper()}"


def shown(value: Any) -> str:
    """A value as it would be written in the environment.

    >>> shown(("en", "es")), shown(False), shown(None)
    ('en, es', 'no', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


NAMES = {one.variable: one.name for one in described()} | {
    other: one.name for one in described() for other in one.about.also
}


def find_home(environ: Mapping[str, str], folder: Path) -> Path:
    """The node's folder when the command line names none, seen from the folder where it was started."""
    named = environ.get("MINGA_HOME")
    if named:
        return Path(named).expanduser()
    here, shared = folder / "minga-data", Path(environ.get("HOME", str(folder))) / ".local/share/minga"
    return shared if shared.is_dir() and not here.is_dir() else here
