"""Partnerships: two communities, two people, what each side gives, and that ending one ends it everywhere at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from minga.communication.models import Notice
from minga.communities import commands, queries
from minga.communities.models import Partnership, Policy, TieGift
from minga.communities.rules import CameBy
from minga.communities.rules.ties import LAPSES_AFTER, OLDER_WAIT, Gives, TieState
from minga.identity import commands as identity
from minga.kit.clock import FixedClock
from minga.kit.delivery import deliver
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.events import EventRow
from minga.kit.ids import Id, new_id
from minga.sharing import queries as sharing
from minga.sharing.models import Listing
from minga.sharing.rules import Direction, Kind, Level, Wish
from tests.communities.tying import KINDS, agree, listed, propose, state, tied
from tests.sharing.makers import post
from tests.village import NOBODY, Village
from tests.visitor import Visitor

__all__ = ["listed"]


def test_strangers_members_and_communities_that_hide_cannot_propose(listed: Village) -> None:
    village = listed
    for actor, error in ((NOBODY, NotFound), (village.zoe, NotFound), (village.bruno, Forbidden)):
        with pytest.raises(error), village.database.write() as session:
            commands.propose_tie(
                session, actor, village.valley, "harbour", Gives(), known_kinds=KINDS, at=village.clock()
            )
    village.clock.forward(seconds=1)
    with village.database.write() as session:
        session.add(
            Policy(
                community_id=village.harbour,
                key="community.listed",
                value="nobody",
                since_at=village.clock(),
                made_at=village.clock(),
            )
        )
    with pytest.raises(NotFound):
        propose(village)


def test_what_a_side_gives_must_be_something_that_exists(listed: Village) -> None:
    for gives in (Gives(False, False), Gives(kinds=("boats",))):
        with pytest.raises(Invalid):
            propose(listed, gives)
    with pytest.raises(Invalid) as refusal, listed.database.write() as session:
        commands.propose_tie(
            session, listed.ana, listed.valley, "valley", Gives(), known_kinds=KINDS, at=listed.clock()
        )
    assert refusal.value.name == "same_community"


def test_a_tie_needs_somebody_else_of_the_other_side(listed: Village) -> None:
    village = listed
    with village.database.write() as session:  # Ana keeps both communities
        commands.begin(
            session,
            village.farid,
            village.harbour,
            village.people["ana"],
            at=village.clock(),
            came_by=CameBy.INVITE,
            trial_days=0,
        )
    give_steward(village, village.harbour, "ana")
    tie = propose(village)
    with pytest.raises(Forbidden) as refusal:
        agree(village, tie, who="ana")
    assert refusal.value.name == "same_person"
    assert "Somebody else from Harbour" in str(refusal.value)
    with pytest.raises(NotFound):
        agree(village, tie, who="zoe")
    for one in ("bruno", "chidi"):  # a member, and a steward of the same side
        with pytest.raises(Forbidden):
            agree(village, tie, who=one)
    assert state(village, tie) is TieState.PROPOSED
    agree(village, tie)
    agree(village, tie)
    assert state(village, tie) is TieState.ACTIVE
    with pytest.raises(Conflict), village.database.write() as session:
        commands.decline_tie(session, village.farid, tie, at=village.clock())


def give_steward(village: Village, community_id: Id, name: str) -> None:
    from tests.village import _give

    with village.database.write() as session:
        _give(session, village, community_id, name, "steward")


def test_a_pair_has_one_row_whichever_side_proposes(listed: Village) -> None:
    village = listed
    tie = propose(village)
    for actor, own, other in (
        (village.farid, village.harbour, "valley"),
        (village.chidi, village.valley, "harbour"),
    ):
        with pytest.raises(Conflict) as refusal, village.database.write() as session:
            commands.propose_tie(session, actor, own, other, Gives(), known_kinds=KINDS, at=village.clock())
        assert refusal.value.name == "tie_exists"
    with village.database.read() as session:
        row = session.get_one(Partnership, tie)
    low, high = sorted((village.valley, village.harbour))
    assert (row.low_id, row.high_id) == (low, high)
    for ids in ((low, high), (high, low)):
        with pytest.raises(IntegrityError), village.database.write() as session:
            session.add(
                Partnership(
                    low_id=ids[0],
                    high_id=ids[1],
                    proposer_id=low,
                    proposed_by_id=village.people["ana"],
                    proposed_at=village.clock(),
                )
            )
            session.flush()


def test_an_ended_tie_never_comes_back_and_a_new_one_may_begin(listed: Village) -> None:
    village = listed
    tie = tied(village)
    with pytest.raises(NotFound), village.database.write() as session:
        commands.end_tie(session, village.zoe, tie, village.valley, at=village.clock())
    with pytest.raises(Forbidden), village.database.write() as session:
        commands.end_tie(session, village.bruno, tie, village.valley, at=village.clock())
    with pytest.raises(Forbidden), village.database.write() as session:
        commands.end_tie(session, village.ana, tie, village.harbour, at=village.clock())
    with village.database.write() as session:
        commands.end_tie(session, village.gita, tie, village.harbour, words="Goodbye", at=village.clock())
        commands.end_tie(session, village.gita, tie, village.harbour, at=village.clock())
    with pytest.raises(Conflict):
        agree(village, tie)
    with pytest.raises(Conflict), village.database.write() as session:
        commands.change_gives(
            session, village.ana, tie, village.valley, Gives(), known_kinds=KINDS, at=village.clock()
        )
    again = tied(village)
    assert again != tie
    assert (state(village, tie), state(village, again)) == (TieState.ENDED, TieState.ACTIVE)


def test_a_proposal_is_declined_taken_back_or_lapses(listed: Village, clock: FixedClock) -> None:
    village = listed
    declined = propose(village)
    with pytest.raises(Forbidden), village.database.write() as session:
        commands.withdraw_tie(session, village.farid, declined, at=clock())
    with village.database.write() as session:
        commands.decline_tie(session, village.farid, declined, at=clock())
        commands.decline_tie(session, village.farid, declined, at=clock())
    taken_back = propose(village)
    with village.database.write() as session:
        commands.withdraw_tie(session, village.chidi, taken_back, at=clock())
    lapsed = propose(village)
    clock.forward(seconds=int(LAPSES_AFTER.total_seconds()))
    with pytest.raises(Conflict):
        agree(village, lapsed)
    with village.database.write() as session:
        commands.close_due(session, at=clock())
        commands.close_due(session, at=clock())
    states = [state(village, one) for one in (declined, taken_back, lapsed)]
    assert states == [TieState.DECLINED, TieState.WITHDRAWN, TieState.LAPSED]
    with village.database.read() as session:
        told = [row.name for row in session.scalars(select(EventRow)) if row.name == "TieLapsed"]
        assert session.scalars(select(TieGift).where(TieGift.until_at.is_(None))).all() == []
    assert len(told) == 2


def test_giving_less_counts_at_once_and_giving_more_takes_two(listed: Village) -> None:
    village = listed
    tie = tied(village, Gives(kinds=("item", "space")))
    with village.database.write() as session:
        less = commands.change_gives(
            session,
            village.ana,
            tie,
            village.valley,
            Gives(needs=False, kinds=("item",)),
            known_kinds=KINDS,
            at=village.clock(),
        )
        assert less is None
    with village.database.write() as session:
        asked = commands.change_gives(
            session, village.ana, tie, village.valley, Gives(), known_kinds=KINDS, at=village.clock()
        )
        assert asked is not None
        assert asked.answered_at is None
        second_id = asked.id
    assert gives(village, tie) == Gives(needs=False, kinds=("item",))
    with pytest.raises(Forbidden), village.database.write() as session:
        commands.agree(session, village.ana, second_id, at=village.clock())
    with pytest.raises(NotFound), village.database.write() as session:
        commands.agree(session, village.farid, second_id, at=village.clock())
    with village.database.write() as session:
        commands.agree(session, village.chidi, second_id, at=village.clock())
    assert gives(village, tie) == Gives()


def gives(village: Village, tie: Id) -> Gives:
    with village.database.read() as session:
        return queries.tie(session, village.ana, tie, at=village.clock(), side=village.valley).we_give


def test_a_tie_is_proposed_answered_narrowed_and_ended_on_pages(
    listed: Village, visit: Callable[[str | None], Visitor]
) -> None:
    ana, farid, bruno, zoe = (visit(name) for name in ("ana", "farid", "bruno", "zoe"))
    assert 'href="/c/valley/ties"' in ana.get("/c/valley").text
    assert "No partners yet." in bruno.get("/c/valley/ties").text
    bruno.get("/c/valley/ties/new", 403)
    ana.get("/c/valley/ties/new")
    refused = ana.post("/c/valley/ties/new", {"other": "harbour"}, 422)
    assert "Choose what your side gives" in refused.text
    made = (
        ana.post("/c/valley/ties/new", {"other": "harbour", "gives": ["offer", "need"], "words": "Shall we?"})
        .headers["location"]
        .split("?")[0]
    )
    zoe.get(made, 404)
    bruno.get(made, 403)
    assert "Harbour" not in bruno.get("/c/valley/ties").text
    with listed.database.read() as session:
        lines = [line.kind for line in queries.needs_of(session, listed.farid, at=listed.clock())]
    assert "tie_proposed" in lines
    assert "Shall we?" in farid.get(made).text
    assert "Waiting for your answer" in farid.get("/c/harbour/ties").text
    farid.post(f"{made}/approval", {"gives": "offer", "kinds": ["item", "space"]})
    page = bruno.get("/c/valley/ties").text
    assert "They give: offers: Thing, Space" in page
    with listed.database.write() as session:
        post(session, listed.farid, listed.harbour, "Boat", level=Level.PARTNERS, at=listed.clock())
    assert "Boat" in bruno.get("/c/valley/listings").text
    assert "Boat" not in bruno.get("/c/valley/listings?origin=own").text
    assert "Harbour" in bruno.get("/c/valley/listings/new?direction=offer&kind=item").text
    farid.post(f"{made}/gives", {"side": listed.harbour, "gives": "offer", "kinds": "skill"})
    farid.post(f"{made}/end", {"side": listed.harbour, "words": "We move"})
    assert "Boat" not in bruno.get("/c/valley/listings").text
    assert "We move" in bruno.get(made).text


def test_a_page_of_a_tie_that_is_not_there(visit: Callable[[str | None], Visitor]) -> None:
    for path in (f"/partnerships/{new_id()}", "/partnerships/x", "/partnerships/%00"):
        visit("ana").get(path, 404)


def test_kinds_that_ties_give_are_the_kinds_of_sharing() -> None:
    assert {kind.value for kind in Kind} == KINDS
    assert {row.key for row in Listing.__table__.columns} >= {"direction", "kind", "published_at"}


def test_older_listings_wait_a_week() -> None:
    assert timedelta(days=7) == OLDER_WAIT


def test_owners_are_told_in_time_and_can_keep_older_listings_inside(
    listed: Village, visit: Callable[[str | None], Visitor]
) -> None:
    village = listed
    with village.database.write() as session:
        at = village.clock()
        older = post(session, village.bruno, village.valley, "Older", level=Level.PARTNERS, at=at)
        post(session, village.hana, village.valley, "Hers", level=Level.PARTNERS, at=at)
        post(
            session,
            village.hana,
            village.valley,
            "A need",
            level=Level.PARTNERS,
            direction=Direction.NEED,
            at=at,
        )
    village.clock.forward(seconds=60)
    tie = tied(village, Gives(needs=False))
    while deliver(village.database, village.clock):
        pass
    with village.database.read() as session:
        told = session.scalars(select(Notice).where(Notice.ref_kind == "partnership")).all()
        facts = {one.person_id: one.facts for one in told if "n" in one.facts}
    assert {who: one["n"] for who, one in facts.items()} == {
        village.people["bruno"]: 1,
        village.people["hana"]: 1,
    }
    bruno = visit("bruno")
    page = bruno.get(f"/partnerships/{tie}").text
    assert "Keep them inside" in page
    for _ in range(2):
        bruno.post(f"/partnerships/{tie}/keeping-inside")
    assert "Keep them inside" not in bruno.get(f"/partnerships/{tie}").text
    visit("zoe").post(f"/partnerships/{tie}/keeping-inside", status=404)
    village.clock.forward(seconds=int(OLDER_WAIT.total_seconds()))
    with village.database.read() as session:
        titles = {
            card.title for card in sharing.listings(session, village.farid, Wish(), at=village.clock()).items
        }
        assert titles == {"Hers"}
        assert session.get_one(Listing, older.id).level is Level.COMMUNITY


def test_a_tie_over_the_api_and_mass_assignment_is_refused(
    listed: Village, visit: Callable[[str | None], Visitor]
) -> None:
    ana, farid = (with_token(listed, visit, name) for name in ("ana", "farid"))
    made = ana("POST", "/communities/valley/partnerships", {"with_community": "harbour", "needs": False})
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    path = f"/partnerships/{made.json()['id']}"
    sneaky = farid("POST", f"{path}/approval", {"offers": True, "active_at": "2026-01-01T00:00:00Z"})
    assert sneaky.status_code == 422
    assert ana("POST", f"{path}/approval", {}).status_code == 403
    assert farid("POST", f"{path}/approval", {"kinds": ["boat"]}).status_code == 422
    assert farid("POST", f"{path}/approval", {}).json()["state"] == "active"
    less = farid("PUT", f"{path}/gives", {"side": listed.harbour, "needs": False})
    assert less.json()["second"] is None
    assert ana("GET", path).json()["they_give"] == {
        "offers": True,
        "needs": False,
        "kinds": [],
        "members": False,
    }
    assert ana("POST", f"{path}/end", {"side": listed.valley}).json()["state"] == "ended"
    zoe = with_token(listed, visit, "zoe")
    assert zoe("GET", path).status_code == 404
    assert zoe("GET", "/communities/valley/partnerships").status_code == 404


def with_token(village: Village, visit: Callable[[str | None], Visitor], name: str) -> Callable[..., Any]:
    with village.database.write() as session:
        token = identity.make_token(
            session, village.actor(name), name="T", scopes=["read", "write"], days=20, at=village.clock()
        )
    client = visit(name).client

    def call(method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}
        return client.request(method, f"/api/v1{path}", json=body, headers=headers)

    return call
