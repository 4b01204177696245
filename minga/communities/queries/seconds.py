"""Acts that wait for a second person, as the page shows them."""

from datetime import datetime
from typing import Any

import msgspec

from minga.communities.access import may, second_to_see
from minga.communities.models import Community, Keeping, Membership, Partnership, Role, RoleGrant, Second
from minga.communities.rules import policy_kind
from minga.communities.rules.seconds import ACTS
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id


class SecondPage(msgspec.Struct, frozen=True, kw_only=True):
    """What is wished, by whom, and where it stands. `sentence` has the facts {asker} and {what}."""

    id: Id
    community_id: Id
    community_slug: str
    community_name: str
    act: str
    sentence: str
    asker: str
    what: str
    what_is_sentence: bool
    wish: dict[str, Any]
    words: str
    asked_at: datetime
    until_at: datetime
    state: str
    answered_by: str | None
    may_answer: bool
    is_mine: bool


def second(session: Session, actor: Actor, second_id: Id, *, at: datetime) -> SecondPage:
    """One act, for whoever asked and those who could agree."""
    found = session.get(Second, parse_id(second_id))
    if found is None:
        raise NotFound()
    act = ACTS[found.act]
    second_to_see(session, actor, found.id, at=at, capability=act.capability)
    where = session.get_one(Community, found.community_id)
    asker = session.get_one(Person, found.asked_by_id)
    answerer = session.get(Person, found.answered_by_id) if found.answered_by_id else None
    what, is_sentence = _what(session, found)
    mine = found.asked_by_id == actor.person_id
    state = state_of(found, at)
    answerable = may(
        session,
        actor,
        act.capability,
        found.community_id,
        at=at,
        seconded=True,
        concerning=found.wish.get("concerning"),
    ).rule in {"role", "confirm"}
    return SecondPage(
        id=found.id,
        community_id=where.id,
        community_slug=where.slug,
        community_name=where.name,
        act=found.act,
        sentence=act.sentence,
        asker=asker.name,
        what=what,
        what_is_sentence=is_sentence,
        wish=found.wish,
        words=found.words,
        asked_at=found.asked_at,
        until_at=found.until_at,
        state=state,
        answered_by=answerer.name if answerer else None,
        may_answer=state == "waiting" and not mine and answerable,
        is_mine=mine,
    )


def state_of(found: Second, at: datetime) -> str:
    """waiting, agreed, refused, withdrawn or lapsed."""
    if found.withdrawn_at is not None:
        return "withdrawn"
    if found.answered_at is not None:
        return "agreed" if found.agreed else "refused"
    return "waiting" if found.until_at > at else "lapsed"


def _what(session: Session, found: Second) -> tuple[str, bool]:
    """What the act is about, and whether that is a sentence to translate."""
    if found.act.startswith("federation."):
        return str(found.wish["what"]), False
    if found.act == "policy.set":
        return policy_kind(found.wish["key"]).sentence, True
    if found.act == "role.edit":
        return session.get_one(Role, found.about).name, False
    if found.act == "tie.widen":
        partnership = session.get_one(Partnership, found.about)
        return session.get_one(Community, partnership.other(found.community_id)).name, False
    if found.act in ("community.archive", "community.reopen", "community.export"):
        return session.get_one(Community, found.community_id).name, False
    if found.act == "person.erase":
        return session.get_one(Person, session.get_one(Keeping, found.about).person_id).name, False
    if found.act == "agreement.publish":
        return found.wish["texts"][0]["title"], False
    if found.act == "role.make":
        return found.wish["name"], False
    membership_id = (
        session.get_one(RoleGrant, found.about).membership_id if found.act == "grant.end" else found.about
    )
    holder = session.get_one(Membership, membership_id)
    return session.get_one(Person, holder.person_id).name, False
