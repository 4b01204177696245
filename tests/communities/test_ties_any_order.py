"""ICS-2.5: whatever is done in whatever order, a tie is active only with a yes of each side by two people, and without an end."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from minga.communities import access, commands
from minga.communities.models import Partnership
from minga.communities.rules.ties import LAPSES_AFTER, Gives
from minga.kit.db import Session
from minga.kit.errors import Refused
from tests.communities.tying import KINDS, listed
from tests.village import Village

__all__ = ["listed"]
PEOPLE = ("ana", "chidi", "bruno", "farid", "gita", "zoe", "ivo")
STEPS = st.tuples(
    st.sampled_from(("propose", "agree", "agree", "agree", "decline", "withdraw", "end", "wait")),
    st.sampled_from(PEOPLE),
    st.sampled_from((("valley", "harbour"), ("harbour", "valley"))),
)


def step(session: Session, village: Village, what: str, who: str, own: str, other: str) -> None:
    at, actor = village.clock(), village.actor(who)
    side = village.communities[own]
    last = session.scalars(select(Partnership).order_by(Partnership.id.desc()).limit(1)).first()
    if what == "propose":
        commands.propose_tie(session, actor, side, other, Gives(), known_kinds=KINDS, at=at)
    elif what == "wait":
        village.clock.forward(seconds=int(LAPSES_AFTER.total_seconds()) // 2)
        commands.close_due(session, at=village.clock())
    elif last is not None:
        if what == "agree":
            commands.agree_to_tie(session, actor, last.id, Gives(), known_kinds=KINDS, at=at)
        elif what == "end":
            commands.end_tie(session, actor, last.id, side, at=at)
        else:
            end = commands.decline_tie if what == "decline" else commands.withdraw_tie
            end(session, actor, last.id, at=at)


def check(session: Session, village: Village) -> int:
    """Every tie that is given anything had two people of the two sides; answers how many are active."""
    active = 0
    for one in session.scalars(select(Partnership)):
        if one.active_at is None:
            assert one.agreed_by_id is None
            continue
        other = one.other(one.proposer_id)
        assert one.agreed_by_id not in (None, one.proposed_by_id)
        sides = ((one.proposed_by_id, one.proposer_id), (one.agreed_by_id, other))
        assert all(access.holds(session, str(p), "tie.answer", c, at=village.clock()) for p, c in sides)
        active += one.ended_at is None
    return active


@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_order_of_steps_makes_a_tie_active_without_two_people_of_two_sides(listed: Village) -> None:
    village, most = listed, 0

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEPS, min_size=3, max_size=8))
    def run(steps: list[Any]) -> None:
        nonlocal most
        for what, who, (own, other) in steps:
            try:
                with village.database.write() as session:
                    step(session, village, what, who, own, other)
            except Refused:
                pass
            with village.database.read() as session:
                most = max(most, check(session, village))

    run()
    assert most == 1, "some order of steps does make one active, and never two at once"
