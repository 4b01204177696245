"""Communities and invitations from the command line, with the exit codes of the contract."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from minga.interfaces.cli import main
from minga.interfaces.http import Node
from tests.communities.branching import brought_in
from tests.communities.tying import listed
from tests.village import Village
from tests.visitor import Visitor

__all__ = ["listed"]

Run = Callable[..., dict[str, object]]


@pytest.fixture
def run(
    node: Node, village: Village, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    monkeypatch.setenv("MINGA_DATABASE_URL", node.settings.database_url)
    monkeypatch.setenv("MINGA_SECRET", node.settings.secret.reveal())

    def one(*words: str, code: int = 0) -> dict[str, object]:
        capsys.readouterr()
        assert main([*words, "--data", str(node.settings.home), "--json"]) == code
        said = capsys.readouterr().out.strip().splitlines()
        return json.loads(said[-1]) if said else {}

    return one


def test_an_invitation_by_the_command_lets_somebody_in(
    run: Run, visit: Callable[[str | None], Visitor]
) -> None:
    made = run("invite", "new", "--community", "valley", "--uses", "2", "--at-once", "--as", "ana")
    link = "/join/" + str(made["url"]).split("/join/")[1]
    visit(None).post(link, {"name": "Karla", "means": "neither"})
    assert run("invite", "show", str(made["id"]), "--as", "ana")["uses"] == 1
    assert run("invite", "list", "--community", "valley", "--as", "hana")["for_whom"] == ""
    new = run("invite", "reissue", str(made["id"]), "--as", "ana")
    assert new["url"] != made["url"]
    visit(None).get(link, 404)
    assert run("invite", "rotate", "--all", "--yes")["rotated"] == [made["id"]]
    visit(None).get("/join/" + str(new["url"]).split("/join/")[1], 404)
    run("invite", "revoke", str(made["id"]), "--as", "ana")
    assert run("invite", "show", str(made["id"]), "--as", "ana")["state"] == "revoked"


def test_rotating_those_of_a_community_leaves_others_alone_and_tells_the_makers(
    run: Run, visit: Callable[[str | None], Visitor]
) -> None:
    valley = run("invite", "new", "--community", "valley", "--as", "bruno")
    hill = run("invite", "new", "--community", "hill", "--as", "zoe")
    paths = ["/join/" + str(one["url"]).split("/join/")[1] for one in (valley, hill)]
    rotate = ("invite", "rotate", "--community", "valley", "--yes")
    run(*rotate, "--as", "zoe", code=3)
    run(*rotate, "--as", "bruno", code=4)
    run("invite", "rotate", "--community", "nowhere", "--yes", code=3)
    run("invite", "rotate", "--community", "valley", "--all", "--yes", code=2)
    assert "has a new link" not in visit("bruno").get("/").text
    assert run(*rotate)["rotated"] == [valley["id"]]
    visit(None).get(paths[0], 404)
    visit(None).get(paths[1])
    assert "has a new link" in visit("bruno").get("/").text
    assert "has a new link" not in visit("zoe").get("/").text
    new = run("invite", "show", str(valley["id"]), "--as", "bruno")
    visit(None).get("/join/" + str(new["url"]).split("/join/")[1])
    assert run(*rotate, "--as", "ana")["rotated"] == [valley["id"]]


def test_whoever_may_not_is_told_by_the_exit_code(run: Run) -> None:
    run("invite", "new", "--community", "valley", "--at-once", "--as", "bruno", code=4)
    run("invite", "new", "--community", "valley", "--as", "zoe", code=3)
    run("invite", "new", "--community", "valley", code=2)
    run("community", "show", "nowhere", "--as", "ana", code=3)
    run("invite", "rotate", code=2)


def test_rules_are_read_and_changed(run: Run) -> None:
    line = ("--community", "valley", "--as", "ana")
    assert run("community", "policy", "get", "joining.way", *line)["value"] == "invite"
    asked = run("community", "policy", "set", "joining.trial_days", "7", "--urgent", *line)
    assert asked["agreed"] is None
    run("community", "policy", "set", "joining.trial_days", "many", *line, code=1)
    hill = ("--community", "hill", "--as", "zoe")
    assert run("community", "policy", "set", "joining.trial_days", "7", "--urgent", *hill)["agreed"] is True
    assert run("community", "policy", "get", "joining.trial_days", *hill)["value"] == 7
    assert run("community", "policy", "history", "joining.trial_days", *hill)["value"] == 0


def test_a_community_is_founded_listed_and_paused(run: Run, visit: Callable[[str | None], Visitor]) -> None:
    assert run("community", "new", "Orchard", "--template", "food", "--as", "bruno")["slug"] == "orchard"
    assert run("community", "show", "orchard", "--as", "bruno")["kind"] == "food"
    assert run("community", "list")["slug"] == "orchard"
    run("community", "pause", "valley", code=8)
    run("community", "pause", "valley", "--yes", "--as", "ana", code=4)
    run("community", "pause", "valley", "--yes")
    refused = visit("bruno").post("/c/valley/invites/new", {"joining": "asked"}, status=403).text
    assert "This community is closed." in refused
    visit("bruno").get("/c/valley")
    run("community", "pause", "valley", "--end", "--yes")
    visit("bruno").post("/c/valley/invites/new", {"joining": "asked"})


def test_a_dry_run_changes_nothing(run: Run) -> None:
    run("community", "new", "Orchard", "--as", "bruno", "--dry-run")
    run("community", "show", "orchard", "--as", "bruno", code=3)


@pytest.mark.usefixtures("listed")
def test_a_partnership_is_made_and_ended_by_commands(run: Run) -> None:
    line = ("--community", "valley", "--as", "ana")
    run("community", "tie", "propose", "harbour", "--community", "valley", "--as", "zoe", code=3)
    run("community", "tie", "propose", "harbour", "--community", "valley", "--as", "bruno", code=4)
    made = run("community", "tie", "propose", "harbour", "--no-needs", "--kind", "item", *line)
    assert (made["state"], made["we_give"]) == ("proposed", "offers (item)")
    run("community", "tie", "agree", str(made["id"]), "--as", "ana", code=4)
    agreed = run("community", "tie", "agree", str(made["id"]), "--members", "--as", "farid")
    assert agreed["we_give"] == "offers needs members"
    assert run("community", "tie", "list", *line)["other"] == "harbour"
    run("flow", "--community", "valley", "--as", "zoe", code=3)
    run("flow", *line)
    run("community", "tie", "seats", *line)
    run("community", "tie", "end", str(made["id"]), *line, code=8)
    assert run("community", "tie", "end", str(made["id"]), *line, "--yes")["state"] == "ended"
    assert run("community", "tie", "list", *line)["state"] == "ended"


def test_what_is_agreed_is_published_from_a_file_by_two_people(
    run: Run, visit: Callable[[str | None], Visitor], tmp_path: Path
) -> None:
    file = tmp_path / "kind.md"
    file.write_text("key: kind\nmust_accept: yes\n--- en Peace\n1. Be kind.\n--- es Paz\n1. Sé amable.\n")
    asked = run("agreements", "publish", str(file), "--community", "valley", "--as", "ana")
    assert asked["agreed"] is None
    visit("chidi").post(f"/seconds/{asked['second_id']}/yes")
    assert run("agreements", "list", "--community", "valley", "--as", "bruno")["title"] == "Peace"
    run("agreements", "publish", str(tmp_path / "none"), "--community", "valley", "--as", "ana", code=9)
    file.write_text("key: Two words\n--- en Peace\nx\n")
    run("agreements", "publish", str(file), "--community", "valley", "--as", "ana", code=1)
    run("agreements", "publish", str(file), "--community", "valley", "--as", "bruno", code=4)


def test_the_tree_is_printed_as_text_json_and_dot_by_its_older_name_too(
    run: Run, village: Village, node: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    brought_in(village, ("bruno", "ana"), ("dara", "bruno"))
    found = run("community", "tree", "valley", "--as", "bruno")
    assert [one["name"] for one in found["lines"]] == ["Ana", "Bruno", "Dara"]  # type: ignore[attr-defined]
    run("community", "tree", "valley", "--as", "zoe", code=3)
    run("community", "tree", "valley", code=2)
    run("community", "tree", "valley", "--format", "gif", "--as", "ana", code=2)

    def printed(*words: str) -> str:
        capsys.readouterr()
        assert main([*words, "--as", "bruno", "--data", str(node.settings.home)]) == 0
        return capsys.readouterr().out

    assert (
        printed("invite-map", "refresh", "valley", "--depth", "1")
        .splitlines()[1]
        .startswith("  Bruno, since")
    )
    assert "n0 -> n1;" in printed("community", "tree", "valley", "--format", "dot")
    assert (
        json.loads(printed("community", "tree", "valley", "--format", "json"))["lines"][0]["handle"] == "ana"
    )
