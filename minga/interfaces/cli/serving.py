"""Starting a server: the socket first, so that a port that is taken is told in words, then uvicorn."""

import contextlib
import json
import os
import socket
import sys
from collections.abc import Callable
from importlib import import_module
from shutil import get_terminal_size
from typing import Any

import uvicorn
from uvicorn.supervisors import ChangeReload

from minga.interfaces.http.ending import let_all_go
from minga.kit import memory
from minga.kit.errors import Busy
from minga.kit.i18n import N_
from minga.kit.settings import Settings

GRACE_SECONDS = 10
HEADER_BYTES_MAX = 32 * 1024


class Announcing(uvicorn.Server):
    """A server that calls `announce` once it answers."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        let_all_go()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A socket on which the node will answer. Raises Busy when another program has the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise Busy(
            N_("Port {port} on {host} cannot be used: {why}. Another one: minga up --port {other}"),
            host=host,
            port=port,
            why=error.strerror or "unknown",
            other=port + 1,
        ) from error
    found.set_inheritable(True)
    return found


def beside(
    work: Callable[[], dict[str, Any]], *, fail: Callable[[BaseException], int], meanwhile: str
) -> dict[str, Any]:
    """The answer of `work`, done in a child process while this one imports `meanwhile`.

    What the child loads is gone with it, and what this one loads is never looked through for rubbish. When it fails it says why by `fail`, and this process ends with that code.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 0
        try:
            os.write(writing, json.dumps(work()).encode())
        except BaseException as error:
            code = fail(error)
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writing)
    memory.begin_serving()
    import_module(meanwhile)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        raise SystemExit(code)
    answer: dict[str, Any] = json.loads(said)
    return answer


def serve(
    application: str | Callable[[], Any],
    settings: Settings,
    own: socket.socket,
    announce: Callable[[], None],
    *,
    reload: bool = False,
) -> None:
    """Answer until the process is told to stop; `application` is or names the function that makes the application."""
    config = uvicorn.Config(
        application,
        factory=True,
        http="httptools",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=True,
        reload=reload,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=HEADER_BYTES_MAX,
        log_level=settings.log_level,
    )
    if reload:
        announce()
        ChangeReload(config, target=uvicorn.Server(config).run, sockets=[own]).run()
        return
    memory.begin_serving()
    with contextlib.suppress(
        KeyboardInterrupt
    ):  # Ctrl-C is how a server is ended, after the requests in hand
        Announcing(config, announce).run(sockets=[own])


def qr_for_terminal(address: str) -> str:
    """The address as a QR code of characters; empty when the terminal is too narrow or is none."""
    import io

    import segno

    if not sys.stdout.isatty():
        return ""
    code = segno.make(address, error="l")
    if code.symbol_size(border=2)[0] > get_terminal_size().columns:
        return ""
    drawn = io.StringIO()
    code.terminal(drawn, border=2, compact=True)
    return drawn.getvalue()
