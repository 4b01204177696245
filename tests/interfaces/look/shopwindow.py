"""A small server that shows the components as a node would, under the same security headers, for a real browser."""

import asyncio
import base64
import io
import json
import threading
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from PIL import Image

from minga.interfaces.web.statics import statics

from .environment import frame, render, render_string


def headers(nonce: str) -> dict[str, str]:
    policy = (
        f"default-src 'none'; style-src 'self'; script-src 'nonce-{nonce}'; img-src 'self' blob:; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; "
        "worker-src 'self'; require-trusted-types-for 'script'; trusted-types htmx"
    )
    return {"content-security-policy": policy}


def photo(width: int = 600, height: int = 400) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(made, "JPEG", quality=95)
    return made.getvalue()


class ShopWindow:
    """What was posted is kept in `posted`; `hint` speaks to every open stream of live hints."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, list[str]]]] = []
        self.pages: dict[str, str] = {}
        self.renewed = 0
        self._streams: list[asyncio.Queue[str]] = []
        config = uvicorn.Config(self, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> "ShopWindow":
        self._thread.start()
        for _ in range(500):
            if self._server.started:
                break
            time.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://localhost:{self.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(5)

    def hint(self, ref: str) -> None:
        line = json.dumps({"id": "1", "topic": "person:me", "act": "changed", "ref": ref, "rev": 2, "at": ""})
        for stream in self._streams:
            stream.put_nowait(f"event: hint\ndata: {line}\n\n")

    @property
    def listeners(self) -> int:
        return len(self._streams)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if path.startswith("/static/"):
            await statics()(scope, receive, send)
        elif path == "/live":
            await self._live(send)
        elif scope["method"] == "POST":
            await self._take(path, await _body(receive), send)
        elif path == "/photo.jpg":
            await _answer(send, photo(), "image/jpeg")
        elif path == "/options":
            await _answer(send, json.dumps(self._options()).encode(), "application/json")
        else:
            body = self._page(path, scope["query_string"].decode()).encode()
            await _answer(send, body, "text/html; charset=utf-8", nonce=f"nonce{self.renewed}")

    def _page(self, path: str, query: str) -> str:
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        self.renewed += 1
        look = SimpleNamespace(
            theme=asked.get("theme", ""),
            contrast=asked.get("contrast", ""),
            density=asked.get("density", ""),
            text_size=asked.get("text", ""),
            motion="",
        )
        facts = {
            "frame": frame(look=look, said=asked.get("said")),
            "language": asked.get("lang", "en"),
            "dir": asked.get("dir", "ltr"),
            "renewed": self.renewed,
            "nonce": f"nonce{self.renewed}",
        }
        if path in self.pages:
            return render_string(self.pages[path], **facts)
        return render("dev/look.html", **facts)

    async def _take(self, path: str, body: bytes, send: Any) -> None:
        self.posted.append((path, parse_qs(body.decode("utf-8", "replace"))))
        goal = "/elsewhere?" if path == "/away" else "/?"
        await _answer(send, b"", "text/plain", 303, {"location": goal + urlencode({"said": "It is done."})})

    async def _live(self, send: Any) -> None:
        stream: asyncio.Queue[str] = asyncio.Queue()
        self._streams.append(stream)
        await _start(send, 200, {"content-type": "text/event-stream", "cache-control": "no-store"})
        while not self._server.should_exit:
            text = ": still here\n\n" if stream.empty() else stream.get_nowait()
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
            await asyncio.sleep(0.05)
        await send({"type": "http.response.body", "body": b""})

    def _options(self) -> dict[str, Any]:
        words = base64.urlsafe_b64encode(b"0123456789abcdef").decode().rstrip("=")
        return {
            "challenge": words,
            "rp": {"id": "localhost", "name": "Valley"},
            "rpId": "localhost",
            "user": {"id": words, "name": "ana", "displayName": "Ana"},
            "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (-7, -257)],
            "authenticatorSelection": {"residentKey": "required"},
        }


async def _body(receive: Any) -> bytes:
    pieces = bytearray()
    while True:
        message = await receive()
        pieces += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(pieces)


async def _start(send: Any, status: int, more: dict[str, str], nonce: str = "none") -> None:
    raw = [(key.encode(), value.encode()) for key, value in {**headers(nonce), **more}.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def _answer(
    send: Any,
    body: bytes,
    media: str,
    status: int = 200,
    more: dict[str, str] | None = None,
    nonce: str = "none",
) -> None:
    await _start(send, status, {"content-type": media, **(more or {})}, nonce)
    await send({"type": "http.response.body", "body": body})
