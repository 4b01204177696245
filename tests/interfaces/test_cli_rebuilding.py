"""COM-4.24: what is kept to be read faster is recomputed by one command, equals what was kept, and its lag is shown."""

from typing import Any

from sqlalchemy import delete, update

from minga.intelligence import commands as intelligence
from minga.intelligence.models import GramCount
from minga.kit.ids import Id
from minga.sharing import queries as sharing
from minga.sharing.models import ListingWords
from minga.sharing.rules import Item, Skill, Wish, read_search
from tests.interfaces.test_cli_exchanges import folk as folk
from tests.interfaces.test_cli_exchanges import run as run
from tests.sharing import neighbours
from tests.village import Village


def found(village: Village, words: str) -> list[Id]:
    with village.database.read() as session:
        wish = Wish(search=read_search(words))
        page = sharing.listings(session, village.bruno, wish, at=village.clock())
    return [one.id for one in page.items]


def test_models_are_rebuilt_as_they_were_and_a_difference_is_mended(folk: Village, run: Any) -> None:
    drill = neighbours.listed(folk, folk.ana, Item(size="forty bits"), title="Cordless drill")
    knit = neighbours.listed(folk, folk.ana, Skill(skill="Weaving"), title="Wool", terms=neighbours.GIFT)
    with folk.database.write() as session:
        for one in (drill, knit):
            intelligence.match_listing(session, one, at=folk.clock())
    run("rebuild", "models", who="bruno", code=4)
    before = run("rebuild", "models", "--check")
    assert [(row["model"], row["different"]) for row in before] == [
        ("search", 0),
        ("matching", 0),
        ("facts", 0),
    ]
    with folk.database.write() as session:
        session.execute(update(ListingWords).values(title="", extra=""))
        session.execute(delete(GramCount))
    assert found(folk, "weaving") == []
    spoilt = run("rebuild", "models", "--check", code=7)
    assert spoilt[0]["different"] == 2
    assert spoilt[1]["different"] > 2
    run("rebuild", "models", "--only", "wrong", code=2)
    run("rebuild", "models")
    assert all(row["different"] == 0 for row in run("rebuild", "models", "--check"))
    assert found(folk, "weaving") == [knit]
    [lag] = run("rebuild", "lag")
    assert lag["events_waiting"] > 0
