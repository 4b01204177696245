"""Listings out and in again: only what the asker sees, formulas defused, the same again, and an undo that leaves nothing."""

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from minga.identity import Actor
from minga.interfaces.http.tables import as_csv, as_lines
from minga.kit.csvfiles import Table
from minga.kit.db import Base
from minga.kit.errors import NotSignedIn
from minga.sharing import commands
from minga.sharing.rules import Direction, Kind, Level, Measure, NameShown, Term, TermKind, own_columns
from minga.sharing.rules.categories import shipped_id
from minga.sharing.rules.exports import COLUMNS
from minga.sharing.rules.fields import FieldKind
from minga.sharing.rules.kinds import Help, Item, Job, Service, Skill, Space, Time, Urgency
from minga.sharing.rules.terms import AmountRule, Per
from tests.sharing.makers import post
from tests.village import Village

OWN: dict[Kind, Any] = {
    Kind.ITEM: Item(condition=5, copies=3, loan_days_max=7, size="60 × 120 cm", weight_g=1_234),
    Kind.SERVICE: Service(minutes_estimated=75, skills_required=("sewing", "knitting"), at_once_max=2),
    Kind.JOB: Job(minutes_estimated=720, positions=3, deadline_at=datetime(2026, 12, 1, 18, tzinfo=UTC)),
    Kind.HELP: Help(urgency=Urgency.URGENT, people_needed=2),
    Kind.SKILL: Skill(skill="Knitting", places=6, spoken="es"),
    Kind.TIME: Time(minutes_each=90, distance_km_max=5),
    Kind.SPACE: Space(
        capacity=12, area_m2=40, equipment=("projector", "kitchen"), house_rules="Shoes off.\nBe kind."
    ),
}


def fill(village: Village) -> None:
    with village.database.write() as session:
        for kind, own in OWN.items():
            for direction in Direction:
                post(
                    session,
                    village.ana,
                    village.valley,
                    f"=1+{kind} {direction}",
                    kind=kind,
                    own=own,
                    direction=direction,
                    description='-"cell", with; signs\nand a line',
                    category="tools",
                    place="Block C",
                    level=Level.COMMUNITY,
                    available_from_on=date(2026, 11, 20),
                    expires_on=date(2026, 12, 24),
                    language="en",
                    at=village.clock(),
                )
        post(
            session,
            village.ana,
            village.valley,
            "Squash",
            terms=(
                Term(
                    kind=TermKind.TIME_CREDIT,
                    rule=AmountRule.PER,
                    amount_minor=45,
                    unit="minute",
                    per=Per.HOUR,
                ),
                Term(kind=TermKind.GIFT),
            ),
            kind=Kind.SERVICE,
            own=Service(),
            quantity_milli=2_500,
            quantity_unit=Measure.KG,
            name_shown=NameShown.AGREED,
            at=village.clock(),
        )


def taken(village: Village, who: Actor, community: str | None = None) -> list[dict[str, str]]:
    with village.database.write() as session:
        return list(commands.export_listings(session, who, community or village.valley, at=village.clock()))


def bring_in(village: Village, who: Actor, community: str, data: bytes) -> str:
    table = Table(io.BytesIO(data))
    plan = own_columns(table.columns)
    plan.fit(table.columns)
    with village.database.write() as session:
        desk = commands.Desk(session, who, community, plan, at=village.clock())
        rows = list(desk.checked(table))
        assert [fault for _, _, fault in rows if fault] == []
        batch = commands.begin_import(
            session, who, community, name="x.csv", digest="0" * 64, at=village.clock()
        )
        ready = [one for _, one, _ in rows if one]
        commands.take_in(session, who, batch.id, ready, seen=len(rows), refused=0, at=village.clock())
        commands.finish_import(session, who, batch.id, at=village.clock())
        return batch.id


