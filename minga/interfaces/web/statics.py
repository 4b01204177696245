"""Static files from memory: named by their hash, kept for a year, compressed when first asked for."""

import functools
import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import brotli
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static/"
YEAR_SECONDS = 31_536_000

STYLES = ("tokens", "base", "type", "frame", "components", "print")
MODULES = ("said", "table", "draft", "photo", "copy", "zone", "live")
VENDORED_HTMX = ("htmx.min.js", "hx-csp.min.js")
LEAVES = (
    "M12 11.9C8.2 9 8 4.6 12 1.2C16 4.6 15.8 9 12 11.9ZM13.1 13.8C17.5 12 21.4 14 22.4 19.2"
    "C17.4 21 13.7 18.6 13.1 13.8ZM10.9 13.8C10.3 18.6 6.6 21 1.6 19.2C2.6 14 6.5 12 10.9 13.8Z"
)
MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
}


class StaticFile:
    """One answer: its bytes as they are, and compressed once somebody asks."""

    def __init__(self, name: str, body: bytes) -> None:
        stem, _, ending = name.rpartition(".")
        self.body = body
        self.media_type = MEDIA_TYPES[ending]
        self.path = f"{PREFIX}{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}"

    @functools.cached_property
    def brotli(self) -> bytes:
        return bytes(brotli.compress(self.body, quality=11))

    @functools.cached_property
    def gzip(self) -> bytes:
        return gzip.compress(self.body, 9, mtime=0)

    def encoded(self, accepted: str) -> tuple[bytes, str | None]:
        """The body in the smallest encoding that the browser's Accept-Encoding names."""
        if "br" in accepted:
            return self.brotli, "br"
        if "gzip" in accepted:
            return self.gzip, "gzip"
        return self.body, None


class Statics:
    """An ASGI application over files in memory; it never touches the disk or a thread after the start."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        self._by_name = {name: StaticFile(name, body) for name, body in contents.items()}
        self._by_path = {file.path: file for file in self._by_name.values()}

    def url(self, name: str) -> str:
        """The address of a file by its plain name; a name that does not exist is a fault of the template."""
        return self._by_name[name].path

    def file(self, name: str) -> StaticFile:
        return self._by_name[name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self._by_path.get(scope["path"])
        if file is None or scope["method"] not in ("GET", "HEAD"):
            await _answer(
                send, 404 if file is None else 405, b"", {"content-type": "text/plain; charset=utf-8"}
            )
            return
        accepted = next((v for k, v in scope["headers"] if k == b"accept-encoding"), b"").decode("latin-1")
        body, encoding = file.encoded(accepted)
        headers = {
            "content-type": file.media_type,
            "cache-control": f"public, max-age={YEAR_SECONDS}, immutable",
            "vary": "Accept-Encoding",
            "x-content-type-options": "nosniff",
        }
        if encoding:
            headers["content-encoding"] = encoding
        await _answer(send, 200, body, headers, send_body=scope["method"] == "GET")


async def _answer(
    send: Send, status: int, body: bytes, headers: dict[str, str], *, send_body: bool = True
) -> None:
    headers = {**headers, "content-length": str(len(body))}
    raw = [(key.encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body if send_body else b""})


@functools.cache
def statics() -> Statics:
    """All static files of the package, read once in the life of the process."""
    contents = {
        "minga.css": style_sheet().encode(),
        "icons.svg": sprite(FOLDER).encode(),
        "mark.svg": (FOLDER / "mark.svg").read_bytes(),
        "htmx.js": _joined(FOLDER / "vendor" / "htmx" / name for name in VENDORED_HTMX),
        "minga.js": _modules(MODULES),
        "passkey.js": module("passkey").encode(),
    }
    contents["manifest.webmanifest"] = _manifest(StaticFile("mark.svg", contents["mark.svg"]).path)
    return Statics(contents)


def static_url(name: str) -> str:
    return statics().url(name)


def style_sheet(names: Iterable[str] = STYLES) -> str:
    """The style files in their order as one sheet, without comments and idle space."""
    text = "\n".join((FOLDER / "css" / f"{name}.css").read_text("utf-8") for name in names)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([{};,>]) ?", r"\1", text).strip()


def icon_names(folder: Path = FOLDER) -> dict[str, str]:
    """Our names of meaning and the shapes of Lucide that draw them."""
    names: dict[str, str] = json.loads((folder / "icons.json").read_text("utf-8"))
    return names


def sprite(folder: Path = FOLDER) -> str:
    """One SVG with a symbol for each name of meaning, and the mark."""
    symbols = [f'<symbol id="mark" viewBox="0 0 24 24"><path fill="currentColor" d="{LEAVES}"/></symbol>']
    for name, shape in icon_names(folder).items():
        drawing = (folder / "vendor" / "lucide" / f"{shape}.svg").read_text("utf-8")
        inside = re.sub(r"\s+", " ", drawing.partition("<svg")[2].partition(">")[2].partition("</svg>")[0])
        shapes = inside.strip().replace(" />", "/>")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def _joined(paths: Iterable[Path]) -> bytes:
    return b";\n".join(path.read_bytes() for path in paths)


def module(name: str) -> str:
    """One of our own modules as it is sent: without the lines that explain it and without indents."""
    lines = (FOLDER / "js" / f"{name}.js").read_text("utf-8").splitlines()
    kept = (line.strip() for line in lines)
    return "\n".join(line for line in kept if line and not line.startswith("//"))


def _modules(names: Iterable[str]) -> bytes:
    """Own modules share one answer; each keeps its names in a block, as they neither import nor export."""
    return "\n".join(f"{{\n{module(name)}\n}}" for name in names).encode()


def _manifest(mark: str) -> bytes:
    manifest: dict[str, Any] = json.loads((FOLDER / "manifest.webmanifest").read_text("utf-8"))
    manifest["icons"] = [{"src": mark, "type": "image/svg+xml", "sizes": "any", "purpose": "any"}]
    return json.dumps(manifest, ensure_ascii=False).encode()
