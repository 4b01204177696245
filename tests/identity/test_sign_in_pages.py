"""Signing in over HTTP: what a stranger learns, what a sign-in gives, what a waiting one does not."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select, text

from minga.identity import Actor, commands
from minga.identity.models import SignIn
from minga.identity.rules import passwords
from minga.interfaces.http import Node
from minga.kit import passwords as hashing
from minga.kit.clock import FixedClock
from minga.kit.crypto import digest
from minga.kit.limits import Limits
from tests.village import Village
from tests.visitor import Visitor

PASSWORD = "barley tram october"
Visit = Callable[[str | None], Visitor]
_hashes: dict[str, str] = {}


def hashed(password: str) -> str:
    return _hashes.setdefault(password, hashing.hash_password(password))


@pytest.fixture(autouse=True)
def passwords_of_the_village(village: Village, clock: FixedClock) -> Iterator[None]:
    with village.database.write() as session:
        for name in ("ana", "bruno"):
            person_id = village.people[name]
            commands.set_password(session, Actor(person_id), person_id, hashed(PASSWORD), at=clock())
    yield


def form_of(answer: Any) -> dict[str, str]:
    """The hidden fields of the first form of a page."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))


def sign_in(visitor: Visitor, handle: str, password: str, status: int = 303) -> Any:
    return visitor.post("/sign-in", {"handle": handle, "password": password}, status)


def plain(answer: Any) -> str:
    """A page without what is random in it."""
    return re.sub(r'(nonce|value)="[A-Za-z0-9_-]{16,}"', "", answer.text)


def test_the_right_password_signs_in_under_a_new_cookie(visit: Visit, node: Node) -> None:
    bruno = visit(None)
    bruno.client.cookies.set(node.cookie, "planted-by-somebody-else", domain=node.host)
    answer = sign_in(bruno, "@Bruno", PASSWORD)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "planted" not in str(bruno.client.cookies.get(node.cookie))
    bruno.get("/sign-out")


def test_unknown_names_wrong_passwords_and_suspended_people_read_the_same_bytes(
    visit: Visit, village: Village, clock: FixedClock
) -> None:
    with village.database.write() as session:
        commands.suspend(session, Actor.machine(), village.people["ana"], at=clock())
    pages = set()
    for handle, password in (("bruno", "wrong wrong wrong"), ("nobody", PASSWORD), ("ana", PASSWORD)):
        answer = sign_in(visit(None), handle, password, 401)
        assert "That name and password do not fit together." in answer.text
        pages.add(plain(answer).replace(handle, "NAME"))
    assert len(pages) == 1


def test_an_unknown_name_costs_a_hash_too(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str | None] = []
    before = hashing.check_hash

    def counting(password: str, phc: str | None, memory: int) -> hashing.Checked:
        tried.append(phc)
        return before(password, phc, memory)

    monkeypatch.setattr(hashing, "check_hash", counting)
    sign_in(visit(None), "nobody", PASSWORD, 401)
    assert tried == [None]


def test_the_sixth_failure_has_to_wait_and_a_known_device_has_not(visit: Visit, clock: FixedClock) -> None:
    known = visit(None)
    sign_in(known, "bruno", PASSWORD)
    known.post("/sign-out")
    stranger = visit(None)
    for _ in range(5):
        sign_in(stranger, "bruno", "wrong wrong wrong", 401)
    answer = sign_in(stranger, "bruno", PASSWORD, 429)
    assert answer.headers["retry-after"] == "2"
    sign_in(known, "bruno", PASSWORD)
    known.post("/sign-out")


def test_waiting_long_enough_helps(visit: Visit, clock: FixedClock) -> None:
    stranger = visit(None)
    for _ in range(5):
        sign_in(stranger, "bruno", "wrong wrong wrong", 401)
    sign_in(stranger, "bruno", PASSWORD, 429)
    clock.forward(seconds=3)
    sign_in(stranger, "bruno", PASSWORD)


def test_25_failures_from_one_network_close_it_for_five_minutes(visit: Visit, clock: FixedClock) -> None:
    stranger = visit(None)
    for number in range(25):
        sign_in(stranger, f"nobody{number}", "wrong wrong wrong", 401)
    answer = sign_in(stranger, "bruno", PASSWORD, 429)
    assert "Too many tries from your network. Wait five minutes." in answer.text
    clock.forward(minutes=10)
    sign_in(stranger, "bruno", PASSWORD)


def test_what_was_typed_comes_back_after_signing_in(visit: Visit, node: Node) -> None:
    bruno = visit(None)
    lost = bruno.post("/sign-ins/0192f0c1d2e37abc8def0123456789ab/refusal", {"reason": "kept words"}, 401)
    assert "kept words" in lost.text
    fields = {k: v.replace("&#34;", '"') for k, v in form_of(lost).items()}
    answer = bruno.post("/sign-in", {**fields, "handle": "bruno", "password": PASSWORD}, 200)
    assert 'name="reason" value="kept words"' in answer.text
    assert PASSWORD not in answer.text


