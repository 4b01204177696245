"""What people say about each other: who may, who reads it, when a skill counts as verified, who is near whom."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from minga.communities.models import Membership
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.errors import Conflict, Forbidden, NotFound, NotSignedIn, Refused, TooMany
from minga.kit.events import EventRow
from minga.kit.ids import Id
from minga.reputation import commands, queries
from minga.reputation.commands.endorsing import lapse_skills
from minga.reputation.models import Endorsement
from minga.reputation.rules.connecting import degree_between
from minga.reputation.rules.endorsing import By, Wish
from tests.village import NOBODY, Village
from tests.visitor import Visitor

Work = Callable[[], None]


@pytest.fixture
def settled(village: Village) -> Village:
    """The village a month on, when neighbours know each other."""
    village.clock.forward(days=31)
    return village


def endorsed(village: Village, by: Actor, handle: str, skill: str = "Chainsaw", *, accept: bool = True) -> Id:
    with village.database.write() as session:
        made = commands.endorse(session, by, handle, skill, "Careful.", at=village.clock())
        if accept:
            commands.accept_endorsement(session, Actor(made.endorsee_id), made.id, at=village.clock())
        return made.id


def verified(village: Village, name: str) -> frozenset[str]:
    with village.database.read() as session:
        return queries.verified_skills(session, village.people[name], village.valley, at=village.clock())


def told(village: Village, *names: str) -> list[str]:
    with village.database.read() as session:
        wanted = select(EventRow.name).where(EventRow.name.in_(names)).order_by(EventRow.id)
        return list(session.scalars(wanted))


def test_who_may_not_endorse(settled: Village) -> None:
    """T22, COM-2.13: oneself, twice, somebody unknown, a stranger, whom one invited; and nobody on trial."""
    at = settled.clock()
    with settled.database.write() as session:
        with pytest.raises(NotSignedIn):
            commands.endorse(session, NOBODY, "bruno", "Chainsaw", at=at)
        with pytest.raises(Refused, match="Others say this about you"):
            commands.endorse(session, settled.bruno, "bruno", "Chainsaw", at=at)
        with pytest.raises(NotFound):
            commands.endorse(session, settled.zoe, "bruno", "Chainsaw", at=at)
        with pytest.raises(Refused):
            commands.endorse(session, settled.bruno, "hana", "  ", at=at)
    endorsed(settled, settled.bruno, "hana", accept=False)
    with settled.database.write() as session, pytest.raises(Conflict):
        commands.endorse(session, settled.bruno, "hana", " CHAINSAW ", at=at)


def test_whom_one_invited_one_does_not_endorse(settled: Village) -> None:
    """T22: neither the other way round."""
    with settled.database.write() as session:
        rows = {m.person_id: m for m in session.scalars(select(Membership))}
        rows[settled.people["bruno"]].sponsor_id = rows[settled.people["hana"]].id
    at = settled.clock()
    with settled.database.write() as session:
        for by, about in ((settled.hana, "bruno"), (settled.bruno, "hana")):
            with pytest.raises(Refused) as refused:
                commands.endorse(session, by, about, "Chainsaw", at=at)
            assert refused.value.name == "too_near", refused.value


def test_a_new_member_waits_before_saying_what_others_can(village: Village) -> None:
    with village.database.write() as session, pytest.raises(Refused) as refused:
        commands.endorse(session, village.hana, "bruno", "Chainsaw", at=village.clock())
    assert refused.value.name == "too_new"


def test_at_most_twenty_a_month(settled: Village) -> None:
    for number in range(20):
        endorsed(settled, settled.hana, "bruno", f"Skill {number}", accept=False)
    with settled.database.write() as session, pytest.raises(TooMany):
        commands.endorse(session, settled.hana, "bruno", "One more", at=settled.clock())


def test_the_database_refuses_doubles_and_oneself(settled: Village) -> None:
    """COM-RES.7: unique triple, and endorser differs from endorsed."""
    endorsed(settled, settled.hana, "bruno", accept=False)
    facts: dict[str, Any] = {
        "community_id": settled.valley,
        "skill": "x",
        "skill_key": "chainsaw",
        "words": "",
        "given_at": settled.clock(),
    }
    hana, bruno = settled.people["hana"], settled.people["bruno"]
    for by, about in ((hana, bruno), (bruno, bruno)):
        with pytest.raises((IntegrityError, Conflict)), settled.database.write() as session:
            session.add(Endorsement(endorser_id=by, endorsee_id=about, **facts))
            session.flush()


def test_it_shows_to_members_once_it_was_accepted(settled: Village) -> None:
    """COM-2.13: visible as far as the endorsed person allows; not to partners or strangers."""
    made = endorsed(settled, settled.hana, "bruno", accept=False)
    at = settled.clock()

    def seen(who: Actor) -> int:
        with settled.database.read() as session:
            found = queries.person_seen(session, who, "bruno", at=at)
            return len(found.said) if found else -1

    assert (seen(settled.ana), seen(settled.hana), seen(settled.zoe), seen(settled.farid)) == (0, 1, -1, -1)
    with settled.database.write() as session:
        with pytest.raises(NotFound):
            commands.accept_endorsement(session, settled.ana, made, at=at)
        with pytest.raises(Forbidden):
            commands.accept_endorsement(session, settled.hana, made, at=at)
        commands.accept_endorsement(session, settled.bruno, made, at=at)
    assert (seen(settled.ana), seen(settled.zoe), seen(NOBODY)) == (1, -1, -1)
    with settled.database.write() as session:
        commands.end_endorsement(session, settled.bruno, made, at=at)
        commands.end_endorsement(session, settled.bruno, made, at=at)
    assert seen(settled.ana) == 0


def test_a_skill_is_verified_by_three_and_lapses_when_one_takes_it_back(settled: Village, work: Work) -> None:
    """T22, COM-2.11: removal of evidence removes the mark, and an event says so."""
    made = [endorsed(settled, who, "bruno") for who in (settled.ana, settled.chidi, settled.hana)]
    assert verified(settled, "bruno") == {"chainsaw"}
    assert told(settled, "SkillVerified", "SkillLapsed") == ["SkillVerified"]
    with settled.database.read() as session:
        found = queries.person_seen(session, settled.ana, "bruno", at=settled.clock())
        assert found is not None
        assert [(one.skill, one.endorsed, one.by) for one in found.skills] == [
            ("Chainsaw", 3, (By.ENDORSEMENTS,))
        ]
    with settled.database.write() as session:
        commands.end_endorsement(session, settled.hana, made[2], at=settled.clock())
    assert verified(settled, "bruno") == frozenset()
    assert told(settled, "SkillVerified", "SkillLapsed") == ["SkillVerified", "SkillLapsed"]
    work()


def test_those_one_invited_do_not_verify(settled: Village) -> None:
    """COM-2.11: people from outside the person's own invite branch, over any number of steps."""
    with settled.database.write() as session:
        rows = {m.person_id: m for m in session.scalars(select(Membership))}
        chain = [rows[settled.people[name]] for name in ("bruno", "dara", "hana")]
        for above, below in pairwise(chain):
            below.sponsor_id = above.id
    for who in (settled.ana, settled.chidi, settled.hana):
        endorsed(settled, who, "bruno")
    assert verified(settled, "bruno") == frozenset(), "Hana came by Dara, and Dara by Bruno"


