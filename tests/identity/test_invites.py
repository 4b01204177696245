"""Invites: derived tokens, forgiving input, atomic uses, and one answer for everything that does not work."""

import threading
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from minga.identity import Actor, commands
from minga.identity.models import Invite
from minga.identity.rules import Purpose, Words
from minga.kit.clock import FixedClock
from minga.kit.crypto import read_crockford
from minga.kit.db import Database, Session
from minga.kit.errors import Invalid, NotFound
from minga.kit.secrets import Secret

SECRET = Secret("a secret of the tests, long enough to be one")
DEAD = "This invitation does not work any more. Ask the person who gave it to you for a new one."


@pytest.fixture
def ana(database: Database, clock: FixedClock) -> Actor:
    return Actor(person(database, "Ana", clock()))


def person(database: Database, name: str, at: datetime) -> str:
    with database.write() as session:
        return commands.make_person(session, Actor.machine(), name=name, handle=name, at=at)


def made(database: Database, actor: Actor, at: datetime, **terms: object) -> tuple[str, str]:
    """Id and token of a new invite."""
    with database.write() as session:
        invite = commands.make_invite(session, actor, purpose=Purpose.JOIN, at=at, **terms)  # type: ignore[arg-type]
        return invite.id, commands.invite_token(commands.invite_key(session, SECRET), invite)


def read(session: Session, token: str, at: datetime) -> Invite:
    return commands.read_invite(session, commands.invite_key(session, SECRET), token, at=at)


def refused(database: Database, token: str, at: datetime) -> bool:
    sentence = ""
    with database.read() as session:
        try:
            read(session, token, at)
        except NotFound as refusal:
            sentence = str(refusal)
    assert sentence in {"", DEAD}
    return bool(sentence)


def test_a_token_opens_its_invite_however_it_is_typed(
    database: Database, clock: FixedClock, ana: Actor
) -> None:
    invite_id, token = made(database, ana, clock())
    with database.read() as session:
        for typed in (
            token,
            token.lower(),
            token.replace("-", ""),
            token.replace("-", " ").replace("0", "O"),
        ):
            assert read(session, typed, clock()).id == invite_id


def test_a_token_has_105_secret_bits_and_stands_nowhere(
    database: Database, clock: FixedClock, ana: Actor
) -> None:
    _, token = made(database, ana, clock())
    plain = read_crockford(token)
    assert len(plain) == 29
    with database.read() as session:
        rows = "".join(
            str(session.execute(text(f"SELECT * FROM {table}")).all())
            for table in ("invite", "invite_words", "event")
        )
    assert plain[:8] in rows
    assert plain[8:] not in rows
    assert token not in rows


def test_unknown_forged_expired_revoked_and_used_up_are_refused_alike(
    database: Database, clock: FixedClock, ana: Actor
) -> None:
    bruno = person(database, "Bruno", clock())
    at = clock()
    _, fine = made(database, ana, at)
    forged = fine[:-1] + ("A" if fine[-1] != "A" else "B")
    revoked_id, revoked = made(database, ana, at)
    used_id, used = made(database, ana, at)
    _, expired = made(database, ana, at, expires_at=at + timedelta(hours=1))
    with database.write() as session:
        commands.revoke_invite(session, ana, session.get_one(Invite, revoked_id), at=at)
        commands.use_invite(session, used_id, bruno, at=at)
    later = at + timedelta(hours=1)
    for token in ("", "x", "ÄÖÜ" * 40, "0" * 29, forged, revoked, used, expired):
        assert refused(database, token, later), token
    assert not refused(database, fine, later)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading(typed: str) -> None:
    assert isinstance(read_crockford(typed[:58]), str)


