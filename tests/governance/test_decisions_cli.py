"""Decisions and the charter from the command line, with the exit codes of the contract."""

from minga.governance.commands.decisions import say_done
from tests.communities.federating import do
from tests.communities.test_cli import Run
from tests.communities.test_cli import run as run
from tests.governance.deciding import decided, effects_of
from tests.village import Village

AS = ("--community", "valley", "--as")


def test_decisions_are_listed_shown_and_said_to_be_done(run: Run, village: Village) -> None:
    made = decided(village, effects=[{"kind": "task", "words": "Mend the gate"}])
    listed = run("decision", "list", *AS, "bruno")
    assert "2026-001" in str(listed)
    assert "2026-001" not in str(run("decision", "list", "--progress", "done", *AS, "bruno"))
    shown = run("decision", "show", "2026-001", *AS, "bruno")
    assert "'state': 'waits'" in str(shown)
    run("decision", "show", "2026-001", *AS, "zoe", code=3)
    run("decision", "show", "2026-009", *AS, "bruno", code=3)
    do(village, "bruno", say_done, effects_of(village, made)[0].id)
    run("decision", "done", "2026-001", *AS, "bruno")
    assert "2026-001" in str(run("decision", "list", "--progress", "done", *AS, "bruno"))
    run("decision", "list", "--progress", "soon", *AS, "bruno", code=2)
    assert "consensus" in str(run("decision", "charter", *AS, "bruno"))