def test_strangers_take_nothing_out_and_members_their_own(village: Village) -> None:
    fill(village)
    with village.database.write() as session:
        post(session, village.bruno, village.valley, "Bruno's saw", at=village.clock())
        post(session, village.bruno, village.valley, "Canary", at=village.clock(), level=Level.PRIVATE)
    assert taken(village, village.zoe) == []
    assert taken(village, village.farid) == []
    assert [row["title"] for row in taken(village, village.bruno)] == ["Bruno's saw", "Canary"]
    assert len(taken(village, village.ana)) == 2 * len(OWN) + 3
    with pytest.raises(NotSignedIn), village.database.write() as session:
        list(commands.export_listings(session, Actor.nobody(), village.valley, at=village.clock()))


def test_a_name_that_is_not_shown_is_not_taken_out(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also not by somebody who may take everything out, but is no dispatcher."""
    with village.database.write() as session:
        post(session, village.bruno, village.valley, "Saw", name_shown=NameShown.AGREED, at=village.clock())
        post(session, village.bruno, village.valley, "Drill", at=village.clock())
    monkeypatch.setattr("minga.sharing.queries.exports.may", lambda *_given, **_more: True)
    found = [(row["title"], row["owner"]) for row in taken(village, village.hana)]
    assert found == [("Saw", ""), ("Drill", "bruno")]


def test_what_goes_out_comes_in_the_same_again(village: Village) -> None:
    fill(village)
    before = taken(village, village.ana)
    others = {"number", "owner", "url", "photos"}
    columns = [name for name in COLUMNS if name not in others]
    bring_in(village, village.zoe, village.hill, as_csv(before, columns, bom=True))
    after = taken(village, village.zoe, village.hill)
    assert [{n: row[n] for n in columns} for row in after] == [{n: row[n] for n in columns} for row in before]


def test_the_fields_of_a_category_go_out_and_come_in(village: Village) -> None:
    with village.database.write() as session:
        books = shipped_id("books")
        commands.add_field(
            session,
            village.ana,
            village.valley,
            books,
            labels={"en": "Author"},
            kind=FieldKind.TEXT,
            at=village.clock(),
        )
        extra = (("author", "Ursula"),)
        post(session, village.ana, village.valley, "Novel", category="books", extra=extra, at=village.clock())
    before = taken(village, village.ana)
    assert before[0]["extra"] == '{"author": "Ursula"}'
    bring_in(village, village.ana, village.valley, as_csv(before, COLUMNS))
    assert [row["extra"] for row in taken(village, village.ana)] == [before[0]["extra"]] * 2


def test_every_column_that_goes_out_is_known_when_it_comes_in(village: Village) -> None:
    own_columns(COLUMNS).fit(COLUMNS)


def test_formulas_are_defused_and_lines_are_not_tables(village: Village) -> None:
    fill(village)
    rows = taken(village, village.ana)
    table = list(csv.reader(io.StringIO(as_csv(rows, COLUMNS).decode())))
    assert table[0] == list(COLUMNS)
    assert not [
        cell for line in table for cell in line if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and cell
    ]
    lines = [json.loads(line) for line in as_lines(rows).splitlines()]
    assert lines[0]["title"].startswith("=1+")
    assert as_csv([], COLUMNS, bom=True).startswith(b"\xef\xbb\xbf")


def dump(village: Village) -> dict[str, list[str]]:
    left_out = ("event", "seal", "chain", "job", "schedule", "import_batch", "listing_number")
    with village.database.read() as session:
        return {
            table.name: sorted(map(str, session.execute(table.select()).all()))
            for table in Base.metadata.sorted_tables
            if not table.name.startswith(left_out)
        }


def test_an_import_that_is_undone_leaves_nothing(village: Village) -> None:
    fill(village)
    data = as_csv(taken(village, village.ana), [name for name in COLUMNS if name != "owner"])
    before = dump(village)
    batch = bring_in(village, village.ana, village.valley, data)
    assert dump(village) != before
    with village.database.write() as session:
        commands.undo_import(session, village.ana, batch, at=village.clock())
    assert dump(village) == before
