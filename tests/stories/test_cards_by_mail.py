"""Cards of a list of members by mail: only when somebody asks for it, one letter each, with a link that works once."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.kit.jobs import work_once
from minga.kit.mail import LetterOut
from minga.kit.sealed import field_key
from tests.stories.test_member_imports import upload
from tests.village import Village
from tests.visitor import Visitor

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
LIST = b"name,mail,language\nRosa Luz,rosa@example.org,es\nEmil,emil@example.org,en\nOlga,,en\n"


def letters(node: Node) -> dict[str, dict[str, str]]:
    """What is on its way, by address."""
    with node.database.read() as session:
        rows = session.scalars(select(LetterOut).where(LetterOut.kind == "card")).all()
        opened = [json.loads(field_key(session).open(one.sealed, f"letter {one.id}")) for one in rows]
    return {one["to"]: one for one in opened}


def test_no_mail_leaves_before_somebody_sends_it(
    node: Node, village: Village, visit: Callable[[str | None], Visitor]
) -> None:
    ana = visit("ana")
    led = upload(ana, LIST).headers["location"]
    ana.post(f"{led}/application")
    assert "Send" not in ana.get(led).text
    assert "cannot send mail" in ana.post(f"{led}/invitations", {}, 409).text

    mailing = replace(node.settings, smtp_url="smtp://127.0.0.1:1", mail_from="valley@example.org")
    node.settings = mailing
    app = build(node, working=False)
    people = {name: Visitor(app, node, village.people[name]) for name in ("ana", "bruno", "zoe")}
    for who, status in (("zoe", 404), ("bruno", 403)):
        people[who].post(f"{led}/invitations", {}, status)
    assert letters(node) == {}
    assert "Send 2 invitations" in people["ana"].get(led).text
    people["ana"].post(f"{led}/invitations")
    while work_once(node.database, node.clock, mailing, lanes=("fast",)):
        if len(letters(node)) == 2:
            break
    found = letters(node)
    assert set(found) == {"rosa@example.org", "emil@example.org"}
    assert "Ana" in found["emil@example.org"]["subject"]
    people["ana"].post(f"{led}/invitations", {}, 409)
    assert "Send" not in people["ana"].get(led).text
    token = re.search(r"/claim/([\w-]+)", found["emil@example.org"]["text"])[1]  # type: ignore[index]
    stranger = Visitor(app, node)
    assert "Emil" in stranger.get(f"/claim/{token}").text
    stranger.post(f"/claim/{token}", {"means": "password", "password": "barley tram october night"})
    Visitor(app, node).get(f"/claim/{token}", 404)
