"""A node's folder as `minga up` leaves it, copied from one that was made once: the history of tables costs a second."""

import shutil
from pathlib import Path

import pytest

from minga.kit import engines, secrets


def made_home(template: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All tables, nobody in it, its secrets; the commands of this test mean it."""
    folder.mkdir(mode=0o700)
    secrets.generate(folder)
    shutil.copy(template, folder / "minga.db")
    (folder / "minga.db").chmod(0o600)
    monkeypatch.setenv("MINGA_HOME", str(folder))
    monkeypatch.setattr(engines, "sqlite_is_safe", lambda: True)
    return folder
