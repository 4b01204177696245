"""A member's word: who is let in by it, what the one who asks learns, and what guessing brings."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from minga.identity import Actor, commands
from minga.identity.access import actor_from_cookie, means_actor
from minga.identity.commands import Entered, Waiting
from minga.identity.models import SignIn, SignInApproval
from minga.identity.rules import Known
from minga.kit.clock import FixedClock
from minga.kit.crypto import digest
from minga.kit.db import Database
from minga.kit.errors import Conflict, Forbidden, NotFound, TooMany
from tests.identity.people import LAPTOP, PHONE, SECRET, ask, person, signed_in, with_password

People = Callable[[str], str]


@pytest.fixture
def people(database: Database, clock: FixedClock) -> People:
    names = ("Ana", "Bruno", "Chidi", "Dara", "Edda", "Hana")
    known = {name: person(database, name, clock()) for name in names}
    return known.__getitem__


def sign_in_of(database: Database, cookie: str) -> SignIn:
    with database.read() as session:
        return session.scalars(select(SignIn).where(SignIn.token_hash == digest(cookie))).one()


def give(
    database: Database,
    approver: str,
    cookie: str,
    at: datetime,
    how: Known = Known.VOICE,
    steward: bool = False,
) -> str:
    with database.write() as session:
        waiting = commands.waiting_sign_in(session, sign_in_of(database, cookie).id, at=at)
        return commands.give_number(
            session,
            Actor(approver),
            waiting,
            how_known=how,
            community_id=None,
            steward=steward,
            secret=SECRET,
            at=at,
        )


def enter(database: Database, cookie: str, number: str, at: datetime) -> Entered:
    with database.write() as session:
        return commands.enter_number(session, cookie, number, secret=SECRET, browser=LAPTOP, at=at)


def who(database: Database, cookie: str, at: datetime) -> str | None:
    with database.read() as session:
        return actor_from_cookie(session, cookie, at=at)[0].person_id


def test_the_right_number_lets_in_under_a_new_cookie(
    database: Database, clock: FixedClock, people: People
) -> None:
    dara = people("Dara")
    waiting = ask(database, "dara", clock())
    assert who(database, waiting, clock()) is None
    number = give(database, people("Ana"), waiting, clock())
    assert len(number) == 8
    entered = enter(database, waiting, f"{number[:4]} {number[4:]}", clock())
    assert entered.state is Waiting.LIVE
    assert entered.cookie != waiting
    assert who(database, entered.cookie, clock()) == dara
    assert who(database, waiting, clock()) is None


def test_nobody_gives_a_number_to_themselves(database: Database, clock: FixedClock, people: People) -> None:
    dara = people("Dara")
    waiting = ask(database, "dara", clock())
    with pytest.raises(Forbidden, match="Somebody else has to confirm you"):
        give(database, dara, waiting, clock())


def test_the_number_stands_nowhere(database: Database, clock: FixedClock, people: People) -> None:
    waiting = ask(database, "dara", clock())
    number = give(database, people("Ana"), waiting, clock())
    with database.read() as session:
        for table in ("sign_in", "sign_in_approval", "event", "auth_trace"):
            rows = str(session.execute(text(f"SELECT * FROM {table}")).all())
            assert number not in rows
            assert digest(number) not in rows


def test_five_wrong_numbers_end_it_and_a_new_one_helps(
    database: Database, clock: FixedClock, people: People
) -> None:
    dara = people("Dara")
    waiting = ask(database, "dara", clock())
    number = give(database, people("Ana"), waiting, clock())
    wrong = f"{(int(number) + 1) % 10**8:08d}"
    left = [enter(database, waiting, wrong, clock()).tries_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert enter(database, waiting, number, clock()).state is Waiting.WRONG
    fresh = give(database, people("Ana"), waiting, clock())
    entered = enter(database, waiting, fresh, clock())
    assert who(database, entered.cookie, clock()) == dara


def test_guessing_within_all_limits_has_150_chances_a_day(
    database: Database, clock: FixedClock, people: People
) -> None:
    ana = people("Ana")
    pairs = 0
    for _ in range(10):
        waiting = ask(database, "dara", clock())
        for _ in range(3):
            number = give(database, ana, waiting, clock())
            wrong = f"{(int(number) + 1) % 10**8:08d}"
            for _ in range(20):
                with database.read() as session:
                    approval = session.scalars(
                        select(SignInApproval).join(SignIn).where(SignIn.token_hash == digest(waiting))
                    ).one()
                    pairs += approval.tries < 5
                enter(database, waiting, wrong, clock())
        with pytest.raises(Conflict, match="Three numbers"):
            give(database, ana, waiting, clock())
    assert pairs == 150
    assert pairs / 10**8 < 2e-6
    with pytest.raises(TooMany):
        ask(database, "dara", clock())


def test_a_decoy_behaves_alike_and_never_lives(database: Database, clock: FixedClock, people: People) -> None:
    answers = []
    for handle in ("dara", "nobody-here"):
        waiting = ask(database, handle, clock())
        tries = [enter(database, waiting, "00000000", clock()) for _ in range(7)]
        answers.append(tries)
        assert sign_in_of(database, waiting).live_at is None
        for _ in range(9):
            ask(database, handle, clock())
        with pytest.raises(TooMany):
            ask(database, handle, clock())
    assert answers[0] == answers[1]
    with database.read() as session:
        decoys = session.scalars(select(SignIn).where(SignIn.person_id.is_(None))).all()
        assert len(decoys) == 10
        for decoy in decoys:
            with pytest.raises(NotFound):
                commands.waiting_sign_in(session, decoy.id, at=clock())


def test_somebody_who_switched_asking_off_is_a_decoy(
    database: Database, clock: FixedClock, people: People
) -> None:
    bruno = people("Bruno")
    with pytest.raises(Conflict), database.write() as session:
        commands.switch_word(session, Actor(bruno), off=True, at=clock())
    with_password(database, bruno, clock())
    with database.write() as session:
        commands.switch_word(session, Actor(bruno), off=True, at=clock())
    assert sign_in_of(database, ask(database, "bruno", clock())).person_id is None


def test_a_number_ends_after_15_minutes_and_a_sign_in_after_60(
    database: Database, clock: FixedClock, people: People
) -> None:
    waiting = ask(database, "dara", clock())
    number = give(database, people("Ana"), waiting, clock())
    assert enter(database, waiting, number, clock() + timedelta(minutes=15)).state is Waiting.WRONG
    later = clock() + timedelta(minutes=60)
    assert enter(database, waiting, number, later).state is Waiting.ENDED
    with pytest.raises(NotFound):
        give(database, people("Ana"), waiting, later)


def test_one_denial_is_enough(database: Database, clock: FixedClock, people: People) -> None:
    waiting = ask(database, "dara", clock())
    number = give(database, people("Ana"), waiting, clock())
    with database.write() as session:
        sign_in = commands.waiting_sign_in(session, sign_in_of(database, waiting).id, at=clock())
        commands.deny(
            session, Actor(people("Chidi")), sign_in, reason="Not her voice", community_id=None, at=clock()
        )
    assert enter(database, waiting, number, clock()).state is Waiting.ENDED


def test_recovery_needs_two_people_one_of_them_a_steward(
    database: Database, clock: FixedClock, people: People
) -> None:
    bruno = people("Bruno")
    with_password(database, bruno, clock())
    waiting = ask(database, "bruno", clock())
    first = give(database, people("Hana"), waiting, clock())
    assert enter(database, waiting, first, clock()).state is Waiting.ONE_MORE
    with pytest.raises(Conflict, match="already"):
        give(database, people("Hana"), waiting, clock())
    second = give(database, people("Chidi"), waiting, clock())
    assert enter(database, waiting, second, clock()).state is Waiting.ONE_MORE
    third = give(database, people("Ana"), waiting, clock(), steward=True)
    entered = enter(database, waiting, third, clock())
    assert entered.state is Waiting.LIVE
    assert who(database, entered.cookie, clock()) is None
    with database.read() as session:
        assert means_actor(session, entered.cookie, at=clock())[0].person_id == bruno


def test_a_recovery_contact_counts_as_the_second(
    database: Database, clock: FixedClock, people: People
) -> None:
    bruno = people("Bruno")
    with_password(database, bruno, clock())
    with database.write() as session:
        commands.set_recovery_contacts(session, Actor(bruno), ["@Edda"], at=clock())
    waiting = ask(database, "bruno", clock())
    assert (
        enter(database, waiting, give(database, people("Hana"), waiting, clock()), clock()).state
        is Waiting.ONE_MORE
    )
    entered = enter(database, waiting, give(database, people("Edda"), waiting, clock()), clock())
    assert entered.state is Waiting.LIVE


def test_a_recovery_waits_a_day_when_the_old_phone_was_used_and_can_be_stopped_there(
    database: Database, clock: FixedClock, people: People
) -> None:
    bruno = people("Bruno")
    with_password(database, bruno, clock())
    old_phone, _ = signed_in(database, bruno, clock(), PHONE)
    clock.forward(days=1)
    waiting = ask(database, "bruno", clock())
    enter(database, waiting, give(database, people("Hana"), waiting, clock()), clock())
    entered = enter(database, waiting, give(database, people("Ana"), waiting, clock(), steward=True), clock())
    assert entered.state is Waiting.HELD
    assert entered.live_at == clock() + timedelta(hours=24)

    def open_to(at: datetime) -> str | None:
        with database.read() as session:
            return means_actor(session, entered.cookie, at=at)[0].person_id

    assert open_to(clock() + timedelta(hours=23)) is None
    assert open_to(clock() + timedelta(hours=24)) == bruno
    sign_in = sign_in_of(database, entered.cookie)
    with database.write() as session, pytest.raises(NotFound):
        commands.not_me(session, Actor(people("Ana")), sign_in.id, at=clock())
    with database.write() as session:
        commands.not_me(session, old_phone, sign_in.id, at=clock())
    assert open_to(clock() + timedelta(hours=24)) is None


def test_two_stewards_in_person_waive_the_wait(database: Database, clock: FixedClock, people: People) -> None:
    bruno = people("Bruno")
    with_password(database, bruno, clock())
    signed_in(database, bruno, clock(), PHONE)
    waiting = ask(database, "bruno", clock())
    for steward in ("Ana", "Chidi"):
        number = give(database, people(steward), waiting, clock(), Known.IN_PERSON, steward=True)
        entered = enter(database, waiting, number, clock())
    assert entered.state is Waiting.LIVE


def test_the_machine_lets_in_without_a_number(database: Database, clock: FixedClock, people: People) -> None:
    dara = people("Dara")
    waiting = ask(database, "dara", clock())
    sign_in = sign_in_of(database, waiting)
    with database.write() as session, pytest.raises(NotFound):
        commands.approve_by_machine(session, Actor(people("Ana")), sign_in.id, at=clock())
    with database.write() as session:
        commands.approve_by_machine(session, Actor.machine(), sign_in.id, by_uid=1000, at=clock())
    assert who(database, waiting, clock()) == dara


def test_stale_ones_are_forgotten_after_a_day(database: Database, clock: FixedClock, people: People) -> None:
    waiting = ask(database, "dara", clock())
    with database.write() as session:
        assert commands.forget_stale(session, at=clock() + timedelta(hours=23)) == 0
        assert commands.forget_stale(session, at=clock() + timedelta(hours=24)) == 1
    ended = sign_in_of(database, waiting)
    assert (ended.line, ended.asked_handle, ended.prefix) == ("", "", "")


def test_asking_teaches_the_node_no_device(database: Database, clock: FixedClock, people: People) -> None:
    ask(database, "bruno", clock())
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM device")).scalar() == 0
