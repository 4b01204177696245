"""The number of a sign-in approval: told by one page to one person, and found nowhere else. Nor any other secret."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import inspect, select, text

from minga.identity import Actor, commands
from minga.identity.models import SignIn
from minga.interfaces.http import Node
from minga.kit import delivery, jobs
from minga.kit.clock import FixedClock
from minga.kit.crypto import digest
from minga.kit.limits import Limits
from tests.architecture.test_routes import NAMES, PAGES, _path
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def bodies(visitor: Visitor, node: Node) -> list[str]:
    """Every page that this visitor can read, with its headers."""
    found = []
    for route in PAGES:
        if "GET" in (route.methods or ()):
            node.limits = Limits(node.clock)
            answer = visitor.client.get(_path(route, NAMES))
            found.append(f"{answer.headers} {answer.text}")
    return found


def dump(village: Village) -> str:
    """Every row of every table."""
    with village.database.read() as session:
        tables = inspect(session.get_bind()).get_table_names()
        return "".join(str(session.execute(text(f'SELECT * FROM "{table}"')).all()) for table in tables)


def test_the_number_is_on_one_page_and_nowhere_else(
    visit: Visit, village: Village, node: Node, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    asker = visit(None)
    corpus = [asker.post("/sign-in/word", {"handle": "hana", "line": "it is me"}).text]
    with village.database.read() as session:
        sign_in_id = session.scalars(select(SignIn.id).where(SignIn.asked_handle == "hana")).one()
    ana = visit("ana")
    corpus.append(ana.post(f"/sign-ins/{sign_in_id}/number", {"how_known": "voice"}).text)
    shown = ana.get(f"/sign-ins/{sign_in_id}").text
    number = re.findall(r"\b\d{4} \d{4}\b", shown)[0]
    plain = number.replace(" ", "")
    wrong = f"{(int(plain) + 1) % 10**8:08d}"
    corpus.append(asker.post("/sign-in/waiting/number", {"number": wrong}, 422).text)
    corpus += bodies(asker, node)
    for name in ("hana", "chidi", "ivo"):
        corpus += bodies(visit(name), node)
        corpus.append(visit(name).client.get(f"/sign-ins/{sign_in_id}").text)
    delivery.deliver(node.database, clock)
    jobs.work_once(node.database, clock, node.settings)
    corpus += [dump(village), caplog.text]
    for form in (number, plain, digest(plain), digest(number)):
        assert not any(form in one for one in corpus), form
    asker.post("/sign-in/waiting/number", {"number": number})
    assert number not in dump(village)


def test_cookies_tokens_and_links_stand_nowhere_in_the_database(
    visit: Visit, village: Village, node: Node, clock: FixedClock
) -> None:
    bruno = visit("bruno")
    secrets: list[str] = [str(bruno.client.cookies.get(node.cookie))]
    with village.database.write() as session:
        key = commands.invite_key(session, node.settings.secret)
        link = commands.make_link(session, Actor.machine(), key, village.people["bruno"], at=clock())
        owner = commands.make_owner_link(session, Actor.machine(), at=clock())
        secrets += [link.replace("-", "")[8:], link[9:], owner, owner.replace("-", "")]
        secrets += commands.make_recovery_codes(session, village.bruno, at=clock())
        secrets.append(
            commands.make_token(session, village.bruno, name="x", scopes=["read"], days=1, at=clock())
        )
    rows = dump(village)
    assert [one for one in secrets if one in rows] == []


def test_events_of_identity_hold_nothing_that_somebody_typed(
    visit: Visit, village: Village, clock: FixedClock
) -> None:
    typed = "zzcanaryzz"
    asker = visit(None)
    asker.post("/sign-in/word", {"handle": "hana", "line": typed})
    bruno = visit("bruno")
    bruno.post("/me/profile", {"about": typed, "pronouns": typed})
    with village.database.read() as session:
        sign_in_id = session.scalars(select(SignIn.id).where(SignIn.asked_handle == "hana")).one()
    visit("ana").post(f"/sign-ins/{sign_in_id}/refusal", {"reason": typed})
    with village.database.read() as session:
        events: list[Any] = list(session.execute(text("SELECT name, facts FROM event")).all())
    assert {"SignInAsked", "ProfileChanged", "SignInDenied"} <= {row.name for row in events}
    assert typed not in str(events)


def test_reserved_handles_cover_every_first_word_of_an_address() -> None:
    from minga.identity.rules.names import HANDLE_MIN, RESERVED

    words = {route.path.strip("/").split("/")[0] for route in PAGES}
    plain = {word for word in words if re.fullmatch(r"[a-z-]+", word) and len(word) >= HANDLE_MIN}
    assert plain - RESERVED == set()
