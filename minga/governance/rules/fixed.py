"""Whether a poll may close before its time: only when nothing that those could still do who have not cast would change it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from minga.governance.rules.counts import Cast, count_poll, rule_of
from minga.governance.rules.forms import MOTION_WORDS


def is_fixed(config: Mapping[str, Any], counts: Cast, uncast: tuple[int, int]) -> bool:
    """True when the outcome cannot change any more. `uncast` is the weight and the number of rows that have not cast.

    Of majority and consensus all who are left giving the same answer, or none of them casting, are the ends between which
    everything else lies: each condition (quorum, blocks, standing aside, threshold) is a line in what they could do.
    A veto that could still come keeps a motion open that would pass. All other methods: everybody has cast.
    """
    weight, rows = uncast
    if rows == 0:
        return True
    method = str(config["method"])
    if method not in ("majority", "consensus"):
        return False
    outcomes = _outcomes(config, counts)
    for number in range(1, len(MOTION_WORDS[method]) + 1):
        word = bytes([number])
        ballots = {**counts.ballots, word: counts.ballots.get(word, 0) + weight}
        end = replace(
            counts,
            ballots=ballots,
            number=counts.number + rows,
            present=max(counts.present, counts.weight + weight),
        )
        outcomes |= _outcomes(config, end)
    if outcomes == {"passed"}:
        return rule_of(config).veto_threshold is None
    return len(outcomes) == 1


def _outcomes(config: Mapping[str, Any], end: Cast) -> set[str]:
    """By one lot and by the other, where the lot decides a tie."""
    return {
        count_poll(config, end, lambda _, options: sorted(options)).outcome,
        count_poll(config, end, lambda _, options: sorted(options, reverse=True)).outcome,
    }