def test_a_paper_verifies_until_its_last_day(settled: Village, node: Any, work: Work) -> None:
    """T19 in reach: who notes it needs the capability, it is never one's own, and the nightly look tells its end."""
    at = settled.clock()
    given: dict[str, Any] = {"skill": "Chainsaw", "paper": "Course", "last4": "7a3f"}
    until = at.date() + timedelta(days=5)
    with settled.database.write() as session:
        for who, about in ((settled.bruno, "hana"), (settled.ana, "ana")):
            with pytest.raises(Refused):
                commands.note_paper(session, who, settled.valley, about, **given, at=at)
        with pytest.raises(NotFound):
            commands.note_paper(session, settled.zoe, settled.valley, "bruno", **given, at=at)
        with pytest.raises(Refused):
            over = at.date() - timedelta(days=1)
            commands.note_paper(
                session, settled.ana, settled.valley, "bruno", **given, valid_until=over, at=at
            )
        commands.note_paper(session, settled.ana, settled.valley, "bruno", **given, valid_until=until, at=at)
    assert verified(settled, "bruno") == {"chainsaw"}
    settled.clock.forward(days=5)
    assert verified(settled, "bruno") == {"chainsaw"}
    settled.clock.forward(days=1)
    assert verified(settled, "bruno") == frozenset()
    from minga.kit.ids import new_id
    from minga.kit.jobs import Run

    lapse_skills(Run(settled.database, settled.clock, node.settings, job_id=new_id(), tries=0), {})
    assert told(settled, "SkillLapsed") == ["SkillLapsed"]
    work()


