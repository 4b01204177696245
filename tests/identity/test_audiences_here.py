"""One's fields are shown differently in one community: by the page and by the call, and only where one lives."""

from collections.abc import Callable

import pytest

from minga.communities.commands.membership import begin
from minga.communities.rules import CameBy
from minga.identity import commands as identity
from tests.interfaces.test_api_exchanges import Call
from tests.interfaces.test_api_exchanges import call as call
from tests.village import Village
from tests.visitor import Visitor

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
PAGE = "/me/communities/valley/audiences"
PHONE = "+57 300 123 45 67"


def test_a_field_is_shown_in_one_community_and_not_in_another(
    village: Village, visit: Callable[[str | None], Visitor], call: Call
) -> None:
    with village.database.write() as session:
        at = village.clock()
        identity.change_profile(session, village.bruno, values={"phone": PHONE}, audiences={}, at=at)
        bruno = village.people["bruno"]
        begin(session, village.farid, village.harbour, bruno, at=at, came_by=CameBy.INVITE, trial_days=0)
    bruno_in, chidi, gita = visit("bruno"), visit("chidi"), visit("gita")
    visit(None).get(PAGE, 401)
    visit("zoe").get(PAGE, 404)
    visit("zoe").post(PAGE, {"phone_audience": "community"}, 404)
    assert "as everywhere" in bruno_in.get(PAGE).text
    assert bruno_in.post(PAGE, {"phone_audience": "everybody"}, 422)
    assert bruno_in.post(PAGE, {"name_audience": "me"}, 422)

    def shown(reader: Visitor) -> bool:
        return "300 123 45 67" in reader.get("/people/bruno").text.replace("&nbsp;", " ").replace(
            "\u00a0", " "
        )

    hana = visit("dara")
    assert not shown(gita)
    bruno_in.post(PAGE, {"phone_audience": "community"})
    card = call("bruno", "GET", "/me/communities/valley/audiences", scope="read")
    assert card["audiences"] == {"phone": "community"}
    with village.database.read() as session:
        from minga.communities import queries

        in_valley = queries.person(session, village.chidi, "bruno", at=village.clock())
        in_harbour = queries.person(session, village.gita, "bruno", at=village.clock())
        assert PHONE.replace(" ", "") in str(in_valley).replace(" ", "")
        assert PHONE.replace(" ", "") not in str(in_harbour).replace(" ", "")
    call("zoe", "PUT", "/me/communities/valley/audiences", {"audiences": {}}, 404)
    call("bruno", "PUT", "/me/communities/valley/audiences", {"audiences": {"name": "me"}}, 422)
    put = call("bruno", "PUT", "/me/communities/valley/audiences", {"audiences": {}})
    assert put["audiences"] == {}
    with village.database.read() as session:
        again = queries.person(session, village.chidi, "bruno", at=village.clock())
        assert PHONE.replace(" ", "") not in str(again).replace(" ", "")
    assert hana
    assert chidi