def test_back_never_leads_to_another_site(visit: Visit) -> None:
    for back in ("https://evil.example/", "//evil.example", "/\\evil.example", "/%5Cevil.example"):
        answer = visit(None).post("/sign-in", {"handle": "bruno", "password": PASSWORD, "back": back})
        assert answer.headers["location"] == "/"


def test_signing_out_ends_the_sign_in(visit: Visit, node: Node, village: Village) -> None:
    bruno = visit("bruno")
    stolen = str(bruno.client.cookies.get(node.cookie))
    bruno.post("/sign-out")
    thief = visit(None)
    thief.client.cookies.set(node.cookie, stolen, domain=node.host)
    thief.get("/sign-out", 401)


def test_a_weaker_hash_is_made_better_on_the_way(visit: Visit, village: Village, clock: FixedClock) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with village.database.write() as session:
        commands.set_password(
            session, Actor(village.people["bruno"]), village.people["bruno"], weak, at=clock()
        )
    sign_in(visit(None), "bruno", PASSWORD)
    with village.database.read() as session:
        kept = session.execute(
            text("SELECT phc FROM password WHERE person_id = :id"), {"id": village.people["bruno"]}
        ).scalar()
    assert "m=19456,t=2,p=1" in str(kept)


# --- a member's word


def test_dara_is_let_in_by_anas_voice(visit: Visit, node: Node, village: Village) -> None:
    library = visit(None)
    library.post("/sign-in/word", {"handle": "dara", "line": "it is me, Dara"})
    page = library.get("/sign-in/waiting")
    assert not re.search(r"\b\d{4} ?\d{4}\b", re.sub(r"<[^>]+>", " ", page.text))
    assert "Ana" not in page.text
    ana = visit("ana")
    listed = ana.get("/c/valley/sign-ins")
    assert "it is me, Dara" in listed.text
    address = re.findall(r'href="(/sign-ins/[0-9a-f]{32})"', listed.text)[0]
    ana.post(f"{address}/number", {}, 422)
    ana.post(f"{address}/number", {"how_known": "voice"})
    number = re.findall(r"\b\d{4} \d{4}\b", ana.get(address).text)[0]
    visit("chidi").get(address)
    assert number not in visit("chidi").get(address).text
    wrong = f"{(int(number.replace(' ', '')) + 1) % 10**8:08d}"
    refused = library.post("/sign-in/waiting/number", {"number": wrong}, 422)
    assert "That number does not fit. 4 tries left." in refused.text
    assert number not in refused.text
    library.post("/sign-in/waiting/number", {"number": number})
    assert library.get("/sign-out").status_code == 200


@pytest.mark.parametrize("name", ["bruno", "dara", "zoe", "ivo", "farid"])
def test_those_whose_word_does_not_count_find_nothing(visit: Visit, village: Village, name: str) -> None:
    asker = visit(None)
    asker.post("/sign-in/word", {"handle": "hana"})
    with village.database.read() as session:
        sign_in_id = session.scalars(select(SignIn.id).where(SignIn.asked_handle == "hana")).one()
    visit(name).get(f"/sign-ins/{sign_in_id}", 404)
    visit(name).post(f"/sign-ins/{sign_in_id}/number", {"how_known": "voice"}, 404)
    visit(name).post(f"/sign-ins/{sign_in_id}/refusal", {"reason": "no"}, 404)


def test_nobody_confirms_themselves(visit: Visit, village: Village) -> None:
    visit(None).post("/sign-in/word", {"handle": "ana"})
    with village.database.read() as session:
        sign_in_id = session.scalars(select(SignIn.id).where(SignIn.asked_handle == "ana")).one()
    answer = visit("ana").get(f"/sign-ins/{sign_in_id}", 403)
    assert "Somebody else has to confirm you." in answer.text


def test_guessing_is_refused_from_the_sixth_and_alike_for_an_unknown_name(
    visit: Visit, village: Village
) -> None:
    seen = []
    for handle in ("hana", "nobody-at-all"):
        zoe = visit(None)
        asked = zoe.post("/sign-in/word", {"handle": handle})
        pages = [plain(zoe.get("/sign-in/waiting"))]
        pages += [plain(zoe.post("/sign-in/waiting/number", {"number": f"{n:08d}"}, 422)) for n in range(12)]
        assert all("Ask for a new number." in page for page in pages[5:])
        seen.append((asked.headers["location"], pages))
    assert seen[0] == seen[1]
    with village.database.read() as session:
        live = select(SignIn.id).where(SignIn.asked_key.is_not(None), SignIn.live_at.is_not(None))
        assert session.scalars(live).all() == []


