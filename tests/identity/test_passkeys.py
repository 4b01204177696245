"""Passkeys: made and used with a software authenticator; everything that does not fit is refused."""

import json

import pytest

from minga.identity import Actor, commands
from minga.identity.commands import Party
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.errors import Conflict, Invalid, NotFound
from tests.identity.authenticator import Authenticator, b64, unb64
from tests.identity.people import SECRET, person, signed_in

PARTY = Party("http://127.0.0.1:8000", SECRET)
BROWSER = "the browser's cookie"


def add(database: Database, actor: Actor, key: Authenticator, clock: FixedClock, name: str = "Phone") -> str:
    with database.write() as session:
        options = commands.registration_options(session, actor, PARTY, BROWSER, at=clock())
        return commands.add_passkey(session, actor, PARTY, BROWSER, key.make(options), name=name, at=clock())


def options(clock: FixedClock, browser: str = BROWSER) -> str:
    return commands.sign_in_options(PARTY, browser, at=clock())


def check(database: Database, answer: str, clock: FixedClock, browser: str = BROWSER) -> commands.Answered:
    with database.write() as session:
        return commands.check_passkey(session, PARTY, browser, answer, at=clock())


@pytest.fixture
def bruno(database: Database, clock: FixedClock) -> Actor:
    return signed_in(database, person(database, "Bruno", clock()), clock())[0]


def test_a_passkey_that_was_added_says_who_it_is(database: Database, clock: FixedClock, bruno: Actor) -> None:
    key = Authenticator()
    passkey_id = add(database, bruno, key, clock)
    for _ in range(2):
        answered = check(database, key.use(options(clock)), clock)
        assert (answered.person_id, answered.passkey_id) == (bruno.person_id, passkey_id)
        assert not answered.doubtful


def test_an_answer_counts_once(database: Database, clock: FixedClock, bruno: Actor) -> None:
    key = Authenticator()
    add(database, bruno, key, clock)
    answer = key.use(options(clock))
    check(database, answer, clock)
    with pytest.raises(Invalid, match="took too long"):
        check(database, answer, clock)


def test_an_answer_counts_for_five_minutes(database: Database, clock: FixedClock, bruno: Actor) -> None:
    key = Authenticator()
    add(database, bruno, key, clock)
    answer = key.use(options(clock))
    clock.forward(minutes=5, seconds=1)
    with pytest.raises(Invalid, match="took too long"):
        check(database, answer, clock)


def test_an_answer_counts_in_the_browser_that_asked(
    database: Database, clock: FixedClock, bruno: Actor
) -> None:
    key = Authenticator()
    add(database, bruno, key, clock)
    answer = key.use(options(clock))
    for other in ("another browser", ""):
        with pytest.raises(Invalid, match="took too long"):
            check(database, answer, clock, other)


def test_a_challenge_of_ours_has_32_bytes_and_one_of_theirs_is_refused(
    database: Database, clock: FixedClock, bruno: Actor
) -> None:
    key = Authenticator()
    add(database, bruno, key, clock)
    wanted = json.loads(options(clock))
    assert len(unb64(wanted["challenge"])) == 32
    for forged in (bytes(32), bytes(5), unb64(wanted["challenge"])[:31] + b"?"):
        with pytest.raises(Invalid):
            check(database, key.use(json.dumps(wanted | {"challenge": b64(forged)})), clock)


def test_a_key_for_adding_does_not_sign_in(database: Database, clock: FixedClock, bruno: Actor) -> None:
    key = Authenticator()
    add(database, bruno, key, clock)
    with database.read() as session:
        adding = json.loads(commands.registration_options(session, bruno, PARTY, BROWSER, at=clock()))
    with pytest.raises(Invalid, match="took too long"):
        check(database, key.use(json.dumps({"challenge": adding["challenge"], "rpId": "127.0.0.1"})), clock)


def test_a_passkey_of_another_address_is_refused(database: Database, clock: FixedClock, bruno: Actor) -> None:
    key = Authenticator()
    add(database, bruno, key, clock)
    key.origin = "http://127.0.0.1:8001"
    with pytest.raises(Invalid, match=r"This passkey belongs to another address\."):
        check(database, key.use(options(clock)), clock)
    stranger = Authenticator("https://evil.example")
    with pytest.raises(Invalid, match=r"This passkey belongs to another address\."):
        add(database, bruno, stranger, clock)


def test_a_forged_signature_is_refused(database: Database, clock: FixedClock, bruno: Actor) -> None:
    key = Authenticator()
    add(database, bruno, key, clock)
    thief = Authenticator()
    thief.credential = key.credential
    with pytest.raises(Invalid):
        check(database, thief.use(options(clock)), clock)


def test_an_unknown_key_and_one_that_ended_are_refused_alike(
    database: Database, clock: FixedClock, bruno: Actor
) -> None:
    key = Authenticator()
    passkey_id = add(database, bruno, key, clock)
    with database.write() as session:
        commands.end_passkey(session, bruno, passkey_id, at=clock())
    sentences = set()
    for device in (key, Authenticator()):
        with pytest.raises(Invalid) as refusal:
            check(database, device.use(options(clock)), clock)
        sentences.add(str(refusal.value))
    assert len(sentences) == 1


def test_a_counter_that_goes_back_lets_nobody_in(database: Database, clock: FixedClock, bruno: Actor) -> None:
    key = Authenticator()
    add(database, bruno, key, clock)
    check(database, key.use(options(clock), count=10), clock)
    assert check(database, key.use(options(clock), count=-3), clock).doubtful


def test_a_suspended_person_is_refused_like_a_stranger(
    database: Database, clock: FixedClock, bruno: Actor
) -> None:
    key = Authenticator()
    add(database, bruno, key, clock)
    with database.write() as session:
        commands.suspend(session, Actor.machine(), bruno.person_id or "", at=clock())
    with pytest.raises(Invalid, match="does not know"):
        check(database, key.use(options(clock)), clock)


def test_ten_are_the_most(database: Database, clock: FixedClock, bruno: Actor) -> None:
    for number in range(10):
        add(database, bruno, Authenticator(), clock, f"Key {number}")
    with pytest.raises(Conflict, match="ten passkeys"):
        add(database, bruno, Authenticator(), clock)


def test_others_keys_are_not_there(database: Database, clock: FixedClock, bruno: Actor) -> None:
    passkey_id = add(database, bruno, Authenticator(), clock)
    zoe = Actor(person(database, "Zoe", clock()))
    with database.write() as session:
        with pytest.raises(NotFound):
            commands.end_passkey(session, zoe, passkey_id, at=clock())
        with pytest.raises(NotFound):
            commands.rename_passkey(session, zoe, passkey_id, "mine")


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "x" * 40_000, '{"id": 1, "response": {}}'])
def test_nonsense_is_refused(database: Database, clock: FixedClock, bruno: Actor, answer: str) -> None:
    with pytest.raises(Invalid):
        check(database, answer, clock)
