"""Files of others are what their authors published: the sums in the folders match, and no file lacks one."""

import hashlib
from pathlib import Path

import pytest

from minga.interfaces.web.statics import FOLDER, icon_names

ROOT = Path(__file__).parents[3]
FOLDERS = [*(FOLDER / "vendor").glob("*/"), *(ROOT / "tests" / "vendor").glob("*/")]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_vendored_files_match_their_sums(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    listed = {name: known for known, name in (line.split("  ") for line in lines)}
    there = {file.name for file in folder.iterdir()} - {"SHA256SUMS"}
    assert set(listed) == there
    for name, known in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == known, name
    assert "LICENSE" in listed


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_readme_names_version_and_licence(folder: Path) -> None:
    (row,) = [
        line
        for line in (folder.parent / "README.md").read_text("utf-8").splitlines()
        if line.startswith(f"| `{folder.name}/` |")
    ]
    assert len([cell for cell in row.strip("|").split("|") if cell.strip()]) == 6


def test_no_drawing_lies_about_unused() -> None:
    drawn = {file.stem for file in (FOLDER / "vendor" / "lucide").glob("*.svg")}
    assert drawn == set(icon_names().values())
