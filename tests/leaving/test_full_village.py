"""Leaving from a village in which something of nearly every kind stands: own file, erasure, the community as a file."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import Connection, String, Text, cast, func, select

from minga.communication.models import Notice
from minga.communities import commands as communities
from minga.communities.models import Community, CommunityOrigin, Membership
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.commands.erasing import erase_due
from minga.identity.commands.own_data import forget_exports
from minga.identity.models import HandlePast, OperatorGrant, Person
from minga.interfaces.asgi import build
from minga.interfaces.cli.demo import village as demo
from minga.interfaces.http import Node
from minga.kit import chains, leaving
from minga.kit.clock import FixedClock
from minga.kit.db import Base, Session
from minga.kit.delivery import deliver
from minga.kit.errors import Refused
from minga.kit.ids import new_id
from minga.kit.jobs import Run, work_once
from minga.ledger import commands as ledger
from minga.ledger.models import Account, AccountOwner, Balance, Book
from minga.reactions.leaving import READY
from minga.sharing import commands as sharing
from minga.sharing.models import Listing
from minga.sharing.queries import listings
from minga.sharing.rules import Wish
from minga.sharing.rules.searching import read_search
from tests.attacks.furnished import furnish
from tests.leaving.moving import records, taken_in, taken_out, text_of
from tests.visitor import Visitor

NO_NAMES_OF_OTHERS_IN = {"event", "second", "messages", "notice"}
KNOWN = {
    "name": "Bruno Quirarte",
    "phone": "+34600998877",
    "mail": "quirarte@example.org",
    "address": "Elm 9, stairs B",
}


def worked(node: Node) -> None:
    """Reactions, and files that are written; what is matched and mailed is not looked at here."""
    while deliver(node.database, node.clock) + work_once(
        node.database, node.clock, node.settings, lanes=("heavy",)
    ):
        pass


def job(node: Node) -> Run:
    return Run(node.database, node.clock, node.settings, job_id=new_id(), tries=1)


def unpacked(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name).decode("utf-8", "replace") for name in packed.namelist()}


def test_leaving_a_full_village(node: Node, second_node: Node, clock: FixedClock) -> None:
    """One village for all of it, because furnishing it costs more than everything that is looked at here."""
    village = furnish(node.database, clock)
    app = build(node, working=False)
    _somebody_takes_their_data_along(node, app, village, clock)
    _the_community_moves(node, second_node, village, clock)
    _some_of_it_become_their_own(node, village, clock)
    _somebody_is_erased(node, app, village, clock)


def _somebody_takes_their_data_along(
    node: Node, app: object, village: demo.Village, clock: FixedClock
) -> None:
    """Asked on the page, made by a job, taken with one's own sign-in; nobody else gets it, a token neither."""
    ana, bruno = (Visitor(app, node, village.people[name]) for name in ("ana", "bruno"))
    assert "Make a file" in ana.get("/me/data").text
    ana.post("/me/data/export")
    assert "is being made" in ana.get("/me/data").text
    worked(node)
    page = ana.get("/me/data").text
    link = page.partition('href="/me/data/exports/')[2].partition('"')[0]
    with node.database.read() as session:
        told = session.scalars(select(Notice.sentence).where(Notice.person_id == village.people["ana"])).all()
    assert READY in told
    taken = ana.get(f"/me/data/exports/{link}")
    assert taken.headers["content-type"] == "application/zip"
    assert taken.headers["cache-control"] == "no-store"
    bruno.get(f"/me/data/exports/{link}", 404)
    Visitor(app, node).get(f"/me/data/exports/{link}", 401)

    script = Visitor(app, node)
    own, other = (_token(node, village.actor(name, clock())) for name in ("ana", "bruno"))
    script.get(f"/me/data/exports/{link}", 401, headers=own)
    shown = script.get(f"/api/v1/me/exports/{link}", headers=own).json()
    assert (shown["state"], shown["page"]) == ("ready", "/me/data")
    script.get(f"/api/v1/me/exports/{link}", 404, headers=other)
    asked = script.client.post("/api/v1/me/exports", headers=own)
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")

    _only_her_own(unpacked(taken.content), village)

    clock.forward(days=8)
    ana.get(f"/me/data/exports/{link}", 404)
    forget_exports(job(node), {})
    assert not list((node.settings.home / "exports").glob("*.zip"))


def _token(node: Node, actor: Actor) -> dict[str, str]:
    with node.database.write() as session:
        made = identity.make_token(session, actor, name="Script", scopes=["write"], days=20, at=node.clock())
    return {"authorization": f"Bearer {made}"}


