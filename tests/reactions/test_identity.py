"""Whoever's account is tried or opened is told; the one who asks learns nothing of it."""

import re
from collections.abc import Callable

from sqlalchemy import select

from minga.identity.models import SignIn
from minga.interfaces.http import Node
from minga.kit import delivery
from minga.kit.clock import FixedClock
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def asked(visit: Visit, village: Village) -> tuple[Visitor, str]:
    asker = visit(None)
    asker.post("/sign-in/word", {"handle": "dara"})
    with village.database.read() as session:
        return asker, session.scalars(select(SignIn.id).where(SignIn.asked_handle == "dara")).one()


def notices(visit: Visit, name: str) -> str:
    return str(visit(name).get("/me/notices").text)


def test_dara_is_told_of_guessing_and_of_a_confirmed_device(
    visit: Visit, village: Village, node: Node, clock: FixedClock
) -> None:
    asker, sign_in_id = asked(visit, village)
    for _ in range(5):
        asker.post("/sign-in/waiting/number", {"number": "00000000"}, 422)
    delivery.deliver(node.database, clock)
    assert "five wrong numbers" in notices(visit, "dara")
    ana = visit("ana")
    ana.post(f"/sign-ins/{sign_in_id}/number", {"how_known": "voice"})
    number = re.findall(r"\b\d{4} \d{4}\b", ana.get(f"/sign-ins/{sign_in_id}").text)[0]
    asker.post("/sign-in/waiting/number", {"number": number})
    delivery.deliver(node.database, clock)
    told = notices(visit, "dara")
    assert "confirmed a new device" in told
    assert number not in told
    assert "confirmed a new device" not in notices(visit, "bruno")
