"""The limit: what the same machine, server, database and tables give without any framework.

A bare ASGI application on the same uvicorn, in one thread, with hand-written SQL on the same driver and pragmas. It
looks up who asks and what they may, reads the same rows, answers the same JSON; its page says the same words by a
plain Jinja2 template without macros and without any cache; its POST writes the same rows and commits with
synchronous=FULL; its sign-in checks Argon2id at the same cost.
"""

import asyncio
import hashlib
import json
import os
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import uvicorn
from argon2 import PasswordHasher
from jinja2 import Environment, FileSystemLoader

from minga.kit.engines import PRAGMAS, sqlite_driver
from minga.kit.ids import new_id

ROWS = 50
_BY_TOKEN = """SELECT p.id, p.name, p.language, t.scopes, t.community_id FROM token t JOIN person p ON p.id = t.person_id
  WHERE t.hash = ? AND t.ended_at IS NULL AND t.expires_at > ? AND p.suspended_at IS NULL AND p.erased_at IS NULL"""
_BY_COOKIE = """SELECT p.id, p.name, p.language, s.id FROM sign_in s JOIN person p ON p.id = s.person_id
  WHERE s.token_hash = ? AND s.live_at <= ? AND s.ended_at IS NULL AND s.idle_until > ? AND s.absolute_until > ?
  AND p.suspended_at IS NULL AND p.erased_at IS NULL"""
_PLACE = """SELECT c.id, c.name, c.slug, c.root_id, m.id FROM community c
  JOIN membership m ON m.community_id = c.id AND m.person_id = ? AND m.ended_on IS NULL
  WHERE c.id = ? AND NOT EXISTS (SELECT 1 FROM pause WHERE membership_id = m.id AND ended_at IS NULL)
  AND EXISTS (SELECT 1 FROM role r JOIN role_capability k ON k.role_id = r.id
    WHERE r.community_id = c.id AND r.key = 'member' AND k.capability = ? AND k.until_at IS NULL)"""
_LIST = """SELECT l.id, l.number, l.direction, l.kind, l.title, l.description, l.language, l.category_id,
  l.quantity_milli, l.quantity_unit, l.terms, l.place, l.published_at, l.expires_at, p.handle, p.name, l.name_shown,
  l.photo_count
  FROM listing l LEFT JOIN person p ON p.id = l.owner_id
  WHERE l.community_id = ? AND l.level <> 'private' AND l.published_at IS NOT NULL AND l.paused_at IS NULL
  AND l.closed_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > ?)
  ORDER BY l.published_at DESC, l.id DESC LIMIT 51"""


class Community(msgspec.Struct):
    slug: str
    name: str


class Owner(msgspec.Struct):
    handle: str
    name: str


class Place(msgspec.Struct):
    label: str


class Listing(msgspec.Struct):
    id: str
    number: int
    url: str
    community: Community
    origin: str
    direction: str
    kind: str
    title: str
    description: str
    language: str
    category: str | None
    quantity: dict[str, Any] | None
    terms: msgspec.Raw
    level: str | None
    place: Place | None
    owner: Owner | None
    photos: list[Any]
    status: str
    published_at: str
    expires_at: str | None


