"""Dispatch on the command line: listed, arranged, and exported without a name, a number or an address."""

import json
from pathlib import Path

import pytest

from minga.interfaces.cli import main
from tests.interfaces.test_cli_listings import AS_ANA, home

__all__ = ["home"]


def test_a_need_is_listed_arranged_and_exported(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ("--direction", "need", "--kind", "help", "--description", "=1+1")
    assert main(["listing", "new", "Groceries", *words, "--community", "valley", "--as", "bruno"]) == 0
    capsys.readouterr()
    assert main(["dispatch", "list", *AS_ANA, "--json"]) == 0
    row = json.loads(capsys.readouterr().out.splitlines()[0])
    row = row.get("data", row)
    assert (row["title"], row["step"]) == ("Groceries", "new")
    assert main(["dispatch", "list", "--community", "valley", "--as", "hana"]) != 0
    assert main(["dispatch", "list", *AS_ANA, "--whose", "everybody"]) == 2
    capsys.readouterr()
    file = tmp_path / "needs.csv"
    assert main(["dispatch", "export", *AS_ANA, "-o", str(file)]) == 0
    text = file.read_text()
    assert "Groceries" in text
    assert "bruno" not in text.lower()
    assert main(["dispatch", "assign", row["id"], "hana", *AS_ANA]) == 0
    assert "Arranged" in capsys.readouterr().out
