"""What is agreed: published by two people, accepted at joining and after a change, read-only after the time of grace."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from minga.communities import access, commands, queries
from minga.communities.models import AgreementVersion
from minga.communities.rules.agreements import Text
from minga.identity import Actor
from minga.kit.delivery import deliver
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.ids import Id, new_id
from tests.communities.test_web_joining import invite
from tests.sharing import neighbours
from tests.sharing.makers import post
from tests.village import Village
from tests.visitor import Visitor

FIRST = "1. Be kind.\n\n2. No adverts.\n\nThat is all."
SECOND = "1. Be kind.\n\n2. No adverts, no raffles.\n\nThat is all."


def publish(village: Village, words: str = FIRST, *, must: bool = True, change: str = "") -> Id:
    """By Ana, with Chidi's yes; answers the id of the agreement."""
    texts = [Text("en", "How we treat each other", words), Text("es", "Cómo nos tratamos", words)]
    with village.database.write() as session:
        asked = commands.publish_agreement(
            session,
            village.ana,
            village.valley,
            "kind",
            texts,
            must_accept=must,
            change=change,
            at=village.clock(),
        )
        assert asked.answered_at is None
    with village.database.write() as session:
        commands.agree(session, village.chidi, asked.id, at=village.clock())
        return queries.agreements(session, village.ana, village.valley, at=village.clock())[0].id


def accept(village: Village, who: str, agreement: Id) -> None:
    with village.database.write() as session:
        actor = village.actor(who)
        held = queries.agreements(session, actor, village.valley, at=village.clock())
        commands.accept_agreement(session, actor, agreement, held[0].version_id, at=village.clock())


def may(village: Village, who: Actor, name: str) -> str:
    with village.database.read() as session:
        decision = access.may(session, who, name, village.valley, at=village.clock())
        listed = (
            village.valley in session.scalars(access.communities_where(who, name, at=village.clock())).all()
        )
        assert bool(decision) == listed
        return decision.rule


def test_two_people_publish_and_everybody_has_time_to_accept(village: Village) -> None:
    for who in (village.bruno, village.zoe):
        with pytest.raises((Forbidden, NotFound)), village.database.write() as session:
            commands.publish_agreement(
                session,
                who,
                village.valley,
                "x",
                [Text("en", "T", "x")],
                must_accept=True,
                at=village.clock(),
            )
    for key, texts in (("Ñ", [Text("en", "T", "x")]), ("x", []), ("x", [Text("xx", "T", "x")])):
        with pytest.raises(Invalid), village.database.write() as session:
            commands.publish_agreement(
                session, village.ana, village.valley, key, texts, must_accept=True, at=village.clock()
            )
    first = publish(village)
    with pytest.raises(Invalid):  # a later version says what is new
        publish(village, SECOND)
    for name in ("ana", "bruno", "chidi"):
        accept(village, name, first)
        accept(village, name, first)
    village.clock.forward(seconds=60)
    assert publish(village, SECOND, change="Raffles.") == first
    with village.database.read() as session:
        page = queries.agreement(session, village.bruno, first, languages=("es",), at=village.clock())
        old = queries.agreement(session, village.bruno, first, n=1, at=village.clock())
        assert (page.shown.n, page.title, page.before, page.may_accept) == (
            2,
            "Cómo nos tratamos",
            FIRST,
            True,
        )
        assert (old.may_accept, old.is_current) == (False, False)
        kinds = [line.kind for line in queries.needs_of(session, village.bruno, at=village.clock())]
        assert "agreement_new" in kinds
        assert ("How we treat each other, 2: No adverts, no raffles.",) * 2 in queries.clauses(
            session, village.bruno, village.valley, at=village.clock()
        )
        with pytest.raises(NotFound):
            queries.agreement(session, village.zoe, first, at=village.clock())
        with pytest.raises(NotFound):
            queries.agreement(session, village.bruno, new_id(), at=village.clock())
        older = session.scalars(select(AgreementVersion.id).where(AgreementVersion.n == 1)).one()
    with pytest.raises(Conflict) as refusal, village.database.write() as session:
        commands.accept_agreement(session, village.bruno, first, older, at=village.clock())
    assert refusal.value.name == "newer_version"
    with pytest.raises(NotFound), village.database.write() as session:
        commands.accept_agreement(session, village.zoe, first, older, at=village.clock())


