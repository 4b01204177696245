"""Makers for tests of the tree, of vouches and of cuts."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from minga.communities import commands
from minga.communities.commands.membership import live_membership
from minga.communities.models import Membership
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.db import Session
from minga.kit.ids import Id
from tests.village import Village


def standing_of(village: Village, name: str, community_id: Id | None = None) -> Id:
    """The id of somebody's live membership, in Valley unless said."""
    with village.database.read() as session:
        found = live_membership(session, community_id or village.valley, village.people[name])
        assert found is not None
        return found.id


def brought_in(village: Village, *pairs: tuple[str, str]) -> None:
    """(who, by whom) of members who are there already."""
    with village.database.write() as session:
        for who, by in pairs:
            one = live_membership(session, village.valley, village.people[who])
            above = live_membership(session, village.valley, village.people[by])
            assert one
            assert above
            one.sponsor_id = above.id


def newcomers(village: Village, by: str, *names: str, trial_days: int = 0) -> None:
    """People whom somebody brings into Valley at once."""
    at = village.clock()
    with village.database.write() as session:
        sponsor = live_membership(session, village.valley, village.people[by])
        assert sponsor is not None
        for name in names:
            made = identity.make_person(session, Actor.machine(), name=name.capitalize(), handle=name, at=at)
            village.people[name] = made
            commands.begin(
                session,
                Actor(made),
                village.valley,
                made,
                came_by=CameBy.INVITE,
                sponsor_id=sponsor.id,
                trial_days=trial_days,
                at=at,
            )


def long_ago(village: Village, days: int = 200) -> None:
    """All full members of Valley have been that for long."""
    with village.database.write() as session:
        for one in session.scalars(select(Membership).where(Membership.community_id == village.valley)):
            if one.full_on is not None:
                one.full_on = one.joined_on = one.full_on - timedelta(days=days)
            one.made_at -= timedelta(days=days)


def rule(village: Village, key: str, value: Any) -> None:
    """Set a rule of Valley that holds at once."""
    from minga.communities.models import Policy

    with village.database.write() as session:
        session.add(
            Policy(
                community_id=village.valley,
                key=key,
                value=value,
                since_at=village.clock(),
                made_at=village.clock(),
            )
        )


def vouch(village: Village, by: str, for_whom: str, **more: Any) -> Id:
    with village.database.write() as session:
        made = commands.vouch(
            session, village.actor(by), village.valley, for_whom, at=village.clock(), **more
        )
        return made.id


def row(session: Session, village: Village, name: str) -> Membership:
    """Somebody's newest membership in Valley, live or not."""
    return (
        session.scalars(
            select(Membership)
            .where(Membership.community_id == village.valley, Membership.person_id == village.people[name])
            .order_by(Membership.id.desc())
        ).first()
        or Membership()
    )