def test_what_one_says_of_oneself(settled: Village) -> None:
    with settled.database.write() as session:
        commands.state_skill(session, settled.bruno, "Bicycle repair", Wish.TEACHES, at=settled.clock())
        commands.state_skill(session, settled.bruno, "bicycle  REPAIR", Wish.TEACHES, at=settled.clock())
        commands.state_skill(session, settled.bruno, "Sewing", Wish.LEARNS, at=settled.clock())
        commands.drop_skill(session, settled.bruno, "sewing", Wish.LEARNS)
    with settled.database.read() as session:
        assert queries.own_skills(session, settled.bruno) == ((Wish.TEACHES, "Bicycle repair"),)
        found = queries.person_seen(session, settled.ana, "bruno", at=settled.clock())
        assert found is not None
        assert [one.stated for one in found.skills] == [(Wish.TEACHES,)]
        assert queries.person_seen(session, settled.zoe, "bruno", at=settled.clock()) is None


def joined(village: Village, one: str, other: str, *, agree: bool = True, named: bool = False) -> Id:
    with village.database.write() as session:
        made = commands.connect(
            session, village.actor(one), other, ["things"], weight=2, named=named, at=village.clock()
        )
        if agree:
            commands.agree_to_connect(session, village.actor(other), made.id, named=named, at=village.clock())
        return made.id


def near(village: Village, one: str, other: str) -> queries.Near | None:
    with village.database.read() as session:
        return queries.connected(session, village.actor(one), other, at=village.clock())


def test_a_connection_takes_both_and_either_ends_it(village: Village) -> None:
    """COM-2.17: the other sees it and may refuse; removed, it disappears from every computation."""
    made = joined(village, "bruno", "hana", agree=False)
    assert near(village, "bruno", "hana") is None
    with village.database.read() as session:
        [line] = queries.own_connections(session, village.hana)
        assert (line.weight, line.agreed, line.by_me) == (None, False, False)
        assert queries.own_connections(session, village.ana) == ()
    with village.database.write() as session:
        for who in (village.ana, village.zoe):
            with pytest.raises(NotFound):
                commands.agree_to_connect(session, who, made, at=village.clock())
        with pytest.raises(Forbidden):
            commands.agree_to_connect(session, village.bruno, made, at=village.clock())
        with pytest.raises(Conflict):
            commands.connect(session, village.bruno, "hana", ["things"], at=village.clock())
        with pytest.raises(Refused):
            commands.connect(session, village.bruno, "bruno", ["things"], at=village.clock())
        with pytest.raises(NotFound):
            commands.connect(session, village.bruno, "zoe", ["things"], at=village.clock())
        commands.agree_to_connect(session, village.hana, made, at=village.clock())
    assert near(village, "hana", "bruno") == queries.Near(1, ())
    with village.database.write() as session:
        commands.end_connection(session, village.hana, made, at=village.clock())
    assert near(village, "hana", "bruno") is None


def test_who_said_no_is_not_asked_again_at_once(village: Village) -> None:
    made = joined(village, "bruno", "hana", agree=False)
    with village.database.write() as session:
        commands.end_connection(session, village.hana, made, at=village.clock())
    with village.database.write() as session, pytest.raises(Refused) as refused:
        commands.connect(session, village.bruno, "hana", ["things"], at=village.clock())
    assert refused.value.name == "asked_before"
    village.clock.forward(days=31)
    joined(village, "bruno", "hana")


def test_a_friend_of_a_friend_until_the_middle_hides_the_edge(village: Village) -> None:
    """T23, H12: hidden is like not there for third people; the two themselves still know."""
    joined(village, "bruno", "hana", named=True)
    made = joined(village, "hana", "ana", named=True)
    assert near(village, "bruno", "ana") == queries.Near(2, ("Hana",))
    with village.database.write() as session:
        commands.hide_connection(session, village.hana, made, hidden=True)
    hidden = near(village, "bruno", "ana")
    assert hidden is None
    assert near(village, "ana", "hana") == queries.Near(1, ())
    with village.database.write() as session:
        commands.end_connection(session, village.hana, made, at=village.clock())
    assert near(village, "bruno", "ana") is hidden, "no difference to no edge"


def test_a_go_between_is_named_only_when_they_allow_it_and_blocks_part(village: Village) -> None:
    joined(village, "bruno", "hana")
    joined(village, "hana", "ana")
    assert near(village, "bruno", "ana") == queries.Near(2, ())
    with village.database.write() as session:
        identity.block(session, village.ana, village.people["hana"], at=village.clock())
    assert near(village, "bruno", "ana") is None


