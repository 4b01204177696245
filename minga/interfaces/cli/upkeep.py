"""Looking at what a node stands on: settings, secrets, versions, the description of its API."""

import sys
from importlib import metadata
from typing import Annotated

import typer

from minga.interfaces.cli.frame import Context, ask, frame_of, group
from minga.interfaces.cli.options import WrongUse
from minga.kit import secrets as stored_secrets
from minga.kit.settings import described

settings = group("settings", "Shows and checks the settings.")
secrets = group("secrets", "Makes, lists and rotates the node's secrets.")
version = group("version", "The version of minga.")
openapi = group("openapi", "The API as an OpenAPI document.")


@settings.command("show")
def show_settings(context: Context) -> None:
    """Every setting, its value and where it comes from. Secrets are dots.

    Example: minga settings show
    """
    frame = frame_of(context)
    found = frame.settings()
    values = found.shown()
    rows = [
        {
            "variable": one.variable,
            "value": values[one.name],
            "from": found.sources.get(one.name, "default"),
        }
        for one in described()
    ]
    columns = {"variable": "Setting", "value": "Value", "from": "From"}
    frame.screen.rows("settings show", rows, columns, "")


@settings.command("check")
def check_settings(context: Context) -> None:
    """Reads the settings as the node would; all faults are told at once, with exit code 2.

    Example: minga settings check --data /var/lib/minga
    """
    frame = frame_of(context)
    found = frame.settings()
    older = {name: source for name, source in found.sources.items() if ", now " in source}
    for source in older.values():
        frame.screen.warn(f"An older name is used: {source}.")
    text = f"The settings fit together; {len(found.sources)} are set."
    frame.screen.show("settings check", {"set": sorted(found.sources), "older": older}, text)


@secrets.command("generate")
def generate_secrets(
    context: Context,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there, too.")] = False,
) -> None:
    """Makes the secrets that are missing, each 0600. What is there is kept.

    Example: minga secrets generate
    """
    frame = frame_of(context)
    home = frame.home()
    if force:
        ask(frame, " ".join(kind.rotating_ends for kind in stored_secrets.KINDS))
    if frame.options.dry_run:
        made = [one.kind.name for one in stored_secrets.stored(home) if force or one.made_at is None]
    else:
        made = stored_secrets.generate(home, force=force)
    text = f"Made: {', '.join(made)}." if made else "Nothing was missing."
    frame.screen.show("secrets generate", {"made": made}, text)


@secrets.command("list")
def list_secrets(context: Context) -> None:
    """Names, ages and what they protect; never values.

    Example: minga secrets list
    """
    frame = frame_of(context)
    rows = [
        {
            "name": one.kind.name,
            "made_at": one.made_at,
            "due_after_days": one.kind.due_after_days,
            "protects": one.kind.protects,
        }
        for one in stored_secrets.stored(frame.home())
    ]
    columns = {"name": "Name", "made_at": "Made", "due_after_days": "Due after days", "protects": "Protects"}
    frame.screen.rows("secrets list", rows, columns, "")


@secrets.command("rotate")
def rotate_secret(context: Context, name: str) -> None:
    """Replaces one secret; says first what ends by it. The node has to be started again.

    Example: minga secrets rotate secret --yes
    """
    frame = frame_of(context)
    kinds = {kind.name: kind for kind in stored_secrets.KINDS}
    if name not in kinds:
        raise WrongUse(f"There is no secret {name}. There are: {', '.join(kinds)}.")
    ends = kinds[name].rotating_ends
    ask(frame, ends)
    if not frame.options.dry_run:
        stored_secrets.rotate(frame.home(), name)
    done = "would be new" if frame.options.dry_run else "is new. Start the node again"
    frame.screen.show("secrets rotate", {"name": name, "ends": ends}, f"{name} {done}. {ends}")


@version.command()
def show_version(context: Context) -> None:
    """The version of minga, of Python and of the packages that carry it.

    Example: minga version --json
    """
    from minga import __version__
    from minga.kit import engines

    names = ("fastapi", "sqlalchemy", "uvicorn", "cryptography")
    facts = {
        "minga": __version__,
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "sqlite": engines.sqlite_driver().sqlite_version,
        **{name: metadata.version(name) for name in names},
    }
    text = "\n".join(f"{name} {found}" for name, found in facts.items())
    frame_of(context).screen.show("version", facts, text)


@openapi.command()
def show_openapi(context: Context) -> None:
    """The API as an OpenAPI document, the same that a node answers at /api/v1/openapi.json.

    Example: minga openapi > openapi.json
    """
    import json

    from minga.interfaces.cli.docs.operations import document

    frame_of(context)
    print(json.dumps(document(), indent=2, ensure_ascii=False))
