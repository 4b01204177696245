"""Records of polls: every one verifies, no changed byte goes unnoticed, and a bare Python can say so."""

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from minga.governance.rules import secrecy
from minga.governance.rules.counts import Cast, count_poll
from minga.governance.rules.forms import form_of
from minga.governance.rules.packing import pack
from minga.governance.rules.records import Unreadable, check_record
from minga.governance.rules.signatures import is_signed
from minga.governance.rules.verifying import DIFFERENT, SAME, UNREADABLE, main, verify_poll
from minga.interfaces.http.verifier import program
from minga.kit.lots import commitment
from tests.governance.poll_records import KEY, POLL, config, of_five, record, signed, written

# The hashes of section 6.2


def test_the_second_vector_of_the_seed() -> None:
    import hashlib

    roll, ballots = (hashlib.sha256(word).hexdigest() for word in (b"roll", b"ballots"))
    missing = secrecy.missing_reveal(commitment(bytes([0x22]) * 32))
    seed = secrecy.seed_of(POLL, roll, ballots, bytes(range(32)), [bytes([0x11]) * 32, missing], "round 4242")
    assert seed.hex() == "fb20feb093c958294c2fcf4fd99f49787e716361554ff6a49f096dd38297f806"
    lots = secrecy.lots_of(seed)
    assert lots("irv/3/exclude", [1, 2, 3, 4, 5]) == [4, 5, 2, 3, 1]
    assert lots("irv/4/exclude", [1, 2, 3, 4, 5]) == [5, 1, 2, 4, 3]


def test_the_first_vector_of_rolls_receipts_and_ballots() -> None:
    rows = [["m1", 1, None, None], ["m2", 1, None, None], ["m3", 1, None, None]]
    root = "060c070511c3b212e33b4934cd43f4906d292f84539bb78d6a84ea0ac3c93e0e"
    assert secrecy.roll_root(rows) == secrecy.roll_root(reversed(rows)) == root
    yes = secrecy.receipt(POLL, bytes([7]) * 16, "yes")
    no = secrecy.receipt(POLL, bytes([8]) * 16, "no")
    assert yes == "922c5e3c93ead9b0f9488a4232e4d1d7f5618e50d73f295397bb134ce57b8d9d"
    assert no == "24ba1ff62c36e54936987daf2c54f49888c97c3cd984859f6e30d38c026f0d1a"
    leaves = [secrecy.leaf_of(secrecy.line_of(one, receipt=two)) for one, two in (("yes", yes), ("no", no))]
    found = "d9ac67d5438894a0f85ee63096cbf654a0631a472868f9152b38670dad181abb"
    assert secrecy.ballots_root(leaves) == secrecy.ballots_root(reversed(leaves)) == found


# Sealed words


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=40), st.sampled_from([None, "agree", "block"]))
def test_sealed_ballots_of_one_poll_are_equally_long(reason: str, said: str | None) -> None:
    form = form_of({"method": "consensus"})
    packed = None if said is None else pack(said, form)
    plain = secrecy.sealed_plain(bytes(16), packed, reason, form, reasons=True)
    assert len(plain) == len(secrecy.sealed_plain(bytes(16), None, "", form, reasons=True))
    assert secrecy.opened_plain(plain, form) == (bytes(16), packed, reason)


# Signatures


@settings(max_examples=6, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=60), st.integers(0, 95), st.integers(0, 7))
def test_signatures_are_judged_as_the_library_does(seed: bytes, message: bytes, at: int, bit: int) -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    both = bytearray(key.sign(message) + key.public_key().public_bytes_raw())
    assert is_signed(message, bytes(both[:64]), bytes(both[64:]))
    both[at] ^= 1 << bit
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(bytes(both[64:])).verify(bytes(both[:64]), message)
    except (InvalidSignature, ValueError):
        assert not is_signed(message, bytes(both[:64]), bytes(both[64:]))
    else:
        raise AssertionError("a changed signature was taken by the library")
    assert not is_signed(message, b"", b"")


