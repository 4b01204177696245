"""Reading the settings from command line, environment, file and secrets; all faults are told together."""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minga.kit import secrets
from minga.kit.settings import safety
from minga.kit.settings.fields import NAMES, Described, Settings, described, find_home, shown, variable

FILE = "minga.toml"
TOLERATED = ("MINGA_DATA_DIR",)
TOLERATED_PREFIX = "MINGA_TEST_"
HOST_ONLY = "PREFERRED_HOST"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the settings: where it was set, what is wrong, what is allowed, and an example."""

    variable: str
    problem: str
    kind: str = ""
    allowed: str = ""
    example: str = ""

    def __str__(self) -> str:
        lines = [f"{self.variable}: {self.problem}"]
        if self.allowed:
            lines.append(f"    a {self.kind}; allowed: {self.allowed}")
        if self.example:
            lines.append(f"    for example: {self.example}")
        return "\n".join(lines)


class SettingsRefused(Exception):
    """The node does not start like this; `faults` holds everything that is wrong, not only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Given:
    """A value that somebody wrote, and where."""

    value: Any
    source: str


def load(
    environ: Mapping[str, str], home: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> Settings:
    """The settings of the node in `home`; `overrides` come from the command line (None there: not given).

    Raises `SettingsRefused` with all faults, also those of combinations that are unsafe for real people.
    """
    line = {name: value for name, value in (overrides or {}).items() if value is not None}
    home = Path(line.pop("home", None) or home or find_home(environ, Path.cwd())).expanduser().absolute()
    faults: list[Fault] = []
    given = _given(environ, home, line, faults)
    values: dict[str, Any] = {"home": home}
    for one in described():
        if one.name in given:
            try:
                values[one.name] = one.about.kind.read(_text(given[one.name].value))
            except ValueError:
                faults.append(_unreadable(one, given[one.name]))
    _take_preferred_host(environ, values, given, faults)
    if "secret" not in given:
        credentials = environ.get("CREDENTIALS_DIRECTORY")
        found = secrets.read(home, "secret", Path(credentials) if credentials else None)
        if found is not None:
            values["secret"], given["secret"] = found, Given("", f"{secrets.FOLDER}/secret")
    settings = Settings(**values, sources={name: one.source for name, one in given.items()})
    bad = {NAMES.get(fault.variable, "") for fault in faults}
    for risk in safety.risks(settings, home / FILE):
        if risk.name not in bad:
            faults.append(Fault(variable(risk.name), risk.problem, example=risk.example))
    if faults:
        raise SettingsRefused(faults)
    return settings


def _given(
    environ: Mapping[str, str], home: Path, line: Mapping[str, Any], faults: list[Fault]
) -> dict[str, Given]:
    """What was written for each setting, the strongest source winning; names nobody knows become faults."""
    given = {name: Given(value, FILE) for name, value in _file(home / FILE, faults)}
    for name, found in _environment(environ, faults):
        given[name] = found
    for name, value in line.items():
        given[name] = Given(value, "command line")
    return given


def _file(path: Path, faults: list[Fault]) -> Iterator[tuple[str, Any]]:
    if not path.is_file():
        return
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        faults.append(Fault(FILE, f"cannot be read: {error}", example='site_url = "https://minga.example"'))
        return
    names = {one.name for one in described()} - {"home"}
    for name, value in content.items():
        if name in names:
            yield name, value
        else:
            faults.append(_unknown(f"{name} in {FILE}", name, names))


def _environment(environ: Mapping[str, str], faults: list[Fault]) -> Iterator[tuple[str, Given]]:
    for name in environ:
        known = name in NAMES or name in TOLERATED or name.startswith(TOLERATED_PREFIX)
        if name.startswith("MINGA_") and not known:
            faults.append(_unknown(name, name, NAMES))
    for one in described():
        set_here = [(name, environ[name]) for name in _names(one) if environ.get(name)]
        if not set_here or one.name == "home":
            continue
        if len({_compared(one, text) for _, text in set_here}) > 1:
            both = " and ".join(name for name, _ in set_here)
            faults.append(
                Fault(
                    one.variable,
                    f"{both} are names of one setting and differ. Keep one of them.",
                    example=one.variable,
                )
            )
            continue
        name = set_here[0][0]
        yield one.name, Given(set_here[0][1], name if name == one.variable else f"{name}, now {one.variable}")


def _compared(one: Described, text: str) -> str:
    """The value as it is compared with that of another name: read when it can be, else as written."""
    try:
        value = one.about.kind.read(text)
    except ValueError:
        return text
    return value.reveal() if isinstance(value, secrets.Secret) else shown(value)


def _names(one: Described) -> tuple[str, ...]:
    return tuple(name for name in (one.variable, *one.about.also) if name != HOST_ONLY)


def _take_preferred_host(
    environ: Mapping[str, str], values: dict[str, Any], given: dict[str, Given], faults: list[Fault]
) -> None:
    """A predecessor's name for the host of the site address alone; it must agree with the site address."""
    host = environ.get(HOST_ONLY, "").strip().lower()
    if not host:
        return
    if "site_url" not in given:
        values["site_url"] = f"https://{host}"
        given["site_url"] = Given(host, f"{HOST_ONLY}, now MINGA_SITE_URL")
    elif "site_url" in values and host != values["site_url"].partition("://")[2]:
        problem = f"{HOST_ONLY} names another host than the site address. Keep one of them."
        faults.append(Fault("MINGA_SITE_URL", problem, example=f"https://{host}"))


def _text(value: Any) -> str:
    """A value of any source as the text that the kind reads."""
    if isinstance(value, list):
        return ",".join(str(part) for part in value)
    return value if isinstance(value, str) else shown(value)


def _unreadable(one: Described, given: Given) -> Fault:
    """A value that its kind cannot read. A secret value is not repeated."""
    said = "what is written there" if one.about.secret else f'"{_text(given.value)[:80]}"'
    problem = f"{said} (from {given.source}) does not fit."
    return Fault(one.variable, problem, one.about.kind.name, one.about.kind.allowed, one.about.example)


def _unknown(where: str, name: str, names: Mapping[str, str] | set[str]) -> Fault:
    near = difflib.get_close_matches(name, list(names), n=1)
    meant = f" Did you mean {near[0]}?" if near else " `minga docs env` lists all names."
    return Fault(where, f"no setting has this name.{meant}")


def from_process(home: Path | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """The settings as this very process was started."""
    return load(os.environ, home, overrides)
