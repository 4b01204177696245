"""The archive of decisions: found, read by members alone, shown as page, table and data, with what followed."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from minga.governance.commands import decisions as commands
from minga.governance.queries import decisions as queries
from minga.governance.queries.decisions import Sought
from minga.governance.queries.effects import GONE, effects_of_proposal
from minga.governance.rules.charter import shipped
from minga.governance.rules.decisions import Progress
from minga.governance.rules.kinds import ProposalKind
from minga.kit.db import count_statements
from minga.kit.errors import NotFound
from minga.kit.ids import Id, new_id
from tests.communities.federating import ONE_ENGINE, do
from tests.communities.test_api import Call
from tests.communities.test_api import call as call
from tests.governance.deciding import charter, decided, decision, effects_of, follow, lines, proposal
from tests.governance.test_effects import decide_charter
from tests.village import NOBODY, Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
TASK = {"kind": "task", "words": "Mend the gate"}
DOOR = {"kind": "policy", "key": "joining.way", "value": "open"}


def titles(village: Village, **sought: Any) -> list[str]:
    with village.database.read() as session:
        found = queries.decisions(
            session, village.bruno, village.valley, Sought(**sought), at=village.clock()
        )
        return [one.title for one in found.items]


def test_strangers_find_neither_archive_nor_decision(village: Village) -> None:
    made = decided(village)
    for actor in (NOBODY, village.zoe, village.farid):
        with village.database.read() as session:
            with pytest.raises(NotFound):
                queries.decisions(session, actor, village.valley, at=village.clock())
            with pytest.raises(NotFound):
                queries.decision(session, actor, made, at=village.clock())
            with pytest.raises(NotFound):
                queries.decision_by_number(session, actor, village.valley, "2026-001", at=village.clock())


def test_the_archive_is_searched_by_words_kind_year_and_progress(village: Village) -> None:
    later = village.clock().date() + timedelta(days=3)
    decided(village, title="Paint the 100% door")
    decided(village, title="Buy a ladder", kind=ProposalKind.RESOURCE, deadline_on=later, effects=[TASK])
    decided(village, title="Sell the well", outcome="failed")
    everything = ["Sell the well", "Buy a ladder", "Paint the 100% door"]
    assert titles(village) == everything
    assert titles(village, q="LADDER") == ["Buy a ladder"]
    assert titles(village, q="100%") == ["Paint the 100% door"]
    assert titles(village, q="well, because") == ["Sell the well"]  # the words that were voted on
    assert titles(village, q="2026-002") == ["Buy a ladder"]
    assert titles(village, q="_") == []
    assert titles(village, kind="resource") == ["Buy a ladder"]
    assert titles(village, method="majority") == everything
    assert titles(village, year=2025) == []
    assert titles(village, outcome="failed") == ["Sell the well"]
    assert titles(village, progress=Progress.NONE) == ["Sell the well"]
    assert titles(village, progress=Progress.OPEN) == everything[1:]
    village.clock.forward(days=4)
    assert titles(village, progress=Progress.OVERDUE) == ["Buy a ladder"]
    do(village, "bruno", commands.say_implemented, _id(village, "Buy a ladder"))
    assert titles(village, progress=Progress.DONE) == ["Buy a ladder"]
    assert titles(village, progress=Progress.OVERDUE) == []


def _id(village: Village, title: str) -> Id:
    with village.database.read() as session:
        found = queries.decisions(session, village.bruno, village.valley, at=village.clock())
        return next(one.id for one in found.items if one.title == title)


def test_pages_follow_each_other_without_a_gap_and_cost_the_same(village: Village) -> None:
    for n in range(5):
        decided(village, title=f"Decision {n}")
    seen: list[str] = []
    after: str | None = None
    with village.database.read() as session:
        while True:
            page = queries.decisions(
                session, village.bruno, village.valley, at=village.clock(), after=after, limit=2
            )
            seen += [one.title for one in page.items]
            after = page.next
            if after is None:
                break
    assert seen == [f"Decision {n}" for n in range(4, -1, -1)]
    costs = []
    for limit in (1, 5):
        with village.database.read() as session, count_statements(village.database) as counted:
            queries.decisions(session, village.bruno, village.valley, at=village.clock(), limit=limit)
            costs.append(len(counted))
    assert costs[0] == costs[1]


@ONE_ENGINE
def test_the_archive_walks_an_index(village: Village) -> None:
    if village.database.dialect != "sqlite":
        return
    compiled = queries._question(village.valley, Sought(), village.clock().date()).limit(26)
    wanted = compiled.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with village.database.read() as session:
        plan = " ".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {wanted}")))
    assert "ix_decision_community" in plan
    assert "TEMP B-TREE" not in plan


def test_one_decision_says_what_follows_by_name(village: Village) -> None:
    with village.database.read() as session:
        role_id = str(
            session.execute(text("SELECT id FROM role WHERE key = 'welcomer' LIMIT 1")).scalar_one()
        )
    wishes: list[dict[str, Any]] = [
        DOOR,
        {"kind": "removal", "person_id": village.people["hana"]},
        {"kind": "removal", "person_id": village.people["zoe"]},
        {"kind": "role_grant", "role_id": role_id, "person_id": village.people["bruno"]},
        {"kind": "tie_propose", "community_id": village.hill},
        {"kind": "agreement", "key": "kind", "texts": [{"language": "en", "title": "K", "words": "Be."}]},
    ]
    with village.database.write() as session:
        about = proposal(session, village, effects=wishes).id
    with village.database.read() as session:
        found = effects_of_proposal(session, village.hana, about, at=village.clock())
        with pytest.raises(NotFound):
            effects_of_proposal(session, village.zoe, about, at=village.clock())
    assert found[0].facts == {"key": "How people join.", "value": "open"}
    assert found[0].marked == {"key"}
    assert found[1].facts == {"person_id": "Hana"}
    assert found[2].facts == {"person_id": GONE}  # nobody of this community: no name leaks
    assert found[3].facts["person_id"] == "Bruno"
    assert found[4].facts == {"community_id": GONE}
    assert (found[5].more, found[5].state) == ("Be.", "planned")


def test_what_is_late_or_failed_waits_for_its_owner_and_the_stewards(village: Village) -> None:
    deadline = village.clock().date() + timedelta(days=1)
    decided(village, deadline_on=deadline, effects=[TASK])
    broken = decided(village, effects=[{"kind": "role_end", "role_id": new_id(), "person_id": new_id()}])
    follow(village)
    kinds = {one.kind for one in lines(village, village.bruno)}
    assert "effect_failed" in kinds
    assert "decision_overdue" not in kinds
    village.clock.forward(days=3)
    for who in ("bruno", "ana"):
        found = {one.kind: one for one in lines(village, village.actor(who))}
        assert {"decision_overdue", "effect_failed"} <= found.keys()
        assert found["effect_failed"].acts[0].address == f"/decisions/{broken}"
    for who in ("dara", "zoe"):
        kinds = {one.kind for one in lines(village, village.actor(who))}
        assert not {"decision_overdue", "effect_failed"} & kinds


@ONE_ENGINE
def test_the_pages_show_it_and_their_buttons_work(visit: Visit, village: Village) -> None:
    made = decided(village, title="Open the <door>", effects=[TASK, DOOR])
    follow(village)
    bruno, stranger = visit("bruno"), visit("zoe")
    at = "/c/valley/decisions"
    for path in (at, f"{at}/file", f"{at}/2026-001", f"/decisions/{made}", "/c/valley/charter"):
        stranger.get(path, 404)
    assert "Open the &lt;door&gt;" in bruno.get(at).text
    bruno.get(f"{at}/2026-002", 404)
    bruno.get(f"{at}/x", 404)
    answer = bruno.get(f"/decisions/{made}", 303)
    page = bruno.follow(answer).text
    assert "4 yes, 1 no, 0 abstained, of 5 who could vote." in page
    assert "To be done: Mend the gate." in page
    assert "The rule “How people join.” becomes: Anybody on this node may come in." in page
    assert f'<a href="/c/{village.valley}/rules/joining.way">' in page
    rules = bruno.get(f"/c/{village.valley}/rules/joining.way").text
    assert "/c/valley/decisions/2026-001" in rules  # the rule points back
    task = effects_of(village, made)[0].id
    assert "Thank you" in bruno.follow(bruno.post(f"/effects/{task}/done")).text
    assert decision(village, made).implemented_on is not None
    bruno.post(f"/decisions/{made}/statement", {"statement": "From *ten* on."})
    wrong = bruno.post(f"/decisions/{made}/owner", {"owner": "nobody-there"}, 422).text
    assert "nobody-there" in wrong
    bruno.post(f"/decisions/{made}/owner", {"owner": "hana", "review_on": "2027-05-01"})
    assert "From <em>ten</em> on." in visit("hana").get(f"{at}/2026-001").text
    assert "Say what it means" not in visit("dara").get(f"{at}/2026-001").text
    visit("dara").post(f"/decisions/{made}/statement", {"statement": "Mine"}, 403)
    assert bruno.get(f"{at}?q=nothing+like+it").text.count("Nothing fits.") == 1


@ONE_ENGINE
def test_a_failed_effect_stands_in_words_and_is_tried_again_by_its_button(
    visit: Visit, village: Village
) -> None:
    made = decided(village, effects=[{"kind": "role_end", "role_id": new_id(), "person_id": new_id()}])
    follow(village)
    bruno = visit("bruno")
    page = bruno.get("/c/valley/decisions/2026-001").text
    assert "There is no such role any more." in page
    bruno.post(f"/effects/{effects_of(village, made)[0].id}/attempts")
    follow(village)
    assert effects_of(village, made)[0].tries == 2
    bruno.post(f"/decisions/{made}/implementation", {}, 409)
    wrong = bruno.post(f"/decisions/{made}/implementation", {"on": "2020-01-01"}, 422).text
    assert "That day lies before the decision." in wrong


@ONE_ENGINE
def test_the_table_holds_no_formulas(visit: Visit, village: Village) -> None:
    decided(village, title="=HYPERLINK(1)")
    rows = list(csv.DictReader(io.StringIO(visit("bruno").get("/c/valley/decisions/file").text)))
    assert rows[0]["title"] == "'=HYPERLINK(1)"
    assert (rows[0]["number"], rows[0]["owner_handle"], rows[0]["progress"]) == ("2026-001", "bruno", "open")


@ONE_ENGINE
def test_the_charter_is_read_in_words_with_its_history(visit: Visit, village: Village) -> None:
    bruno = visit("bruno")
    page = bruno.get("/c/valley/charter").text
    assert "What is usual holds here" in page
    assert "At least 2 of every 3 ballots have to say yes, blank ones included." in page
    with village.database.write() as session:
        charter(session, village)
    rules = [one.as_json() for one in shipped(simple_majority=True)]
    rules[0]["sunset_months"] = 6
    decided(village, kind=ProposalKind.GOVERNANCE, effects=[{"kind": "charter", "rules": rules}])
    follow(village)
    page = bruno.get("/c/valley/charter").text
    assert "Version 2" in page
    assert "It ends by itself on " in page
    assert "What it said before" in page
    assert "This is an earlier version." in bruno.get("/c/valley/charter?version=1").text
    assert "2026-001" in bruno.get("/c/valley/charter/history").text
    bruno.get("/c/valley/charter?version=9", 404)


@ONE_ENGINE
def test_a_charter_that_failed_by_its_own_rule_shows_both_results(visit: Visit, village: Village) -> None:
    rules = [one.as_json() for one in shipped()]
    for one in rules:
        if one["class"] == "governance":
            one["threshold"] |= {"num": 9, "den": 10}
    decide_charter(village, rules)
    page = visit("bruno").get("/c/valley/decisions/2026-001").text
    assert "it did not pass by the rule that it proposes itself" in page
    assert "3 yes were needed." in page
    assert "By the rule that it proposes itself 4 yes were needed, and 2 had to take part." in page


@ONE_ENGINE
def test_decisions_over_rest(call: Call, village: Village) -> None:
    made = decided(village, effects=[TASK])
    at = "/communities/valley/decisions"
    assert call("bruno", "GET", at).json()["items"][0]["number"] == "2026-001"
    assert call("bruno", "GET", f"{at}?progress=done").json()["items"] == []
    one = call("bruno", "GET", f"{at}/2026-001").json()
    assert (one["line"]["id"], one["effects"][0]["facts"]) == (made, {"words": "Mend the gate"})
    assert call("bruno", "GET", f"/decisions/{made}").json() == one
    about = one["proposal_id"]
    assert call("bruno", "GET", f"/proposals/{about}/outcome").json()["line"]["number"] == "2026-001"
    assert call("bruno", "GET", f"/proposals/{about}/effects").json()["items"][0]["kind"] == "task"
    said = call("bruno", "PUT", f"/decisions/{made}/statement", {"statement": "Yes"}).json()
    assert said["statement"] == "Yes"
    effect = one["effects"][0]["id"]
    call("bruno", "POST", f"/effects/{effect}/attempts", status=409)
    call("bruno", "POST", f"/effects/{effect}/done")
    done = call("bruno", "POST", f"/decisions/{made}/implementation", {}).json()
    assert done["line"]["progress"] == "done"
    handed = call("bruno", "PUT", f"/decisions/{made}/owner", {"owner": "hana"}).json()
    assert handed["line"]["owner_handle"] == "hana"
    assert call("bruno", "GET", "/communities/valley/charter").json()["n"] == 0
    for path in (at, f"{at}/2026-001", f"/decisions/{made}", "/communities/valley/charter"):
        call("zoe", "GET", path, status=404)
    call("zoe", "PUT", f"/decisions/{made}/statement", {"statement": "Mine"}, status=404)
    broken = decided(village, effects=[{"kind": "role_end", "role_id": new_id(), "person_id": new_id()}])
    follow(village)
    call("bruno", "POST", f"/effects/{effects_of(village, broken)[0].id}/attempts")
