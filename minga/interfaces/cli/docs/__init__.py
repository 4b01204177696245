"""The generated pages of the documentation: made from the program itself, compared with what is committed by a test."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from minga.interfaces.cli.frame import CheckFailed, Context, frame_of, group
from minga.interfaces.cli.options import WrongUse

docs = group("docs", "The generated pages of the documentation.")

PAGES = {
    "env": ("docs/environment.md", "settings", "environment"),
    "env-example": (".env.example", "settings", "example"),
    "cli": ("docs/cli.md", "program", "page"),
    "api": ("docs/api.md", "operations", "page"),
    "domains": ("docs/domains.md", "domains", "page"),
    "events": ("docs/events.md", "domains", "events"),
    "capabilities": ("docs/capabilities.md", "domains", "capabilities"),
    "policies": ("docs/policies.md", "domains", "policies"),
    "erd": ("docs/erd.md", "drawing", "page"),
}
"""Name: where the page lies in the repository, and the function beside this module that writes it."""

HEAD = "<!-- Written by `minga docs write`; change the program instead. -->\n"


def written(name: str) -> str:
    """The text of one page, as the program says it now."""
    path, module, function = PAGES[name]
    make: Callable[[], str] = getattr(import_module(f"{__name__}.{module}"), function)
    text = make().rstrip() + "\n"
    return HEAD + text if path.endswith(".md") else text


@docs.command("show")
def show_page(context: Context, name: str) -> None:
    """Prints one page: env, env-example, cli, api, domains, events, capabilities, policies or erd.

    Example: minga docs show env
    """
    if name not in PAGES:
        raise WrongUse(f"There is no page {name}. There are: {', '.join(PAGES)}.")
    frame_of(context).screen.show("docs show", {"name": name, "text": written(name)}, written(name).rstrip())


@docs.command("write")
def write_pages(
    context: Context,
    folder: Annotated[Path, typer.Option(help="The root of the repository.")] = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Only say which pages are stale; 7 if any is.")
    ] = False,
) -> None:
    """Writes all generated pages into the repository.

    Example: minga docs write --folder .
    """
    frame = frame_of(context)
    stale = []
    for name, (place, _, _) in PAGES.items():
        path = folder / place
        text = written(name)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(place)
            if not check and not frame.options.dry_run:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    did = "Stale" if check else "Written"
    frame.screen.show("docs write", {"pages": stale}, f"{did}: {', '.join(stale) or 'none'}.")
    if check and stale:
        raise CheckFailed("Write them again: minga docs write")
