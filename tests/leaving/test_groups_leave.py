"""One group leaves its community as one of its own: its members, its rules, what is its own, and what is hidden stays hidden."""

import io

import pytest
from sqlalchemy import select

from minga.communities import commands as communities
from minga.communities.access.hiding import hidden_of
from minga.communities.commands.taking_in import TakenIn
from minga.communities.models import Community, CommunityOrigin, Hidden, Membership, Policy
from minga.communities.rules import JoiningMode
from minga.identity import Actor
from minga.identity.commands import invite_key
from minga.interfaces.http import Node
from minga.kit.errors import Refused
from minga.sharing.models import Listing
from minga.sharing.rules import Level
from tests.leaving.moving import taken_out
from tests.sharing.makers import post
from tests.village import Village


def furnished(village: Village) -> None:
    """Garden, a group of three, with a hidden listing and one that is not; Valley has one as well, and a rule."""
    at = village.clock()
    with village.database.write() as session:
        made = communities.found_subgroup(
            session, village.ana, village.valley, name="Garden", slug="garden", mode=JoiningMode.OPEN, at=at
        )
        for who in ("bruno", "hana"):
            communities.join_subgroup(session, village.actor(who), made.id, at=at)
        session.add(
            Policy(community_id=village.valley, key="acting.people_max", value=7, since_at=at, made_at=at)
        )
        post(session, village.chidi, village.valley, "Ladder of Valley", at=at)
        post(session, village.bruno, made.id, "Spade", level=Level.COMMUNITY, at=at)
        seen = post(session, village.hana, made.id, "Advert", level=Level.COMMUNITY, at=at)
        facts = {"community_id": made.id, "hidden_at": at, "by_id": village.people["chidi"]}
        session.add(
            Hidden(kind="listing", about_id=seen.id, clause="No adverts", words="It was one", **facts)
        )


def left(node: Node, village: Village, group: str) -> TakenIn:
    data = taken_out(node, "valley", village.clock())
    with node.database.write() as session:
        packed, arriving = communities.look_into(session, io.BytesIO(data))
        part = communities.part_of(session, arriving, None, group=group)
        return communities.take_in(
            session,
            Actor.machine(),
            packed,
            part.arriving,
            node.blobs,
            invite_key(session, node.settings.secret),
            slug="brook",
            origin=part.origin,
            at=village.clock(),
        )


def test_a_group_becomes_a_community_and_what_was_hidden_stays_hidden(node: Node, village: Village) -> None:
    furnished(village)
    for wrong in ("valley", "nowhere"):
        with pytest.raises(Refused, match="no group"):
            left(node, village, wrong)
    came = left(node, village, "garden")
    assert {card.name for card in came.cards} == {"Ana", "Bruno", "Hana"}
    with node.database.read() as session:
        brook = session.scalars(select(Community).where(Community.slug == "brook")).one()
        assert (brook.id, brook.parent_id, brook.root_id) == (came.community_id, None, came.community_id)
        assert session.get_one(CommunityOrigin, brook.id).origin_name == "Garden"
        living = select(Membership).where(Membership.community_id == brook.id)
        assert len(session.scalars(living).all()) == 3
        listings = session.scalars(select(Listing).where(Listing.root_id == brook.id)).all()
        assert {one.title for one in listings} == {"Spade", "Advert"}
        hidden = {one.title: hidden_of(session, "listing", one.id) for one in listings}
        assert hidden["Spade"] is None
        assert hidden["Advert"] is not None
        ours = select(Policy.value).where(Policy.community_id == brook.id, Policy.key == "acting.people_max")
        assert session.scalars(ours).one() == 7
        before = session.scalars(select(Listing).where(Listing.root_id == village.valley)).all()
        assert len(before) == 3
