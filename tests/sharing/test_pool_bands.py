"""Asking whether something is still needed today: a keeper asks, and only whose claim it is changes anything."""

from typing import Any

import pytest

from minga.kit.errors import Conflict, Forbidden, NotFound
from minga.kit.refs import needs
from minga.sharing.commands import pooling as commands
from minga.sharing.queries import pooling as queries
from tests.interfaces.test_api_exchanges import call as call
from tests.sharing.commons import claimed, opened, pool
from tests.village import Village


def ask(village: Village, who: str, made: str, n: int, about: str) -> None:
    with village.database.write() as session:
        commands.ask_band(session, village.actor(who), made, n, village.people[about], at=village.clock())


def answer(village: Village, who: str, made: str, n: int, still: bool) -> None:
    with village.database.write() as session:
        commands.answer_band(session, village.actor(who), made, n, still=still, at=village.clock())


def band(village: Village, who: str, made: str, n: int) -> tuple[int, bool, bool]:
    with village.database.read() as session:
        own = queries.round_view(session, village.actor(who), made, n, at=village.clock()).own
        assert own is not None
        return own.band, own.band_asked, own.band_kept


def asked(village: Village, who: str) -> list[str]:
    with village.database.read() as session:
        lines = needs.of(session, village.actor(who), at=village.clock())
        return [line.kind for line in lines if line.kind == "band_asked"]


def test_a_keeper_asks_and_nothing_changes_without_a_yes(village: Village) -> None:
    made = pool(village)
    n = opened(village, made)
    claimed(village, village.bruno, made, n, 2, 3)
    claimed(village, village.hana, made, n, 2, 1)
    for who, error in (("zoe", NotFound), ("hana", Forbidden)):
        with pytest.raises(error):
            ask(village, who, made, n, "bruno")
    with pytest.raises(Conflict):
        ask(village, "ana", made, n, "hana")
    with pytest.raises(NotFound):
        answer(village, "bruno", made, n, True)
    ask(village, "ana", made, n, "bruno")
    ask(village, "ana", made, n, "bruno")
    assert band(village, "bruno", made, n) == (3, True, False)
    assert asked(village, "bruno") == ["band_asked"]
    assert asked(village, "hana") == []
    answer(village, "bruno", made, n, True)
    assert band(village, "bruno", made, n) == (3, True, True)
    assert asked(village, "bruno") == []
    answer(village, "bruno", made, n, False)
    answer(village, "bruno", made, n, False)
    assert band(village, "bruno", made, n) == (2, True, True)


def test_by_page_and_by_rest(village: Village, visit: Any, call: Any) -> None:
    made = pool(village)
    n = opened(village, made)
    claimed(village, village.bruno, made, n, 2, 3)
    here, ana, bruno = f"/pools/{made}/rounds/{n}", visit("ana"), visit("bruno")
    assert "Is it still needed today?" not in bruno.get(here).text
    assert "Ask whether it is still today" in ana.get(f"{here}/desk").text
    ana.post(f"{here}/desk", {"act": "band", "person": village.people["bruno"]})
    assert "asked whether it is still today" in ana.get(f"{here}/desk").text
    assert "Is it still needed today?" in bruno.get(here).text
    visit("zoe").post(f"{here}/band", {"answer": "yes"}, status=404)
    bruno.post(f"{here}/band", {"answer": "no"})
    assert band(village, "bruno", made, n)[0] == 2
    other = opened(village, pool(village, name="Rice"))
    assert other
    call("ana", "POST", f"{here}/band-question", {"person": village.people["bruno"]}, 409)
    call("bruno", "PUT", f"{here}/claim", {"steps": 2, "band": 3})
    call("ana", "POST", f"{here}/band-question", {"person": village.people["bruno"]})
    call("bruno", "POST", f"{here}/band", {"still": False})
    assert band(village, "bruno", made, n)[0] == 2
