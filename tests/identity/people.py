"""People of the tests of identity, made with its own commands."""

from datetime import datetime

from minga.identity import Actor, commands
from minga.identity.access import asked_key
from minga.identity.commands import Browser
from minga.kit.db import Database
from minga.kit.secrets import Secret

SECRET = Secret("a secret of the tests, long enough to be one")
PHONE = Browser(cookie="the phone's cookie", family="Firefox, Android", prefix="84.112.7.0/24")
LAPTOP = Browser(cookie="the laptop's cookie", family="Chrome, Linux", prefix="84.112.9.0/24")


def person(database: Database, name: str, at: datetime) -> str:
    with database.write() as session:
        return commands.make_person(session, Actor.machine(), name=name, handle=name, at=at)


def with_password(database: Database, person_id: str, at: datetime, phc: str = "$argon2id$test") -> None:
    with database.write() as session:
        commands.set_password(session, Actor(person_id), person_id, phc, at=at)


def ask(database: Database, handle: str, at: datetime, line: str = "it is me") -> str:
    """The cookie of a sign-in that waits."""
    with database.write() as session:
        return commands.ask_for_word(
            session, handle, line=line, asked_key=asked_key(SECRET, handle), browser=LAPTOP, at=at
        )


def signed_in(
    database: Database, person_id: str, at: datetime, browser: Browser = PHONE
) -> tuple[Actor, str]:
    """A live sign-in: the actor, and its cookie."""
    from minga.identity.access import actor_from_cookie

    with database.write() as session:
        cookie = commands.start_sign_in(session, person_id, browser=browser, at=at)
        actor, _ = actor_from_cookie(session, cookie, at=at)
    assert actor.person_id == person_id
    return actor, cookie
