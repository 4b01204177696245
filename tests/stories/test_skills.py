"""Skills by page: named by posting, accepted, made one, and chosen as a filter."""

from collections.abc import Callable

from minga.sharing import queries
from tests.stories.test_listings import post
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def test_skills_are_named_accepted_and_chosen(visit: Visit, village: Village) -> None:
    ana, bruno, zoe = visit("ana"), visit("bruno"), visit("zoe")
    assert "No skill has a name here yet" in bruno.get("/c/valley/skills").text
    post(ana, "I teach", kind="skill", skill="Kniting")
    zoe.get("/c/valley/skills", 404)
    assert "Accept it" not in bruno.get("/c/valley/skills").text
    with village.database.read() as session:
        id = queries.skills(session, village.ana, village.valley, at=village.clock())[0].id
    bruno.post(f"/c/valley/skills/{id}/acceptance", {"name": "Knitting"}, status=403)
    ana.post(f"/c/valley/skills/{id}/acceptance", {"name": ""}, status=422)
    ana.post(f"/c/valley/skills/{id}/acceptance", {"name": "Knitting"})
    page = bruno.get(f"/c/valley/listings?kind=skill&skill={id}").text
    assert "I teach" in page
    assert "Knitting" in page
    assert "I teach" not in bruno.get("/c/valley/listings?skill=" + "0" * 32).text