def _only_her_own(files: dict[str, str], village: demo.Village) -> None:
    assert {"index.html", "README.txt", "data/identity.jsonl", "tables/listing.csv"} <= set(files)
    lines = [line for name, text in files.items() if name.endswith(".jsonl") for line in text.splitlines()]
    rows = [json.loads(line) for line in lines]
    assert {"contact", "membership", "listing", "exchange", "line", "messages", "event"} <= {
        row["table"] for row in rows
    }
    others = set(village.people.values()) - {village.people["ana"]}
    named = [
        row
        for row in rows
        if row["table"] not in NO_NAMES_OF_OTHERS_IN
        and others & {value for value in row.values() if isinstance(value, str)}
    ]
    assert named == []
    secrets = ("$argon2", "token_hash", "phc", "code8", '"sealed":')  # a vote may be "sealed"
    assert [word for word in secrets if any(word in text for text in files.values())] == []
    assert "src=" not in files["index.html"]


def _the_community_moves(node: Node, other: Node, village: demo.Village, clock: FixedClock) -> None:
    """Out, in, and out again: equal line by line; balances, the chain and the search came along, secrets did not."""
    with node.database.write() as session:
        chains.seal_open(session)  # what PostgreSQL leaves to a job
    first = taken_out(node, "valley", clock())
    came = taken_in(other, first, clock())
    assert records(taken_out(other, "valley", clock())) == records(first)
    with pytest.raises(Refused, match="on this node already"):
        taken_in(other, first, clock(), slug="valley-2")
    kept = {line.split("/")[0][2:] for line in records(first)}
    assert {"event", "seal", "line", "policy", "role_grant", "listing", "loan", "fact"} <= kept
    assert not kept & {
        "contact",
        "password",
        "passkey",
        "token",
        "invite",
        "post",
        "notice",
        "partnership",
        "sign_in",
    }
    text = "\n".join(text_of(first))
    stranger = village.people["gita"]
    assert [word for word in ("1234567", "ana@example.org", stranger) if word in text] == []
    with node.database.read() as here, other.database.read() as there:
        mine = select(Account.code, Balance.posted, Balance.held_out, Balance.held_in)
        mine = mine.join(Balance, Balance.account_id == Account.id).order_by(Account.code)
        root = Book.community_id == village.valley
        own = mine.join(Book, Book.id == Account.book_id).where(root)
        assert there.execute(own).all() == here.execute(own).all() != []
        assert chains.check_chain(there, village.valley).broken is None
        assert (
            there.scalar(select(func.count()).select_from(Community).where(Community.slug == "harbour")) == 0
        )
        assert there.scalar(select(func.count()).select_from(OperatorGrant)) == 0
        living = select(Membership.person_id).where(
            Membership.community_id == village.valley, Membership.ended_on.is_(None)
        )
        assert len(came.cards) == len(set(there.scalars(living)))
        wish, ana = Wish(search=read_search("cordless")), Actor(village.people["ana"])
        seen = listings(there, ana, wish, at=clock(), community_id=village.valley)
        assert [card.title for card in seen.items] == ["Cordless drill with two batteries"]


def _some_of_it_become_their_own(node: Node, village: demo.Village, clock: FixedClock) -> None:
    """Four neighbours leave with what is theirs and common, on the same node: new ids, nothing of the others."""
    data = taken_out(node, "valley", clock())
    handles = frozenset({"ana", "chidi", "lena", "noor"})
    with node.database.write() as session:
        packed, arriving = communities.look_into(session, io.BytesIO(data))
        with pytest.raises(Refused, match="At least 3 people"):
            communities.part_of(session, arriving, {"ana", "chidi", "nobody"})
        with pytest.raises(Refused, match="Nobody who comes is a steward"):
            communities.part_of(session, arriving, {"bruno", "lena", "noor"})
        part = communities.part_of(session, arriving, handles)
        key, machine = identity.invite_key(session, node.settings.secret), Actor.machine()
        came = communities.take_in(
            session,
            machine,
            packed,
            part.arriving,
            node.blobs,
            key,
            slug="brook",
            origin=part.origin,
            at=clock(),
        )
        ledger.open_with(session, machine, came.community_id, part.balances, at=clock())
    with node.database.read() as session:
        origin = session.get_one(CommunityOrigin, came.community_id)
        assert (origin.origin_id, origin.origin_name, origin.is_fork) == (village.valley, "Valley", True)
        owners = select(Person.handle).join(Listing, Listing.owner_id == Person.id)
        owners = owners.where(Listing.community_id == came.community_id).distinct()
        assert {handle.rstrip("2") for handle in session.scalars(owners)} <= handles
        text = "\n".join(records(taken_out(node, "brook", clock())))
        assert not [name for name in ("Bruno", "Dara", "Tomas", "Pablo") if f'"name":"{name}' in text]
        assert village.valley not in text.replace("CommunityImported", "")
        assert {card.name.split()[0] for card in came.cards} == {"Ana", "Chidi", "Lena", "Noor"}
        stood = _stood(session, village.valley)
        now = _stood(session, came.community_id)
        assert {name: now[name] for name in now if name in stood} == {n: stood[n] for n in now if n in stood}
        assert len(now) >= 3
        assert chains.check_chain(session, village.valley).broken is None


