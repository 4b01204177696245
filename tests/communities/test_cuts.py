"""Cutting a branch: nothing before a second person, everything given back, and what is never touched."""

import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select

from minga.communication.models import Notice
from minga.communities import commands, queries
from minga.communities.commands import InviteTerms, Plan
from minga.communities.models import BranchCut, DeviceAdmission, Membership, Pause, Vouch
from minga.communities.rules.cutting import Fate
from minga.identity import commands as identity
from minga.identity.access import actor_from_cookie
from minga.identity.commands import Browser
from minga.identity.models import Device, Invite, SignIn
from minga.kit.clock import FixedClock
from minga.kit.db import Base, Session
from minga.kit.delivery import deliver
from minga.kit.errors import Confirm, Conflict, Forbidden, NotFound, Refused
from minga.kit.ids import Id, new_id
from minga.ledger import commands as ledger
from minga.ledger.models import EntryLine
from minga.sharing import commands as sharing
from tests.communities.branching import brought_in, long_ago, newcomers, row, standing_of, vouch
from tests.communities.test_ties import give_steward
from tests.sharing import neighbours
from tests.village import Village
from tests.visitor import Visitor

LINES = select(EntryLine.__table__).order_by(EntryLine.entry_id, EntryLine.account_id)
OF_THE_CUT = {"branch_cut", "branch_cut_person", "branch_cut_undo"}
MAY_DIFFER = {"event", "seal", "event_delivery", "receipt", "notice", "sign_in", "job"} | OF_THE_CUT
"""Events are never undone; who was told was told; whoever is back signs in anew."""


def plan(village: Village, by: str, top: str, fates: Mapping[str, Fate], **more: Any) -> Id:
    with village.database.write() as session:
        chosen = {row(session, village, name).id: fate for name, fate in fates.items()}
        wish = Plan(fates=chosen, **{"reason": "They are nobody.", **more})
        top_id = row(session, village, top).id
        return commands.plan_cut(
            session, village.actor(by), village.valley, top_id, wish, at=village.clock()
        ).id


def agree(village: Village, cut: Id, by: str) -> None:
    with village.database.write() as session:
        commands.agree_to_cut(session, village.actor(by), cut, at=village.clock())


def undo(village: Village, cut: Id, by: str, *names: str) -> None:
    with village.database.write() as session:
        chosen = [row(session, village, name).id for name in names]
        commands.ask_to_undo_cut(session, village.actor(by), cut, chosen, at=village.clock())


def dump(session: Session) -> dict[str, list[str]]:
    """Every row that is not of the log or of the cut itself, without the counters of changes."""
    found = {}
    for name, table in Base.metadata.tables.items():
        if name not in MAY_DIFFER and not name.startswith(("event", "delivery")):
            columns = [one for one in table.columns if one.name not in ("version",)]
            found[name] = sorted(map(repr, (tuple(one) for one in session.execute(select(*columns)))))
    return found


@pytest.fixture
def branch(village: Village) -> Village:
    """Bruno brought in some fakes and two honest people; Ana vouches for one of those."""
    brought_in(village, ("bruno", "ana"))
    newcomers(village, "bruno", "honest", "friendly", *(f"fake{n}" for n in range(4)))
    newcomers(village, "fake0", "fakest")
    long_ago(village)
    village.clock.forward(days=2)
    vouch(village, "ana", "honest")
    vouch(village, "fake0", "fake1")
    vouch(village, "fake0", "hana")
    return village


