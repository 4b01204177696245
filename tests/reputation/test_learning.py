"""Learning from each other: recorded by oneself, paired both ways first, and a session done can lead to an endorsement."""

from typing import Any

from sqlalchemy import text

from minga.identity import Actor
from minga.kit.db import Database
from minga.reputation import commands, queries
from minga.reputation.rules.endorsing import Wish
from minga.sharing import commands as sharing
from minga.sharing.rules import Kind, Skill
from tests.sharing.makers import post
from tests.sharing.neighbours import GIFT, agreed
from tests.village import Village


def say(village: Village, who: Actor, skill: str, wish: Wish) -> None:
    with village.database.write() as session:
        commands.state_skill(session, who, skill, wish, at=village.clock())


def found(village: Village, who: Actor) -> list[tuple[str, str, bool]]:
    with village.database.read() as session:
        return [
            (one.name, one.skill, one.mutual) for one in queries.teachers(session, who, at=village.clock())
        ]


def test_wishes_to_learn_meet_those_who_teach_mutual_ones_first(village: Village, call: Any) -> None:
    """COM-2.24: recorded, matched, reciprocal pairs first; nobody of another community."""
    say(village, village.bruno, "Guitar", Wish.LEARNS)
    say(village, village.bruno, "Sewing", Wish.TEACHES)
    say(village, village.ana, "guitar", Wish.TEACHES)
    say(village, village.hana, "GUITAR", Wish.TEACHES)
    say(village, village.hana, "sewing", Wish.LEARNS)
    say(village, village.chidi, "Guitar", Wish.CAN)
    say(village, village.zoe, "Guitar", Wish.TEACHES)
    assert found(village, village.bruno) == [("Hana", "GUITAR", True), ("Ana", "guitar", False)]
    assert found(village, village.hana) == [("Bruno", "Sewing", True)]
    assert found(village, village.zoe) == found(village, village.ana) == []
    said = call("bruno", "POST", "/me/skills", {"skill": "Guitar", "wish": "learns", "drop": True})
    assert (len(said["items"]), said["teachers"]) == (1, [])


def test_a_session_that_was_done_can_lead_to_an_endorsement(village: Village) -> None:
    """COM-2.24: without waiting a month, as they have done something together."""
    with village.database.write() as session:
        lesson = post(
            session,
            village.ana,
            village.valley,
            "Guitar lessons",
            at=village.clock(),
            kind=Kind.SKILL,
            own=Skill(skill="Guitar"),
            terms=GIFT,
        ).id
    exchange = agreed(village, village.bruno, lesson)
    for who in (village.ana, village.bruno):
        with village.database.write() as session:
            sharing.done(session, who, exchange.id, at=village.clock())
    with village.database.write() as session:
        made = commands.endorse(
            session, village.ana, "bruno", "Guitar", "A beginner by now.", at=village.clock()
        )
        assert made.endorsee_id == village.people["bruno"]


def test_a_paper_counts_by_its_name_as_it_was_written_and_by_its_key(village: Village) -> None:
    with village.database.write() as session:
        commands.note_paper(
            session,
            village.ana,
            village.valley,
            "bruno",
            skill="Jardinería",
            paper="Course",
            at=village.clock(),
        )
    with village.database.read() as session:
        known = queries.verified_skills(session, village.people["bruno"], village.valley, at=village.clock())
    assert known == {"jardineria", "jardinería"}


def test_the_list_of_facts_walks_its_index(database: Database, village: Village) -> None:
    wanted = "SELECT id FROM fact WHERE person_id = 'x' ORDER BY happened_on DESC, id DESC LIMIT 51"
    with database.read() as session:
        if session.connection().dialect.name != "sqlite":
            return
        plan = " ".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {wanted}")))
    assert "ix_fact_person" in plan
    assert "TEMP B-TREE" not in plan
