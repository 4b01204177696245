"""What the machine writes down for its operator: one line per happening, with numbers and reasons, without people.

Safe by construction: only known keys are written, a happening is named by plain words of ours, of an exception only
its kind and its place are kept, and what looks like an address, a number or a token is dotted out. Facts that
members should find later belong into events (`kit.events`), not here.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Any, Literal

from minga.kit.crypto import Keys, grouped, mac, random_crockford
from minga.kit.ids import Id
from minga.kit.later import without
from minga.kit.settings import Settings

with without("rich"):  # for colours that are never shown it would take 5 MB of every node
    import structlog

KEYS = frozenset(
    {
        *(
            "time",
            "level",
            "event",
            "logger",
            "request_id",
            "error_id",
            "actor_kind",
            "actor",
            "community_id",
        ),
        *(
            "route",
            "method",
            "status",
            "ms",
            "sql",
            "code",
            "command",
            "job",
            "lane",
            "tries",
            "state",
            "count",
        ),
        *("limit", "bytes", "reaction", "name", "version", "seconds", "kind", "where", "host_count", "port"),
    }
)
DOTS = "•••"
LENGTH_MAX = 300
FILE_BYTES_MAX = 5 * 1024 * 1024
FILES_KEPT = 3
_NAME = re.compile(r"[a-z][a-z0-9_]*([. ][a-z0-9_]+){0,8}")
_PERSONAL = (
    re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+"),  # mail addresses and handles of other nodes
    re.compile(r"(?<![A-Za-z0-9])(?![0-9a-f]{32}\b)\+?\d[\d ()/.-]{6,}\d(?![A-Za-z0-9])"),  # phones, cards
    re.compile(
        r"(?<![A-Za-z0-9_-])(?![0-9a-f]{32}(?![A-Za-z0-9_-]))[A-Za-z0-9_-]{24,}(?![A-Za-z0-9_-])"
    ),  # tokens
    re.compile(r"://[^/\s@]*:[^/\s@]*@"),  # passwords in addresses
)
_SPEAKS_PLAINLY = ("uvicorn", "uvicorn.error", "alembic.runtime.migration")
_salt = b"until set up"

Entry = MutableMapping[str, Any]


def set_up(
    keys: Keys,
    *,
    level: str = "info",
    form: Literal["json", "plain"] = "json",
    stream: IO[str] | None = None,
    folder: Path | None = None,
) -> None:
    """Send every line of this process, of ours and of libraries, through the same sieve.

    Lines go to the stream (standard error when none is given) and, as JSON, to `minga.log` in the folder, where
    `minga log show` finds them; that file is read by nobody else and stays small.
    """
    global _salt
    _salt = keys.key("log")
    outlets: list[logging.Handler] = [logging.StreamHandler(stream or sys.stderr)]
    outlets[0].setFormatter(_formatter(form))
    if folder is not None:
        outlets.append(_file(folder))
    root = logging.getLogger()
    for outlet in list(root.handlers):
        if getattr(outlet, "ours", False):
            root.removeHandler(outlet)
            outlet.close()
    for outlet in outlets:
        outlet.ours = True  # type: ignore[attr-defined]
        root.addHandler(outlet)
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).setLevel(logging.NOTSET)
        logging.getLogger(name).propagate = name != "uvicorn.access"


def begin(settings: Settings, keys: Keys) -> None:
    """Set up for a serving node: plain lines for who sits at the terminal, JSON for what collects them."""
    plain = settings.env == "dev" or sys.stderr.isatty()
    form: Literal["json", "plain"] = "plain" if plain else "json"
    set_up(keys, level=settings.log_level, form=form, folder=settings.home / "log")
    if settings.log_level == "info":
        logging.getLogger("uvicorn.error").setLevel("WARNING")


def logger(name: str = "minga") -> structlog.stdlib.BoundLogger:
    """A voice: `logger().info("job.done", job="mail.send", ms=12)`; the first word names what happened."""
    found: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return found


@contextmanager
def about(**facts: Any) -> Iterator[None]:
    """Every line within is about these facts too, e.g. `about(request_id=…, route="/listings/{id}")`."""
    with structlog.contextvars.bound_contextvars(**facts):
        yield


def actor_mark(person_id: Id | None) -> str:
    """A person in the log: the same mark for the same person on this node, and nothing that leads back to them."""
    return mac(_salt, person_id).hex()[:12] if person_id else ""


def new_error_id() -> str:
    """A number that somebody can read to the operator, such as 7Q4-K2M."""
    return grouped(random_crockford(6), 3)


def failure(error: BaseException, **facts: Any) -> str:
    """Write down what broke, and answer the number under which it is found."""
    number = new_error_id()
    logger().error("broke", error_id=number, exc_info=error, **facts)
    return number


def lines(folder: Path, *, most: int = 200) -> list[dict[str, Any]]:
    """The newest lines of the log in this folder, oldest first."""
    found: list[dict[str, Any]] = []
    for path in (folder / "minga.log", *(folder / f"minga.log.{n}" for n in range(1, FILES_KEPT))):
        if len(found) >= most or not path.exists():
            break
        newest = path.read_text("utf-8", "replace").splitlines()[-(most - len(found)) :]
        found = [_entry(line) for line in newest] + found
    return found


def with_error_id(folder: Path, number: str) -> list[dict[str, Any]]:
    """The lines of one failure, found by the number that the page showed, however it was typed."""
    wanted = number.strip().upper()
    return [line for line in lines(folder, most=1_000_000) if line.get("error_id") == wanted]


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        entry = None
    return entry if isinstance(entry, dict) else {"event": "(a damaged line)"}


def _file(folder: Path) -> logging.Handler:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "minga.log"
    path.touch(mode=0o600)
    outlet = RotatingFileHandler(path, maxBytes=FILE_BYTES_MAX, backupCount=FILES_KEPT - 1, encoding="utf-8")
    outlet.setFormatter(_formatter("json"))
    return outlet


def _formatter(form: Literal["json", "plain"]) -> logging.Formatter:
    writer = structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else _plain_line
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_only_the_template, _place_of_failure, _stamp, sieve],
        processors=[_without_meta, writer],
    )


def _without_meta(_logger: Any, _method: str, entry: Entry) -> Entry:
    return {key: value for key, value in entry.items() if not key.startswith("_")}


def _only_the_template(_logger: Any, _method: str, entry: Entry) -> Entry:
    """Of other people's lines the words they wrote, not the values they filled in, which may be anything."""
    record: logging.LogRecord = entry["_record"]
    entry["level"] = record.levelname.lower()
    entry["logger"] = record.name
    if record.name not in _SPEAKS_PLAINLY:
        entry["event"] = str(record.msg)
    entry["foreign"] = True
    return entry


