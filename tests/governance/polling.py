"""Running polls in the village's valley, put together without the commands that plan and open them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from minga.communities.access import forget
from minga.communities.commands.founding import grant_at_founding
from minga.communities.commands.membership import live_membership
from minga.communities.models import Community, Role, RoleCapability
from minga.governance.access.polls import locked_poll
from minga.governance.commands.ballots import ballots_at_close, prepare_ballots
from minga.governance.commands.closing import close_due
from minga.governance.models import Poll, PollOption, PollSecret, RollRow
from minga.governance.rules import secrecy
from minga.governance.rules.kinds import Results, RollUnit, Secrecy
from minga.kit.db import Session
from minga.kit.ids import Id, new_id
from minga.kit.lots import commitment
from tests.village import Village

VOTERS = ("ana", "bruno", "chidi", "hana")
R_NODE = bytes(range(32))


def a_poll(
    session: Session,
    village: Village,
    *,
    method: str = "majority",
    secrecy_level: str = "open",
    options: Sequence[str] = (),
    voters: Iterable[str] = VOTERS,
    weights: Mapping[str, int] | None = None,
    channels: Sequence[str] = ("web",),
    persons: Mapping[int, str] | None = None,
    unit: str = "person",
    rows: Sequence[tuple[Id, int]] | None = None,
    **more: Any,
) -> Poll:
    """An open poll of three days whose roll are these neighbours of the valley."""
    at = village.clock()
    named: list[dict[str, Any]] = [
        {"number": number, "title": title} for number, title in enumerate(options, start=1)
    ]
    roll = rows or [(village.people[one], (weights or {}).get(one, 1)) for one in voters]
    listed = sorted([voter, weight, None, None] for voter, weight in roll)
    poll_id = new_id()
    config = {
        "format": "minga-poll/1",
        "poll": poll_id,
        "method": method,
        "options": named,
        "parameters": {},
        "secrecy": secrecy_level,
        "channels": list(channels),
        "receipts": True,
        "leavers": "keep",
        "challenge_hours": 72,
        "early_close": False,
        **more,
    }
    poll = Poll(
        id=poll_id,
        community_id=village.valley,
        question="Which?",
        method=method,
        secrecy=Secrecy(secrecy_level),
        results=Results.AFTER_CLOSE,
        roll_unit=RollUnit(unit),
        config=config,
        config_digest=secrecy.config_hash(config),
        roll_root=secrecy.roll_root(listed),
        roll_size=len(listed),
        roll_weight=sum(weight for _, weight in roll),
        r_node_commitment=commitment(R_NODE),
        made_at=at,
        opens_at=at,
        closes_at=at + timedelta(days=3),
        opened_at=at,
    )
    session.add(poll)
    session.flush()
    session.add_all(RollRow(poll_id=poll_id, voter_id=voter, weight=weight) for voter, weight in roll)
    session.add_all(
        PollOption(
            poll_id=poll_id,
            number=one["number"],
            text=one["title"],
            person_id=village.people[persons[one["number"]]]
            if persons and one["number"] in persons
            else None,
        )
        for one in named
    )
    session.add(PollSecret(poll_id=poll_id, r_node=R_NODE))
    prepare_ballots(session, poll)
    return poll


def secretary(session: Session, village: Village, who: str) -> None:
    """Give somebody of the valley a role that enters ballots from paper; the valley's kind has none at first."""
    at = village.clock()
    found = select(Role).where(Role.community_id == village.valley, Role.key == "secretary")
    role = session.scalars(found).first()
    if role is None:
        role = Role(id=new_id(), community_id=village.valley, key="secretary", name="Secretary", made_at=at)
        session.add(role)
        session.flush()
        session.add(RoleCapability(id=new_id(), role_id=role.id, capability="poll.enter_paper", since_at=at))
    community = session.get_one(Community, village.valley)
    holder = live_membership(session, village.valley, village.people[who])
    assert holder is not None
    grant_at_founding(session, community, holder, "secretary", village.people[who], at=at)
    forget(session)


def close(session: Session, poll: Poll, at: datetime) -> Any:
    """Close it as the clock does, but for what is not about ballots."""
    held = locked_poll(session, poll.id)
    assert held is not None
    held.closed_at = at
    closed = ballots_at_close(session, held)
    held.ballots_root = closed.ballots_root
    session.flush()
    return closed


def counted(session: Session, poll_id: Id, at: datetime) -> Poll:
    """Close and count a poll as the clock does when its time is over."""
    close_due(session, poll_id, at=at)
    session.expire_all()
    return session.get_one(Poll, poll_id)
