"""What a copy of everything tells of a secret poll once it is closed: nothing joins a voter to a ballot (GOV-T10)."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from minga.governance.models import Poll
from minga.governance.rules import secrecy
from minga.identity.models import SignIn
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.kit.db import Base, Database
from tests.governance.polling import a_poll, close
from tests.governance.tokens import ballot_token
from tests.village import Village

SAID = {"ana": "agree", "bruno": "block", "chidi": "stand_aside"}
WHY = "The spring is dry in August."


def rows_of(database: Database) -> Iterator[tuple[str, str]]:
    """Every row of every table as text, bytes as hexadecimal: what a dump holds."""
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).all():
                cells = [one.hex() if isinstance(one, bytes) else str(one) for one in row]
                yield table.name, " | ".join(cells)


def raw_of(database: Database) -> bytes:
    """The bytes of the files, write-ahead log included; nothing for a server."""
    path = str(database.writer.url.database)
    if database.dialect != "sqlite":
        return b""
    return b"".join(Path(path + end).read_bytes() for end in ("", "-wal") if Path(path + end).exists())


def voted(node: Node, village: Village, level: str) -> tuple[str, dict[str, str]]:
    """Three people vote by API, each call repeat-safe; answers the poll and their receipts."""
    with village.database.write() as session:
        poll_id = a_poll(session, village, method="consensus", secrecy_level=level).id
    receipts = {}
    for who, word in SAID.items():
        bearer = ballot_token(node, village, who)
        client = TestClient(build(node, working=False), base_url=node.settings.site_url)
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": f"key-{who}"}
        body = {"ballot": word, "reason": WHY if word == "block" else ""}
        first = client.put(f"/api/v1/polls/{poll_id}/ballot", json=body, headers=headers)
        assert first.status_code == 200, first.text
        again = client.put(f"/api/v1/polls/{poll_id}/ballot", json=body, headers=headers)
        assert again.json() == {**first.json(), "receipt": None}
        receipts[who] = first.json()["receipt"]
    return poll_id, receipts


def test_a_copy_of_everything_joins_no_voter_to_a_ballot(
    node: Node, village: Village, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    poll_id, receipts = voted(node, village, "sealed")
    with village.database.write() as session:
        close(session, session.get_one(Poll, poll_id), village.clock())
    database = node.database
    nonces = [str(one) for one in receipts.values()]
    marks = [secrecy.receipt(poll_id, bytes.fromhex(receipts[who]), SAID[who]) for who in SAID]
    for table, row in rows_of(database):
        people = [who for who in SAID if village.people[who] in row]
        assert not any(nonce in row for nonce in nonces), table
        if people:
            assert not any(mark in row for mark in marks), table
            assert WHY not in row, table
            assert poll_id not in row or table in ("roll_row", "event"), f"{table}: {row}"
        if table in ("ballot", "ballot_past", "poll_key"):
            raise AssertionError(f"{table} still holds {row}")
        if table == "repeat":
            assert poll_id not in row
    raw = raw_of(database)
    said = (caplog.text + "".join(capfd.readouterr())).encode()
    for nonce in nonces:
        assert nonce.encode() not in raw + said
        assert bytes.fromhex(nonce) not in raw
    assert WHY.encode() not in said
    sent = json.dumps({"ballot": "block", "reason": WHY}).encode()
    assert sent not in raw


def test_the_same_search_finds_an_open_ballot(node: Node, village: Village) -> None:
    poll_id, receipts = voted(node, village, "open")
    assert set(receipts.values()) == {None}
    found = [table for table, row in rows_of(node.database) if village.people["bruno"] in row and WHY in row]
    assert found == ["ballot"]
    assert any(poll_id in row for _, row in rows_of(node.database))


def test_while_it_runs_a_copy_holds_only_sealed_ballots(node: Node, village: Village) -> None:
    _, receipts = voted(node, village, "sealed")
    nonces = [str(one) for one in receipts.values()]
    for table, row in rows_of(node.database):
        assert WHY not in row, table
        assert not any(nonce in row for nonce in nonces), table
    raw = raw_of(node.database)
    assert not any(bytes.fromhex(nonce) in raw or nonce.encode() in raw for nonce in nonces)
    with node.database.read() as session:
        assert session.scalars(select(SignIn.id)).first() is not None
    found: dict[str, Any] = dict(receipts)
    assert len(set(found.values())) == 3