class Limit:
    """The application: four addresses, one connection for reading and one for writing."""

    def __init__(self, database: Path, community_id: str) -> None:
        self.community_id = community_id
        self.reader = _connect(database, reading=True)
        self.writer = _connect(database, reading=False)
        self.encode = msgspec.json.Encoder().encode
        here = Path(__file__).parent
        self.page = Environment(
            loader=FileSystemLoader(here), autoescape=True, trim_blocks=True
        ).get_template("limit.html")
        self.hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32)
        self.hashing = ThreadPoolExecutor(1)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = dict(scope["headers"])
        path, now = scope["path"], _text(datetime.now(UTC))
        more: list[tuple[bytes, bytes]] = []
        status, kind = 200, b"application/json"
        if path == "/json":
            answer = self.listed(headers, now)
        elif path == "/html":
            answer, kind = self.shown(headers, now), b"text/html; charset=utf-8"
        elif path == "/post":
            status, answer = 201, self.posted(headers, body, now)
        elif path == "/sign-in":
            status, answer = 303, b""
            more = [(b"location", b"/"), (b"set-cookie", await self.signed_in(body, now))]
        else:
            status, answer = 404, b"{}"
        sent = [(b"content-type", kind), (b"content-length", str(len(answer)).encode()), *more]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": answer})

    def listed(self, headers: dict[bytes, bytes], now: str) -> bytes:
        """Fifty listings as JSON."""
        ask = self.reader.execute
        ask("BEGIN")
        try:
            person = ask(_BY_TOKEN, (_hash(headers[b"authorization"][7:]), now)).fetchone()
            place = ask(_PLACE, (person[0], self.community_id, "listing.see")).fetchone()
            rows = ask(_LIST, (place[0], now)).fetchall()
        finally:
            ask("COMMIT")
        community = Community(place[2], place[1])
        items = [_listing(row, community) for row in rows[:ROWS]]
        return self.encode({"items": items, "next": rows[ROWS - 1][0] if len(rows) > ROWS else None})

    def shown(self, headers: dict[bytes, bytes], now: str) -> bytes:
        """Fifty cards as a page."""
        ask = self.reader.execute
        ask("BEGIN")
        try:
            hashed = _hash(headers[b"cookie"].partition(b"=")[2])
            person = ask(_BY_COOKIE, (hashed, now, now, now)).fetchone()
            place = ask(_PLACE, (person[0], self.community_id, "listing.see")).fetchone()
            top = ask(
                _LIST.replace("ORDER BY", "AND l.pin_rank IS NOT NULL ORDER BY").replace("51", "8"),
                (place[0], now),
            ).fetchall()
            rows = ask(_LIST, (place[0], now)).fetchall()
            categories = ask(
                "SELECT id, labels FROM category WHERE retired_at IS NULL ORDER BY rank"
            ).fetchall()
        finally:
            ask("COMMIT")
        return self.page.render(
            community=place[1],
            slug=place[2],
            person=person[1],
            cards=[_card(row) for row in (*top, *rows[:ROWS])],
            categories=[(id_, json.loads(labels)["en"]) for id_, labels in categories],
            nonce=secrets.token_urlsafe(16),
        ).encode()

    def posted(self, headers: dict[bytes, bytes], body: bytes, now: str) -> bytes:
        """A new listing with its own fields, its words, its number, two events with their seals, committed."""
        said = msgspec.json.decode(body)
        ask = self.writer.execute
        ask("BEGIN IMMEDIATE")
        try:
            person = ask(_BY_TOKEN, (_hash(headers[b"authorization"][7:]), now)).fetchone()
            place = ask(_PLACE, (person[0], self.community_id, "listing.publish")).fetchone()
            ask(
                "SELECT count(*) FROM listing WHERE owner_id = ? AND closed_at IS NULL", (person[0],)
            ).fetchone()
            number = ask(
                "UPDATE listing_number SET last = last + 1 WHERE root_id = ? RETURNING last", (place[3],)
            ).fetchone()[0]
            listing_id = new_id()
            values = {
                "id": listing_id, "community_id": place[0], "root_id": place[3], "number": number,
                "owner_id": person[0], "direction": said["direction"], "kind": said["kind"], "title": said["title"],
                "description": said["description"], "language": "", "terms": json.dumps(said["terms"]), "term_bits": 1,
                "level": "partners", "place": "", "answers": "owner", "name_shown": "everybody", "photo_count": 0,
                "drafted_at": now, "sent_at": now, "published_at": now, "confirmed_at": now, "made_at": now,
                "changed_at": now, "version": 2,
            }  # fmt: skip
            self._insert("listing", values)
            self._insert(
                "listing_item",
                {"listing_id": listing_id, "condition": 4, "size": "", "copies": 1, "loan_days_max": 14},
            )
            words = {
                "listing_id": listing_id,
                "title": said["title"].lower(),
                "category": "",
                "description": said["description"].lower(),
            }
            self._insert("listing_words", words)
            for name in ("ListingCreated", "ListingPublished"):
                self._event(
                    name,
                    place[3],
                    person[0],
                    listing_id,
                    now,
                    {"listing_id": listing_id, "owner_id": person[0]},
                )
            ask("COMMIT")
        except BaseException:
            ask("ROLLBACK")
            raise
        return self.encode({"id": listing_id, "number": number, **said})

    async def signed_in(self, body: bytes, now: str) -> bytes:
        """A live sign-in for a name and a password; answers the cookie."""
        form = parse_qs(body.decode())
        found = self.reader.execute(
            "SELECT p.id, w.phc FROM person p JOIN password w ON w.person_id = p.id WHERE p.handle_key = ?",
            (form["handle"][0],),
        ).fetchone()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.hashing, self.hasher.verify, found[1], form["password"][0])
        cookie, sign_in_id = secrets.token_urlsafe(32), new_id()
        until = _text(datetime.now(UTC) + timedelta(days=30))
        self.writer.execute("BEGIN IMMEDIATE")
        values = {
            "id": sign_in_id, "person_id": found[0], "token_hash": _hash(cookie.encode()), "how": "password",
            "means_only": 0, "asked_at": now, "asked_handle": "", "approvers_needed": 0, "numbers": 0, "tries": 0,
            "live_at": now, "confirmed_at": now, "seen_on": now[:10], "idle_until": until,
            "absolute_until": until, "line": "", "browser": "", "prefix": "",
        }  # fmt: skip
        self._insert("sign_in", values)
        self._event(
            "SignInStarted", None, found[0], sign_in_id, now, {"sign_in_id": sign_in_id, "how": "password"}
        )
        self.writer.execute("COMMIT")
        return b"minga=" + cookie.encode() + b"; Path=/; HttpOnly; SameSite=Lax"

    def _insert(self, table: str, values: dict[str, Any]) -> None:
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        self.writer.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))

    def _event(
        self, name: str, root: str | None, person: str, about: str, now: str, facts: dict[str, Any]
    ) -> None:
        row = {
            "id": new_id(), "name": name, "version": 1, "community_id": root, "root_id": root, "actor_id": person,
            "for_id": None, "person_id": person, "about_id": about, "audience": "members", "sensitive": 0, "via": "api",
            "request_id": "", "happened_at": now, "facts": facts,
        }  # fmt: skip
        self._insert("event", {**row, "facts": json.dumps(facts)})
        self._insert("event_undelivered", {"event_id": row["id"], "about_id": about, "next_at": now})
        chain = root or "node"
        last = self.writer.execute(
            "SELECT seq, hash FROM seal WHERE chain = ? ORDER BY seq DESC LIMIT 1", (chain,)
        ).fetchone()
        seq, before = last or (0, "")
        inner = hashlib.sha256(json.dumps(row, sort_keys=True, separators=(",", ":")).encode()).digest()
        link = hashlib.sha256(bytes.fromhex(before) + inner).hexdigest()
        self._insert("seal", {"event_id": row["id"], "chain": chain, "seq": seq + 1, "hash": link})


