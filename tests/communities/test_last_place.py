"""The last place of an invitation: of many who come at once, exactly as many get in as there are places (I4, S3)."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from minga.communities import commands
from minga.communities.commands import InviteTerms
from minga.communities.models import Membership
from minga.identity import commands as identity
from minga.identity.models import Invite, InviteUse
from minga.kit.db import Database
from minga.kit.errors import Busy, NotFound
from minga.kit.secrets import Secret
from tests.communities.makers import NOON, community, person

SECRET = Secret("a secret of the tests, long enough to be one")
COMERS, PLACES = 50, 7


def test_fifty_come_at_once_and_seven_get_in(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        terms = InviteTerms(uses_max=PLACES, at_once=True)
        made = commands.invite(session, ana, valley.id, terms, at=NOON)
        token = identity.invite_token(identity.invite_key(session, SECRET), made)
        comers = [person(session, f"Comer{n}") for n in range(COMERS)]
        valley_id, invite_id = valley.id, made.id

    def come(n: int) -> str:
        for _ in range(20):
            try:
                with database.write() as session:
                    key = identity.invite_key(session, SECRET)
                    commands.accept_invite(session, comers[n], key, token, at=NOON)
                return "in"
            except NotFound as refused:
                return refused.name
            except Busy:
                continue
        return "busy"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(come, range(COMERS)))
    assert answers.count("in") == PLACES
    assert answers.count("invite_dead") == COMERS - PLACES
    with database.read() as session:
        assert session.scalar(select(Invite.uses).where(Invite.id == invite_id)) == PLACES
        assert session.scalar(select(func.count()).select_from(InviteUse)) == PLACES
        live = select(func.count()).select_from(Membership).where(Membership.community_id == valley_id)
        assert session.scalar(live) == PLACES + 1
