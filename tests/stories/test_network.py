"""ICS-S.1, ICS-S.2: an owner shows a listing to the network, reads what follows, and takes it back."""

import re
from collections.abc import Callable

import pytest

from minga.communities.models import Policy
from minga.kit.ids import new_id
from tests.stories.test_listings import post, typed
from tests.village import Village
from tests.visitor import Visitor


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_owner_reads_what_the_network_means_and_takes_it_back(
    village: Village, visit: Callable[[str | None], Visitor]
) -> None:
    ana, zoe, at = visit("ana"), visit("zoe"), village.clock()
    with village.database.write() as session:
        rule = {"key": "community.listed", "value": "network", "since_at": at, "made_at": at}
        session.add(Policy(id=new_id(), community_id=village.valley, **rule))
    form = "/c/valley/listings/new?direction=offer&kind=item"
    assert "it appears in the feeds of partner communities" in ana.get(form).text
    made = post(ana, "Ladder", level="network").split("?")[0]
    assert "Ladder" not in zoe.get("/c/hill/listings").text
    assert "Ladder" in zoe.get("/c/hill/listings?origin=network").text
    assert "Valley" in zoe.get(made).text
    version = re.search(r'name="version" value="(\d+)"', ana.get(f"{made}/edit").text)
    assert version is not None
    ana.post(f"{made}/edit", typed("Ladder", level="community", version=version[1]))
    assert "Ladder" not in zoe.get("/c/hill/listings?origin=network").text
    zoe.get(made, 404)
