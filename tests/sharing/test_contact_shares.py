"""Reaching each other: nobody reads a number or an address that was not opened to them, and only as long as it is."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.events import EventRow
from minga.sharing import commands, queries
from minga.sharing.rules import Level
from minga.sharing.rules.contact_shares import ShareField
from tests.sharing import neighbours
from tests.sharing.makers import post, said
from tests.sharing.test_access import set_rule
from tests.sharing.test_dispatch import do, taken
from tests.village import NOBODY, Village
from tests.visitor import Visitor

NUMBER, ADDRESS = "+573001234567", "Fig street 7, flat 2"


@pytest.fixture
def exchange_id(village: Village) -> str:
    """Bruno fetches Ana's groceries; Ana has written her number and address down, for nobody to see."""
    with village.database.write() as session:
        identity.change_profile(
            session,
            village.ana,
            values={"phone": NUMBER, "address": ADDRESS},
            audiences={"phone": "me", "address": "me"},
            at=village.clock(),
        )
    made = neighbours.agreed(village, village.bruno, neighbours.groceries(village))
    return str(made.id)


def theirs(village: Village, who: Actor, exchange_id: str) -> dict[str, str]:
    with village.database.read() as session:
        found = queries.contact_shares(session, who, exchange_id, at=village.clock())
    return {field.value: words for field, words in found.theirs}


@pytest.mark.parametrize("name", ["nobody", "zoe", "farid", "hana", "chidi"])
def test_strangers_learn_nothing(village: Village, exchange_id: str, name: str) -> None:
    who = NOBODY if name == "nobody" else village.actor(name)
    do(village, commands.share_contact, village.ana, exchange_id, ShareField.PHONE)
    with pytest.raises(NotFound):
        theirs(village, who, exchange_id)
    for act in (commands.share_contact, commands.end_share):
        with pytest.raises(NotFound):
            do(village, act, who, exchange_id, ShareField.PHONE)


def test_only_what_was_opened_only_to_the_other_side_until_it_is_taken_back(
    village: Village, exchange_id: str
) -> None:
    assert theirs(village, village.bruno, exchange_id) == {}
    first = do(village, commands.share_contact, village.ana, exchange_id, ShareField.PHONE)
    again = do(village, commands.share_contact, village.ana, exchange_id, ShareField.PHONE)
    assert first.id == again.id
    assert theirs(village, village.bruno, exchange_id) == {"phone": NUMBER}
    assert theirs(village, village.ana, exchange_id) == {}
    do(village, commands.end_share, village.ana, exchange_id, ShareField.PHONE)
    assert theirs(village, village.bruno, exchange_id) == {}
    do(village, commands.share_contact, village.ana, exchange_id, ShareField.ADDRESS)
    assert theirs(village, village.bruno, exchange_id) == {"address": ADDRESS}
    with village.database.read() as session:
        told = str(session.scalars(select(EventRow.facts)).all())
        assert "3001234" not in told
        assert "Fig street" not in told


def test_it_ends_a_week_after_the_exchange(village: Village, exchange_id: str) -> None:
    do(village, commands.share_contact, village.ana, exchange_id, ShareField.PHONE)
    do(village, commands.done, village.bruno, exchange_id)
    do(village, commands.done, village.ana, exchange_id)
    village.clock.forward(days=6, hours=23)
    assert theirs(village, village.bruno, exchange_id) == {"phone": NUMBER}
    village.clock.forward(hours=1)
    assert theirs(village, village.bruno, exchange_id) == {}
    with pytest.raises(Conflict):
        do(village, commands.share_contact, village.ana, exchange_id, ShareField.ADDRESS)


def test_what_one_has_not_written_down_cannot_be_opened(village: Village, exchange_id: str) -> None:
    for field in ShareField:
        with pytest.raises(Invalid):
            do(village, commands.share_contact, village.bruno, exchange_id, field)
    with village.database.read() as session:
        assert queries.contact_shares(session, village.bruno, exchange_id, at=village.clock()).could == ()


def test_a_dispatcher_opens_how_to_reach_the_caller_to_who_helps_and_nobody_else(village: Village) -> None:
    """T18."""
    made = do(village, commands.assign, village.ana, taken(village), "bruno")
    assert theirs(village, village.bruno, made.id) == {}
    with pytest.raises(Invalid):
        do(village, commands.share_contact, village.bruno, made.id, ShareField.CALLER)
    do(village, commands.share_contact, village.ana, made.id, ShareField.CALLER)
    assert theirs(village, village.bruno, made.id) == {"caller": "+34 600 11 22 33"}


def test_no_page_shows_a_number_without_a_live_share(
    village: Village, exchange_id: str, visit: Callable[[str | None], Visitor]
) -> None:
    """H15."""
    with village.database.read() as session:
        listing_id = queries.exchange(session, village.ana, exchange_id, at=village.clock()).line.listing_id
    pages = (f"/listings/{listing_id}", f"/exchanges/{exchange_id}", "/me/sharing", "/", "/people/ana")
    bruno, ana = visit("bruno"), visit("ana")

    def shows() -> set[str]:
        return {page for page in pages if "3001234" in bruno.client.get(page).text}

    assert shows() == set()
    share = f"/exchanges/{exchange_id}/contact-shares"
    ana.post(share, {"field": "phone"})
    assert shows() == {f"/exchanges/{exchange_id}"}
    visit("hana").post(share, {"field": "phone"}, status=404)
    ana.post(share, {"field": "pigeon"}, status=422)
    ana.post(share, {"field": "phone", "answer": "end"})
    assert shows() == set()


@pytest.mark.parametrize("field", ["title", "description", "place"])
def test_a_number_in_a_text_that_others_see_is_asked_about(village: Village, field: str) -> None:
    """§17: kept when its owner says so; inside the community it is their own affair."""
    fields: dict[str, Any] = {"title": "Drill", field: "Ring 0676 123 45 67"}
    with village.database.write() as session:
        post(session, village.ana, village.valley, level=Level.PARTNERS, at=village.clock(), **fields)
    open_wide(village)
    with village.database.write() as session, pytest.raises(Invalid) as refusal:
        post(session, village.ana, village.valley, level=Level.NETWORK, at=village.clock(), **fields)
    assert refusal.value.name == "phone_in_text"
    assert set(refusal.value.fields) == {field}
    with village.database.write() as session:
        made = post(
            session,
            village.ana,
            village.valley,
            level=Level.NETWORK,
            contact_kept=True,
            at=village.clock(),
            **fields,
        )
        content = said(level=Level.NETWORK, category="tools", **fields)
        commands.edit(session, village.ana, made.id, content, version=None, at=village.clock())
        with pytest.raises(Invalid):
            commands.edit(
                session,
                village.ana,
                made.id,
                said(level=Level.NETWORK, **{**fields, "description": "0676 123 45 67"}),
                version=None,
                at=village.clock(),
            )


def open_wide(village: Village) -> None:
    with village.database.write() as session:
        set_rule(session, village, village.valley, "community.listed", "node")