def _place_of_failure(_logger: Any, _method: str, entry: Entry) -> Entry:
    """Of an exception its kind and where it arose; its text may hold what somebody typed."""
    error = entry.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        entry["kind"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        entry["where"] = " > ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in frames)
    return entry


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])


def _stamp(_logger: Any, _method: str, entry: Entry) -> Entry:
    entry["time"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return entry


def sieve(_logger: Any, _method: str, entry: Entry) -> Entry:
    """Only known keys, plain values, and words of ours; whatever looks personal is dotted out."""
    foreign = entry.get("foreign", False)
    named = isinstance(entry.get("event"), str) and (foreign or _NAME.fullmatch(entry["event"]))
    kept: Entry = {"time": entry.get("time"), "level": entry.get("level")}
    kept["event"] = _scrubbed(entry["event"]) if named else "(unnamed)"
    for key in sorted(KEYS & entry.keys() - kept.keys()):
        value = entry[key]
        if isinstance(value, str):
            kept[key] = _placed(value) if key == "where" else _scrubbed(value)
        elif value is None or isinstance(value, bool | int | float):
            kept[key] = value
    return kept


def _placed(where: str) -> str:
    return where[: LENGTH_MAX * 3]


def _scrubbed(text: str) -> str:
    for personal in _PERSONAL:
        text = personal.sub(DOTS, text)
    return " ".join(text.split())[:LENGTH_MAX]


def _plain_line(_logger: Any, _method: str, entry: Entry) -> str:
    rest = " ".join(
        f"{k}={v}" for k, v in entry.items() if k not in {"time", "level", "event"} and v is not None
    )
    return f"{str(entry['time'])[11:19]} {entry['level']:<8} {entry['event']} {rest}".rstrip()


structlog.configure(  # at import, so that nothing is ever written unsieved, wherever it goes
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _place_of_failure,
        _stamp,
        sieve,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