def test_nobody_alone_and_nobody_inside(branch: Village) -> None:
    village, all_pause = branch, {"fake0": Fate.PAUSE}
    for by, error in (("zoe", NotFound), ("bruno", Forbidden), ("hana", Forbidden), ("dara", Forbidden)):
        with pytest.raises(error):
            plan(village, by, "fake0", all_pause)
    give_steward(village, village.valley, "fakest")
    with pytest.raises(Forbidden) as refusal:
        plan(village, "fakest", "bruno", all_pause)
    assert refusal.value.name == "inside_branch"
    with pytest.raises(Confirm), village.database.write() as session:
        tired = village.ana.__class__(village.people["ana"])
        top = row(session, village, "bruno").id
        commands.plan_cut(session, tired, village.valley, top, Plan({}, "x"), at=village.clock())
    honest = {standing_of(village, "honest"): "fake1"}
    wrong: list[tuple[dict[str, Fate], dict[str, Any]]] = [
        ({}, {}),
        ({"fake0": Fate.KEEP}, {}),
        ({"hana": Fate.PAUSE}, {}),
        ({"fake0": Fate.PAUSE}, {"since_on": village.clock().date()}),
        ({"fake0": Fate.PAUSE, "honest": Fate.KEEP}, {"sponsors": honest}),
        ({"fake0": Fate.PAUSE}, {"reason": ""}),
    ]
    for fates, more in wrong:
        with pytest.raises(Refused):
            plan(village, "ana", "bruno", fates, **more)

    cut = plan(village, "ana", "bruno", all_pause)
    with pytest.raises(Conflict):
        plan(village, "chidi", "bruno", all_pause)
    for by, error in (("ana", Forbidden), ("fakest", Forbidden), ("bruno", NotFound), ("zoe", NotFound)):
        with pytest.raises(error):
            agree(village, cut, by)
    with village.database.read() as session:
        assert session.scalars(select(Pause)).all() == []
    with village.database.write() as session:
        commands.close_cut(session, village.chidi, cut, at=village.clock())
    with pytest.raises(Conflict):
        agree(village, cut, "chidi")
    late = plan(village, "ana", "bruno", all_pause)
    village.clock.forward(hours=73)
    with pytest.raises(Conflict):
        agree(village, late, "chidi")
    again = plan(village, "ana", "bruno", all_pause)  # a late one does not stand in the way
    village.clock.forward(hours=73)
    with village.database.write() as session:
        commands.close_due(session, at=village.clock())
        assert session.get_one(BranchCut, again).closed_at is not None


def test_the_last_two_stewards_and_a_community_with_one(branch: Village) -> None:
    """Two cannot be made one by a plan; where there is one, a full member of long standing agrees."""
    village = branch
    brought_in(village, ("chidi", "bruno"))
    with pytest.raises(Refused) as refusal:
        plan(village, "ana", "bruno", {"chidi": Fate.PAUSE})
    assert refusal.value.name == "last_steward"
    with village.database.write() as session:
        commands.leave(session, village.chidi, village.valley, at=village.clock())
    newcomers(village, "ana", "recent")
    cut = plan(village, "ana", "bruno", {"fake0": Fate.PAUSE})
    for by in ("dara", "recent", "honest", "fake0", "zoe"):  # on trial, too new, and three inside or outside
        with pytest.raises(NotFound):
            agree(village, cut, by)
    with pytest.raises(Forbidden):
        agree(village, cut, "ana")
    with pytest.raises(Confirm), village.database.write() as session:
        tired = village.ana.__class__(village.people["hana"])
        commands.agree_to_cut(session, tired, cut, at=village.clock())
    agree(village, cut, "hana")
    with village.database.read() as session:
        assert session.get_one(BranchCut, cut).agreed_by_id == village.people["hana"]


