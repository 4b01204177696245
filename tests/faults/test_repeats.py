"""Sent twice, or by many at once: one effect, over real connections to a real node."""

import json
from urllib.parse import urlencode

from sqlalchemy import func, select

from minga.identity.models import SignIn
from minga.interfaces.http.forms import TEXT_MAX
from minga.kit.clock import utc_now
from minga.kit.crypto import Keys, digest, mac
from minga.kit.ids import new_id
from minga.sharing.models import Listing
from tests.faults.running import SECRET, Running, at_once


def _count(running: Running, title: str) -> int:
    database = running.database()
    with database.read() as session:
        found = session.scalar(select(func.count()).where(Listing.title == title))
    database.close()
    return found or 0


def test_a_call_with_a_key_is_done_once_however_often_it_arrives(running: Running) -> None:
    key = {"Idempotency-Key": new_id()}
    answers = at_once(8, lambda _n: running.post(3, "Only once", **key))
    assert {status for status, _ in answers} == {201}
    assert len({answer["id"] for _, answer in answers}) == 1
    assert _count(running, "Only once") == 1
    status, answer = running.post(3, "Something else", **key)
    assert (status, answer["code"]) == (409, "repeated")
    assert _count(running, "Something else") == 0


def test_a_form_sent_by_a_nervous_finger_is_one_listing(running: Running) -> None:
    cookie = running.people.cookies[4]
    database = running.database()
    with database.read() as session:
        holder = session.scalars(select(SignIn.id).where(SignIn.token_hash == digest(cookie))).one()
    database.close()
    token = mac(Keys(SECRET).key("form"), holder, utc_now().date().isoformat()).hex()[:40]
    fields = {
        "_form": token,
        "form_id": new_id(),
        "direction": "offer",
        "kind": "item",
        "title": "Nervous finger",
        "terms": "loan",
        "level": "community",
        "act": "publish",
    }
    headers = {"Cookie": f"minga={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
    path = "/c/valley/listings/new"
    answers = at_once(8, lambda _n: running.request("POST", path, urlencode(fields).encode(), headers))
    assert {status for status, _ in answers} == {303}, answers[0][1][:2000]
    assert _count(running, "Nervous finger") == 1


def test_the_last_numbers_are_given_to_one_each(running: Running) -> None:
    answers = at_once(12, lambda n: running.post(n, f"At once {n}"))
    assert [status for status, _ in answers] == [201] * 12
    numbers = sorted(answer["number"] for _, answer in answers)
    assert numbers == list(range(numbers[0], numbers[0] + 12))


def test_a_text_larger_than_a_field_may_be_is_refused(running: Running) -> None:
    body = json.dumps({"direction": "offer", "kind": "item", "title": "x" * TEXT_MAX, "terms": []}).encode()
    headers = {"Authorization": f"Bearer {running.people.tokens[0]}", "Content-Type": "application/json"}
    path = f"/api/v1/communities/{running.people.community_id}/listings"
    assert running.request("POST", path, body, headers)[0] == 413
