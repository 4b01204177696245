"""Attacks on ties: what somebody kept while they belonged to a partner opens nothing after they left; nothing can be counted."""

from collections.abc import Callable

from minga.communities import commands as communities
from minga.communities.rules import JoiningMode
from minga.communities.rules.ties import Gives
from minga.kit.ids import new_id
from minga.sharing.rules import Direction, Level
from tests.communities.federating import ONE_ENGINE, alliance
from tests.communities.test_ties import with_token
from tests.communities.tying import listed, tied
from tests.sharing.makers import post
from tests.stories.test_feeds import made_feed
from tests.village import Village
from tests.visitor import Visitor

__all__ = ["listed"]


@ONE_ENGINE
def test_what_a_removed_member_kept_opens_nothing(
    listed: Village, visit: Callable[[str | None], Visitor]
) -> None:
    """A kept feed, a token and an open tab of somebody who has left the partner, and who speaks for it no more."""
    village = listed
    tied(village, Gives(needs=False, kinds=("item",)))
    made, *_ = alliance(village)
    village.clock.forward(seconds=1)
    with village.database.write() as session:
        at = village.clock()
        drill = post(session, village.ana, village.valley, "Drill canary", level=Level.PARTNERS, at=at)
    gita = visit("gita")
    feed = made_feed(gita, "kind=item", c="harbour")
    token = with_token(village, visit, "gita")
    paths = (f"/listings/{drill.id}", "/listings?include_public=true", "/discovery/communities")
    assert "Drill canary" in visit(None).get(feed).text
    assert "Drill canary" in token("GET", paths[0]).text
    assert "Drill canary" in gita.get("/c/harbour/listings").text
    with village.database.write() as session:
        communities.leave(session, village.gita, village.harbour, at=village.clock())
    for path in paths:
        assert "Drill canary" not in token("GET", path).text
    assert token("GET", paths[0]).status_code == 404
    assert token("GET", "/communities/alliance/federation").status_code == 404
    visit(None).get(feed, 404)
    gita.get("/c/harbour/listings", 404)
    gita.get(f"/listings/{drill.id}", 404)
    gita.post(f"/listings/{drill.id}/asks", {"words": "Please", "form_id": new_id()}, 404)
    gita.get("/c/alliance/seats", 404)
    assert made


@ONE_ENGINE
def test_nobody_counts_what_they_may_not_see(listed: Village, visit: Callable[[str | None], Visitor]) -> None:
    """A group's listing is closed to members of the community above; absent and hidden answer alike, byte for byte."""
    village = listed
    with village.database.write() as session:
        at = village.clock()
        group = communities.found_subgroup(
            session, village.ana, village.valley, name="Garden", mode=JoiningMode.QUIET, at=at
        )
        inside = post(session, village.ana, group.id, "Group canary", level=Level.COMMUNITY, at=at)
        need = post(
            session,
            village.ana,
            village.valley,
            "Need canary",
            level=Level.PARTNERS,
            direction=Direction.NEED,
            at=at,
        )
    tied(village, Gives(needs=False))
    village.clock.forward(seconds=8 * 86_400)
    for name, hidden in (
        ("bruno", (inside.id,)),
        ("farid", (inside.id, need.id)),
        ("zoe", (inside.id, need.id)),
    ):
        call = with_token(village, visit, name)
        nothing = call("GET", f"/listings/{new_id()}")
        for one in hidden:
            found = call("GET", f"/listings/{one}")
            assert (found.status_code, without_id(found)) == (404, without_id(nothing)), name
        shown = "".join(
            call("GET", path).text
            for path in (
                "/listings?include_public=true&group=community",
                "/discovery/communities",
                "/me/communities",
            )
        )
        assert "Group canary" not in shown
        assert "Garden" not in shown
        assert ("Need canary" in shown) is (name == "bruno")
    zoe = with_token(village, visit, "zoe")
    absent = [zoe("GET", f"/{kind}/{new_id()}").status_code for kind in ("seats", "partnerships", "invites")]
    assert absent == [404, 404, 404]


def without_id(answer: object) -> dict[str, object]:
    """A problem without what differs from request to request."""
    found: dict[str, object] = answer.json()  # type: ignore[attr-defined]
    return {name: value for name, value in found.items() if name not in ("instance", "request_id", "number")}