def test_a_cut_reaches_everything_of_theirs_and_undoing_gives_it_back(branch: Village) -> None:
    """I16: the same rows as before, for those who rest, those removed, those kept; nothing of the ledger moves."""
    village = branch
    at = village.clock()
    with village.database.write() as session:
        for name in ("fake0", "fake1"):
            commands.invite(session, village.actor(name), village.valley, InviteTerms(), at=at)
            cookie = identity.start_sign_in(
                session, village.people[name], browser=Browser(cookie=f"c{name}", family="Firefox"), at=at
            )
        actor, _ = actor_from_cookie(session, cookie, at=at)
        device = session.scalars(select(Device).where(Device.person_id == village.people["fake1"])).one()
        session.add(
            DeviceAdmission(
                device_id=device.id,
                community_id=village.valley,
                sign_in_id=actor.sign_in_id,
                approver_id=village.people["ana"],
                admitted_at=at,
            )
        )
        group = commands.found_subgroup(
            session, village.ana, village.valley, name="Garden", purpose="To dig", at=at
        ).id
        for name in ("fake1", "fake2"):
            commands.join_subgroup(session, village.actor(name), group, at=at)
        commands.rest(session, village.actor("fake2"), village.valley, reason="Harvest", at=at)
        payee = village.people["fake0"]
        ledger.give(session, village.ana, village.valley, payee, 30, entry_id=new_id(), at=at)
        before, entries = dump(session), session.execute(LINES).all()
    village.clock.forward(hours=1)
    fates = {
        **{"fake0": Fate.PAUSE, "fake2": Fate.PAUSE, "fakest": Fate.PAUSE},
        **{"fake1": Fate.REMOVE, "fake3": Fate.REMOVE, "honest": Fate.KEEP},
    }
    cut = plan(village, "ana", "bruno", fates, sponsors={standing_of(village, "honest"): "@hana"})
    agree(village, cut, "chidi")
    agree(village, cut, "chidi")  # running it twice changes nothing
    with village.database.read() as session:
        assert row(session, village, "fake1").ended_why == "removed"
        assert row(session, village, "honest").sponsor_id == standing_of(village, "hana")
        assert len(session.scalars(select(Pause).where(Pause.ended_at.is_(None))).all()) == 4
        assert all(one.revoked_at for one in session.scalars(select(Invite)))
        assert {one.ended_why for one in session.scalars(select(Vouch))} == {None, "cut"}
        assert session.scalars(select(DeviceAdmission)).all() == []
        live = session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).all()
        assert {one.person_id for one in live}.isdisjoint({village.people["fake0"], village.people["fake1"]})
        assert session.execute(LINES).all() == entries
        mine = queries.cut(session, village.actor("fake0"), cut, at=village.clock())
        assert (mine.whole, mine.top, mine.asked_by, [one.name for one in mine.people]) == (
            *(False, None, None),
            ["Fake0"],
        )
    undo(village, cut, "chidi", "fake3")
    for by in ("chidi", "bruno"):
        with pytest.raises(Refused):
            agree(village, cut, by)
    agree(village, cut, "ana")
    with village.database.read() as session:
        assert row(session, village, "fake3").ended_on is None
        assert row(session, village, "fake1").ended_on is not None
    undo(village, cut, "ana")
    agree(village, cut, "chidi")
    with village.database.write() as session:
        assert dump(session) == before
        with pytest.raises(Conflict):
            commands.ask_to_undo_cut(session, village.ana, cut, at=village.clock())


def test_what_others_did_meanwhile_stays(branch: Village, clock: FixedClock) -> None:
    """Rests end by themselves after 14 days; nothing is undone after 30; who joined again is not doubled."""
    village = branch
    cut = plan(village, "ana", "bruno", {"fake0": Fate.PAUSE, "fake1": Fate.REMOVE, "fake3": Fate.REMOVE})
    agree(village, cut, "chidi")
    clock.forward(days=14, seconds=1)
    newcomers_again(village, "fake1")
    with village.database.write() as session:
        commands.close_due(session, at=clock())
        assert session.scalars(select(Pause.ended_at)).all() != [None]
    undo(village, cut, "ana", "fake0", "fake3")
    agree(village, cut, "chidi")
    undo(village, cut, "ana")
    agree(village, cut, "chidi")
    with village.database.read() as session:
        theirs = select(Membership).where(Membership.person_id == village.people["fake1"])
        assert [one.ended_on is None for one in session.scalars(theirs.order_by(Membership.id))] == [
            False,
            True,
        ]
    later = plan(village, "ana", "bruno", {"fake0": Fate.PAUSE})
    with pytest.raises(Conflict):
        undo(village, later, "ana")
    agree(village, later, "chidi")
    clock.forward(days=30)
    with pytest.raises(Conflict) as refusal:
        undo(village, later, "ana")
    assert refusal.value.name == "too_late"


def newcomers_again(village: Village, name: str) -> None:
    with village.database.write() as session:
        commands.begin(
            session,
            village.ana,
            village.valley,
            village.people[name],
            came_by=row(session, village, name).came_by,
            trial_days=0,
            at=village.clock(),
        )


def test_whatever_is_cut_and_undone_no_circle_comes_of_it(village: Village) -> None:
    """I5: people are kept under others, and that is undone in another order; one such order would close a circle."""
    names = ["first-one", "second-one", "third-one", "fourth-one"]
    newcomers(village, "bruno", *names)
    newcomers(village, "bruno", "fifth-one")
    brought_in(village, ("second-one", "first-one"), ("third-one", "second-one"), ("fourth-one", "third-one"))
    circle = [
        ("first-one", "second-one", "fourth-one", "ana"),
        ("bruno", "first-one", "fifth-one", "second-one"),
    ]
    drawn = random.Random(5)
    more = [
        (drawn.choice(names), drawn.choice(names), drawn.choice(names), drawn.choice(["ana", *names]))
        for _ in range(8)
    ]
    cuts = []
    for top, kept, taken, heir in circle + more:
        fates = {taken: Fate.PAUSE, kept: Fate.KEEP}
        try:
            cuts.append(plan(village, "ana", top, fates, sponsors={standing_of(village, kept): heir}))
            agree(village, cuts[-1], "chidi")
        except Refused:
            continue
    assert len(cuts) >= len(circle)
    for cut in cuts:
        try:
            undo(village, cut, "ana")
            agree(village, cut, "chidi")
        except Refused:
            continue
    with village.database.read() as session:
        links = {row[0]: row[1] for row in session.execute(select(Membership.id, Membership.sponsor_id))}
    for start in links:
        seen: list[Id | None] = []
        one: Id | None = start
        while one is not None:
            assert one not in seen
            seen.append(one)
            one = links[one]


