"""Scripts in words: whatever somebody managed to store, it runs on no page, in no letter and in no file name."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from html.parser import HTMLParser

import pytest
from sqlalchemy import Column, String, func, select, update

from minga.identity import commands as identity
from minga.identity.models import Contact, Invite, Person
from minga.identity.rules.invites import Purpose
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.interfaces.web.all import routers
from minga.kit import jobs, mail
from minga.kit.clock import FixedClock
from minga.kit.db import Base, Session
from minga.kit.delivery import deliver
from minga.kit.ids import new_id
from minga.sharing import commands as sharing
from minga.sharing.models import Listing
from tests.attacks.addresses import names_in
from tests.attacks.furnished import furnish
from tests.visitor import Visitor

MARKUP = "</title></textarea><script>x55()</script>\"'><img src=x onerror=x55()>"
ADDRESS = "[x](javascript:x55()) javascript:x55()//"
ATTRIBUTE = "x\" onfocus=x55() autofocus='"
PAGES_MAX = 400

LookRound = Callable[[str | None], tuple[int, list[str]]]

MACHINE_WORDS = re.compile(
    r"(^|_)(hash|key|phc|salt|digest|credential|sealed|signature|domain|slug|handle|zone|folded|reaction|"
    r"public_key|capability|purpose_key|form_id|code8|blob|small|file|photo|paper|past|receipt|stratum|name_key|about|source_ref|token)$"
)
MACHINE_TABLES = {
    "event": "written by the program only, and sealed",
    "chain_head": "written by the program only",
    "job": "names of the program; what broke is in event_attempt",
    "listing_words": "folded words for searching, shown nowhere",
    "consent": "written by the program only",
    "schedule": "names of the program",
    "import_batch": "written by an operator at the machine, shown at the machine",
    "field_audience": "names of fields",
    "need_put_off": "names of the program",
    "notice": "sentences of the program; names in them come from other tables",
    "auth_trace": "shown nowhere",
    "letter_out": "shown to operators; the errors come from the mail server",
    "thread": "names of the program",
    "dispatch_case": "sealed words, and marks of numbers",
    "dispatch_contact": "sealed words",
    "ledger_seal": "keys and digests",
    "listing_draw": "digests, and a secret of the program",
    "listing_vector": "digests of words",
    "incident_person": "words of a list of the program",
    "community_origin": "written when a community is brought in, and read before; the village has none",
    "scrutiny": "digests and secrets of chance",
    "delegation": "names of the program; nobody lends a vote yet",
    "listing_repeat": "a rule that was read before it was kept",
}


def free_text() -> Iterator[Column[str]]:
    """Every column in which a person's words may stand."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            kind = column.type
            if type(kind) is not String or (kind.length or 0) < 60 or column.foreign_keys:
                continue
            if table.name not in MACHINE_TABLES and not MACHINE_WORDS.search(column.name):
                yield column


LISTS: dict[str, Callable[[str], object]] = {
    "category.labels": lambda text: {"en": text, "es": text},
    "role.duties": lambda text: [text],
    "listing_job.skills_needed": lambda text: [text],
    "listing_service.skills_required": lambda text: [text],
    "listing_space.equipment": lambda text: [text],
    "invite_words.examples": lambda text: [text],
    "member_import_row.cells": lambda text: {"name": text, "note": text},
    "question_version.words": lambda text: {"en": text, "es": text},
    "question_version.choices": lambda text: {"en": [text, text], "es": [text, text]},
}
"""Words in columns that hold several of them."""

EMPTY_HERE = {"passkey.name", "device.label", "sign_in_approval.reason"}
"""Columns of which the village has no row."""


WRITTEN_ONCE = {"memo.text", "entry.void_reason", "limit_change.reason", "limit_change.decision_ref"}
"""Columns that the database lets nobody write over; the village is furnished with the text in them."""


def overwrite(session: Session, text: str) -> set[str]:
    """Put the text wherever words of people are kept; answers the columns that had no row."""
    empty = set()
    for column in free_text():
        table = column.table
        if str(column) in WRITTEN_ONCE:
            length = column.type.length  # type: ignore[attr-defined]
            if not session.scalar(select(func.count()).select_from(table).where(column.in_([text[:length]]))):
                empty.add(str(column))
            continue
        wanted = update(table).values({column.name: text[: column.type.length]})  # type: ignore[attr-defined]
        if str(column) == "contact.value":
            wanted = wanted.where(table.c.kind != "mail")
        if str(column) == "proposal.withdrawn_why":
            wanted = wanted.where(table.c.withdrawn_at.is_not(None))
        if column.nullable:
            wanted = wanted.where(column.is_not(None))
        if session.execute(wanted).rowcount == 0:  # type: ignore[attr-defined]
            empty.add(str(column))
    for name, shape in LISTS.items():
        table, column_name = Base.metadata.tables[name.split(".")[0]], name.split(".")[1]
        session.execute(update(table).values({column_name: shape(text)}))
    return empty


@dataclass
class Reader(HTMLParser):
    """Reads a page as a browser would and notes what would run."""

    faults: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "script" and "nonce" not in found:
            self.faults.append("a script without nonce")
        for name, value in attrs:
            if name.startswith("on") or name == "srcdoc":
                self.faults.append(f"<{tag} {name}=…>")
            if name in {"href", "src", "action", "formaction", "data", "poster"}:
                self._address(tag, name, value or "")

    def _address(self, tag: str, name: str, value: str) -> None:
        scheme = re.match(r"[\s\x00-\x1f]*([a-z][a-z0-9+.-]*):", value.lower())
        if scheme and scheme[1] not in {"http", "https", "mailto", "tel", "geo"}:
            self.faults.append(f"<{tag} {name}={value[:60]}>")
        if tag in {"img", "script", "iframe", "object", "embed"} and not value.startswith(("/", "http")):
            self.faults.append(f"<{tag} {name}={value[:60]}>")
        if tag == "a" and name == "href" and value.startswith("/") and not value.startswith("//"):
            self.links.append(value)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