# Records


def test_a_record_is_the_same_when_counted_again() -> None:
    found = check_record(written(of_five()))
    assert found.difference is None
    assert {"config_hash", "roll_root", "ballots_root", "seed", "result", "signature"} <= set(found.checks)


def test_any_flipped_bit_is_noticed() -> None:
    """Invariant 16, for every byte of a record and a bit of each by turns."""
    content = written(of_five())
    chance = random.Random(7)
    unnoticed = []
    for at in range(0, len(content)):
        if content[at : at + 1].isalnum() and chance.random() < 0.6:
            continue  # digits and letters inside of hashes are all alike; signs of the form are tried every one
        changed = bytearray(content)
        changed[at] ^= 1 << chance.randrange(8)
        try:
            if check_record(bytes(changed)).difference is None:
                unnoticed.append(at)
        except Unreadable:
            pass
    assert unnoticed == []


def _other(made: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> bytes:
    copy = json.loads(json.dumps(made))
    change(copy)
    del copy["signature"]
    return written(signed(copy))


def _set(*path: Any, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(made: dict[str, Any]) -> None:
        for step in path[:-1]:
            made = made[step]
        made[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (_set("config", "method", to="schulze"), "config_hash"),
        (_set("roll", "root", to="0" * 64), "roll_root"),
        (_set("roll", "weight", to=9), "roll_weight"),
        (_set("ballots", 1, "voter", to="m9"), "voters"),
        (_set("ballots", 1, "weight", to=2), "voters"),
        (_set("ballots", 1, "voter", to="m3"), "ballots"),
        (_set("ballots", 1, "ballot", to=[[2], [2]]), "ballots"),
        (_set("ballots", 1, "ballot", to=[[1], [2]]), "ballots_root"),
        (_set("lots", "commitment", to="0" * 64), "commitment"),
        (_set("lots", "beacon", to="round 4242"), "seed"),
        (_set("result", "elected", to=[2]), "result"),
    ],
)
def test_whoever_signs_something_else_is_found_out_by_the_count(
    change: Callable[[dict[str, Any]], None], where: str
) -> None:
    """Signing a changed record helps nobody: each figure follows from another."""
    found = check_record(_other(of_five(), change))
    assert found.difference is not None
    assert found.difference.where == where


def test_more_ballots_than_voters_and_one_receipt_twice() -> None:
    lines = [secrecy.line_of("yes", receipt="ab" * 32) for _ in range(2)]
    twice = check_record(written(record(config("majority", ()), lines, [["m1", 1, None, None]])))
    assert twice.difference is not None
    assert twice.difference.where == "voters"
    rows = [["m1", 1, None, None], ["m2", 1, None, None]]
    again = check_record(written(record(config("majority", ()), lines, rows)))
    assert again.difference is not None
    assert again.difference.found == "two ballots have the same receipt"


def test_scrutineers_secrets_are_part_of_the_seed() -> None:
    shown = {"commit": commitment(bytes([3]) * 32), "reveal": (bytes([3]) * 32).hex()}
    kept = {"commit": commitment(bytes([4]) * 32), "reveal": None}
    rows = [["m1", 1, None, None]]
    lines = [secrecy.line_of("yes", voter="m1")]
    made = record(config("majority", ()), lines, rows, scrutineers=[shown, kept])
    assert check_record(written(made)).difference is None
    other = _other(made, _set("lots", "scrutineers", 0, "reveal", to=(bytes([5]) * 32).hex()))
    found = check_record(other)
    assert found.difference is not None
    assert found.difference.where == "scrutineer 1"


@pytest.mark.parametrize(
    "method", ["majority", "consensus", "approval", "plurality", "star", "quadratic", "budget"]
)
def test_a_blank_ballot_changes_only_how_many_took_part(method: str) -> None:
    """Invariant 8."""
    options = [{"number": 1, "title": "Flour", "cost": 10}, {"number": 2, "title": "Rice", "cost": 20}]
    parameters = {"budget": 30, "rule": "greedy_skip"} if method == "budget" else {}
    fixed = {"method": method, "options": options, "parameters": parameters}
    form = form_of(fixed)
    said = {
        "majority": "yes",
        "consensus": "agree",
        "plurality": 1,
        "star": {"1": 5, "2": 1},
        "quadratic": {"1": 3},
    }
    packed = pack(said.get(method, [1]), form)
    lots = secrecy.lots_of(bytes(32))
    without = count_poll(fixed, Cast({packed: 3}, 0, 3, 9), lots).as_json()
    with_one = count_poll(fixed, Cast({packed: 3}, 1, 4, 9), lots).as_json()
    for figures in (without["figures"], with_one["figures"]):
        for name in ("cast", "ballots", "present", "blank", "stand_aside_most"):
            figures.pop(name, None)
    assert with_one == without


# The program


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "record.json"
    path.write_bytes(content)
    return path


def test_the_answer_in_words_and_the_exit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nonce = bytes([7]) * 16
    line = secrecy.line_of("yes", receipt=secrecy.receipt(POLL, nonce, "yes"))
    made = record(config("majority", (), secrecy="sealed"), [line], [["m1", 1, None, None]])
    rows = made["roll"].pop("rows")
    path = _file(tmp_path, written(signed({k: v for k, v in made.items() if k != "signature"})))
    roll = tmp_path / "roll.json"
    roll.write_text(json.dumps(rows))
    code, said = verify_poll(path, roll=roll, receipt=nonce.hex(), key=made["signature"]["key"])
    assert code == SAME
    assert 'Your ballot is line 1: "yes"' in said
    assert verify_poll(path, receipt="00" * 16)[0] == DIFFERENT
    assert verify_poll(path, receipt="no")[0] == UNREADABLE
    assert verify_poll(path, key="00" * 32)[0] == DIFFERENT
    assert verify_poll(tmp_path / "none")[0] == UNREADABLE
    roll.write_text("[[")
    assert verify_poll(path, roll=roll)[0] == UNREADABLE
    roll.write_text('[["m2", 1, null, null]]')
    assert "DIFFERENT in roll_root" in verify_poll(path, roll=roll)[1]
    assert main(["poll", str(path), "--receipt", nonce.hex(), "--key", made["signature"]["key"]]) == SAME
    assert main(["lot", str(path)]) == 2
    assert "SAME: 1 ballots counted again, outcome passed" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff", b'{"format":"minga-poll-record/2"}', b"[" * 100_000]
)
def test_what_is_no_record_is_unreadable(tmp_path: Path, content: bytes) -> None:
    assert verify_poll(_file(tmp_path, content))[0] == UNREADABLE


def test_a_record_with_a_method_that_cannot_be_is_unreadable() -> None:
    made = of_five()
    made["config"]["method"] = "applause"
    made["config_hash"] = secrecy.config_hash(made["config"])
    with pytest.raises(Unreadable):
        check_record(_other(made, lambda _: None))


def test_a_bare_python_counts_again(tmp_path: Path) -> None:
    """`verify.pyz` needs no package and no node: -I takes neither the folder it stands in nor what is installed."""
    made = tmp_path / "verify.pyz"
    made.write_bytes(program())
    path = _file(tmp_path, written(of_five()))
    bare = [sys.executable, "-I", "-S", str(made)]
    same = run([*bare, "poll", str(path)], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (same.returncode, same.stdout[:5], same.stderr) == (SAME, "SAME:", "")
    path.write_bytes(written(of_five()).replace(b'"outcome":"elected"', b'"outcome":"elektet"'))
    other = run([*bare, "poll", str(path)], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert other.returncode == DIFFERENT
    assert "DIFFERENT in result" in other.stdout
    asked = run(bare, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert asked.returncode == 2
    assert "poll FILE" in asked.stdout
    assert "lot FILE" in asked.stdout


def test_the_key_is_the_one_that_signed() -> None:
    assert of_five()["signature"]["key"] == KEY.public_key().public_bytes_raw().hex()