def test_the_last_use_goes_to_one_of_many(database: Database, clock: FixedClock, ana: Actor) -> None:
    people = [person(database, f"Guest{n}", clock()) for n in range(20)]
    invite_id, _ = made(database, ana, clock(), uses_max=3)
    barrier, outcomes = threading.Barrier(len(people)), []

    def run(person_id: str) -> None:
        barrier.wait()
        try:
            with database.write() as session:
                commands.use_invite(session, invite_id, person_id, at=clock())
            outcomes.append(True)
        except NotFound:
            outcomes.append(False)

    threads = [threading.Thread(target=run, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(True) == 3
    assert len(outcomes) == 20
    with database.read() as session:
        assert session.get_one(Invite, invite_id).uses == 3
        assert session.execute(text("SELECT count(*) FROM invite_use")).scalar() == 3


def test_one_person_uses_it_once(database: Database, clock: FixedClock, ana: Actor) -> None:
    bruno = person(database, "Bruno", clock())
    invite_id, _ = made(database, ana, clock(), uses_max=2)
    with database.write() as session:
        commands.use_invite(session, invite_id, bruno, at=clock())
        commands.use_invite(session, invite_id, bruno, at=clock())
        assert session.get_one(Invite, invite_id).uses == 1


def test_reissuing_kills_the_old_card_and_keeps_words_and_uses(
    database: Database, clock: FixedClock, ana: Actor
) -> None:
    bruno = person(database, "Bruno", clock())
    invite_id, old = made(database, ana, clock(), uses_max=2, words=Words(greeting="Come in"))
    with database.write() as session:
        commands.use_invite(session, invite_id, bruno, at=clock())
    clock.forward(days=20)
    with database.write() as session:
        invite = session.get_one(Invite, invite_id)
        commands.reissue_invite(session, ana, invite, at=clock())
        new = commands.invite_token(commands.invite_key(session, SECRET), invite)
    assert refused(database, old, clock())
    with database.read() as session:
        invite = read(session, new, clock())
        assert (invite.uses, invite.generation) == (1, 2)
        assert commands.words_of(session, invite_id).greeting == "Come in"


def test_rotating_those_of_one_maker_leaves_others_alone(
    database: Database, clock: FixedClock, ana: Actor
) -> None:
    chidi = Actor(person(database, "Chidi", clock()))
    invite_id, anas = made(database, ana, clock())
    _, chidis = made(database, chidi, clock())
    with database.write() as session:
        assert commands.rotate_invites(session, ana, maker_id=ana.person_id, at=clock()) == [invite_id]
    assert refused(database, anas, clock())
    assert not refused(database, chidis, clock())


def test_rotating_all_kills_every_link_and_new_ones_work(
    database: Database, clock: FixedClock, ana: Actor
) -> None:
    first, one = made(database, ana, clock())
    _, two = made(database, ana, clock())
    for _ in range(2):
        with database.write() as session:
            assert len(commands.rotate_all_invites(session, Actor.machine(), at=clock())) == 2
        assert refused(database, one, clock())
        assert refused(database, two, clock())
    with database.read() as session:
        invite = session.get_one(Invite, first)
        token = commands.invite_token(commands.invite_key(session, SECRET), invite)
        assert read(session, token, clock()).id == first
        assert invite.rotated_at == clock()


def test_words_go_30_days_after_the_invite_ended(database: Database, clock: FixedClock, ana: Actor) -> None:
    invite_id, _ = made(database, ana, clock(), words=Words(fun="Singing"))
    clock.forward(days=43)
    with database.write() as session:
        assert commands.forget_old_words(session, at=clock()) == 0
    clock.forward(days=2)
    with database.write() as session:
        assert commands.forget_old_words(session, at=clock()) == 1
    with database.read() as session:
        assert not commands.words_of(session, invite_id)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"uses_max": 0}, "1 to 500"),
        ({"uses_max": 501}, "1 to 500"),
        ({"words": Words(greeting="x" * 601)}, "too long"),
        ({"words": Words(examples=("a", "b", "c", "d"))}, "too long"),
        ({"words": Words(examples=("x" * 241,))}, "too long"),
    ],
)
def test_terms_out_of_bounds_are_refused(
    database: Database, clock: FixedClock, ana: Actor, terms: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        made(database, ana, clock(), **terms)


@pytest.mark.parametrize("lasts", [timedelta(minutes=59), timedelta(days=366)])
def test_spans_out_of_bounds_are_refused(
    database: Database, clock: FixedClock, ana: Actor, lasts: timedelta
) -> None:
    with pytest.raises(Invalid, match="one hour to a year"):
        made(database, ana, clock(), expires_at=clock() + lasts)


def test_a_claim_works_once(database: Database, clock: FixedClock, ana: Actor) -> None:
    with database.write() as session, pytest.raises(Invalid, match="1 to 1"):
        commands.make_invite(
            session, ana, purpose=Purpose.CLAIM, uses_max=2, person_id=ana.person_id, at=clock()
        )
