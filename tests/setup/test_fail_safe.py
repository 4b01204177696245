"""What a node does when nobody decided anything: the careful thing (WB-F.5)."""

from collections.abc import Callable
from pathlib import Path

from minga.kit.settings import load
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
SECRET = "9wq2mZ-7yTnB4vXcR8sLdK1fHgJ6pQeU3aOi5tWzYkM0bNxC"  # pragma: allowlist secret


def test_a_new_node_talks_to_nobody_outside(tmp_path: Path) -> None:
    """No assistant, no key for one, no mail, no broker; rows and files lie in the node's own folder."""
    home = tmp_path / "minga-data"
    home.mkdir(mode=0o700)
    settings = load({"MINGA_SECRET": SECRET}, home)
    assert settings.assistant is False
    assert not settings.llm_api_key
    assert (settings.smtp_url, settings.broker, settings.queue) == (None, None, "database")
    assert settings.database_url == f"sqlite:///{home}/minga.db"
    assert settings.host == "127.0.0.1"
    assert settings.communities_founded_by == "operator"


def test_after_the_first_owner_only_members_who_may_invite(village: Village, visit: Visit) -> None:
    stranger, elsewhere, bruno = visit(None), visit("farid"), visit("bruno")
    form = {"joining": "asked"}
    stranger.get("/first/anything", 404)
    assert stranger.client.get("/c/valley/invites/new").status_code == 404
    stranger.post("/c/valley/invites/new", form, status=404)
    elsewhere.post("/c/valley/invites/new", form, status=404)
    bruno.post("/c/valley/invites/new", {"joining": "at_once"}, status=403)
    stranger.get("/join/nobody-made-this", 404)