@pytest.mark.parametrize(
    "page",
    [
        "<script>x55()</script>",
        '<p title="a" onfocus=x55()>',
        '<a href=" javascript:x55()">x</a>',
        "<img src=x onerror=x55()>",
        '<iframe srcdoc="x"></iframe>',
    ],
)
def test_the_reader_finds_what_would_run(page: str) -> None:
    assert read(page).faults


@pytest.fixture
def look_round(node: Node, clock: FixedClock) -> LookRound:
    """Walk every page that somebody can reach; how many showed the words, and what would run on them."""
    app = build(node, working=False)

    def walk(person_id: str | None) -> tuple[int, list[str]]:
        visitor, faults, shapes, shown = Visitor(app, node, person_id), list[str](), set[str](), 0
        waiting, seen = start_addresses(node), set[str]()
        while waiting and len(seen) < PAGES_MAX:
            path = waiting.pop(0).partition("#")[0]
            shape = re.sub(r"[0-9a-f]{32}|/people/[^/?]+", "ID", path.partition("?")[0])
            if shape in shapes or path in seen or not path or path == "/sign-out" or path.startswith("/live"):
                continue
            seen.add(path)
            clock.forward(seconds=1)
            answer = visitor.client.get(path)
            if answer.status_code == 200:
                shapes.add(shape)
            assert answer.status_code < 500, f"{path}: {answer.status_code}"
            named = answer.headers.get("content-disposition", "")
            if re.search(r"[<>\\]|x55", named):
                faults.append(f"{path}: {named}")
            if answer.headers.get("content-type", "").startswith("text/html"):
                page = read(answer.text)
                shown += "x55" in answer.text
                faults += [f"{path}: {fault}" for fault in page.faults]
                waiting += [link for link in page.links if "/static/" not in link]
        return shown, faults

    return walk


def _named(names: Mapping[str, str], found: re.Match[str]) -> str:
    return names.get(found[1], "0" * 32)


def start_addresses(node: Node) -> list[str]:
    """Every page that has an address of its own, with things that exist in it."""
    with node.database.write() as session:
        invite = session.scalars(select(Invite).where(Invite.purpose == Purpose.JOIN)).first()
        assert invite is not None
        key = identity.invite_key(session, node.settings.secret)
        found = [f"/join/{identity.invite_token(key, invite)}"]
    with node.database.read() as session:
        for route in (route for router in routers() for route in router.routes):
            if "GET" not in (getattr(route, "methods", None) or ()):
                continue
            path = str(getattr(route, "path", ""))
            names = names_in(session, path)
            found.append(re.sub(r"\{(\w+)(?::\w+)?\}", partial(_named, names), path))
    return found


@pytest.mark.parametrize("text", [MARKUP, ADDRESS, ATTRIBUTE], ids=["markup", "address", "attribute"])
def test_no_stored_script_runs_on_any_page(
    node: Node, clock: FixedClock, look_round: LookRound, text: str
) -> None:
    """COM-W2.13: every column that holds words of people holds an attack, and all pages are looked at."""
    village = furnish(node.database, clock, words=text)
    with node.database.write() as session:
        assert overwrite(session, text) <= EMPTY_HERE
        assert session.scalar(select(func.count()).where(Person.name == text[:80]))
    people = ("ana", "ivo", None) if text == MARKUP else ("ana",)
    for name in people:
        shown, faults = look_round(village.people[name] if name else None)
        assert faults == []
        assert shown >= {"ana": 40, "ivo": 5, None: 1}[name]


def test_no_letter_carries_a_script(node: Node, clock: FixedClock) -> None:
    """COM-W2.13: letters about things with such names are plain text, and their headers are one line each."""
    village = furnish(node.database, clock, words=MARKUP)
    with node.database.write() as session:
        session.execute(update(Contact).values(verified_at=clock()))
        overwrite(session, MARKUP)
    earlier = _letters(node, clock)
    with node.database.write() as session:
        drill = village.listings["Winter squash, more than we can eat"]
        owner = session.get_one(Listing, drill).owner_id
        session.execute(update(Contact).where(Contact.kind == "mail").values(person_id=owner))
        who = village.actor("jonas" if owner == village.people["chidi"] else "chidi", clock())
        sharing.ask(session, who, drill, sharing.Wish(words=MARKUP), form_id=new_id(), at=clock())
    waiting = _letters(node, clock)
    assert waiting - earlier
    for letter_id in waiting:
        taken = mail._take(node.database, letter_id)
        assert taken is not None
        message = mail.message_of(taken[0], id=letter_id, sender="valley@example.org", at=clock())
        assert [part.get_content_type() for part in message.walk()] == ["text/plain"]
        assert "x55" not in str(message.items())
        # What waited before is about other things; what is about this ask carries its words.
        assert letter_id in earlier or "x55" in message.get_content()


def _letters(node: Node, clock: FixedClock) -> set[str]:
    """All letters that wait once everything was delivered; no mail server takes them."""
    while deliver(node.database, clock):
        pass
    clock.forward(seconds=3_600)
    settings = replace(node.settings, smtp_url="smtp://127.0.0.1:9", mail_from="valley@example.org")
    while jobs.work_once(node.database, clock, settings, lanes=("fast",)):
        pass
    with node.database.read() as session:
        return set(session.scalars(select(mail.LetterOut.id)))
