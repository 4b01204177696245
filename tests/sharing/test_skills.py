"""Skills by name: proposed by typing, one however they are written, accepted or made one, and a filter of lists."""

from dataclasses import replace
from typing import Any

import pytest

from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.rules import Kind, Level, Wish
from minga.sharing.rules.kinds import Job, Service, Skill
from tests.sharing.makers import post
from tests.village import Village


def teach(village: Village, skill: str, **fields: Any) -> Id:
    with village.database.write() as session:
        return post(
            session,
            village.ana,
            village.valley,
            f"I teach {skill}",
            kind=Kind.SKILL,
            own=Skill(skill=skill),
            at=village.clock(),
            **fields,
        ).id


def named(village: Village, who: Any = None) -> dict[str, tuple[bool, int]]:
    with village.database.read() as session:
        found = queries.skills(session, who or village.bruno, village.valley, at=village.clock())
        return {one.name: (one.proposed, one.n) for one in found}


def id_of(village: Village, name: str) -> Id:
    with village.database.read() as session:
        found = queries.skills(session, village.ana, village.valley, at=village.clock())
        return next(one.id for one in found if one.name == name)


def with_skill(village: Village, id: Id) -> set[str]:
    with village.database.read() as session:
        page = queries.listings(session, village.bruno, Wish(skill=id), at=village.clock())
        return {card.title for card in page.items}


def test_strangers_learn_of_no_skill_and_members_change_none(village: Village) -> None:
    teach(village, "Canary taming")
    teach(village, "Secret", level=Level.PRIVATE)
    assert named(village, village.zoe) == {}
    assert named(village) == {"Canary taming": (True, 1)}
    id = id_of(village, "Canary taming")
    with village.database.write() as session:
        for who, why in ((village.zoe, NotFound), (village.bruno, Forbidden)):
            with pytest.raises(why):
                commands.accept_skill(session, who, id, name="X", at=village.clock())
            with pytest.raises(why):
                commands.merge_skill(session, who, id, id, at=village.clock())


def test_one_skill_however_it_is_written(village: Village) -> None:
    teach(village, "Knitting")
    teach(village, " KNITTING ")
    with village.database.write() as session:
        own = Service(skills_required=("knitting", "Sewing"))
        post(session, village.ana, village.valley, "Repair", kind=Kind.SERVICE, own=own, at=village.clock())
        job = Job(skills_needed=("Sewing",))
        post(session, village.ana, village.valley, "Curtains", kind=Kind.JOB, own=job, at=village.clock())
    assert named(village) == {"Knitting": (True, 3), "Sewing": (True, 2)}
    assert with_skill(village, id_of(village, "Sewing")) == {"Repair", "Curtains"}


def test_a_skill_is_accepted_under_a_better_name(village: Village) -> None:
    teach(village, "kniting")
    teach(village, "Welding")
    id = id_of(village, "kniting")
    with village.database.write() as session:
        with pytest.raises(Conflict):
            commands.accept_skill(session, village.ana, id, name="welding", at=village.clock())
        with pytest.raises(Invalid):
            commands.accept_skill(session, village.ana, id, name=" ", at=village.clock())
        commands.accept_skill(
            session, village.ana, id, name="Knitting", labels={"es": "Tejer", "en": ""}, at=village.clock()
        )
    assert named(village) == {"Knitting": (False, 1), "Welding": (True, 1)}
    with village.database.read() as session:
        found = queries.skills(session, village.bruno, village.valley, at=village.clock())
        assert [one.label("es") for one in found] == ["Tejer", "Welding"]


def test_merging_keeps_every_reference_and_leads_on(village: Village) -> None:
    teach(village, "Knitting")
    teach(village, "Tricot")
    with village.database.write() as session:
        own = Service(skills_required=("Knitting", "Tricot"))
        post(session, village.ana, village.valley, "Both", kind=Kind.SERVICE, own=own, at=village.clock())
    one, other = id_of(village, "Tricot"), id_of(village, "Knitting")
    with village.database.write() as session:
        with pytest.raises(Invalid):
            commands.merge_skill(session, village.ana, one, one, at=village.clock())
        commands.merge_skill(session, village.ana, one, other, at=village.clock())
    assert named(village) == {"Knitting": (True, 3)}
    teach(village, "tricot")
    assert named(village) == {"Knitting": (True, 4)}
    assert with_skill(village, other) == {"I teach Knitting", "I teach Tricot", "Both", "I teach tricot"}


def test_a_changed_listing_speaks_of_its_new_skill(village: Village) -> None:
    id = teach(village, "Knitting")
    with village.database.write() as session:
        content = queries.content(session, village.ana, id, at=village.clock())
        assert isinstance(content.own, Skill)
        changed = replace(content, own=replace(content.own, skill="Welding"))
        commands.edit(session, village.ana, id, changed, version=None, at=village.clock())
    assert named(village) == {"Welding": (True, 1)}