PEOPLE = "abcdef"
EDGES = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.booleans()).filter(lambda e: e[0] != e[1]),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(edges=EDGES, start=st.sampled_from(PEOPLE), goal=st.sampled_from(PEOPLE))
def test_removing_a_hidden_edge_changes_no_answer(
    edges: list[tuple[str, str, bool]], start: str, goal: str
) -> None:
    """H12, and the distance is the one of a plain search."""
    shown = [(a, b) for a, b, hidden in edges if not hidden]

    def walk(people: Any) -> list[tuple[str, str]]:
        return [pair for pair in shown if set(pair) & set(people)]

    found = degree_between(start, goal, walk) if start != goal else None
    layer, degrees = {start}, {start: 0}
    for degree in (1, 2, 3):
        layer = {b for pair in walk(layer) for b in pair if b not in degrees}
        degrees |= dict.fromkeys(layer, degree)
    assert (found[0] if found else None) == (degrees.get(goal) if start != goal else None)


def test_the_pages_of_what_people_say(
    settled: Village, visit: Callable[[str | None], Visitor], work: Work
) -> None:
    """T22, T23 over pages."""
    hana, bruno, zoe = visit("hana"), visit("bruno"), visit("zoe")
    assert "Say what Bruno can" in hana.get("/people/bruno").text
    hana.post("/people/hana/endorsements", {"skill": "Chainsaw"}, status=422)
    hana.post("/people/bruno/endorsements", {"skill": "Chainsaw", "words": "Careful."})
    hana.post("/people/bruno/endorsements", {"skill": "chainsaw"}, status=409)
    zoe.post("/people/bruno/endorsements", {"skill": "Chainsaw"}, status=404)
    work()
    assert "Somebody says what you can." in bruno.get("/me/notices").text
    page = bruno.get("/me/reputation").text
    assert "Hana says you can: Chainsaw" in page
    made = page.split("/endorsements/")[1].split("/")[0]
    bruno.post(f"/endorsements/{made}/acceptance", {"answer": "yes"})
    assert "1 member says so" in visit("ana").get("/people/bruno").text
    bruno.post("/people/hana/connection", {"purposes": ["keys"], "weight": "3"})
    asked = hana.get("/me/reputation").text
    assert "Bruno would like to be connected" in asked
    assert "3 of 3" not in asked
    connection = asked.split("/connections/")[1].split("/")[0]
    zoe.post(f"/connections/{connection}/agreement", status=404)
    hana.post(f"/connections/{connection}/agreement")
    assert "You are connected." in bruno.get("/people/hana").text
    bruno.post(f"/connections/{connection}/hiding", {"hidden": "yes"})
    assert "hidden from others" in bruno.get("/me/reputation").text
    bruno.post("/me/skills", {"skill": "Sewing", "wish": "learns"})
    assert "Sewing" in bruno.get("/me/skills").text
    ana = visit("ana")
    ana.post(
        "/people/bruno/skill-proofs",
        {"community": "valley", "skill": "Chainsaw", "paper": "Course", "last4": "12"},
    )
    assert "a paper was seen" in ana.get("/people/bruno").text
    paper = bruno.get("/me/reputation").text.split("/skill-proofs/")[1].split("/")[0]
    zoe.post(f"/skill-proofs/{paper}/end", status=404)
    bruno.post(f"/skill-proofs/{paper}/end")
    bruno.post(f"/connections/{connection}/end")
    bruno.post(f"/endorsements/{made}/end")


def test_the_same_by_rest(settled: Village, call: Any) -> None:
    call("hana", "POST", "/people/hana/endorsements", {"skill": "Chainsaw"}, status=422)
    made = call("hana", "POST", "/people/bruno/endorsements", {"skill": "Chainsaw"}, status=201)
    call("zoe", "POST", f"/endorsements/{made['id']}/acceptance", {}, status=404)
    assert call("bruno", "POST", f"/endorsements/{made['id']}/acceptance", {})["accepted"]
    found = call("ana", "GET", "/people/bruno/skills")
    assert [one["endorsed"] for one in found["skills"]] == [1]
    call("zoe", "GET", "/people/bruno/skills", status=404)
    call("bruno", "DELETE", f"/endorsements/{made['id']}", status=204)
    asked = call("bruno", "POST", "/people/hana/connections", {"purposes": ["things"]}, status=201)
    assert call("hana", "POST", f"/connections/{asked['id']}/agreement", {"named": True})["agreed"]
    assert call("hana", "GET", "/people/bruno/skills")["connected"] == {"degree": 1, "through": []}
    call("hana", "POST", f"/connections/{asked['id']}/hiding", {"hidden": True})
    call("zoe", "DELETE", f"/connections/{asked['id']}", status=404)
    call("bruno", "DELETE", f"/connections/{asked['id']}", status=204)
