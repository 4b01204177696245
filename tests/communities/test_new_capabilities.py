"""Communities that were founded before a release can do what it brings, but nobody gets back what was taken away."""

from sqlalchemy import delete, select, update

from minga.communities.access import may
from minga.communities.commands.new_capabilities import give_new, give_new_capabilities
from minga.communities.models import Role, RoleCapability
from minga.interfaces.http import Node
from minga.kit.jobs import Run
from tests.village import Village


def test_roles_get_what_is_new_and_only_that(village: Village, node: Node) -> None:
    at = village.clock()
    with village.database.write() as session:
        session.execute(delete(RoleCapability).where(RoleCapability.capability == "credit.pay"))
        session.execute(
            update(RoleCapability).where(RoleCapability.capability == "member.invite").values(until_at=at)
        )
        before = set(session.execute(select(RoleCapability.role_id, RoleCapability.capability)).all())
    with village.database.read() as session:
        assert not may(session, village.bruno, "credit.pay", village.valley, at=at)
    village.clock.forward(seconds=1)
    for _ in range(2):
        give_new(Run(village.database, village.clock, node.settings, "0" * 32, 1), {})
    with village.database.write() as session:
        after = set(session.execute(select(RoleCapability.role_id, RoleCapability.capability)).all())
        keys = {
            key
            for (key,) in session.execute(select(Role.key).where(Role.id.in_([r for r, _ in after - before])))
        }
        assert {name for _, name in after - before} == {"credit.pay"}
        assert keys == {"trial", "member"}
        assert may(session, village.bruno, "credit.pay", village.valley, at=village.clock())
        assert not may(session, village.bruno, "member.invite", village.valley, at=village.clock())
        assert give_new_capabilities(session, village.valley, at=village.clock()) == 0