def _stood(session: Session, community_id: str) -> dict[str, int]:
    """What each living member's account stands at, by their names."""
    rows = session.execute(
        select(Person.name, Balance.posted)
        .join(AccountOwner, AccountOwner.owner_id == Person.id)
        .join(Balance, Balance.account_id == AccountOwner.account_id)
        .join(Book, Book.id == AccountOwner.book_id)
        .where(Book.community_id == community_id)
    )
    return {row.name: row.posted for row in rows}


def _somebody_is_erased(node: Node, app: object, village: demo.Village, clock: FixedClock) -> None:
    """Held up by a balance; two weeks to take it back; then no trace but the other side's history and the chain."""
    person_id = village.people["bruno"]
    with node.database.write() as session:
        values = {
            "phone": KNOWN["phone"],
            "mail": KNOWN["mail"],
            "address": KNOWN["address"],
            "name": KNOWN["name"],
        }
        actor = village.actor("bruno", clock())
        identity.change_profile(session, actor, values=values, audiences={}, at=clock())
    worked(node)
    bruno = Visitor(app, node, person_id)
    assert "stands at −0 h 05" in bruno.get("/me/data").text
    assert "Settle them first" in bruno.post("/me/data/erasure", {"words": "go"}, status=409).text
    with node.database.write() as session:
        for one in leaving.in_the_way(session, person_id, at=clock()):
            if one.address.startswith("/exchanges/"):
                sharing.cancel(
                    session, actor, one.address[11:], why="I move, says Bruno Quirarte.", at=clock()
                )
        ledger.give(
            session,
            village.actor("ana", clock()),
            village.valley,
            person_id,
            5,
            entry_id=new_id(),
            words="For the soup.",
            thanks=True,
            at=clock(),
        )
    bruno.post("/me/data/erasure", {"words": "go"})
    assert "is erased on" in bruno.get("/").text
    bruno.post("/me/data/erasure/cancel")
    clock.forward(days=15)
    erase_due(job(node), {})
    bruno.sign_in(person_id)
    assert "Be erased" in bruno.get("/me/data").text

    bruno.post("/me/data/erasure", {"words": "go"})
    assert any(_occurrences(node, word) for word in KNOWN.values())
    clock.forward(days=13)
    erase_due(job(node), {})
    bruno.get("/me/data")
    clock.forward(days=2)
    erase_due(job(node), {})
    bruno.get("/me/data", 401)
    worked(node)

    assert {word: _occurrences(node, word) for word in (*KNOWN.values(), "bruno")} == {
        **{word: set() for word in KNOWN.values()},
        "bruno": {"handle_past.handle_key"},
    }
    with node.database.read() as session:
        gone = session.get_one(Person, person_id)
        assert (gone.name, gone.photo, gone.erased_at) == ("former member", None, clock())
        assert session.scalar(select(HandlePast.reserved_until)) == clock() + timedelta(days=365)
        assert chains.check_chain(session, village.valley).broken is None


def _occurrences(node: Node, word: str) -> set[str]:
    """Where a word stands in the whole database, in whatever case: a grep of the dump."""
    found: set[str] = set()
    with node.database.read() as session:
        connection: Connection = session.connection()
        for table in Base.metadata.sorted_tables:
            texts = [c for c in table.columns if isinstance(c.type, String) or c.type.python_type is dict]
            if not texts:
                continue
            for row in connection.execute(select(*(cast(c, Text).label(c.name) for c in texts))).mappings():
                found |= {f"{table.name}.{k}" for k, v in row.items() if v and word.lower() in v.lower()}
    return found
