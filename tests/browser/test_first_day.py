"""The first day of a community, by what `minga up` started: an owner, the questions, an invitation, a second person at home."""

from pathlib import Path

import pytest

from tests.browser.conftest import PLAIN, SMALL, WIDE
from tests.browser.people import Desk
from tests.stories.test_first_start import announced, minga, up

pytestmark = pytest.mark.browser
PASSWORD = "barley lantern otter quartz"


@pytest.mark.parametrize("mode", [SMALL, PLAIN, WIDE], ids=["scripts-360", "plain-360", "scripts-1280"])
def test_s1_e1_from_one_command_to_the_first_need(desk: Desk, tmp_path: Path) -> None:
    with minga(*up(tmp_path / "minga-data")) as process:
        said = announced(process)
        ana = desk.sit_down(said["site_url"])
        ana.open(said["link"])
        ana.write("Your name", "Ana")
        ana.write("Password", PASSWORD)
        ana.press("Become owner")
        ana.reads("What is your community called?")
        ana.write("Name", "Valley")
        ana.press("Start")
        ana.reads("Your community is ready")
        ana.open("/c/valley")
        ana.follow("Invite")
        ana.write("For whom?", "Bruno")
        ana.press("Make the invitation")
        link = ana.page.locator("#join-link").input_value()
        assert link.startswith(f"{said['site_url']}/join/")

        bruno = desk.sit_down(said["site_url"])
        bruno.open(link)
        bruno.reads("Ana invites you.")
        bruno.write("Your name", "Bruno")
        bruno.write("Password", PASSWORD)
        bruno.press("Join")
        bruno.open("/")
        bruno.reads("Bruno")
        bruno.reads("Valley")
        bruno.follow("I need")
        bruno.page.locator("#need").get_by_role("link", name="A thing", exact=True).click()
        bruno.write("What is it?", "A ladder for Saturday")
        bruno.press("Publish")
        bruno.reads("A ladder for Saturday")
        ana.open("/")
        ana.reads("A ladder for Saturday")
        ana.open("/c/valley/members")
        ana.reads("Bruno")

        stranger = desk.sit_down(said["site_url"])
        stranger.open(said["link"], status=404)
        stranger.misses("Ana")
        stranger.open(link, status=404)
        stranger.misses("Valley")
        desk.leave()
