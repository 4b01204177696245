"""Ballots as packed bytes and back: what is stored and counted. JSON is the form that binds; this one is small and round-trips.

A packed ballot belongs to its form: the bytes alone do not say by which method they are read. Blank ballots have no bytes.
"""

from typing import Any

from minga.governance.rules.forms import Form
from minga.governance.rules.ranked import packed_ranks, ranks_of
from minga.governance.rules.scores import marks_of

BLANK_SCORE = 255


def pack(ballot: Any, form: Form) -> bytes:
    """The bytes of a ballot that `voting.read_ballot` let pass.

    >>> pack([[3], [1]], Form("irv", "ranks", 3)), pack([1, 3], Form("approval", "marks", 3))
    (b'\\x03\\x01', b'\\x05')
    >>> pack({"1": 7, "2": -3}, Form("quadratic", "votes", 2)).hex()
    '0007fffd'
    """
    match form.shape:
        case "word":
            return bytes([form.words.index(ballot) + 1])
        case "number":
            return bytes([ballot])
        case "marks":
            marked: int = sum(1 << option - 1 for option in ballot)
            return marked.to_bytes(form.packed_max, "little")
        case "ranks":
            ranks: list[list[int]] = ballot
            return packed_ranks(ranks)
        case "scores":
            return bytes(ballot.get(str(option), BLANK_SCORE) for option in range(1, form.options + 1))
        case "statements":
            return bytes(
                form.words.index(ballot[str(option)]) + 1 if str(option) in ballot else 0
                for option in range(1, form.options + 1)
            )
    signed = form.shape == "votes"
    return b"".join(
        int(ballot.get(str(option), 0)).to_bytes(2, "big", signed=signed)
        for option in range(1, form.options + 1)
    )


def unpack(packed: bytes, form: Form) -> Any:
    """The ballot as JSON says it: the same that was packed.

    >>> unpack(bytes([0, 3, 0, 1, 2]), Form("schulze", "ranks", 3, shared=True))
    [[3], [1, 2]]
    >>> unpack(bytes([5, 255, 0]), Form("score", "scores", 3))
    {'1': 5, '3': 0}
    """
    match form.shape:
        case "word":
            return form.words[packed[0] - 1]
        case "number":
            return packed[0]
        case "marks":
            return marks_of(packed)
        case "ranks":
            return [list(rank) for rank in ranks_of(packed)]
        case "scores":
            return {str(number): given for number, given in enumerate(packed, 1) if given != BLANK_SCORE}
        case "statements":
            return {str(number): form.words[said - 1] for number, said in enumerate(packed, 1) if said}
    signed, found = form.shape == "votes", dict[str, int]()
    for option in range(1, form.options + 1):
        given = int.from_bytes(packed[2 * option - 2 : 2 * option], "big", signed=signed)
        if given:
            found[str(option)] = given
    return found