def test_a_waiting_cookie_opens_nothing(visit: Visit, node: Node, village: Village) -> None:
    from tests.architecture.test_routes import NAMES, PAGES, _path

    asker = visit(None)
    asker.post("/sign-in/word", {"handle": "hana"})
    counts = _rows(village)
    stranger, faults = visit(None), []
    for route in PAGES:
        node.limits = Limits(node.clock)
        path = _path(route, NAMES)
        if path.startswith("/sign-in"):
            continue
        if "GET" in (route.methods or ()):
            pair = asker.client.get(path), stranger.client.get(path)
        else:
            pair = (
                asker.client.post(path, data={"_form": asker.token()}),
                stranger.client.post(path, data={"_form": stranger.token()}),
            )
        if pair[0].status_code != pair[1].status_code:
            faults.append((route.path, pair[0].status_code, pair[1].status_code))
    assert faults == []
    assert _rows(village) == counts


def _rows(village: Village) -> dict[str, int]:
    with village.database.read() as session:
        return {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("invite", "membership", "event", "token", "passkey", "person")
        }


@pytest.mark.parametrize("state", ["waiting", "ended", "idle", "over", "suspended", "erased", "held"])
def test_a_sign_in_in_any_other_state_than_live_is_nobody(
    visit: Visit, node: Node, village: Village, clock: FixedClock, state: str
) -> None:
    bruno = visit("bruno")
    cookie = bruno.client.cookies.get(node.cookie) or ""
    with village.database.write() as session:
        found = session.scalars(select(SignIn).where(SignIn.token_hash == digest(cookie))).one()
        if state == "waiting":
            found.live_at = None
        elif state == "held":
            found.live_at = clock.now.replace(year=2027)
        elif state == "ended":
            found.ended_at = clock()
        elif state in {"suspended", "erased"}:
            column = f"{state}_at"
            session.execute(text(f"UPDATE person SET {column} = made_at WHERE id = '{found.person_id}'"))
    if state == "idle":
        clock.forward(days=30)
    elif state == "over":
        clock.forward(days=90)
    from tests.architecture.test_routes import NAMES, PAGES, _path

    stranger, faults = visit(None), []
    for route in (route for route in PAGES if "GET" in (route.methods or ())):
        node.limits = Limits(node.clock)
        path = _path(route, NAMES)
        got, due = bruno.client.get(path).status_code, stranger.client.get(path).status_code
        if got != due:
            faults.append((path, got, due))
    assert faults == []


def test_a_sign_in_that_is_used_lasts_longer_but_not_for_ever(
    visit: Visit, node: Node, village: Village, clock: FixedClock
) -> None:
    bruno = visit("bruno")
    for _ in range(4):
        clock.forward(days=20)
        bruno.get("/sign-out")
        with village.database.write() as session:
            commands.write_last_uses(session, commands.last_uses.take(), at=clock())
    clock.forward(days=10)
    bruno.get("/sign-out", 401)


def test_passwords_that_everybody_tries_first_are_refused() -> None:
    common = [
        "password1234",
        "Passw0rd2024!",
        "qwertyuiop123",
        "aaaaaaaaaaaaaaa",
        "123456789012",
        "iloveyou2024",
    ]
    assert [one for one in common if not passwords.is_common(one)] == []
    fine = ["barley tram october", "kettle-oslo-radish", "mi abuela teje bufandas", "384729461823x!"]
    assert [one for one in fine if passwords.is_common(one)] == []


# --- the link of a person


def test_a_link_from_the_machine_lets_set_means_once(
    visit: Visit, village: Village, node: Node, clock: FixedClock
) -> None:
    with village.database.write() as session:
        key = commands.invite_key(session, node.settings.secret)
        token = commands.make_link(session, Actor.machine(), key, village.people["hana"], at=clock())
    hana = visit(None)
    for _ in range(2):
        hana.get(f"/sign-in/link/{token}")
    hana.post(f"/sign-in/link/{token}")
    hana.get("/me", 401)
    hana.post("/me/means/password", {"password": "kettle oslo radish"})
    hana.post("/me/means/done")
    hana.get("/me")
    visit(None).get(f"/sign-in/link/{token}", 404)
    visit(None).post(f"/sign-in/link/{token}", status=404)


@pytest.mark.parametrize("rule", ["off", "stewards_in_person"])
def test_a_steward_lets_somebody_in_without_a_number_only_where_the_rule_says_so(
    visit: Visit, village: Village, clock: FixedClock, rule: str
) -> None:
    from minga.communities.models import Policy

    with village.database.write() as session:
        session.add(
            Policy(
                community_id=village.valley,
                key="sign_in.without_number",
                value=rule,
                since_at=clock(),
                made_at=clock(),
            )
        )
    asker = visit(None)
    asker.post("/sign-in/word", {"handle": "dara"})
    with village.database.read() as session:
        sign_in_id = session.scalars(select(SignIn.id).where(SignIn.asked_handle == "dara")).one()
    path, wish = f"/sign-ins/{sign_in_id}/number", {"without": "1", "how_known": "in_person"}
    visit("hana").post(path, wish, 403)
    if rule == "off":
        visit("ana").post(path, wish, 403)
        asker.get("/me", 401)
    else:
        visit("ana").post(path, {**wish, "how_known": "voice"}, 422)
        visit("ana").post(path, wish)
        asker.get("/me")
