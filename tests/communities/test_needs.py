"""What waits for whom, and that a line goes when its cause goes."""

from datetime import datetime, timedelta

from minga.communities import commands, queries
from minga.communities.commands import InviteTerms, RoleShape
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.db import Database, Session, count_statements
from minga.kit.secrets import Secret
from tests.communities.makers import NOON, community, give, member, membership, person

SECRET = Secret("a secret of the tests, long enough to be one")


def kinds(session: Session, actor: Actor, at: datetime = NOON) -> list[str]:
    return [line.kind for line in queries.needs_of(session, actor, at=at)]


def test_an_application_waits_for_welcomers_until_somebody_answers(database: Database) -> None:
    with database.write() as session:
        ana, zoe = person(session, "Ana"), person(session, "Zoe")
        valley = community(session, ana)
        bruno, hana = member(session, valley, "Bruno"), member(session, valley, "Hana")
        give(session, valley, hana, "welcomer")
        made = commands.invite(session, bruno, valley.id, InviteTerms(), at=NOON)
        key = identity.invite_key(session, SECRET)
        joined = commands.accept_invite(
            session, zoe, key, identity.invite_token(key, made), words="Hi", at=NOON
        )
        assert joined.application is not None
        assert "application" in kinds(session, hana)
        assert "application" in kinds(session, ana)
        assert kinds(session, bruno) == kinds(session, zoe) == []
        commands.answer(session, hana, joined.application.id, accept=True, at=NOON)
        assert "application" not in kinds(session, hana) + kinds(session, ana)


def test_a_second_word_is_asked_of_the_others_and_of_nobody_else(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        chidi, bruno = member(session, valley, "Chidi"), member(session, valley, "Bruno")
        grant = give(session, valley, chidi, "steward")
        asked = commands.make_role(session, ana, valley.id, RoleShape(name="Beekeeper"), at=NOON)
        commands.end_grant(session, ana, grant.id, at=NOON)
        assert kinds(session, chidi) == ["second_needed"]
        assert kinds(session, ana) == kinds(session, bruno) == []
        commands.refuse(session, chidi, asked.id, at=NOON)
        assert kinds(session, chidi) == []


def test_a_trial_that_ends_soon_waits_for_sponsor_and_welcomers(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        bruno = member(session, valley, "Bruno")
        dara = member(session, valley, "Dara", trial_days=14)
        membership(session, valley, dara).sponsor_id = membership(session, valley, bruno).id
        session.flush()
        assert "trial_ending" not in kinds(session, ana)
        soon = NOON + timedelta(days=8)
        assert "trial_ending" in kinds(session, ana, soon)
        assert kinds(session, bruno, soon) == ["trial_ending"]
        assert kinds(session, dara, soon) == []
        commands.make_full(session, ana, membership(session, valley, dara).id, at=soon)
        assert kinds(session, bruno, soon) == []


def test_an_unused_invitation_waits_for_its_maker(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        bruno = member(session, valley, "Bruno")
        made = commands.invite(session, bruno, valley.id, InviteTerms(for_whom="Karl"), at=NOON)
        later = NOON + timedelta(days=15)
        assert kinds(session, bruno) == []
        assert kinds(session, bruno, later) == ["invite_ended"]
        assert kinds(session, ana, later) == []
        commands.revoke(session, bruno, made.id, at=later)
        assert kinds(session, bruno, later) == []


def test_the_only_steward_of_three_is_reminded(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        bruno = member(session, valley, "Bruno")
        assert kinds(session, ana) == []
        member(session, valley, "Hana")
        assert kinds(session, ana) == ["last_steward"]
        give(session, valley, bruno, "steward")
        assert kinds(session, ana) == []


def test_the_lines_cost_five_questions(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        community(session, ana)
    with database.read() as session, count_statements(database) as said:
        queries.needs_of(session, ana, at=NOON)
    assert len([one for one in said if one.startswith("SELECT")]) == 2
