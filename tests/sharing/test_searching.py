"""Search: pieces of words, typing errors, phrases, what must not occur; and that nobody finds what they may not see."""

from typing import Any

import pytest

from minga.identity import Actor
from minga.kit.db import count_statements
from minga.sharing import queries
from minga.sharing.rules import Direction, Kind, Level, Wish, read_search
from tests.sharing.makers import post
from tests.village import Village

CANARY = "Quetzalfeather"


def put(village: Village, *titles: str, **fields: Any) -> None:
    with village.database.write() as session:
        for title in titles:
            village.clock.forward(seconds=1)
            post(session, village.ana, village.valley, title, at=village.clock(), **fields)


def found(village: Village, words: str, who: Actor | None = None, **wish: Any) -> list[str]:
    with village.database.read() as session:
        page = queries.listings(
            session, who or village.bruno, Wish(search=read_search(words), **wish), at=village.clock()
        )
        return [card.title for card in page.items]


def similar(village: Village, words: str, who: Actor | None = None) -> list[str]:
    with village.database.read() as session:
        cards = queries.also_similar(
            session, who or village.bruno, Wish(search=read_search(words)), at=village.clock()
        )
        return [card.title for card in cards]


@pytest.mark.parametrize("words", ["quetzalfeather", "etzalfea", "Quetzalfaether", "quetzal"])
@pytest.mark.parametrize("level", [Level.PRIVATE, Level.COMMUNITY])
def test_a_stranger_finds_nothing_by_any_list_of_candidates(
    village: Village, words: str, level: Level
) -> None:
    put(village, CANARY, level=level)
    for who in (village.zoe, village.farid, Actor.nobody()):
        assert found(village, words, who) == []
        assert similar(village, words, who) == []
    assert CANARY in [*found(village, words, village.ana), *similar(village, words, village.ana)]


def test_candidates_that_are_hidden_push_nobody_out(village: Village) -> None:
    put(village, "Ladder, mine")
    with village.database.write() as session:
        for _ in range(3):
            post(session, village.zoe, village.hill, "Ladder", at=village.clock(), level=Level.COMMUNITY)
    assert found(village, "ladder") == ["Ladder, mine"]


def test_a_typing_error_finds_what_was_meant(village: Village) -> None:
    put(village, "Ladder, three metres", "Soup pot")
    assert found(village, "ladr") == []
    assert similar(village, "ladr") == ["Ladder, three metres"]
    assert similar(village, "ladr soop") == []
    assert similar(village, "") == []


def test_words_are_found_inside_words_but_whole_ones_come_first(village: Village) -> None:
    put(village, "Cordless screwdriver", "Driver wanted for Saturday", "Soup pot")
    assert found(village, "driver") == ["Driver wanted for Saturday", "Cordless screwdriver"]
    assert found(village, "screw driver") == ["Cordless screwdriver"]


def test_every_word_has_to_occur_and_no_unwanted_one(village: Village) -> None:
    put(village, "Steel ladder two metres", "Wooden ladder", "Two metres of rope")
    assert found(village, "ladder metres") == ["Steel ladder two metres"]
    assert found(village, "ladder -steel") == ["Wooden ladder"]
    assert found(village, '"metres two"') == []
    assert set(found(village, '"two metres"')) == {"Steel ladder two metres", "Two metres of rope"}


def test_a_number_finds_one_listing(village: Village) -> None:
    put(village, "Drill", "Saw")
    with village.database.read() as session:
        page = queries.listings(session, village.bruno, Wish(), at=village.clock())
    number = next(card.number for card in page.items if card.title == "Drill")
    assert found(village, f"#{number}") == ["Drill"]


def test_what_was_closed_or_changed_is_found_no_more(village: Village) -> None:
    from minga.sharing import commands
    from minga.sharing.rules import CloseReason

    with village.database.write() as session:
        made = post(session, village.ana, village.valley, CANARY, at=village.clock())
        content = queries.content(session, village.ana, made.id, at=village.clock())
        from dataclasses import replace

        commands.edit(
            session, village.ana, made.id, replace(content, title="Feather"), version=None, at=village.clock()
        )
        assert found_in(session, village, "etzalfea") == []
        assert found_in(session, village, "eather") == ["Feather"]
        commands.close(session, village.ana, made.id, CloseReason.WITHDRAWN, at=village.clock())
        assert found_in(session, village, "feather") == []


def found_in(session: Any, village: Village, words: str) -> list[str]:
    page = queries.listings(session, village.bruno, Wish(search=read_search(words)), at=village.clock())
    return [card.title for card in page.items]


def test_filters_narrow_a_search_and_pages_go_on(village: Village) -> None:
    put(village, *(f"Ladder {n}" for n in range(7)))
    put(village, "Ladder needed", direction=Direction.NEED)
    assert found(village, "ladder", direction=Direction.NEED) == ["Ladder needed"]
    assert found(village, "ladder", kinds=frozenset({Kind.HELP})) == []
    seen: list[str] = []
    after = None
    with village.database.read() as session:
        while True:
            page = queries.listings(
                session,
                village.bruno,
                Wish(search=read_search("ladder")),
                at=village.clock(),
                after=after,
                limit=3,
            )
            seen += [card.title for card in page.items]
            after = page.next
            if after is None:
                break
    assert len(seen) == len(set(seen)) == 8


def test_a_search_asks_twice_however_much_it_finds(village: Village) -> None:
    def asked() -> int:
        with count_statements(village.database) as said, village.database.read() as session:
            queries.listings(session, village.bruno, Wish(search=read_search("ladder")), at=village.clock())
        return len([one for one in said if "listing.id" in one])

    put(village, "Ladder")
    few = asked()
    put(village, *(f"Ladder {n}" for n in range(12)))
    assert asked() == few == 2
