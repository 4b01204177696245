"""The log as a file that is checked without the node: whole it fits, and no bit of it can change unseen."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minga.interfaces.cli import main
from minga.interfaces.http import Node
from minga.kit import chains
from minga.kit.chainfiles import check_lines, lines_of
from minga.kit.chains import Checked
from minga.kit.secrets import Secret
from tests.village import Village

SECRET = Secret("a secret of the tests, long enough to be one")


def written(node: Node) -> bytes:
    """The file of all chains, with signed heads."""
    with node.database.write() as session:
        chains.seal_open(session)
        assert chains.sign_heads(session, SECRET, at=node.clock()) == 4
    with node.database.read() as session:
        return b"".join(line + b"\n" for line in lines_of(session, chains.chains(session)))


def checked(data: bytes) -> list[Checked]:
    return check_lines(io.BytesIO(data))


def test_the_file_says_what_the_database_says(node: Node, village: Village) -> None:
    data = written(node)
    with node.database.read() as session:
        known = [chains.check_chain(session, chain) for chain in chains.chains(session)]
    assert checked(data) == known
    assert all(one.count and one.broken is None for one in known)
    assert village.valley in {one.chain for one in known}


def test_one_flipped_bit_is_found(node: Node, village: Village) -> None:
    data = written(node)

    @settings(max_examples=500, deadline=None)
    @given(st.integers(0, len(data) * 8 - 1))
    def flip(bit: int) -> None:
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        assert any(one.broken for one in checked(bytes(changed)))

    flip()


def test_a_missing_line_is_named(node: Node, village: Village) -> None:
    """Any line but the first of a chain, at the end too; what cannot be read is no chain at all."""
    lines = written(node).splitlines(keepends=True)
    links = [n for n, line in enumerate(lines) if b'"row":' in line]
    third = b"".join(lines[: links[2]] + lines[links[2] + 1 :])
    broken = checked(third)[0].broken
    assert broken is not None
    assert broken.seq == 3
    assert checked(b"".join(lines[:-1]))[-1].broken
    assert checked(b"no log\n")[0].broken
    assert checked(b"") == []


def test_the_command_writes_and_checks_the_file(
    node: Node, village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["--data", str(node.settings.home), "--json"]
    assert main(["secrets", "generate", *line]) == 0
    if node.database.dialect != "sqlite":
        pytest.skip("the file of a node is SQLite")
    place = Path(node.settings.home) / "log.jsonl"
    assert main(["verify", "log", *line, "--export", str(place), "--as", "bruno"]) == 4
    assert not place.exists()
    assert main(["verify", "log", *line, "--export", str(place), "--community", "valley"]) == 0
    assert place.stat().st_mode & 0o777 == 0o600
    assert main(["verify", "log", *line, "--export", str(place)]) == 9
    elsewhere = ["verify", "log", "--data", str(Path(node.settings.home) / "nowhere"), "--file"]
    assert main([*elsewhere, str(place)]) == 0
    data = place.read_bytes()
    place.write_bytes(data.replace(b"mutual_aid", b"mutual_aie", 1))
    capsys.readouterr()
    assert main([*elsewhere, str(place)]) == 7
    assert f"chain {village.valley}, line 2." in capsys.readouterr().err
    assert main([*elsewhere, str(place.with_name("none"))]) == 9