def test_after_the_time_of_grace_one_only_reads_and_leaves(village: Village) -> None:
    agreement = publish(village)
    assert may(village, village.bruno, "listing.publish") == "role"
    village.clock.forward(seconds=int(timedelta(days=30).total_seconds()))
    assert may(village, village.bruno, "listing.publish") == "agreement_open"
    assert may(village, village.bruno, "listing.see") == "role"
    assert may(village, village.zoe, "listing.see") == "not_found"
    with pytest.raises(Forbidden), village.database.write() as session:
        post(session, village.bruno, village.valley, "Drill", at=village.clock())
    accept(village, "bruno", agreement)
    assert may(village, village.bruno, "listing.publish") == "role"
    with village.database.write() as session:
        commands.leave(session, village.hana, village.valley, at=village.clock())
    with village.database.read() as session:
        told = access.may(session, village.dara, "listing.publish", village.valley, at=village.clock())
        assert "what is agreed in Valley" in told.said(str) or "{community}" in told.sentence


def test_a_new_version_is_read_declined_and_leads_to_leaving(
    village: Village, visit: Callable[[str | None], Visitor]
) -> None:
    """Story S15: Dara reads the difference, declines, and is led to leaving; her loan is listed as open."""
    drill = neighbours.drill(village)
    agreement = publish(village)
    accept(village, "dara", agreement)
    accept(village, "ana", agreement)
    village.clock.forward(seconds=60)
    neighbours.agreed(village, village.dara, drill)
    publish(village, SECOND, change="No raffles either.")
    while deliver(village.database, village.clock):
        pass
    dara = visit("dara")
    assert "/c/valley/agreements" in dara.get("/c/valley").text
    assert "waits for your yes until" in dara.get("/").text
    assert "Please say yes or no until" in dara.get("/me/notices").text
    page = dara.get(f"/agreements/{agreement}").text
    assert 'data-change="removed"' in page
    assert "No adverts, no raffles." in page
    assert "No raffles either." in page
    version = page.split('name="version" value="')[1][:32]
    declined = dara.post(f"/agreements/{agreement}/refusal", {"version": version})
    assert "/c/valley/leave" in dara.get(declined.headers["location"].split("#")[0]).text
    assert "What you agreed with others stays open" in dara.get("/c/valley/leave").text
    assert "Drill" in dara.get("/me/sharing").text
    visit("zoe").get(f"/agreements/{agreement}", 404)
    visit("zoe").post(f"/agreements/{agreement}/refusal", {"version": version}, 404)
    visit("bruno").get(f"/agreements/{agreement}/acceptances", 403)
    rows = list(csv.DictReader(io.StringIO(visit("ana").get(f"/agreements/{agreement}/acceptances").text)))
    assert {row["handle"] for row in rows} == {"ana", "dara"}
    assert rows[0]["sha256"] == Text("en", "How we treat each other", FIRST).sha256
    dara.post(f"/agreements/{agreement}/acceptance", {"version": version})
    assert "waits for your yes until" not in dara.get("/").text


def test_whoever_comes_in_accepts_first_and_it_is_published_on_pages(
    village: Village, visit: Callable[[str | None], Visitor]
) -> None:
    ana, chidi = visit("ana"), visit("chidi")
    visit("bruno").get("/c/valley/agreements/new", 403)
    assert "Nothing is written down yet." in ana.get("/c/valley/agreements").text
    typed = {"key": "kind", "title-en": "Peace", "words-en": FIRST, "must_accept": "1"}
    assert "hyphens" in ana.post("/c/valley/agreements/new", {**typed, "key": "Two words"}, 422).text
    second = ana.post("/c/valley/agreements/new", typed).headers["location"].split("?")[0]
    assert "No adverts." in chidi.get(second).text
    chidi.post(f"{second}/yes")
    assert "Peace" in ana.get("/c/valley/agreements/new?key=kind").text
    link = invite(ana)
    stranger = visit(None)
    page = stranger.get(link).text
    assert "No adverts." in page
    newcomer = {"name": "Karl", "means": "neither", "zone": "UTC"}
    refused = stranger.post(link, newcomer, 422)
    assert "accept it, or stay out" in refused.text
    version = page.split('name="agreed" value="')[1][:32]
    assert stranger.post(link, {**newcomer, "agreed": version}).headers["location"].startswith("/c/valley")
