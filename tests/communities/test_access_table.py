"""Who may do what, written out: every capability for everybody who could try it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from minga.communities import access, commands
from minga.communities.models import Pause
from minga.communities.rules import CAPABILITIES
from minga.identity import Actor
from minga.kit.db import Database, Session, new_id
from tests.communities.makers import NOON, community, give, member, membership, person

READING = {name for name, one in CAPABILITIES.items() if one.reads}
SETTLING = {name for name, one in CAPABILITIES.items() if one.settles}
TRIAL = {
    "community.see",
    "member.see_list",
    "listing.see",
    "listing.publish",
    "ask.make",
    "need.claim",
    "credit.pay",
    "tie.see",
    "report.make",
    "proposal.see",
}
MEMBER = TRIAL | {
    "subgroup.found",
    "member.invite",
    "log.see",
    "listing.publish_wide",
    "endorse.make",
    "moderation.see_log",
    "vouch.make",
    "proposal.make",
    "proposal.discuss",
    "poll.open",
    "poll.vote",
    "delegation.give",
}
WELCOMER = MEMBER | {
    "member.see_contacts",
    "member.invite_auto",
    "application.see",
    "application.answer",
    "sign_in.approve",
    "person.keep",
    "person.act_for",
}
STEWARD = {name for name, one in CAPABILITIES.items() if {"steward", "member"} & set(one.roles)}
NO_TOKEN = {name for name, one in CAPABILITIES.items() if not one.tokens}

GUEST = {"community.see", "listing.see"}
TABLE = {
    "nobody": set(),
    "stranger": set(),
    "applicant": set(),
    "operator": set(),
    "steward of another community": set(),
    "who has left": set(),
    "paused by stewards": set(),
    "guest": GUEST,
    "guest with a role": GUEST,
    "guest whose stay is over": set(),
    "trial": TRIAL,
    "trial that has ended": MEMBER,
    "member": MEMBER,
    "resting": MEMBER & READING,
    "welcomer": WELCOMER,
    "welcomer whose term has ended": MEMBER,
    "steward": STEWARD,
    "steward with a reading token": (STEWARD & READING) - NO_TOKEN,
    "steward with a writing token": STEWARD - NO_TOKEN,
    "steward with a token of another community": set(),
    "steward in a closed community": STEWARD & (READING | SETTLING),
}


def cast(session: Session, who: str) -> tuple[Actor, str]:
    """Somebody in that position, and the community they try it in."""
    ana, zoe = person(session, "Ana"), person(session, "Zoe")
    valley = community(session, ana)
    hill = community(session, zoe, "Hill")
    bruno = member(session, valley, "Bruno", trial_days=3 if "trial" in who else 0)
    token = replace(ana, token_id=new_id(), token_scopes=frozenset({"write"}))
    if "guest" in who:
        stays = membership(session, valley, bruno)
        stays.full_on = None
        stays.trial_ends_at = stays.guest_until_at = NOON + timedelta(days=0 if "over" in who else 1)
        if "role" in who:
            give(session, valley, bruno, "welcomer")
    if who == "who has left":
        commands.leave(session, bruno, valley.id, at=NOON)
    if who == "resting":
        commands.rest(session, bruno, valley.id, at=NOON)
    if who == "paused by stewards":
        one = Pause(
            membership_id=membership(session, valley, bruno).id,
            since_at=NOON,
            by_id=ana.person_id,
            by_self=False,
        )
        session.add(one)
    if who == "trial that has ended":
        membership(session, valley, bruno).trial_ends_at = NOON
    if "welcomer" in who:
        grant = give(session, valley, bruno, "welcomer")
        grant.until_at = NOON if "ended" in who else NOON + timedelta(days=1)
    if "closed" in who:
        valley.archived_at = NOON
    if who == "applicant":
        commands.set_policy(session, ana, valley.id, "joining.way", "apply", urgent=True, at=NOON)
        commands.set_policy(session, ana, valley.id, "community.listed", "node", urgent=True, at=NOON)
        commands.apply(session, zoe, valley.id, words="Hello", at=NOON)
    session.flush()
    actors = {
        "nobody": Actor.nobody(),
        "stranger": zoe,
        "applicant": zoe,
        "steward of another community": zoe,
        "operator": replace(person(session, "Ivo"), operator=True),
        "steward": ana,
        "steward in a closed community": ana,
        "steward with a reading token": replace(token, token_scopes=frozenset({"read"})),
        "steward with a writing token": token,
        "steward with a token of another community": replace(token, token_community_id=hill.id),
    }
    return actors.get(who, bruno), valley.id


@pytest.mark.parametrize("who", TABLE)
def test_who_may_do_what(database: Database, who: str) -> None:
    with database.write() as session:
        actor, valley = cast(session, who)
        allowed = {
            name for name in CAPABILITIES if access.may(session, actor, name, valley, at=NOON, seconded=True)
        }
        assert allowed == TABLE[who]
        listed = {
            name
            for name in CAPABILITIES
            if valley in session.scalars(access.communities_where(actor, name, at=NOON, seconded=True)).all()
        }
        assert listed == TABLE[who]


def test_alone_nobody_does_what_takes_two(database: Database) -> None:
    with database.write() as session:
        actor, valley = cast(session, "steward")
        for name, one in CAPABILITIES.items():
            alone = access.may(session, actor, name, valley, at=NOON)
            assert bool(alone) == (name in STEWARD and not one.seconded)
            unsure = access.may(
                session, replace(actor, confirmed_at=None), name, valley, at=NOON, seconded=True
            )
            assert (unsure.rule == "confirm") == (one.confirmed and name in STEWARD)
