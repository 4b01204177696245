"""What waits for somebody about people they live with or are asked to look after."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from minga.communities.access import communities_of, communities_where
from minga.communities.access.keeping import KEEP
from minga.communities.models import Community, Household, HouseholdSeat, Keeping, Membership, PersonMerge
from minga.communities.queries.needs_columns import columns
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.i18n import N_
from minga.kit.refs import Act, NeedLine, Ref


def keepings(actor: Actor) -> Select[Any]:
    """People whom somebody asks the actor to look after."""
    kept, mine = aliased(Person), aliased(Membership)
    shown = columns(
        "keeping_offered",
        Keeping.id,
        Keeping.community_id,
        Keeping.next_asked_at,
        Keeping.until_at,
        kept.name,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(Keeping)
        .join(mine, mine.id == Keeping.next_id)
        .join(kept, kept.id == Keeping.person_id)
        .join(Community, Community.id == Keeping.community_id)
        .where(
            mine.person_id == (actor.person_id or ""),
            Keeping.until_at.is_(None),
            Keeping.community_id.in_(communities_of(actor)),
        )
    )


def left_alone(actor: Actor, at: datetime) -> Select[Any]:
    """People whose keeper has left, for everybody who may keep people there."""
    kept, keeper = aliased(Person), aliased(Membership)
    shown = columns(
        "keeping_left",
        Keeping.id,
        Keeping.community_id,
        Keeping.since_at,
        Keeping.until_at,
        kept.name,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(Keeping)
        .join(keeper, keeper.id == Keeping.keeper_id)
        .join(kept, kept.id == Keeping.person_id)
        .join(Community, Community.id == Keeping.community_id)
        .where(
            keeper.ended_on.is_not(None),
            Keeping.until_at.is_(None),
            Keeping.community_id.in_(communities_where(actor, KEEP, at=at)),
        )
        .order_by(Keeping.id)
    )


def left_alone_line(row: Any, _at: datetime) -> NeedLine:
    """How it is said."""
    return NeedLine(
        kind="keeping_left",
        ref=Ref("keeping", row.id),
        title=N_("Nobody looks after {name} in {community} any more."),
        facts={"name": row.one, "community": row.other},
        community_id=row.community_id,
        since_at=row.since_at,
        weight=2,
        acts=(
            Act(N_("I do from now on"), "communities.take_on_keeping", f"/keepings/{row.id}/taking-on"),
            Act(N_("Look"), None, f"/keepings/{row.id}"),
        ),
    )


def merges(actor: Actor, at: datetime) -> Select[Any]:
    """Whether a kept account is the actor's own."""
    kept = aliased(Person)
    shown = columns(
        "merge_asked",
        PersonMerge.id,
        PersonMerge.community_id,
        PersonMerge.asked_at,
        PersonMerge.until_at,
        kept.name,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(PersonMerge)
        .join(kept, kept.id == PersonMerge.from_id)
        .join(Community, Community.id == PersonMerge.community_id)
        .where(
            PersonMerge.into_id == (actor.person_id or ""),
            PersonMerge.answered_at.is_(None),
            PersonMerge.withdrawn_at.is_(None),
            PersonMerge.until_at > at,
            PersonMerge.community_id.in_(communities_of(actor)),
        )
    )


def merge_line(row: Any, _at: datetime) -> NeedLine:
    """How it is said."""
    return NeedLine(
        kind="merge_asked",
        ref=Ref("person_merge", row.id),
        title=N_("Are you {name}, who is looked after in {community}?"),
        facts={"name": row.one, "community": row.other},
        community_id=row.community_id,
        since_at=row.since_at,
        due_at=row.due_at,
        weight=1,
        acts=(Act(N_("Read"), None, f"/person-merges/{row.id}"),),
    )


def keeping_line(row: Any, _at: datetime) -> NeedLine:
    """How it is said."""
    return NeedLine(
        kind="keeping_offered",
        ref=Ref("keeping", row.id),
        title=N_("Will you look after {name} in {community} from now on?"),
        facts={"name": row.one, "community": row.other},
        community_id=row.community_id,
        since_at=row.since_at,
        weight=1,
        acts=(
            Act(
                N_("Yes, I do"),
                "communities.go_on_keeping",
                f"/keepings/{row.id}/handover",
                {"answer": "yes"},
            ),
            Act(N_("No"), "communities.take_offer_back", f"/keepings/{row.id}/handover", {"answer": "no"}),
        ),
    )


def households(actor: Actor) -> Select[Any]:
    """Households into which the actor was asked."""
    shown = columns(
        "household_asked",
        HouseholdSeat.id,
        Household.community_id,
        HouseholdSeat.asked_at,
        Household.ended_at,
        Household.name,
        Household.id,
    )
    return (
        select(*shown)
        .select_from(HouseholdSeat)
        .join(Household, Household.id == HouseholdSeat.household_id)
        .join(Membership, Membership.id == HouseholdSeat.membership_id)
        .where(
            Membership.person_id == (actor.person_id or ""),
            Membership.ended_on.is_(None),
            HouseholdSeat.since_on.is_(None),
            HouseholdSeat.until_on.is_(None),
            Household.ended_at.is_(None),
            Household.community_id.in_(communities_of(actor)),
        )
    )


def household_line(row: Any, _at: datetime) -> NeedLine:
    """How it is said."""
    return NeedLine(
        kind="household_asked",
        ref=Ref("household", row.other),
        title=N_("Do you live in “{household}”?"),
        facts={"household": row.one},
        community_id=row.community_id,
        since_at=row.since_at,
        weight=1,
        acts=(
            Act(
                N_("Yes"),
                "communities.answer_household",
                f"/household-seats/{row.id}/answer",
                {"answer": "yes"},
            ),
            Act(
                N_("No"),
                "communities.answer_household",
                f"/household-seats/{row.id}/answer",
                {"answer": "no"},
            ),
        ),
    )
