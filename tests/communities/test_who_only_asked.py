"""People behind applications that came to nothing are erased after thirty days, unless they live somewhere or asked anew."""

from datetime import timedelta

from sqlalchemy import select

from minga.communities import commands
from minga.communities.commands.waiting import erase_applicants
from minga.identity.models import Contact, Person
from minga.interfaces.http import Node
from minga.kit.ids import Id, new_id
from minga.kit.jobs import Run
from tests.communities.test_questions import applied, asking
from tests.village import Village

__all__ = ["asking"]


def is_erased(node: Node, person_id: Id) -> bool:
    with node.database.read() as session:
        return session.get_one(Person, person_id).erased_at is not None


def newcomer(village: Village, name: str) -> Id:
    """Somebody with an account and nothing else."""
    from minga.identity import Actor
    from minga.identity import commands as identity

    with village.database.write() as session:
        made = identity.make_person(
            session, Actor.machine(), name=name, handle=name.lower(), at=village.clock()
        )
        values = {"mail": f"{name.lower()}@example.org"}
        identity.change_profile(session, Actor(made), values=values, audiences={}, at=village.clock())
    village.people[name.lower()] = made
    return made


def test_who_only_asked_is_erased_after_thirty_days(node: Node, asking: Village) -> None:
    village = asking
    people = {name: newcomer(village, name) for name in ("Pilar", "Quique", "Rosa", "Sol")}
    ids = {name: applied(village, name.lower()) for name in people} | {"zoe": applied(village)}
    with village.database.write() as session:
        at = village.clock()
        for name in ("Pilar", "Quique", "zoe"):
            commands.answer(session, village.hana, ids[name], accept=False, reason="Not now", at=at)
        commands.withdraw_application(session, village.actor("rosa"), ids["Rosa"], at=at)
    job = Run(node.database, node.clock, node.settings, job_id=new_id(), tries=1)
    village.clock.forward(days=29)
    erase_applicants(job, {})
    assert not any(is_erased(node, one) for one in people.values())
    village.clock.forward(days=2)
    again = applied(village, "quique")
    erase_applicants(job, {})
    assert {name: is_erased(node, one) for name, one in people.items()} == {
        "Pilar": True,
        "Quique": False,
        "Rosa": True,
        "Sol": False,
    }
    assert not is_erased(node, village.people["zoe"])
    with node.database.read() as session:
        kept = session.scalars(select(Contact.value).where(Contact.ended_at.is_(None))).all()
        assert "pilar@example.org" not in kept
        assert "quique@example.org" in kept
    with village.database.write() as session:
        commands.withdraw_application(session, village.actor("quique"), again, at=village.clock())
    village.clock.forward(days=timedelta(days=31).days)
    erase_applicants(job, {})
    assert is_erased(node, people["Quique"])
    erase_applicants(job, {})
