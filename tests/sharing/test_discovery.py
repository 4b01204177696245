"""Finding communities: who is shown, what is told of each, one statement for the page, and the same by page and API."""

from collections.abc import Callable

from minga.communities import commands as communities
from minga.communities.models import Policy
from minga.communities.rules.ties import Gives
from minga.kit.db import count_statements
from minga.sharing import queries
from minga.sharing.queries import Found, Sought
from minga.sharing.rules import Direction, Level, Wish
from tests.communities.federating import ONE_ENGINE, federate
from tests.communities.test_ties import with_token
from tests.communities.tying import EVERY, KINDS, listed, tied
from tests.sharing.makers import post
from tests.village import NOBODY, Village
from tests.visitor import Visitor

__all__ = ["listed"]


def found(village: Village, who: str, **sought: object) -> dict[str, Found]:
    actor = NOBODY if who == "nobody" else village.actor(who)
    with village.database.read() as session:
        page = queries.discovery(session, actor, Sought(**sought), at=village.clock())  # type: ignore[arg-type]
        return {one.slug: one for one in page.items}


def rule(village: Village, community_id: str, key: str, value: object) -> None:
    village.clock.forward(seconds=1)
    at = village.clock()
    with village.database.write() as session:
        session.add(Policy(community_id=community_id, key=key, value=value, since_at=at, made_at=at))


def test_who_is_found_and_what_is_told_of_each(
    listed: Village, visit: Callable[[str | None], Visitor]
) -> None:
    village = listed
    assert found(village, "nobody") == {}
    assert set(found(village, "ivo")) == {"valley", "harbour", "hill"}
    rule(village, village.hill, "community.listed", "nobody")
    assert set(found(village, "ana")) == {"valley", "harbour"}
    with village.database.write() as session:
        at = village.clock()
        for level in set(Level) - {Level.PUBLIC}:
            post(session, village.farid, village.harbour, f"Boat {level}", level=level, at=at)
        post(session, village.farid, village.harbour, "Rope", level=Level.NETWORK, at=at)
        post(
            session,
            village.farid,
            village.harbour,
            "Sail",
            level=Level.PARTNERS,
            direction=Direction.NEED,
            at=at,
        )
    before = found(village, "ana")["harbour"]
    assert (before.active_offers, before.active_needs, before.member_count) == (2, 0, None)
    assert (before.is_partner, before.kinds) == (False, ("item",))
    village.clock.forward(seconds=1)
    tie = tied(village, theirs=Gives(members=True))
    village.clock.forward(seconds=8 * 86_400)
    now = found(village, "bruno")["harbour"]
    assert (now.active_offers, now.active_needs, now.member_count) == (3, 1, 2)
    assert (now.is_partner, now.partner_of) == (True, "Valley")
    assert found(village, "ivo")["harbour"].member_count is None
    assert found(village, "farid")["valley"].member_count is None  # Valley does not give it
    for who in ("ana", "farid", "zoe", "ivo"):  # the numbers are those of lists
        for one in found(village, who).values():
            with village.database.read() as session:
                same = queries.totals(session, village.actor(who), Wish(origins=EVERY), at=village.clock())
            assert {t.slug: t.n for t in same}.get(one.slug, 0) == one.active_offers + one.active_needs
    rule(village, village.harbour, "community.listed", "nobody")
    assert set(found(village, "ivo")) == {"valley"}
    assert set(found(village, "ana")) == {"valley", "harbour"}  # partners know each other
    assert next(iter(found(village, "gita"))) == "harbour"  # one's own first
    pages(village, visit)
    with village.database.write() as session:
        communities.end_tie(session, village.ana, tie, village.valley, at=village.clock())
    assert set(found(village, "ana")) == {"valley"}


