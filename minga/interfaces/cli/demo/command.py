"""The command: a folder, a village in it, a server, and links for those who look around."""

import json
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from minga.interfaces.cli.frame import Context, Frame, frame_of, group, pass_on
from minga.kit import secrets
from minga.kit.crypto import random_token

demo = group("demo", "Opens the example village to look around in.")
DOORS_FILE = "demo.json"


@demo.command()
def start(
    context: Context,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    keep: Annotated[
        Path | None, typer.Option(help="Keep the village in this folder, which must be empty.")
    ] = None,
) -> None:
    """Makes a village of neighbours in a folder of its own, serves it, and forgets it at Ctrl-C.

    Example: minga demo --port 8123
    """
    frame = frame_of(context)
    # Ended by whatever means, it forgets: the server hands the signal on when it has closed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    home = keep or Path(tempfile.mkdtemp(prefix="minga-demo-"))
    try:
        _open(frame, home, port)
    finally:
        if keep is None:
            shutil.rmtree(home, ignore_errors=True)


def _open(frame: Frame, home: Path, port: int) -> None:
    from minga import migrations
    from minga.interfaces.cli.demo import village
    from minga.interfaces.cli.serving import listen, serve
    from minga.kit.db import Database
    from minga.kit.sealed import FieldKey
    from minga.kit.settings import from_process

    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    secrets.generate(home)
    own = listen("127.0.0.1", port)
    port = own.getsockname()[1]
    os.environ["MINGA_HOME"] = str(home)
    settings = from_process(overrides={"port": port})
    database = Database.open(settings.database_url)
    database.field_key = FieldKey(settings.secret.reveal())
    migrations.upgrade(database)
    village_of = village.build(database, frame.clock(settings)())
    database.close()
    doors = {random_token(128): (village_of.people[name], name.capitalize()) for name in village.DOORS}
    path = home / DOORS_FILE
    path.touch(mode=0o600)
    path.write_text(json.dumps(doors))
    pass_on(settings)
    with suppress(KeyboardInterrupt):
        serve(
            "minga.interfaces.asgi:create", settings, own, lambda: _announce(frame, settings.site_url, doors)
        )


def _announce(frame: Frame, site: str, doors: dict[str, tuple[str, str]]) -> None:
    words = {
        "ana": "steward of Valley",
        "bruno": "member of Valley",
        "edda": "member of Valley",
        "farid": "steward of Harbour",
        "ivo": "runs the node",
    }
    links = {name.lower(): f"{site}/demo/{token}" for token, (_, name) in doors.items()}
    lines = [f"The example village is open at {site}. Look around as:"]
    lines += [f"  {name.capitalize():6} {link}   ({words[name]})" for name, link in links.items()]
    lines += ["Everything is forgotten when you stop it with Ctrl-C."]
    frame.screen.show("demo", {"site_url": site, "links": links}, "\n".join(lines))
