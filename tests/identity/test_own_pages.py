"""One's own pages and those of others, over HTTP: fields, photos, means, confirmation, tokens, log."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from minga.identity import Actor, commands
from minga.identity.commands import Party
from minga.interfaces.http import Node
from minga.interfaces.http.units import PRE_COOKIE
from minga.kit import passwords as hashing
from minga.kit.clock import FixedClock
from tests.identity.authenticator import Authenticator
from tests.village import Village
from tests.visitor import Visitor

PASSWORD = "barley tram october"
Visit = Callable[[str | None], Visitor]
_hashes: dict[str, str] = {}


@pytest.fixture
def bruno(visit: Visit, village: Village, clock: FixedClock) -> Visitor:
    """Bruno with a password, signed in, confirmed just now."""
    phc = _hashes.setdefault(PASSWORD, hashing.hash_password(PASSWORD))
    with village.database.write() as session:
        commands.set_password(session, village.bruno, village.people["bruno"], phc, at=clock())
    return visit("bruno")


def photo(colour: str = "green") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 400), colour).save(out, "JPEG")
    return out.getvalue()


def form_of(answer: Any) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    return {name: value.replace("&#34;", '"') for name, value in found}


PAGES = (
    "/me",
    "/me?as=stewards",
    "/me/profile",
    "/me/means",
    "/me/look",
    "/me/log",
    "/me/communities",
    "/me/tokens",
    "/me/blocks",
    "/c/valley/members",
    "/c/valley/members?view=table&q=bruno",
    "/c/valley/members?sort=newest",
    "/people/ana",
    "/sign-out",
)


@pytest.mark.parametrize("path", PAGES)
def test_own_pages_are_for_those_signed_in(visit: Visit, village: Village, path: str) -> None:
    assert visit(None).client.get(path).status_code in {401, 404}
    visit("bruno").get(path)


def test_a_profile_is_kept_and_shown_as_far_as_allowed(
    visit: Visit, bruno: Visitor, clock: FixedClock
) -> None:
    bruno.get("/me/profile")
    bruno.post(
        "/me/profile",
        {"about": "I <b>repair</b> bicycles", "phone": "+57 300 123 4567", "phone_audience": "stewards"},
    )
    seen = visit("chidi").get("/people/bruno").text
    assert "bicycles" in seen
    assert "<b>repair" not in seen
    assert "+573001234567" not in seen
    opened = visit("ana").post("/people/bruno/field/phone", status=200)
    assert "+573001234567" in opened.text
    for name in ("dara", "farid", None):
        visitor = visit(name)
        answer = visitor.client.get("/people/bruno")
        assert "+573001234567" not in answer.text
        assert visitor.client.post(
            "/people/bruno/field/phone", data={"_form": visitor.token()}
        ).status_code in {401, 404}
    log = bruno.get("/me/log").text
    assert "A protected field of yours was opened" in log
    assert "Ana" in log


def test_five_faults_are_told_at_their_fields_and_nothing_is_kept(bruno: Visitor) -> None:
    answer = bruno.post(
        "/me/profile",
        {
            "name": "",
            "mail": "nowhere",
            "phone": "12",
            "birthday": "13-40",
            "about": "x" * 2001,
            "phone_audience": "aliens",
        },
        422,
    )
    for name in ("name", "mail", "phone", "birthday", "about", "phone_audience"):
        assert f'href="#f-{name}"' in answer.text, name
    assert 'value="nowhere"' in answer.text
    assert "x" * 2001 not in bruno.get("/me/profile").text


def test_two_edits_at_once_are_told(bruno: Visitor) -> None:
    bruno.post("/me/profile", {"pronouns": "he", "version": "1"})
    answer = bruno.post("/me/profile", {"pronouns": "they", "version": "1"}, 412)
    assert "Somebody changed this meanwhile" in answer.text


def test_a_photo_is_written_anew_and_seen_only_by_those_who_may(
    visit: Visit, bruno: Visitor, node: Node
) -> None:
    bruno.post("/me/photo", files={"photo": ("me.jpg", photo(), "image/jpeg")})
    address = re.findall(r'src="(/files/[0-9a-f]{64}/96)"', bruno.get("/me").text)[0]
    got = visit("ana").get(address)
    assert got.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(got.content)).size == (96, 96)
    for name in ("zoe", "farid", None):
        visit(name).get(address, 404)
    visit("ana").get(address.replace("/96", "/97"), 404)
    bruno.post("/me/profile", {"photo_audience": "me"})
    visit("ana").get(address, 404)
    bruno.get(address)
    bruno.post("/me/photo", {"remove": "1"})
    bruno.get(address, 404)


@pytest.mark.parametrize(
    "data", [b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"no picture", b""]
)
def test_what_is_no_photo_is_refused(bruno: Visitor, data: bytes) -> None:
    answer = bruno.client.post(
        "/me/photo",
        data={"_form": bruno.token()},
        files={"photo": ("me.jpg", data, "image/jpeg")},
    )
    assert answer.status_code == 422


def test_looks_are_kept_and_nonsense_is_refused(bruno: Visitor) -> None:
    bruno.post("/me/look", {"language": "es", "zone": "America/Bogota", "theme": "dark"})
    page = bruno.get("/me/look").text
    assert '<html lang="es"' in page
    assert 'data-theme="dark"' in page
    bruno.post("/me/look", {"language": "xx", "zone": "UTC"}, 422)
    bruno.post("/me/look", {"language": "en", "zone": "Moon/Base"}, 422)
    bruno.post("/me/look", {"language": "en", "zone": "UTC", "theme": "neon"}, 422)


# --- means and confirmation


def test_means_ask_once_more_after_15_minutes_and_give_back_what_was_typed(
    bruno: Visitor, clock: FixedClock, node: Node
) -> None:
    clock.forward(minutes=16)
    asked = bruno.post("/me/means/contacts", {"contacts": "hana, chidi"}, 403)
    assert "Please confirm that it is you. What you typed is kept." in asked.text
    fields = form_of(asked)
    wrong = bruno.post("/confirm", {**fields, "password": "wrong wrong wrong"}, 422)
    assert "That password does not fit." in wrong.text
    before = bruno.client.cookies.get(node.cookie)
    right = bruno.post("/confirm", {**form_of(wrong), "password": PASSWORD}, 200)
    assert bruno.client.cookies.get(node.cookie) != before
    assert 'value="hana, chidi"' in right.text
    bruno.post("/me/means/contacts", {"contacts": "hana, chidi"})
    assert "chidi, hana" in bruno.get("/me/means").text


def test_a_new_password_signs_out_every_other_device(visit: Visit, bruno: Visitor) -> None:
    other = visit("bruno")
    bruno.get("/me/means/password")
    bruno.post("/me/means/password", {"password": "short"}, 422)
    bruno.post("/me/means/password", {"password": "bruno bruno bruno"}, 422)
    bruno.post("/me/means/password", {"password": "kettle oslo radish"})
    other.get("/me", 401)
    bruno.get("/me")
    fresh = visit(None)
    fresh.post("/sign-in", {"handle": "bruno", "password": PASSWORD}, 401)
    fresh.post("/sign-in", {"handle": "bruno", "password": "kettle oslo radish"})


def test_somebody_without_means_sets_their_first_without_being_asked_for_one(
    visit: Visit, clock: FixedClock
) -> None:
    dara = visit("dara")
    clock.forward(days=1)
    dara.post("/me/means/password", {"password": "kettle oslo radish"})


def test_a_passkey_is_added_on_the_page_and_signs_in(visit: Visit, bruno: Visitor, node: Node) -> None:
    key = Authenticator(node.settings.site_url)
    options = bruno.get("/me/means/passkeys").text
    bruno.post("/me/means/passkeys", {"credential": key.make(options), "name": "Phone"})
    assert "Phone" in bruno.get("/me/means").text
    fresh = visit(None)
    answer = key.use(fresh.get("/sign-in/passkey").text)
    fresh.post("/sign-in/passkey", {"credential": answer})
    fresh.get("/me")
    fresh.post("/sign-out")
    fresh.post("/sign-in/passkey", {"credential": answer}, 422)


def test_a_passkey_confirms_too(bruno: Visitor, node: Node, clock: FixedClock) -> None:
    key = Authenticator(node.settings.site_url)
    bruno.post(
        "/me/means/passkeys",
        {"credential": key.make(bruno.get("/me/means/passkeys").text), "name": "Phone"},
    )
    clock.forward(minutes=20)
    bruno.get("/me/means/password", 403)
    answer = key.use(bruno.get("/sign-in/passkey").text)
    bruno.post("/confirm", {"credential": answer, "back": "/me/means/password"})
    bruno.get("/me/means/password")


def test_recovery_codes_are_shown_once_and_each_works_once(visit: Visit, bruno: Visitor, node: Node) -> None:
    made = bruno.post("/me/means/codes", status=200).text
    codes = re.findall(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", made)
    assert len(codes) == 8
    assert codes[0] not in bruno.get("/me/means").text
    lost = visit(None)
    lost.post("/sign-in/lost", {"handle": "bruno", "recovery_code": "AAAAA-AAAAA"}, 422)
    lost.post("/sign-in/lost", {"handle": "ana", "recovery_code": codes[0]}, 422)
    lost.post("/sign-in/lost", {"handle": "bruno", "recovery_code": codes[0].lower()})
    lost.get("/me", 401)
    lost.get("/c/valley/members", 404)
    assert "Set a new way in" in lost.get("/me/means").text
    again = visit(None)
    again.post("/sign-in/lost", {"handle": "bruno", "recovery_code": codes[0]}, 422)
    lost.post("/me/means/password", {"password": "kettle oslo radish"})
    lost.post("/me/means/done")
    lost.get("/me")
    bruno.get("/me", 401)


def test_recovery_contacts_have_to_be_others_and_to_exist(bruno: Visitor) -> None:
    for contacts in ("bruno", "nobody-here", "ana, chidi, dara, hana, farid, gita"):
        bruno.post("/me/means/contacts", {"contacts": contacts}, 422)


def test_ending_another_device_is_for_its_own_person(visit: Visit, bruno: Visitor, village: Village) -> None:
    visit("bruno")
    page = bruno.get("/me/means").text
    address = re.findall(r'action="(/sign-ins/[0-9a-f]{32}/end)"', page)[0]
    visit("ana").post(address, status=404)
    bruno.post(address)
    bruno.get("/me")


# --- tokens


def test_a_token_is_shown_once_and_opens_the_api(visit: Visit, bruno: Visitor, village: Village) -> None:
    made = bruno.post("/me/tokens", {"name": "my script", "scopes": "read", "days": "30"}, 200).text
    token = re.findall(r"mg_[A-Za-z0-9_-]{43}", made)[0]
    page = bruno.get("/me/tokens").text
    assert "my script" in page
    assert token not in page
    with village.database.read() as session:
        from minga.identity.access import actor_from_token

        actor, me = actor_from_token(session, token, at=village.clock())
        assert actor.person_id == village.people["bruno"]
        assert actor.token_scopes == frozenset({"read"})
        assert not actor.operator
        assert me is not None
    address = re.findall(r'action="(/me/tokens/[0-9a-f]{32}/end)"', page)[0]
    visit("ana").post(address, status=404)
    bruno.post(address)
    with village.database.read() as session:
        assert not actor_from_token(session, token, at=village.clock())[0].signed_in


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "scopes": "read"},
        {"name": "x", "scopes": "everything"},
        {"name": "x"},
        {"name": "x", "scopes": "write", "days": "31"},
        {"name": "x", "scopes": "read", "days": "91"},
    ],
)
def test_tokens_without_bounds_are_refused(bruno: Visitor, fields: dict[str, str]) -> None:
    bruno.post("/me/tokens", fields, 422)


# --- nothing leaks


def test_no_page_selects_a_secret(bruno: Visitor, node: Node) -> None:
    from minga.kit.db import count_statements

    secret = re.compile(r"password\.phc|passkey\.public_key|recovery_code\.hash|token\.hash|owner_link\.hash")
    with count_statements(node.database) as said:
        for path in (*PAGES, "/people/bruno", "/c/valley/sign-ins"):
            bruno.client.get(path)
    chosen = [s.split("FROM")[0] for s in said if s.startswith("SELECT")]
    assert [s for s in chosen if secret.search(s)] == []


def test_a_passkey_of_another_browsers_question_is_refused(visit: Visit, bruno: Visitor, node: Node) -> None:
    key = Authenticator(node.settings.site_url)
    with node.database.write() as session:
        party = Party(node.settings.site_url, node.settings.secret)
        actor = Actor(bruno_id(session))
        options = commands.registration_options(session, actor, party, "x" * 20, at=node.clock())
        commands.add_passkey(session, actor, party, "x" * 20, key.make(options), name="Key", at=node.clock())
    one, two = visit(None), visit(None)
    one.client.cookies.set(PRE_COOKIE, "one-browser", domain=node.host)
    two.client.cookies.set(PRE_COOKIE, "another-browser", domain=node.host)
    answer = key.use(one.get("/sign-in/passkey").text)
    two.post("/sign-in/passkey", {"credential": answer}, 422)
    one.post("/sign-in/passkey", {"credential": answer})


def bruno_id(session: Any) -> str:
    return commands.person_called(session, "bruno").id
