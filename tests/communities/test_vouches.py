"""Vouches: who may put their name to whom, what others learn of it, and what becomes of trials and applications."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from minga.communication.models import Notice
from minga.communities import commands, queries
from minga.communities.access.sign_ins import approvable
from minga.communities.models import Application, Vouch
from minga.identity import commands as identity
from minga.identity.commands import Browser
from minga.identity.models import SignIn
from minga.kit.clock import FixedClock
from minga.kit.delivery import deliver
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.reputation import commands as reputation
from tests.communities.branching import brought_in, long_ago, newcomers, row, rule, vouch
from tests.village import Village
from tests.visitor import Visitor


def live(village: Village) -> int:
    with village.database.read() as session:
        return session.scalar(select(func.count()).where(Vouch.ended_at.is_(None))) or 0


def test_who_may_not_vouch_and_for_whom(village: Village, clock: FixedClock) -> None:
    """The stranger, oneself, on trial, too new, across a block, for somebody who just came, twice, too many."""
    tried: list[tuple[str, str, type[Refused], str]] = [
        ("zoe", "bruno", NotFound, "not_found"),
        ("bruno", "zoe", NotFound, "not_found"),
        ("bruno", "nobody-at-all", NotFound, "not_found"),
        ("bruno", "bruno", Refused, "oneself"),
        ("dara", "bruno", Forbidden, "not_yet"),
        ("bruno", "dara", Forbidden, "not_yet"),
    ]
    for by, whom, error, name in tried:
        with pytest.raises(error) as refusal:
            vouch(village, by, whom)
        assert refusal.value.name == name
    long_ago(village)
    newcomers(village, "ana", "latest")
    with pytest.raises(Conflict) as refusal:
        vouch(village, "bruno", "latest")
    assert refusal.value.name == "too_early"
    vouch(village, "bruno", "dara", words="We sing together.")
    with pytest.raises(Conflict):
        vouch(village, "bruno", "dara")
    for one in ("ana", "chidi"):
        with village.database.write() as session:
            identity.block(session, village.bruno, village.people[one], at=clock())
    for by, whom in (("bruno", "ana"), ("chidi", "bruno")):
        with pytest.raises(NotFound):
            vouch(village, by, whom)
    rule(village, "vouch.per_month_max", 1)
    with pytest.raises(Forbidden) as refusal:
        vouch(village, "bruno", "hana")
    assert refusal.value.name == "too_many"
    clock.forward(days=30)
    vouch(village, "bruno", "hana")
    assert live(village) == 2
    for twice in ({"from_id": "bruno", "to_id": "hana"}, {"from_id": "hana", "to_id": "hana"}):
        people = {name: village.people[one] for name, one in twice.items()}
        with pytest.raises(IntegrityError), village.database.write() as session:
            session.add(Vouch(community_id=village.valley, given_at=clock(), until_at=clock(), **people))


def test_a_vouch_on_its_pages_and_what_others_learn(
    village: Village, visit: Callable[[str | None], Visitor]
) -> None:
    """The two and stewards read it; others that somebody is vouched for, and names they know; no number anywhere."""
    long_ago(village)
    ana, bruno, hana, dara = (visit(one) for one in ("ana", "bruno", "hana", "dara"))
    assert "Vouch for Dara" in bruno.get("/people/dara").text
    form = {"community": "valley", "words": "We sing together.", "named": "1"}
    bruno.post("/people/dara/vouch", form)
    visit("zoe").post("/people/dara/vouch", form, 404)
    for reader in (bruno, dara):
        assert "We sing together." in reader.get("/me/vouches").text
    page = hana.get("/people/dara").text
    assert "vouched for" in page
    assert "by people you know" not in page
    assert "We sing" not in page
    assert "1 member" not in page
    assert "by people you know" not in ana.get("/people/dara").text
    with village.database.write() as session:
        asked = reputation.connect(session, village.hana, "bruno", ["things"], at=village.clock())
        reputation.agree_to_connect(session, village.bruno, asked.id, at=village.clock())
    assert "by people you know: Bruno" in hana.get("/people/dara").text
    rule(village, "joining.vouches_needed", "2")
    assert "not yet vouched for" in hana.get("/people/dara").text
    while deliver(village.database, village.clock):
        pass
    with village.database.read() as session:
        one = session.scalars(select(Vouch)).one()
        told = session.scalars(select(Notice).where(Notice.person_id == village.people["dara"])).all()
        assert "{name} vouches for you in {community}." in [notice.sentence for notice in told]
        for name in ("bruno", "dara", "ana"):
            assert queries.vouch(session, village.actor(name), one.id, at=village.clock()).words
        for name in ("hana", "zoe"):
            with pytest.raises(NotFound):
                queries.vouch(session, village.actor(name), one.id, at=village.clock())
        assert queries.vouches(session, village.hana, village.valley, at=village.clock()).items == ()
    dara.post(f"/vouches/{one.id}/end", status=403)
    hana.post(f"/vouches/{one.id}/end", status=404)
    bruno.post(f"/vouches/{one.id}/end")
    bruno.post(f"/vouches/{one.id}/end")
    assert live(village) == 0


def test_a_vouch_is_asked_for_again_and_ends_in_silence_or_with_a_membership(
    village: Village, visit: Callable[[str | None], Visitor], clock: FixedClock
) -> None:
    long_ago(village)
    first, second = vouch(village, "bruno", "dara"), vouch(village, "chidi", "dara")
    vouch(village, "hana", "bruno")
    clock.forward(days=352)
    bruno = visit("bruno")
    assert "Do you still vouch for Dara?" in bruno.get("/needs").text
    bruno.post(f"/vouches/{first}/renewal")
    assert "Do you still vouch" not in bruno.get("/needs").text
    clock.forward(days=14)
    with village.database.write() as session:
        commands.close_due(session, at=clock())
        assert session.get_one(Vouch, second).ended_why == "silent"
        assert session.get_one(Vouch, first).ended_at is None
        with pytest.raises(Conflict):
            commands.renew_vouch(session, village.chidi, second, at=clock())
        commands.leave(session, village.bruno, village.valley, at=clock())
        assert session.get_one(Vouch, first).ended_why == "left"
    assert live(village) == 0


def test_vouches_end_a_trial_but_not_those_of_the_same_branch(village: Village) -> None:
    """Fakes of one inviter cannot make each other full members; two of elsewhere can."""
    rule(village, "trial.ends_by", "vouches")
    rule(village, "joining.vouches_needed", "2")
    newcomers(village, "bruno", "fake", "mate")
    brought_in(village, ("bruno", "ana"), ("hana", "ana"))
    long_ago(village)
    newcomers(village, "bruno", "fresh", trial_days=60)
    village.clock.forward(days=2)
    for one in ("fake", "mate", "bruno", "hana"):
        vouch(village, one, "fresh")
        with village.database.read() as session:
            assert row(session, village, "fresh").full_on is None
    vouch(village, "ana", "fresh")
    with village.database.read() as session:
        assert row(session, village, "fresh").full_on == village.clock().date()
    rule_half = "half"
    village.clock.forward(seconds=1)
    rule(village, "joining.vouches_needed", rule_half)
    village.clock.forward(seconds=1)
    newcomers(village, "chidi", "later", trial_days=60)
    village.clock.forward(days=2)
    for one in ("ana", "bruno"):
        vouch(village, one, "later")
    with village.database.read() as session:
        assert row(session, village, "later").full_on is None  # half of more than four is three at most
    vouch(village, "hana", "later")
    with village.database.read() as session:
        assert row(session, village, "later").full_on is not None


def test_only_a_word_ends_a_trial_where_the_rule_says_so(village: Village) -> None:
    rule(village, "trial.ends_by", "steward")
    newcomers(village, "ana", "fresh", trial_days=7)
    village.clock.forward(days=40)
    with village.database.write() as session:
        commands.close_due(session, at=village.clock())
        one = row(session, village, "fresh")
        assert one.full_on is None
        commands.make_full(session, village.hana, one.id, at=village.clock())
        assert one.full_on is not None


def test_s14_an_application_waits_for_vouches(
    village: Village, visit: Callable[[str | None], Visitor], clock: FixedClock
) -> None:
    """Members vouch by a handle they were told; nobody else learns that somebody applied."""
    for key, value in (("joining.way", "apply"), ("community.listed", "node"), ("joining.trial_days", 14)):
        rule(village, key, value)
    long_ago(village)
    zoe, hana, bruno = (visit(one) for one in ("zoe", "hana", "bruno"))
    zoe.post("/c/valley/apply", {"words": "I would like to help."})
    with village.database.read() as session:
        application = session.scalars(select(Application)).one().id
    clock.forward(days=1)
    bruno.post("/c/valley/vouches", {"handle": "zoe"}, 404)  # nobody asked for vouches: he cannot know
    rule(village, "joining.approval", "vouches")
    rule(village, "joining.vouches_needed", "2")
    rule(village, "trial.ends_by", "vouches")
    clock.forward(seconds=1)
    assert "Members have to vouch for you" in zoe.get(f"/applications/{application}").text
    refused = hana.post(f"/applications/{application}/answer", {"accept": "yes"}, 409)
    assert "More members have to vouch" in refused.text
    bruno.get(f"/applications/{application}", 404)
    bruno.post("/c/valley/vouches", {"handle": "@zoe", "words": "A good neighbour."})
    visit("farid").post("/c/valley/vouches", {"handle": "zoe"}, 404)
    page = hana.get(f"/applications/{application}").text
    assert "A good neighbour." in page
    assert "Bruno" in page
    hana.post("/people/zoe/vouch", {"community": "valley", "application": application})
    assert "Enough members vouch." in hana.get(f"/applications/{application}").text
    hana.post(f"/applications/{application}/answer", {"accept": "yes"})
    with village.database.read() as session:
        assert row(session, village, "zoe").full_on is None
    visit("chidi").post("/people/zoe/vouch", {"community": "valley"}, 409)  # a member for less than a day
    clock.forward(days=1)
    visit("chidi").post("/people/zoe/vouch", {"community": "valley"})
    with village.database.read() as session:
        assert row(session, village, "zoe").full_on is not None


def test_trust_over_the_api(village: Village, visit: Callable[[str | None], Visitor]) -> None:
    from tests.communities.test_ties import with_token

    long_ago(village)
    brought_in(village, ("bruno", "ana"), ("dara", "bruno"))
    bruno, ana, zoe = (with_token(village, visit, one) for one in ("bruno", "ana", "zoe"))
    made = bruno("POST", "/communities/valley/vouches", {"to": "dara", "words": "Yes."})
    assert (made.status_code, made.json()["to_handle"]) == (201, "dara")
    path = f"/vouches/{made.json()['id']}"
    assert (
        bruno("POST", "/communities/valley/vouches", {"to": "dara", "given_at": "2026-01-01"}).status_code
        == 422
    )
    assert bruno("POST", "/communities/valley/vouches", {"to": "dara"}).json()["code"] == "vouched_already"
    assert zoe("POST", "/communities/valley/vouches", {"to": "dara"}).status_code == 404
    assert [one["words"] for one in ana("GET", "/communities/valley/vouches").json()["items"]] == ["Yes."]
    tree: list[dict[str, Any]] = bruno("GET", "/communities/valley/tree").json()["lines"]
    assert [(one["handle"], one["level"]) for one in tree] == [("ana", 0), ("bruno", 1), ("dara", 2)]
    assert [one["handle"] for one in bruno("GET", "/communities/valley/tree?depth=0").json()["lines"]] == [
        "ana"
    ]
    for hidden in ("/communities/valley/tree", "/communities/valley/vouches", path):
        assert zoe("GET", hidden).status_code == 404
    assert zoe("DELETE", path).status_code == 404
    assert bruno("POST", f"{path}/renewal").json()["until_at"] == made.json()["until_at"]
    assert bruno("DELETE", path).status_code == bruno("DELETE", path).status_code == 204
    assert bruno("GET", path).json()["ended_why"] == "withdrawn"


def test_who_vouch_for_each_other_let_each_other_in_and_one_side_alone_does_not(village: Village) -> None:
    """Anybody may vouch for anybody: that alone must not make them who lets a neighbour in."""
    newcomers(village, "ana", "edda")
    long_ago(village)
    vouch(village, "bruno", "edda")
    with village.database.write() as session:
        identity.ask_for_word(
            session,
            "edda",
            line="It is me",
            asked_key="k",
            browser=Browser(family="Firefox"),
            at=village.clock(),
        )
    waiting = select(SignIn.id).where(approvable(village.bruno, at=village.clock()))
    with village.database.read() as session:
        assert session.scalars(waiting).all() == []
    back = vouch(village, "edda", "bruno")
    with village.database.read() as session:
        assert len(session.scalars(waiting).all()) == 1
        sees_nothing = select(SignIn.id).where(approvable(village.dara, at=village.clock()))
        assert session.scalars(sees_nothing).all() == []
    with village.database.write() as session:
        commands.end_vouch(session, village.actor("edda"), back, at=village.clock())
        assert session.scalars(waiting).all() == []