def _connect(database: Path, *, reading: bool) -> Any:
    connection = sqlite_driver().connect(str(database), isolation_level=None, check_same_thread=False)
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")
    if reading:
        connection.execute("PRAGMA query_only=ON")
    else:
        connection.execute("PRAGMA wal_autocheckpoint=1000")
    return connection


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _hash(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def _listing(row: Any, community: Community) -> Listing:
    return Listing(
        row[0], row[1], f"/listings/{row[0]}", community, "own", row[2], row[3], row[4], row[5], row[6], row[7],
        {"milli": row[8], "unit": row[9]} if row[8] else None, msgspec.Raw(row[10].encode()), None,
        Place(row[11]) if row[11] else None, Owner(row[14], row[15]) if row[16] == "everybody" else None, [], "open",
        row[12].replace(" ", "T") + "Z", row[13],
    )  # fmt: skip


DIRECTIONS = {"offer": "Offer", "need": "Need"}
KINDS = {
    "item": "Thing",
    "service": "Service",
    "job": "Job",
    "help": "Help",
    "skill": "Skill",
    "time": "Time",
    "space": "Space",
}
TERMS = {
    "loan": "To borrow",
    "gift": "Gift",
    "swap": "Swap",
    "payment": "For money",
    "time_credit": "For time",
    "purchase": "To buy",
}
ICONS = {
    "item": "item",
    "service": "repair",
    "job": "job",
    "help": "need",
    "skill": "skill",
    "time": "time",
    "space": "space",
}


def _card(row: Any) -> dict[str, Any]:
    return {
        "id": row[0],
        "tone": "leaf" if row[2] == "offer" else "clay",
        "title": row[4],
        "icon": ICONS[row[3]],
        "kicker": f"{DIRECTIONS[row[2]]} · {KINDS[row[3]]}",
        "excerpt": row[5][:160],
        "tags": [TERMS[term["kind"]] for term in json.loads(row[10])],
        "meta": [one for one in (row[15], row[11]) if one],
    }


def main() -> None:
    """`python -m benchmarks.limit DATABASE COMMUNITY PORT`."""
    database, community_id, port = sys.argv[1:4]
    os.environ.pop("PYTHONPROFILEIMPORTTIME", None)
    config = uvicorn.Config(
        Limit(Path(database), community_id),
        port=int(port),
        http="httptools",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
