"""Proposals and polls by REST and on the command line: rights, sentences and codes of the pages."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from minga.governance.commands import ballots, closing, writing
from minga.governance.models import Poll
from minga.governance.rules.kinds import Results
from minga.interfaces.http import Node
from tests.governance.polling import a_poll
from tests.interfaces.test_api_exchanges import Call, call
from tests.interfaces.test_cli_exchanges import folk, run
from tests.village import Village

__all__ = ["call", "folk", "run"]
BODY = {
    "kind": "policy",
    "title": "Quiet hours",
    "description": "From ten at night we are quiet.",
}


fresh: Callable[..., Call] = call.__wrapped__  # type: ignore[attr-defined]


def proposed(call: Call, **more: Any) -> str:
    made = call("ana", "POST", "/communities/valley/proposals", {**BODY, **more}, 201)
    return f"/proposals/{made['id']}"


def opened(village: Village, call: Call, proposal: str, **more: Any) -> str:
    call("ana", "POST", f"{proposal}/discussion", {})
    village.clock.forward(days=4)
    closes = (village.clock() + timedelta(days=6)).isoformat()
    made = call("ana", "POST", f"{proposal}/polls", {"closes_at": closes, **more}, 201)
    return f"/polls/{made['id']}"


def counted(village: Village, poll: str) -> None:
    village.clock.forward(days=7)
    for count in (closing.close_due, closing.tally_due):
        with village.database.write() as session:
            count(session, poll.removeprefix("/polls/"), at=village.clock())


def test_a_proposal_is_written_discussed_and_changed(village: Village, call: Call) -> None:
    here = proposed(call)
    call("bruno", "GET", here, status=404)
    call("zoe", "POST", "/communities/valley/proposals", BODY, 404)
    call("ana", "POST", f"{here}/proposers", {"handle": "chidi"})
    assert call("chidi", "POST", f"{here}/proposers", {})["together_with"][0][2] is True
    assert call("ana", "POST", f"{here}/discussion", {})["status"] == "discussion"
    call("zoe", "GET", here, status=404)
    listed = call("bruno", "GET", "/communities/valley/proposals?status=discussion")["items"]
    assert [one["title"] for one in listed] == ["Quiet hours"]
    assert len(call("bruno", "POST", f"{here}/support", {})["seconders"]) == 1
    made = call("bruno", "POST", f"{here}/amendments", {"words": "On Saturdays later."}, 201)
    answer = {"accept": True, "answer": "Yes."}
    call("ana", "POST", f"/amendments/{made['amendments'][0]['id']}/answer", answer)
    call("ana", "PATCH", here, {**BODY, "description": "From eleven."}, 428)
    version = call("ana", "GET", here)["version"]
    changed = {**BODY, "description": "From eleven."}
    call("ana", "PATCH", here, changed, **{"If-Match": f'"{version}"'})
    assert len(call("bruno", "GET", f"{here}/versions")["items"]) == 2
    assert call("ana", "POST", f"{here}/withdrawal", {"reason": "Later."})["status"] == "withdrawn"


def test_advice_by_rest(village: Village, call: Call) -> None:
    here = proposed(call, kind="advice")
    call("ana", "POST", f"{here}/discussion", {})
    call("ana", "POST", f"{here}/advice", {"handle": "bruno"}, 201)
    said = call("bruno", "POST", f"{here}/advice", {"words": "Green."}, 201)
    call("ana", "POST", f"/advice/{said['advice'][0]['id']}/answer", {"words": "Green it is."})
    call("ana", "POST", f"{here}/statement", {"words": "It becomes green."})
    assert call("bruno", "GET", here)["status"] == "advised"


def test_a_poll_is_set_up_opened_made_longer_and_counted(village: Village, node: Node, call: Call) -> None:
    here = proposed(call, kind="election")
    closes = (village.clock() + timedelta(days=13)).isoformat()
    later = (village.clock() + timedelta(days=5)).isoformat()
    poll = opened(
        village,
        call,
        here,
        options=["Edda", {"title": "Ruth"}],
        method="irv",
        opens_at=later,
        closes_at=closes,
    )
    assert call("bruno", "GET", poll)["status"] == "discussion"
    assert call("ana", "POST", f"{poll}/opening", {})["roll_size"] == 4
    longer = (village.clock() + timedelta(days=10)).isoformat()
    call("ana", "POST", f"{poll}/extension", {"closes_at": longer})
    call("bruno", "GET", f"{poll}/tally", status=404)
    call("zoe", "GET", f"{poll}/roll", status=404)
    assert len(call("bruno", "GET", f"{poll}/roll")["items"]) == 4
    with village.database.write() as session:
        for name in ("ana", "bruno", "chidi"):
            ballots.cast_ballot(
                session, village.actor(name), poll.removeprefix("/polls/"), [[2], [1]], at=village.clock()
            )
    village.clock.forward(days=4)
    counted(village, poll)
    later_call = fresh(node, village)  # the first keys have ended with their days
    found = later_call("bruno", "GET", f"{poll}/tally")
    assert found["result"]["elected"] == [2]
    assert "Chosen: Ruth." in found["sentence"]
    made = later_call("bruno", "POST", f"{poll}/challenge", {"kind": "count", "reason": "I count two."}, 201)
    answer = f"/challenges/{made['challenges'][0]['id']}/answer"
    later_call("chidi", "POST", answer, {"upheld": False, "answer": "Three."})
    later_call("hana", "POST", answer, {"upheld": False, "answer": "Three."})
    later_call("chidi", "POST", f"{poll}/voiding", {"reason": "The wrong text."})
    assert later_call("hana", "POST", f"{poll}/voiding", {"agree": True})["status"] == "void"


def test_what_is_live_and_closed_early(village: Village, call: Call) -> None:
    rest: dict[str, Any] = {
        "leavers": "keep",
        "challenge_hours": 72,
        "early_close": True,
        "on_final_tie": "fail",
    }
    with village.database.write() as session:
        motion = a_poll(session, village, **rest)
        motion.results = Results.LIVE
        voting = f"/polls/{motion.id}"
    before = call("bruno", "GET", f"{voting}/tally")
    assert (before["provisional"], before["version"]) == (True, 0)
    with village.database.write() as session:
        for name in ("ana", "bruno", "chidi", "hana"):
            ballots.cast_ballot(session, village.actor(name), motion.id, "yes", at=village.clock())
    after = call("bruno", "GET", f"{voting}/tally?after=0&wait=5")
    assert after["version"] == 4
    call("ana", "POST", f"{voting}/tightening", {})
    call("bruno", "GET", f"{voting}/tally", status=404)
    assert call("ana", "POST", f"{voting}/closure", {})["status"] == "passed"
    with village.database.read() as session:
        assert session.get_one(Poll, motion.id).closed_at is not None


def test_on_the_command_line(folk: Village, run: Any, tmp_path: Path) -> None:
    with folk.database.write() as session:
        written = writing.Written(title="Quiet hours", description="From ten at night we are quiet.")
        made = writing.write_proposal(session, folk.ana, folk.valley, written, at=folk.clock())
        writing.submit_proposal(session, folk.ana, made.id, at=folk.clock())
        made.submitted_at = folk.clock() - timedelta(days=4)
        poll = a_poll(session, folk, leavers="keep", challenge_hours=72, early_close=True)
        waiting = a_poll(session, folk)
    listed = run("proposal", "list", "--community", "valley", who="bruno")
    assert [(one["title"], one["status"]) for one in listed] == [("Quiet hours", "discussion")]
    assert run("proposal", "list", "--community", "valley", "--state", "open", who="bruno") == []
    [shown] = run("proposal", "show", made.id, who="bruno")
    assert shown["description"] == "From ten at night we are quiet."
    run("proposal", "show", made.id, who="zoe", code=3)
    run("proposal", "list", "--community", "valley", "--kind", "tea", who="ana", code=2)
    closes = (folk.clock() + timedelta(days=6)).isoformat()
    [opened_] = run("poll", "open", made.id, "--closes", closes, who="ana")
    assert opened_["roll"] == 4
    run("poll", "open", made.id, "--closes", "soon", who="ana", code=2)
    run("poll", "record", poll.id, who="bruno", code=5)
    run("tally", "run", waiting.id, who="bruno", code=5)
    with folk.database.write() as session:
        for name in ("ana", "bruno", "chidi", "hana"):
            ballots.cast_ballot(session, folk.actor(name), poll.id, "yes", at=folk.clock())
    run("poll", "close", poll.id, who="ana")
    [counted_] = run("tally", "run", poll.id, who="bruno")
    assert counted_["result"]["outcome"] == "passed"
    assert "4 yes, 0 no, 0 abstained, of 4 entitled." in counted_["sentence"]
    [again] = run("poll", "show", poll.id, who="bruno")
    assert again["sentence"] == counted_["sentence"]
    file = tmp_path / "poll.json"
    run("poll", "record", poll.id, "--to", str(file), who="bruno")
    assert json.loads(file.read_bytes())["format"] == "minga-poll-record/1"
