"""Too much of anything is refused within a second, by a clean answer, and takes no memory to speak of."""

import io
import json
import socket
import struct
import time
import zlib
from collections.abc import Callable

import pytest
from sqlalchemy import select

from minga.identity.models import SignIn
from minga.kit.clock import utc_now
from minga.kit.crypto import Keys, digest, mac
from minga.kit.ids import new_id
from tests.faults.running import SECRET, Running

SECONDS_MAX = 1.0
MEMORY_MIB_MAX = 100
SLOW_MACHINE = 4.0
"""Tests run beside others: what has to take less than a second on a quiet machine gets this many here."""


def _raw(running: Running, data: bytes, *, timeout: float = 20) -> bytes:
    """Send bytes as they are; answers what came back before the end."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=timeout) as one:
        try:
            one.sendall(data)
            return one.recv(4096)
        except (ConnectionResetError, BrokenPipeError):
            return b""


def _png(width: int, height: int) -> bytes:
    """A PNG of one colour: a few kilobytes that want gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = b"\0" + b"\0" * (width // 8)
    packed = io.BytesIO()
    for _ in range(min(height, 2_000)):
        packed.write(packer.compress(row))
    packed.write(packer.flush())
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", packed.getvalue())
        + chunk(b"IEND", b"")
    )


def _api(running: Running, body: bytes, **headers: str) -> tuple[int, bytes]:
    sent = {
        "Authorization": f"Bearer {running.people.tokens[0]}",
        "Content-Type": "application/json",
        **headers,
    }
    path = f"/api/v1/communities/{running.people.community_id}/listings"
    return running.request("POST", path, body, sent)


def _form_fields(running: Running) -> tuple[int, bytes]:
    body = "&".join(f"field{n}=x" for n in range(10_000)).encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"minga={running.people.cookies[0]}",
    }
    return running.request("POST", "/c/valley/listings/new", body, headers)


def _upload(running: Running, content: bytes, name: str, kind: str) -> tuple[int, bytes]:
    database = running.database()
    cookie = running.people.cookies[1]
    with database.read() as session:
        holder = session.scalars(select(SignIn.id).where(SignIn.token_hash == digest(cookie))).one()
    database.close()
    token = mac(Keys(SECRET).key("form"), holder, utc_now().date().isoformat()).hex()[:40]
    fields = {
        "_form": token,
        "form_id": new_id(),
        "direction": "offer",
        "kind": "item",
        "title": "With a photo",
        "terms": "loan",
    }
    border = "minga-border"
    parts = [
        f'--{border}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()
    ]
    head = f'--{border}\r\nContent-Disposition: form-data; name="photos"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + f"\r\n--{border}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={border}", "Cookie": f"minga={cookie}"}
    return running.request("POST", "/c/valley/listings/new", body, headers)


BOMBS: dict[str, Callable[[Running], tuple[int, bytes]]] = {
    "deep JSON": lambda running: _api(running, b"[" * 200_000),
    "deep objects": lambda running: _api(running, b'{"a":' * 40_000 + b"1" + b"}" * 40_000),
    "a large body": lambda running: _api(running, json.dumps({"title": "x" * 3_000_000}).encode()),
    "ten thousand form fields": _form_fields,
    "a photo that unpacks to gigabytes": lambda running: _upload(
        running, _png(60_000, 60_000), "a.png", "image/png"
    ),
    "a drawing instead of a photo": lambda running: _upload(
        running, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image/svg+xml"
    ),
    "a program instead of a photo": lambda running: _upload(
        running, b"\x7fELF" + b"\0" * 5_000, "a.jpg", "image/jpeg"
    ),
    "an upload of 80 MiB": lambda running: _upload(
        running, b"\xff\xd8" + b"\0" * 80 * 2**20, "a.jpg", "image/jpeg"
    ),
    "a long address": lambda running: running.request("GET", "/c/valley/listings?q=" + "x" * 20_000),
    "another host": lambda running: running.request("GET", "/", headers={"Host": "elsewhere.example"}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_cleanly(running: Running, name: str) -> None:
    assert running.read(0)[0] == 200
    before, began = running.resident_mib(), time.monotonic()
    try:
        status, body = BOMBS[name](running)
    except (BrokenPipeError, ConnectionResetError):
        status, body = 413, b"closed while we were sending"  # answered before all of it was sent
    took = time.monotonic() - began
    assert 400 <= status < 500, (status, body[:500])
    assert b"Traceback" not in body
    assert took < SECONDS_MAX * SLOW_MACHINE, took
    assert running.resident_mib() - before < MEMORY_MIB_MAX
    assert running.read(0)[0] == 200


def test_a_flood_of_headers_is_cut_off(running: Running) -> None:
    assert running.read(0)[0] == 200
    before = running.resident_mib()
    began = time.monotonic()
    flood = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"".join(
        b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(40_000)
    )
    answer = _raw(running, flood + b"\r\n")
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert time.monotonic() - began < 10
    assert running.resident_mib() - before < MEMORY_MIB_MAX
    assert running.read(0)[0] == 200


def test_slow_senders_keep_nobody_waiting(running: Running) -> None:
    assert running.read(0)[0] == 200
    slow = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(50)]
    try:
        for one in slow:
            one.sendall(
                b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\n\r\nhandle="
            )
        began = time.monotonic()
        for n in range(5):
            for one in slow[:10]:
                one.sendall(b"x")
            assert running.read(n)[0] == 200
            assert running.post(n, f"Meanwhile {n}")[0] == 201
        assert time.monotonic() - began < 5 * SLOW_MACHINE
    finally:
        for one in slow:
            one.close()
