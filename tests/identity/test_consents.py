"""To what people agree: dated, revocable, and stopped at once; and that the written policy names every purpose (CIV-0.5)."""

import html
from collections.abc import Callable

import pytest

from minga.identity import commands, queries
from minga.identity.rules.consents import PROFILE_OUTSIDE, PURPOSES, SUGGESTIONS
from minga.interfaces.http import Node
from minga.kit.crypto import digest
from minga.kit.errors import NotSignedIn
from tests.stories.calling import program
from tests.village import NOBODY, Village
from tests.visitor import Visitor

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
Visit = Callable[[str | None], Visitor]


def test_the_written_policy_names_every_purpose_and_nothing_else(visit: Visit) -> None:
    text = html.unescape(visit(None).get("/privacy").text)
    used = text[text.index("What it is used for") : text.index("Who can read it")]
    for one in PURPOSES.values():
        assert one.title in used
        assert one.sentence in used
        assert ("until you say no" in used.split(one.title)[1].split("</dd>")[0]) is one.usual
    assert used.count("<dt>") == len(PURPOSES)


def test_a_profile_goes_outside_after_a_yes_and_comes_back_with_a_no(
    village: Village, visit: Visit, node: Node
) -> None:
    with pytest.raises(NotSignedIn), village.database.read() as session:
        queries.own_consents(session, NOBODY)
    visit(None).get("/me/consents", 401)
    visit(None).post("/me/consents/suggestions", {"on": "no"}, 401)
    bruno, zoe = visit("bruno"), visit("zoe")
    with village.database.write() as session:
        commands.change_profile(
            session,
            village.bruno,
            values={"about": "I mend bicycles."},
            audiences={"about": "network", "name": "network"},
            at=village.clock(),
        )
    zoe.get("/people/bruno", 404)
    bruno.post(f"/me/consents/{PROFILE_OUTSIDE}", {"on": "yes"}, 422)
    bruno.post("/me/consents/tracking", {"on": "yes"}, 404)
    bruno.post(f"/me/consents/{PROFILE_OUTSIDE}", {"on": "yes", "scope": "network"})
    assert "I mend bicycles." in zoe.get("/people/bruno").text
    assert "You agreed on" in bruno.get("/me/consents").text
    bruno.post(f"/me/consents/{PROFILE_OUTSIDE}", {"on": "no"})
    zoe.get("/people/bruno", 404)
    assert "What you took back" in bruno.get("/me/consents").text
    api = program(node, village.people["bruno"])
    [line] = api.get("/api/v1/me/consents").json()["items"]
    assert line["words_hash"] == digest(PURPOSES[PROFILE_OUTSIDE].sentence)
    assert line["revoked_at"] >= line["given_at"]
    assert program(node, village.people["zoe"]).get("/api/v1/me/consents").json() == {"items": []}


def test_a_yes_and_a_no_to_suggestions_are_dated(village: Village, visit: Visit) -> None:
    bruno = visit("bruno")
    assert "usual here until you say no" in bruno.get("/me/consents").text
    for on in ("no", "no", "yes", "no"):
        bruno.post(f"/me/consents/{SUGGESTIONS}", {"on": on})
    with village.database.read() as session:
        said = queries.own_consents(session, village.bruno)
    assert [(one.purpose, one.revoked_at is None) for one in said] == [(SUGGESTIONS, False)]
    assert "Not used." in bruno.get("/me/consents").text
