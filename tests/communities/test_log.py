"""The log: who reads what, the chain that shows every change (I15), signed heads, the command that checks them."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from minga.communities import commands, queries
from minga.communities.queries import LogFilter
from minga.interfaces.http import Node
from minga.kit import chains
from minga.kit.canonical import canonical_json
from minga.kit.db import Database, Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.events import EventRow, plain
from minga.kit.seals import NODE_CHAIN, Seal, first_hash, next_hash
from minga.kit.secrets import Secret
from tests.communities.makers import NOON, community, member, person
from tests.village import Village
from tests.visitor import Visitor

SECRET = Secret("a secret of the tests, long enough to be one")
LINES = 100_000
COLUMNS = ("name", "actor_id", "audience", "via", "happened_at", "facts", "person_id", "request_id")


def unlocked(session: Session) -> None:
    """What somebody with the file in their hands can do: the triggers are gone."""
    if session.get_bind().dialect.name == "sqlite":
        for table in ("event", "seal"):
            for verb in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER IF EXISTS {table}_refuses_{verb}"))
    else:
        session.execute(text("ALTER TABLE event DISABLE TRIGGER ALL"))
        session.execute(text("ALTER TABLE seal DISABLE TRIGGER ALL"))


def sealed(database: Database, village: Village) -> None:
    with database.write() as session:
        chains.seal_open(session)


def test_every_event_of_the_village_is_sealed_and_fits(database: Database, village: Village) -> None:
    sealed(database, village)
    with database.read() as session:
        found = [chains.check_chain(session, chain) for chain in chains.chains(session)]
        assert found[0].chain == NODE_CHAIN
        assert len(found) == 4
        assert all(one.broken is None and one.count for one in found)
        assert chains.unsealed_count(session) == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_change_of_any_sealed_row_is_found(
    database: Database, village: Village, data: st.DataObject
) -> None:
    """I15: whatever column of whatever row changes, or whichever row goes, the first bad line is named."""
    sealed(database, village)
    with database.write() as session:
        unlocked(session)
        links = session.execute(
            select(Seal.seq, Seal.event_id).where(Seal.chain == village.valley).order_by(Seal.seq)
        ).all()
        link = data.draw(st.sampled_from(links))
        column = data.draw(st.sampled_from((*COLUMNS, None)))
        if column is None:
            session.execute(text("DELETE FROM event WHERE id = :id"), {"id": link.event_id})
        else:
            row = session.get_one(EventRow, link.event_id)
            wrong = {"happened_at": NOON, "facts": {"other": 1}}.get(column, "x")
            setattr(row, column, wrong)
        session.flush()
        session.expire_all()
        found = chains.check_chain(session, village.valley)
        assert found.broken is not None
        assert (found.broken.seq, found.count) == (link.seq, link.seq - 1)
        session.rollback()


def test_a_chain_cut_off_at_its_end_is_found_by_the_signed_head(database: Database, village: Village) -> None:
    sealed(database, village)
    with database.write() as session:
        assert chains.sign_heads(session, SECRET, at=NOON) == 4
        assert chains.sign_heads(session, SECRET, at=NOON) == 0
        assert chains.check_chain(session, village.valley).broken is None
        unlocked(session)
        last = session.scalars(
            select(Seal).where(Seal.chain == village.valley).order_by(Seal.seq.desc()).limit(1)
        ).one()
        seq = last.seq
        session.execute(text("DELETE FROM event WHERE id = :id"), {"id": last.event_id})
        session.execute(text("DELETE FROM seal WHERE event_id = :id"), {"id": last.event_id})
        session.expire_all()
        found = chains.check_chain(session, village.valley)
        assert found.broken is not None
        assert found.broken.seq == seq
        head = session.scalars(select(chains.ChainHead).where(chains.ChainHead.chain == village.valley)).one()
        assert chains.is_signed(head)
        head.seq += 1
        assert not chains.is_signed(head)


def test_checking_computes_what_the_specification_says(database: Database, village: Village) -> None:
    sealed(database, village)
    with database.read() as session:
        rows = session.scalars(
            select(EventRow)
            .join(Seal, Seal.event_id == EventRow.id)
            .where(Seal.chain == village.hill)
            .order_by(Seal.seq)
        ).all()
        head = first_hash(village.hill)
        for row in rows:
            assert canonical_json(plain(row)) == chains._encode(plain(row))
            head = next_hash(head, plain(row))
        assert chains.check_chain(session, village.hill).head == head.hex()


@pytest.mark.slow
def test_a_hundred_thousand_lines_are_checked_in_two_seconds(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        row = plain(
            session.scalars(select(EventRow).where(EventRow.community_id == valley.id).limit(1)).one()
        )
        seq, head = chains.head_of(session, valley.id)
        previous, connection = bytes.fromhex(head), session.connection()
        for start in range(0, LINES, 5_000):
            events, links = [], []
            for n in range(start, start + 5_000):
                one = {**row, "id": f"{n:032x}"}
                previous = next_hash(previous, one)
                events.append({**one, "happened_at": datetime.fromisoformat(row["happened_at"])})
                links.append(
                    {"event_id": one["id"], "chain": valley.id, "seq": seq + n + 1, "hash": previous.hex()}
                )
            connection.execute(insert(EventRow), events)
            connection.execute(insert(Seal), links)
    with database.read() as session:
        began = time.process_time()
        found = chains.check_chain(session, valley.id)
        took = time.process_time() - began
    assert found.broken is None
    assert found.count == seq + LINES
    assert took <= 2.0, f"{took:.2f} s"


def test_members_read_what_concerns_all_and_stewards_the_rest(database: Database) -> None:
    with database.write() as session:
        ana, zoe = person(session, "Ana"), person(session, "Zoe")
        valley = community(session, ana)
        bruno, dara = member(session, valley, "Bruno"), member(session, valley, "Dara", trial_days=9)
        commands.set_policy(session, ana, valley.id, "joining.trial_days", 3, at=NOON)
        for_members = {one.name for one in queries.log(session, bruno, valley.id, at=NOON).items}
        for_stewards = {one.name for one in queries.log(session, ana, valley.id, at=NOON).items}
        assert {"PolicySet", "CommunityFounded"} <= for_members
        assert "MembershipBegan" not in for_members
        assert for_members | {"MembershipBegan", "SecondAsked"} <= for_stewards
        with pytest.raises(Forbidden):
            queries.log(session, dara, valley.id, at=NOON)
        for stranger in (zoe, replace(ana, person_id=None)):
            with pytest.raises(NotFound):
                queries.log(session, stranger, valley.id, at=NOON)


def test_the_log_is_narrowed_and_walked_page_by_page(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        for name in ("Bruno", "Chidi", "Hana"):
            member(session, valley, name)
        seen, after = [], None
        while True:
            page = queries.log(session, ana, valley.id, at=NOON, after=after, limit=2)
            seen += [one.id for one in page.items]
            after = page.next
            if after is None:
                break
        assert seen == sorted(set(seen), reverse=True)
        only = LogFilter(name="MembershipBegan", handle="@Chidi")
        assert len(queries.log(session, ana, valley.id, at=NOON, only=only).items) == 1
        tomorrow = LogFilter(since_on=NOON.date().replace(day=21))
        assert queries.log(session, ana, valley.id, at=NOON, only=tomorrow).items == ()


def test_the_page_of_the_log_and_its_file(visit: Callable[[str | None], Visitor], village: Village) -> None:
    bruno, ana = visit("bruno"), visit("ana")
    page = bruno.get("/c/valley/log").text
    assert "The community was founded" in page
    assert "Somebody joined" not in page
    assert "Somebody joined" in ana.get("/c/valley/log").text
    file = ana.get("/c/valley/log/file?name=MembershipBegan")
    assert file.headers["content-type"].startswith("text/csv")
    assert file.text.count("MembershipBegan") == 5
    assert "MembershipBegan" not in bruno.get("/c/valley/log/file").text
    assert "Hash" in bruno.get("/c/valley/log/head").text
    for path in ("log", "log/file", "log/head"):
        visit("zoe").get(f"/c/valley/{path}", 404)
        visit("dara").get(f"/c/valley/{path}", 403)


def test_the_command_names_the_first_bad_line(
    node: Node, village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    """S25: one bit of an old row is flipped in the file."""
    from minga.interfaces.cli import main

    sealed(node.database, village)
    if node.database.dialect != "sqlite":
        pytest.skip("the file of a node is SQLite")
    line = ["--data", str(node.settings.home), "--json"]
    assert main(["secrets", "generate", *line]) == 0
    assert main(["verify", "log", *line]) == 0
    assert main(["audit", "verify", *line, "--community", "valley"]) == 0
    assert main(["verify", "log", *line, "--community", "nowhere"]) == 3
    with node.database.write() as session:
        unlocked(session)
        session.execute(
            text(
                "UPDATE event SET facts = replace(facts, 'mutual_aid', 'mutual_aie') "
                "WHERE name = 'CommunityFounded' AND community_id = :id"
            ),
            {"id": village.valley},
        )
    capsys.readouterr()
    assert main(["verify", "log", *line]) == 7
    said = capsys.readouterr()
    assert '"first_bad_seq":' in said.out.replace(": ", ":")
    assert village.valley in said.err
