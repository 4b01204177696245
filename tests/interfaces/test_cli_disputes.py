"""Meetings, how it went and what went wrong from the command line."""

from typing import Any

from tests.interfaces.test_cli_exchanges import folk as folk
from tests.interfaces.test_cli_exchanges import run as run
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed
from tests.village import Village


def test_they_meet_and_say_how_it_went(folk: Village, run: Any) -> None:
    exchange = agreed(folk, folk.bruno, neighbours.table(folk)).id
    run("meeting", "propose", exchange, "2026-11-18T18:00", who="ana", code=2)
    run("meeting", "propose", exchange, "2026-11-18T18:00+01:00", "--place", "Gate", who="ana")
    run("meeting", "agree", exchange, who="bruno")
    run("meeting", "missed", exchange, who="bruno", code=5)
    run("meeting", "end", exchange, who="ana")
    for who in ("ana", "bruno"):
        run("exchange", "done", exchange, who=who)
    run("feedback", "give", exchange, "--as-agreed", "splendid", who="bruno", code=2)
    [given] = run("feedback", "give", exchange, "--as-agreed", "good", who="bruno")
    assert len(given["events"]) == 1
    run("feedback", "take-back", exchange, who="bruno")


def test_what_went_wrong_is_settled(folk: Village, run: Any) -> None:
    exchange = agreed(folk, folk.bruno, neighbours.table(folk)).id
    run("dispute", "open", exchange, "Broken.", "--about", "weather", who="ana", code=2)
    [made] = run("dispute", "open", exchange, "Broken.", "--about", "damage", who="ana")
    assert (made["state"], made["about"]) == ("talking", "damage")
    [seen] = run("dispute", "propose", made["id"], "--effect", "cancel", who="ana")
    [helped] = run("dispute", "help", made["id"], who="bruno")
    assert helped["state"] == "mediation"
    [closed] = run("dispute", "agree", made["id"], seen["ends"][0]["id"], who="bruno")
    assert closed["state"] == "closed"
    assert run("dispute", "show", made["id"], who="ana")[0]["state"] == "closed"
