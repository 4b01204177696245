"""Every denominator through the commands (section 3.2), and what no outcome may be: passed below quorum, minimum or at a veto."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from minga.governance.commands.closing import close_due
from minga.governance.models import Ballot, Charter, Poll, PollResult, RollRow
from minga.governance.rules.charter import SHIPPED
from minga.governance.rules.counts import Cast, count_poll
from minga.governance.rules.forms import MOTION_WORDS
from minga.governance.rules.kinds import Channel
from minga.kit.db import Session
from minga.kit.ids import new_id
from tests.governance.living import WEEK, discussed, polled, put_rules
from tests.village import Village

HALF, THIRDS, MOST = {"num": 1, "den": 2, "strict": True}, {"num": 2, "den": 3}, {"num": 85, "den": 100}
CASES = [
    # roll, yes, no, abstain, threshold, its base, quorum, passes
    (100, 66, 34, 0, THIRDS, "yes_no", (0, 1), False),
    (100, 67, 33, 0, THIRDS, "yes_no", (0, 1), True),
    (140, 67, 33, 8, THIRDS, "yes_no", (1, 2), True),
    (100, 50, 50, 0, HALF, "yes_no", (0, 1), False),
    (100, 51, 49, 0, HALF, "yes_no", (0, 1), True),
    (100, 1, 0, 99, HALF, "yes_no", (0, 1), True),
    (100, 85, 15, 0, MOST, "yes_no", (0, 1), True),
    (100, 84, 16, 0, MOST, "yes_no", (0, 1), False),
    (20, 17, 3, 0, MOST, "yes_no", (0, 1), True),
    (100, 55, 45, 0, {"num": 11, "den": 20}, "yes_no", (0, 1), True),
    (100, 7, 0, 0, HALF, "yes_no", (7, 100), True),
    (100, 6, 0, 0, HALF, "yes_no", (7, 100), False),
    (130, 60, 30, 30, HALF, "cast", (0, 1), False),
    (130, 61, 30, 29, HALF, "cast", (0, 1), True),
    (130, 60, 30, 30, HALF, "present", (0, 1), False),
    (130, 61, 30, 29, HALF, "roll", (0, 1), False),
    (130, 66, 30, 29, HALF, "roll", (0, 1), True),
    (5, 2, 0, 0, HALF, "yes_no", (1, 2), False),
    (5, 3, 0, 0, HALF, "yes_no", (1, 2), True),
    (5, 0, 0, 0, HALF, "yes_no", (0, 1), False),
]


def rules(threshold: dict[str, Any], base: str, quorum: tuple[int, int]) -> list[dict[str, Any]]:
    common = {
        **SHIPPED[0].as_json(),
        "method": "majority",
        "threshold": {**threshold, "base": base},
        "quorum": {"num": quorum[0], "den": quorum[1]},
        "discussion_days": 0,
    }
    return [common, *(one.as_json() for one in SHIPPED[1:])]


def filled(session: Session, poll: Poll, roll: int, words: tuple[int, int, int]) -> None:
    """More people than the village has: rows of a roll, and their ballots, as they lie in the tables."""
    own = session.scalars(select(RollRow.voter_id).where(RollRow.poll_id == poll.id)).all()
    more = [new_id() for _ in range(roll - len(own))]
    if more:
        session.execute(insert(RollRow), [{"poll_id": poll.id, "voter_id": one, "weight": 1} for one in more])
    poll.roll_size = poll.roll_weight = roll
    said = [bytes([n]) for n, many in enumerate(words, start=1) for _ in range(many)]
    voters = [*own, *more][: len(said)]
    rows = [
        {"poll_id": poll.id, "voter_id": voter, "packed": packed, "channel": Channel.WEB}
        for voter, packed in zip(voters, said, strict=True)
    ]
    if rows:
        session.execute(insert(Ballot), rows)
    session.flush()


def test_every_denominator_is_what_the_table_says(village: Village) -> None:
    with village.database.write() as session:
        put_rules(session, village)
        charter = session.scalars(select(Charter)).one()
        proposals = [discussed(session, village, title=f"Case {n}") for n in range(len(CASES))]
        for (roll, yes, no, abstain, threshold, base, quorum, passes), proposal in zip(
            CASES, proposals, strict=True
        ):
            charter.rules = rules(threshold, base, quorum)
            session.flush()
            poll = polled(session, village, proposal)
            filled(session, poll, max(roll, 4), (yes, no, abstain))
            close_due(session, poll.id, at=village.clock() + WEEK)
            content = session.get_one(PollResult, poll.id).content
            assert (content["outcome"] == "passed") is passes, (roll, yes, no, abstain, threshold, base)
            figures = content["figures"]
            assert (figures["yes"], figures["no"], figures["abstain"]) == (yes, no, abstain)
            assert figures["cast"] == yes + no + abstain


METHODS = (*MOTION_WORDS, "plurality", "approval", "irv", "stv_scottish", "schulze", "score", "quadratic")


def packed_for(method: str, choice: int) -> bytes:
    if method in MOTION_WORDS:
        return bytes([choice % len(MOTION_WORDS[method]) + 1])
    if method == "score":
        return bytes([choice % 6, 1])
    if method == "quadratic":
        return (choice % 5).to_bytes(2, "big") + bytes(2)
    return bytes([choice % 2 + 1])


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(METHODS),
    st.lists(st.tuples(st.integers(0, 7), st.integers(1, 5)), max_size=6),
    st.integers(0, 9),
    st.tuples(st.integers(0, 4), st.integers(0, 12)),
    st.integers(0, 4),
    st.integers(0, 3),
)
def test_nothing_passes_below_quorum_minimum_or_at_the_veto(
    method: str,
    cast: list[tuple[int, int]],
    blank: int,
    quorum: tuple[int, int],
    vetoes: int,
    standing: int,
) -> None:
    """Invariant 21, for every method: fewer than the fraction or the least number, or as many vetoes as stop it."""
    ballots: dict[bytes, int] = {}
    for choice, weight in cast:
        packed = packed_for(method, choice)
        ballots[packed] = ballots.get(packed, 0) + weight
    weight = sum(ballots.values()) + blank
    config = {
        "method": method,
        "options": [{"number": 1}, {"number": 2}],
        "quorum": {"num": quorum[0], "den": 4, "min": quorum[1]},
        "veto": {"threshold": 2},
        "parameters": {"seats": 1} if method == "stv_scottish" else {},
    }
    given_ = Cast(ballots, blank, weight, weight + 7, weight, vetoes, {"standing": standing})
    found = count_poll(config, given_, lambda _, options: sorted(options))
    if found.outcome in ("passed", "elected"):
        assert weight * 4 >= quorum[0] * (weight + 7)
        assert weight >= quorum[1]
        assert vetoes < 2
        assert method != "consent" or standing == 0
