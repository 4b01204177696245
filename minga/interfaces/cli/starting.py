"""Beginning to serve: newest tables, the port, the worker beside, and then the words that say where it is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from importlib import import_module
from typing import Any

from minga.interfaces.cli.frame import Frame, pass_on, report_end
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.kit.settings import Settings

APPLICATION = "minga.interfaces.asgi"
UP_ALONE = N_(
    "MINGA_QUEUE=celery is for a node of several processes: start `minga web` and `minga worker`."
    " `minga up` works off its jobs itself: leave MINGA_QUEUE out."
)


class Shape(Enum):
    """How the work is shared among processes."""

    ONE = "requests and what follows from them in one process"
    TWO = "a worker beside the process that answers"
    WEB = "requests only; a worker is started by itself"


def start_serving(shape: Shape, frame: Frame, overrides: dict[str, Any], *, qr: bool, reload: bool) -> None:
    """Bring the tables up to date, then answer. The port is taken first, so that the address is true.

    Migrations run in a process of their own: this one loads the application meanwhile and stays small.
    """
    from minga.interfaces.cli import serving

    settings = frame.settings(**overrides)
    if settings.queue == "celery" and shape is not Shape.WEB:
        raise Refused(UP_ALONE)
    with serving.listen(settings.host, settings.port) as own:
        settings = frame.settings(**{**overrides, "port": own.getsockname()[1]})
        pass_on(settings)
        words = serving.beside(
            lambda: _prepare(frame, settings),
            fail=lambda error: report_end(frame, error),
            meanwhile=APPLICATION,
        )
        words["qr"] = (
            serving.qr_for_terminal(words["link"]) if words["link"] and qr and not frame.options.json else ""
        )
        application = _application(shape, settings)
        serving.serve(application, settings, own, lambda: _announce(frame, settings, words), reload=reload)


def _application(shape: Shape, settings: Settings) -> str | Callable[[], Any]:
    """What is served, with the worker begun that belongs to it."""
    from minga.kit.engines import sqlite_is_safe

    if shape is Shape.WEB:
        return f"{APPLICATION}:create_web"
    if shape is Shape.ONE or (settings.dialect == "sqlite" and not sqlite_is_safe()):
        return f"{APPLICATION}:create"
    asgi, beside = import_module(APPLICATION), import_module("minga.interfaces.worker.beside")
    return partial(asgi.create_beside, beside.begin(settings))


def _announce(frame: Frame, settings: Settings, words: dict[str, Any]) -> None:
    lines = [f"minga is running at {settings.site_url}"]
    if words["link"]:
        lines += [
            f"Become its owner with this link. It works once, {until_words(datetime.fromisoformat(words['until']))}:",
            f"  {words['link']}",
        ]
    frame.screen.show(
        "up", {"site_url": settings.site_url, **words}, "\n".join([*lines, words["qr"]]).rstrip()
    )


def _prepare(frame: Frame, settings: Settings) -> dict[str, Any]:
    """Newest tables, and the owner link of a node that nobody owns yet, with its end."""
    from minga import migrations
    from minga.identity import Actor, commands
    from minga.kit.db import Database

    now = frame.clock(settings)()
    database = Database.open(settings.database_url)
    try:
        migrations.upgrade(database)
        with database.write() as session:
            if commands.is_owned(session):
                return {"link": None, "until": None}
            link = f"{settings.site_url}/first/{commands.make_owner_link(session, Actor.machine(), at=now)}"
    finally:
        database.close()
    return {"link": link, "until": (now + timedelta(days=1)).isoformat()}


def until_words(moment: datetime) -> str:
    """A moment in the machine's own time, as it is said in a sentence."""
    local = moment.astimezone()
    return f"until {local.day} {local:%b %H:%M}"
