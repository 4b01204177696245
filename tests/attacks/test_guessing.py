"""Who guesses learns nothing: people, invitations and listings that are there and that are not are answered alike."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from minga.communities import commands as communities
from minga.communities.commands import InviteTerms
from minga.identity import commands as identity
from minga.identity.models import Invite
from minga.interfaces.http import Node
from minga.kit.ids import new_id
from minga.sharing.rules import Level
from tests.interfaces.test_api_exchanges import Call
from tests.interfaces.test_api_exchanges import call as call
from tests.sharing.makers import post
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
"""What is answered does not come from the database's ways."""
OWN = re.compile(r'nonce="[^"]*"|value="[^"]*"|request_id[^,}]*|/static/[^"]*|"id-[^"]*"')


def bare(answer: Any, *words: str) -> str:
    """An answer without what differs each time, and without what was asked for."""
    text = OWN.sub("", answer.text)
    for word in words:
        text = text.replace(word, "")
    return text


def test_people_who_are_there_and_who_are_not_look_the_same_to_a_stranger(
    village: Village, visit: Visit, call: Call
) -> None:
    for who in (None, "zoe"):
        answers = {
            bare(visit(who).get(f"/people/{handle}", 404), handle)
            for handle in ("ana", "bruno", "nobody", "ana2", village.people["ana"], new_id())
        }
        assert len(answers) == 1
    for path in ("/people/{}/contact", "/people/{}/vouch", "/people/{}/block"):
        found = {
            bare(visit("zoe").client.get(path.format(handle)), handle) for handle in ("ana", "nobody", "xyz")
        }
        assert len(found) == 1
    vouches = {
        call("zoe", "POST", "/communities/valley/vouches", {"to": handle}, 404)["code"]
        for handle in ("ana", "dara", "nobody")
    }
    assert vouches == {"not_found"}


def test_tokens_of_invitations_that_are_dead_forged_or_made_up_get_the_same_page(
    node: Node, village: Village, visit: Visit
) -> None:
    with node.database.write() as session:
        at = village.clock()
        terms = InviteTerms(at_once=True)
        made = [communities.invite(session, village.ana, village.valley, terms, at=at).id for _ in range(2)]
        key = identity.invite_key(session, node.settings.secret)
        alive, dead = (identity.invite_token(key, session.get_one(Invite, one)) for one in made)
        communities.revoke(session, village.ana, made[1], at=at)
    forged = alive[:-1] + ("0" if alive[-1] != "0" else "1")
    stranger = visit(None)
    stranger.get(f"/join/{alive}")
    tokens = (dead, forged, alive[:8], "0" * len(alive), "Q9Q9")
    assert len({bare(stranger.get(f"/join/{token}", 404), token) for token in tokens}) == 1
    assert len({bare(stranger.get(f"/claim/{token}", 404), token) for token in (*tokens, alive)}) == 1


def test_listings_of_others_answer_like_those_that_never_were(
    village: Village, visit: Visit, call: Call
) -> None:
    with village.database.write() as session:
        there = [
            post(session, village.ana, village.valley, "Canary", level=level, at=village.clock()).id
            for level in (Level.PRIVATE, Level.COMMUNITY, Level.PARTNERS)
        ]
    zoe = visit("zoe")
    for path in ("/listings/{}", "/listings/{}/edit", "/listings/{}/asks"):
        found = {bare(zoe.get(path.format(one), 404), one) for one in (*there, new_id())}
        assert len(found) == 1
    for one in (*there, new_id()):
        answer = call("zoe", "GET", f"/listings/{one}", status=404)
        assert (answer["code"], "Canary" in str(answer)) == ("not_found", False)


def test_fields_that_nobody_asked_for_change_nobodys_rights_level_or_community(
    node: Node, village: Village, visit: Visit, call: Call
) -> None:
    """Mass assignment by form and by API: a form's extra fields are not read, a body's are refused."""
    from minga.communities.models import Membership, RoleGrant
    from minga.identity.models import OperatorGrant, Person
    from minga.sharing.models import Listing

    def rights() -> list[Any]:
        with node.database.read() as session:
            return [
                session.execute(select(*table.__table__.columns).order_by(*table.__table__.primary_key)).all()
                for table in (OperatorGrant, RoleGrant, Membership)
            ]

    before = rights()
    extra = {
        "operator": "1",
        "role": "steward",
        "roles": "steward",
        "role_id": "steward",
        "community_id": village.harbour,
        "person_id": village.people["ana"],
        "owner_id": village.people["ana"],
        "suspended_at": "2026-01-01",
        "standing": "full",
        "full_on": "2020-01-01",
        "scope": "public",
    }
    dara = visit("dara")
    dara.post("/me/profile", {**{k: v for k, v in extra.items() if k != "scope"}, "name": "Dara"})
    said = {"direction": "need", "kind": "help", "terms": "gift", "level": "community", "title": "Wood"}
    dara.post("/c/valley/listings/new", {**said, **extra, "number": "1", "published_at": "2020-01-01"})
    with node.database.read() as session:
        made = session.scalars(select(Listing)).one()
        assert (made.owner_id, made.community_id, made.level) == (
            village.people["dara"],
            village.valley,
            Level.COMMUNITY,
        )
        assert made.published_at != "2020-01-01"
        person = session.get_one(Person, village.people["dara"])
        assert (person.suspended_at, person.handle) == (None, "dara")
    body = {"kind": "help", "direction": "need", "title": "Wood", "terms": [{"kind": "gift"}]}
    for name, value in extra.items():
        call("dara", "POST", "/communities/valley/listings", {**body, name: value}, 422)
        call("dara", "PATCH", "/me/profile", {name: value} if name != "scope" else {"operator": True}, 422)
    call("dara", "POST", "/communities/valley/invites", {"uses_max": 1, "role": "steward"}, 422)
    assert rights() == before


def test_the_widest_level_takes_the_capability_however_it_is_asked_for(village: Village, call: Call) -> None:
    """Dara is on trial: the level of a body is a wish, not a right."""
    body = {"kind": "help", "direction": "need", "title": "Wood", "terms": [{"kind": "gift"}]}
    for level in ("network", "public"):
        call("dara", "POST", "/communities/valley/listings", {**body, "level": level}, 403)
    assert replace(village.dara, operator=True).person_id == village.people["dara"]
