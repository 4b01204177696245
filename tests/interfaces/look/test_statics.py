"""Static files: hashed names, a year in the cache, compressed, small enough for a slow telephone."""

import gzip

import anyio
import brotli
import httpx2
import pytest

from minga.interfaces.web.statics import YEAR_SECONDS, Statics, icon_names, module, static_url, statics


def ask(method: str, path: str, accepted: str = "identity") -> httpx2.Response:
    """One answer of the static server, its body as it came over the wire."""

    async def over_the_wire() -> httpx2.Response:
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(statics()), base_url="http://node"
        ) as client:
            request = client.build_request(method, path, headers={"accept-encoding": accepted})
            answer = await client.send(request, stream=True)
            answer.extensions["raw"] = b"".join([piece async for piece in answer.aiter_raw()])
            return answer

    return anyio.run(over_the_wire)


@pytest.mark.parametrize(
    ("name", "bytes_max"),
    [("minga.css", 9_000), ("icons.svg", 6_000), ("htmx.js", 15_000), ("minga.js", 5_000)],
)
def test_files_keep_their_budget(name: str, bytes_max: int) -> None:
    assert len(statics().file(name).gzip) <= bytes_max


@pytest.mark.parametrize(
    ("name", "bytes_max"),
    [("said", 800), ("live", 1_500), ("passkey", 1_500), ("draft", 800), ("photo", 1_000), ("copy", 700)],
)
def test_own_modules_keep_their_budget(name: str, bytes_max: int) -> None:
    assert len(gzip.compress(module(name).encode(), 9)) <= bytes_max


def test_a_file_is_kept_for_a_year_under_the_name_of_its_content() -> None:
    answer = ask("GET", static_url("minga.css"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == f"public, max-age={YEAR_SECONDS}, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert Statics({"a.css": b"a{}"}).url("a.css") != Statics({"a.css": b"b{}"}).url("a.css")


def test_a_file_comes_in_the_encoding_that_the_browser_reads() -> None:
    plain = statics().file("icons.svg").body
    for accepted, unpack in (("br, gzip", brotli.decompress), ("gzip", gzip.decompress)):
        answer = ask("GET", static_url("icons.svg"), accepted)
        packed = answer.extensions["raw"]
        assert answer.headers["vary"] == "Accept-Encoding"
        assert len(packed) < len(plain) / 2
        assert unpack(packed) == plain
    answer = ask("GET", static_url("icons.svg"))
    assert answer.extensions["raw"] == plain
    assert "content-encoding" not in answer.headers


def test_what_is_not_there_is_not_found_and_nothing_is_written() -> None:
    assert ask("GET", "/static/minga.css").status_code == 404
    assert ask("GET", "/static/../statics.py").status_code == 404
    assert ask("POST", static_url("minga.css")).status_code == 405
    assert ask("HEAD", static_url("minga.css")).extensions["raw"] == b""
    with pytest.raises(KeyError):
        static_url("absent.css")


def test_every_name_of_meaning_has_its_drawing() -> None:
    sprite = statics().file("icons.svg").body.decode()
    for name in icon_names():
        assert f'id="{name}"' in sprite