def test_s13_one_bad_inviter_on_the_pages(
    branch: Village, visit: Callable[[str | None], Visitor], clock: FixedClock
) -> None:
    """The page proposes to keep who is known outside; the second agrees; those concerned read why; undone, all is back."""
    village = branch
    _shared(village)
    ana, chidi, fake, bruno = (visit(one) for one in ("ana", "chidi", "fake2", "bruno"))
    path = f"/c/valley/tree/{standing_of(village, 'bruno')}/cut"
    for who in ("zoe", None):
        visit(who).get(path, 404)
    bruno.get(path, 403)
    page = ana.get(path).text
    for name, fate in (("honest", "keep"), ("friendly", "keep"), ("fake2", "pause"), ("bruno", "keep")):
        assert f'name="fate.{standing_of(village, name)}" value="{fate}" checked' in page
    assert "Has on loan" in page
    assert "Vouched for from outside by" in page
    assert "Nobody in this branch joined" in ana.get(f"{path}?since=2026-11-30").text
    names = ("honest", "friendly", "fake0", "fake1", "fake2", "fake3", "fakest")
    form = {f"fate.{standing_of(village, one)}": "keep" if one[:4] != "fake" else "pause" for one in names}
    refused = ana.post(path, {**form, "reason": ""}, 422).text
    assert 'value="pause" checked' in refused
    answer = ana.post(path, {**form, "reason": "They gave names that do not exist."})
    cut = answer.headers["location"]
    fake.get("/me")
    assert "wants to cut the branch of Bruno" in chidi.get("/needs").text
    assert "Somebody else has to agree" in ana.get(cut).text
    ana.post(f"{cut}/agreement", status=403)
    for who in ("bruno", "fake2", "zoe"):
        visit(who).get(cut, 404)
    chidi.post(f"{cut}/agreement")
    fake.get("/me", 401)
    again = visit("fake2")
    page = again.get(cut).text
    assert "They gave names that do not exist." in page
    assert "Ana, Chidi" in page
    assert "Honest" not in page
    assert "Bruno" not in page
    assert "Fake0" not in page
    again.get("/c/valley/tree", 404)
    visit("honest").get("/c/valley/tree")
    while deliver(village.database, clock):
        pass
    with village.database.read() as session:
        told = session.scalars(select(Notice).where(Notice.ref_kind == "branch_cut")).all()
        rests = [one.person_id for one in told if "rests" in one.sentence]
        assert sorted(rests) == sorted(village.people[one] for one in names if one[:4] == "fake")
    needs = ana.get("/needs").text
    assert "Fake0, whose branch was cut, still has" in needs
    assert "Fake0, whose branch was cut, stands at" in needs
    assert "whose branch was cut" not in visit("hana").get("/needs").text
    ana.post(f"{cut}/undo", {}, 422)
    ana.post(f"{cut}/undo", {"all": "1"})
    assert "Ana asks to undo this." in chidi.get(cut).text
    assert "wants to undo the cut" in chidi.get("/needs").text
    chidi.post(f"{cut}/agreement")
    assert "Everything is as before" in visit("fake2").get(cut).text
    visit("fake2").get("/c/valley/tree")
    assert "whose branch was cut" not in ana.get("/needs").text
    assert "Bruno" in ana.get("/c/valley/tree").text


def _shared(village: Village) -> None:
    """Friendly brought Ana's drill back; Fake0 has it now, and minutes."""
    drill = neighbours.drill(village)
    loan = neighbours.lent(village, village.actor("friendly"), drill)
    with village.database.write() as session:
        sharing.take_back(session, village.ana, loan, at=village.clock())
    neighbours.lent(village, village.actor("fake0"), drill)
    with village.database.write() as session:
        payee, at = village.people["fake0"], village.clock()
        ledger.give(session, village.ana, village.valley, payee, 30, entry_id=new_id(), at=at)