def pages(village: Village, visit: Callable[[str | None], Visitor]) -> None:
    page = visit("bruno").get("/communities").text
    assert "partner of Valley" in page
    assert "3 offers" in page
    assert "Propose a partnership" not in page
    assert "Harbour" not in visit("ivo").get("/communities").text
    profile = visit("bruno").get("/c/harbour").text
    assert "partner of Valley" in profile
    call = with_token(village, visit, "bruno")
    items = call("GET", "/discovery/communities").json()["items"]
    assert [(one["slug"], one["is_partner"], one["active_offers"]) for one in items] == [
        ("valley", False, 0),
        ("harbour", True, 3),
    ]
    assert call("GET", "/discovery/communities?radius_km=5").status_code == 422
    visit("bruno").get("/communities?radius_km=5", 422)


def test_filters_and_one_statement_however_many(listed: Village) -> None:
    village = listed
    with village.database.write() as session:
        at = village.clock()
        post(session, village.farid, village.harbour, "Saw", level=Level.NETWORK, at=at, category="tools")
        post(session, village.zoe, village.hill, "Saw", level=Level.COMMUNITY, at=at, category="tools")
    assert set(found(village, "ana", category="tools")) == {"harbour"}
    assert set(found(village, "ana", q="HILL")) == {"hill"}
    assert set(found(village, "ana", kind="mutual_aid", language="en")) == {"valley", "harbour", "hill"}
    assert found(village, "ana", language="es") == {}
    made = federate(village, scope_words="The river")
    rule(village, made, "community.listed", "node")
    assert (
        set(found(village, "ivo", q="river")) == set(found(village, "ivo", kind="federation")) == {"alliance"}
    )
    counts = []
    for n in range(2):
        with village.database.read() as session:
            queries.listings(session, village.ana, Wish(), at=village.clock())
            with count_statements(village.database) as said:
                queries.discovery(session, village.ana, at=village.clock())
        counts.append(len(said))
        if n == 0:
            tied(village)
            with village.database.write() as session:
                communities.propose_tie(
                    session,
                    village.ana,
                    village.valley,
                    "hill",
                    Gives(),
                    known_kinds=KINDS,
                    at=village.clock(),
                )
    assert counts[0] == counts[1] == 1
    with village.database.read() as session:
        first = queries.discovery(session, village.ana, at=village.clock(), limit=1)
        rest = queries.discovery(session, village.ana, at=village.clock(), limit=50, after=first.next)
    slugs = [one.slug for one in (*first.items, *rest.items)]
    assert slugs[0] in ("valley", "alliance")
    assert sorted(slugs) == ["alliance", "harbour", "hill", "valley"]


@ONE_ENGINE
def test_the_network_is_browsed_by_community_with_counts(
    listed: Village, visit: Callable[[str | None], Visitor]
) -> None:
    """ICS-U.2, ICS-S.6, ICS-1.3: three groups, each listing once, totals over all and not only the page."""
    village = listed
    tied(village, theirs=Gives(needs=False))
    village.clock.forward(seconds=1)
    with village.database.write() as session:
        at = village.clock()
        post(session, village.ana, village.valley, "Ours", level=Level.PARTNERS, at=at)
        for name in ("Boat", "Oars"):
            post(session, village.farid, village.harbour, name, level=Level.PARTNERS, at=at)
        need, wide = Direction.NEED, Level.NETWORK
        post(session, village.farid, village.harbour, "Sail", level=wide, direction=need, at=at)
        post(session, village.zoe, village.hill, "Plough", level=Level.NETWORK, at=at)
        post(session, village.zoe, village.hill, "Hidden", level=Level.PARTNERS, at=at)
    village.clock.forward(seconds=1)
    with village.database.read() as session:
        shares = queries.shares(session, village.bruno, Wish(origins=EVERY), at=village.clock())
    assert [(one.origin.value, one.slug, one.n) for one in shares] == [
        ("own", "valley", 1),
        ("partner", "harbour", 2),
        ("network", "harbour", 1),
        ("network", "hill", 1),
    ]
    bruno = visit("bruno")
    usual = bruno.get("/c/valley/listings").text
    assert "Count by community" in usual
    assert "By community" not in usual
    page = bruno.get("/c/valley/listings?origin=own&origin=partners&origin=network").text
    assert "From the network" in page
    assert 'href="/c/hill"' in page
    assert "Hidden" not in page
    only = bruno.get("/c/valley/listings?origin=network&group=community").text
    assert "Plough" in only
    assert "Boat" not in only
