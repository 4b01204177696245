"""The record of a counted poll: strangers first, then what a node gives counts again to the same in every way of secrecy."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from minga.governance.commands import ballots as commands
from minga.governance.models import LooseBallot, Poll
from minga.governance.queries.cast import cast_of
from minga.governance.queries.own_ballots import own_ballot
from minga.governance.queries.records import poll_record, roll_rows
from minga.governance.rules import secrecy
from minga.governance.rules.records import check_record
from minga.interfaces.cli import main
from minga.interfaces.http import Node
from minga.interfaces.http.verifier import program, program_hash
from minga.kit.db import Session, count_statements
from minga.kit.errors import Conflict, NotFound
from tests.governance.polling import VOTERS, a_poll, counted
from tests.stories.calling import program as calling
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
CHOICES = {"ana": [[1], [2]], "bruno": [[2], [1]], "chidi": [[3]], "hana": None}


def decided(session: Session, village: Village, level: str, **more: Any) -> tuple[str, dict[str, str | None]]:
    """A ranked poll in which four vote and two are level, so that a lot decides; counted by the clock."""
    poll = a_poll(
        session,
        village,
        method="irv",
        options=("Flour", "Rice", "Oats"),
        secrecy_level=level,
        quorum={"num": 1, "den": 2, "min": 0},
        **more,
    )
    at, receipts = village.clock(), {}
    for who in VOTERS:
        done = commands.cast_ballot(session, village.actor(who), poll.id, CHOICES[who], at=at)
        receipts[who] = done.nonce
    counted(session, poll.id, poll.closes_at)
    return poll.id, receipts


@pytest.mark.parametrize("level", ["open", "sealed", "detached"])
def test_a_record_counts_again_to_the_same(node: Node, village: Village, level: str, tmp_path: Path) -> None:
    with village.database.write() as session:
        poll_id, receipts = decided(session, village, level, weights={"ana": 2} if level == "open" else None)
    secret = node.settings.secret
    with village.database.read() as session:
        for stranger in ("zoe", "farid"):
            with pytest.raises(NotFound):
                poll_record(
                    session, village.actor(stranger), poll_id, secret=secret, verifier="", at=village.clock()
                )
        content = poll_record(
            session, village.dara, poll_id, secret=secret, verifier=program_hash(), at=village.clock()
        )
        rows = roll_rows(session, village.dara, poll_id, at=village.clock())
        assert cast_of(session, session.get_one(Poll, poll_id)).number == 4
    record = json.loads(content)
    nonce = bytes.fromhex(receipts["ana"]) if receipts["ana"] else None
    found = check_record(content, roll=rows, nonce=nonce, key=record["signature"]["key"])
    assert found.difference is None
    assert (found.receipt_line is not None) == (level == "sealed")
    assert (record["roll"]["rows"] is None) == (level != "open")
    assert [one["name"] for one in record["events"]] == ["PollClosed", "PollTallied"]
    assert record["result"]["ties"], "a lot decided, and it stands there"
    assert ("voter" in record["ballots"][0]) == (level == "open")
    assert ("receipt" in record["ballots"][0]) == (level == "sealed")


def test_a_node_that_changes_a_ballot_afterwards_is_found_out(node: Node, village: Village) -> None:
    with village.database.write() as session:
        poll_id, _ = decided(session, village, "sealed")
        session.execute(update(LooseBallot).where(LooseBallot.packed == b"\x03").values(packed=b"\x02\x03"))
    with village.database.read() as session:
        content = poll_record(
            session, village.ana, poll_id, secret=node.settings.secret, verifier="", at=village.clock()
        )
    found = check_record(content)
    assert found.difference is not None
    assert found.difference.where == "ballots_root"


def test_before_the_count_there_is_no_record(node: Node, village: Village) -> None:
    with village.database.write() as session:
        poll = a_poll(session, village)
        with pytest.raises(Conflict) as refused:
            poll_record(
                session, village.ana, poll.id, secret=node.settings.secret, verifier="", at=village.clock()
            )
    assert refused.value.name == "not_counted"


def test_one_reads_ones_own_ballot_while_it_can_be_changed(village: Village) -> None:
    with village.database.write() as session:
        at = village.clock()
        sealed = a_poll(session, village, secrecy_level="sealed", method="consensus")
        commands.cast_ballot(session, village.ana, sealed.id, "block", reason="No water.", at=at)
        found = own_ballot(session, village.ana, sealed.id, at=at)
        assert (found.state, found.ballot, found.reason, found.version) == ("cast", "block", "No water.", 1)
        assert own_ballot(session, village.bruno, sealed.id, at=at).state == "none"
        assert not own_ballot(session, village.dara, sealed.id, at=at).on_roll
        with pytest.raises(NotFound):
            own_ballot(session, village.zoe, sealed.id, at=at)
        counted(session, sealed.id, sealed.closes_at)
        assert own_ballot(session, village.ana, sealed.id, at=at).state == "ticked"


def test_files_for_members_and_for_nobody_else(
    node: Node, village: Village, visit: Visit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if node.database.dialect != "sqlite":
        pytest.skip("what the databases do differently is tested above")
    with village.database.write() as session:
        poll_id, receipts = decided(session, village, "sealed")
        open_id, _ = decided(session, village, "open")
    for name in ("record.json", "ballots.csv"):
        visit("zoe").get(f"/polls/{poll_id}/{name}", 404)
        visit(None).get(f"/polls/{poll_id}/{name}", 401)
        program_of_zoe = calling(node, village.people["zoe"], ("read",))
        assert program_of_zoe.get(f"/api/v1/polls/{poll_id}/{name}").status_code == 404
    answer = visit("dara").get(f"/polls/{poll_id}/record.json")
    assert (
        answer.content
        == calling(node, village.people["ana"], ("read",)).get(f"/api/v1/polls/{poll_id}/record.json").content
    )
    table = calling(node, village.people["ana"], ("read",)).get(f"/api/v1/polls/{open_id}/ballots.csv").text
    assert table.splitlines()[0] == "ballot,voter,receipt,weight"
    assert len(table.splitlines()) == 5
    assert visit("ana").get(f"/polls/{open_id}/ballots.csv").text == table
    path = tmp_path / "record.json"
    path.write_bytes(answer.content)
    for words in (
        ("verify", "poll", str(path), "--receipt", str(receipts["ana"])),
        ("tally", "verify", str(path)),
    ):
        assert main(list(words)) == 0
        assert "SAME: 4 ballots counted again" in capsys.readouterr().out
    path.write_bytes(answer.content.replace(b'"blank":1', b'"blank":2'))
    assert main(["verify", "poll", str(path)]) == 7
    assert "DIFFERENT in" in capsys.readouterr().err
    path.write_bytes(b"{}")
    assert main(["tally", "verify", str(path)]) == 9
    assert json.loads(answer.content)["verifier_sha256"] == program_hash()
    assert visit(None).get("/verify.pyz").content == program()


def test_a_record_is_read_in_few_questions(node: Node, village: Village) -> None:
    with village.database.write() as session:
        poll_id, _ = decided(session, village, "open")
    with village.database.read() as session, count_statements(village.database) as said:
        poll_record(
            session, village.ana, poll_id, secret=node.settings.secret, verifier="", at=village.clock()
        )
    assert len(said) <= 12


def test_a_receipt_is_nobody_elses(village: Village) -> None:
    one = secrecy.receipt("0" * 32, bytes(16), "yes")
    assert one != secrecy.receipt("1" * 32, bytes(16), "yes")
