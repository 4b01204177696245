"""Reports: who may make, read and decide one, what hiding does everywhere, and that no name gets out."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from minga.communication import commands as communication
from minga.communication.models import Notice
from minga.communities import commands, queries
from minga.communities.access import reportable_kinds
from minga.communities.models import Hidden, Report
from minga.communities.rules import CameBy
from minga.communities.rules.moderation import REPORTS_PER_DAY, SAME_PER_HOUR, Measure
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.delivery import deliver
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from minga.kit.ids import Id, new_id
from minga.kit.refs import Ref
from minga.reputation import commands as reputation
from minga.reputation import queries as shown
from minga.sharing import commands as sharing
from minga.sharing.models import Listing
from minga.sharing.rules import Level
from tests.sharing.makers import post
from tests.village import NOBODY, Village
from tests.visitor import Visitor


@pytest.fixture
def advert(village: Village) -> Id:
    """Bruno's listing that goes against what is agreed."""
    with village.database.write() as session:
        made = post(
            session, village.bruno, village.valley, "Zxadvert", level=Level.PARTNERS, at=village.clock()
        )
        return made.id


def reported(village: Village, ref: Ref, who: str = "dara", words: str = "This is an advert.") -> Id:
    with village.database.write() as session:
        return commands.report(
            session, village.actor(who), ref, words=words, clause="No adverts", at=village.clock()
        ).id


def answered(village: Village, report: Id, measure: Measure, who: str = "chidi") -> None:
    with village.database.write() as session:
        commands.take_report(session, village.actor(who), report, at=village.clock())
        commands.answer_report(
            session, village.actor(who), report, measure, words="We agreed on that.", at=village.clock()
        )


def told(village: Village) -> None:
    while deliver(village.database, village.clock):
        pass


def test_only_who_sees_a_thing_reports_it_and_the_same_again_adds_words(village: Village, advert: Id) -> None:
    ref = Ref("listing", advert)
    for who in ("zoe", "farid"):
        with pytest.raises(NotFound):
            reported(village, ref, who)
    for unknown in (Ref("listing", new_id()), Ref("account", new_id()), Ref("report", new_id())):
        with pytest.raises(NotFound):
            reported(village, unknown)
    with pytest.raises(NotFound), village.database.write() as session:
        commands.report(session, NOBODY, ref, words="x", at=village.clock())
    with pytest.raises(Conflict):
        reported(village, ref, "bruno")
    with pytest.raises(Invalid):
        reported(village, ref, words=" ")
    first = reported(village, ref)
    assert reported(village, ref, words="And again.") == first
    with village.database.read() as session:
        page = queries.report(session, village.dara, first, at=village.clock())
        assert [one.words for one in page.steps] == ["This is an advert.", "And again."]
    with village.database.write() as session:
        for n in range(REPORTS_PER_DAY - 1):
            other = post(session, village.bruno, village.valley, f"Other {n}", at=village.clock())
            commands.report(session, village.dara, Ref("listing", other.id), words="x", at=village.clock())
        last = post(session, village.bruno, village.valley, "Last", at=village.clock())
        with pytest.raises(TooMany):
            commands.report(session, village.dara, Ref("listing", last.id), words="x", at=village.clock())


def test_nobody_decides_about_who_lives_with_them(village: Village, advert: Id) -> None:
    with village.database.write() as session:
        home = commands.found_household(session, village.chidi, village.valley, "Mill 3", at=village.clock())
        seat = commands.ask_into_household(
            session, village.chidi, home.id, "bruno", "adult", at=village.clock()
        )
    about_bruno = reported(village, Ref("listing", advert))
    with village.database.write() as session:  # asked, and living elsewhere still
        commands.take_report(session, village.chidi, about_bruno, at=village.clock())
        commands.give_back(session, village.chidi, about_bruno, at=village.clock())
        commands.answer_household(session, village.bruno, seat.id, accept=True, at=village.clock())
    with pytest.raises(Forbidden) as refusal, village.database.write() as session:
        commands.take_report(session, village.chidi, about_bruno, at=village.clock())
    assert refusal.value.name == "concerned"


def test_who_is_concerned_reads_and_decides_nothing(village: Village, advert: Id) -> None:
    with village.database.write() as session:
        hers = post(session, village.chidi, village.valley, "Chidi's", at=village.clock())
        identity.block(session, village.ana, village.people["bruno"], at=village.clock())
    about_steward = reported(village, Ref("listing", hers.id))
    with village.database.read() as session:
        for who in ("bruno", "hana", "zoe", "chidi"):  # members, a stranger, and whose it is
            with pytest.raises(NotFound):
                queries.report(session, village.actor(who), about_steward, at=village.clock())
        assert queries.reports(session, village.chidi, village.valley, at=village.clock()).items == ()
        assert len(queries.reports(session, village.ana, village.valley, at=village.clock()).items) == 1
        with pytest.raises(Forbidden):
            queries.reports(session, village.bruno, village.valley, at=village.clock())
    with pytest.raises(NotFound), village.database.write() as session:
        commands.take_report(session, village.chidi, about_steward, at=village.clock())
    about_bruno = reported(village, Ref("listing", advert))
    with pytest.raises(Forbidden) as refusal, village.database.write() as session:
        commands.take_report(session, village.ana, about_bruno, at=village.clock())  # she has blocked Bruno
    assert refusal.value.name == "concerned"
    told(village)
    with village.database.read() as session:
        notices = session.scalars(select(Notice).where(Notice.ref_kind == "report")).all()
        asked = {(one.ref_id, one.person_id) for one in notices}
    ana, chidi = village.people["ana"], village.people["chidi"]
    assert asked == {(about_steward, ana), (about_bruno, chidi)}
    with pytest.raises(Forbidden) as refusal, village.database.write() as session:
        commands.answer_report(
            session, village.chidi, about_bruno, Measure.NOTHING, words="x", at=village.clock()
        )
    assert refusal.value.name == "take_first"


def test_where_nobody_is_left_the_operator_hides_or_lets_be(village: Village) -> None:
    with village.database.write() as session:
        made = post(
            session, village.farid, village.harbour, "Boat", level=Level.COMMUNITY, at=village.clock()
        )
        identity.block(session, village.gita, village.people["farid"], at=village.clock())
    with village.database.write() as session:
        commands.begin(
            session,
            village.farid,
            village.harbour,
            village.people["dara"],
            at=village.clock(),
            came_by=CameBy.INVITE,
            trial_days=0,
        )
    report = reported(village, Ref("listing", made.id))
    told(village)
    with village.database.read() as session:
        assert session.scalars(select(Notice.person_id).where(Notice.ref_kind == "report")).all() == [
            village.people["ivo"]
        ]
    answered(village, report, Measure.HIDE, who="ivo")
    with village.database.read() as session:
        assert session.scalars(select(Hidden.about_id)).all() == [made.id]


def test_an_appeal_is_answered_by_somebody_else_and_within_a_fortnight(village: Village, advert: Id) -> None:
    report = reported(village, Ref("listing", advert))
    answered(village, report, Measure.HIDE)
    with pytest.raises(NotFound), village.database.write() as session:
        commands.appeal_report(session, village.hana, report, words="No", at=village.clock())
    with village.database.write() as session:
        commands.appeal_report(session, village.bruno, report, words="It is a gift.", at=village.clock())
    with pytest.raises(Forbidden) as refusal:
        answered(village, report, Measure.NOTHING)
    assert refusal.value.name == "same_person"
    with village.database.write() as session, pytest.raises(IntegrityError), session.begin_nested():
        found = session.get_one(Report, report)
        found.again_by_id = found.answered_by_id
        session.flush()
    answered(village, report, Measure.NOTHING, who="ana")
    with village.database.read() as session:
        assert session.scalars(select(Hidden).where(Hidden.shown_again_at.is_(None))).all() == []
        assert queries.report(session, village.bruno, report, at=village.clock()).state == "closed"
    again = reported(village, Ref("listing", advert), who="hana")
    answered(village, again, Measure.WARN)
    village.clock.forward(seconds=int(timedelta(days=14).total_seconds()))
    with pytest.raises(Conflict), village.database.write() as session:
        commands.appeal_report(session, village.bruno, again, words="Late", at=village.clock())


def test_a_reporters_name_is_for_handlers_alone(
    village: Village, advert: Id, visit: Callable[[str | None], Visitor]
) -> None:
    report = reported(village, Ref("listing", advert), who="dara", words="Quite private words")
    answered(village, report, Measure.HIDE)
    told(village)
    bruno = visit("bruno")
    pages = [
        f"/reports/{report}",
        "/me/notices",
        "/me/log",
        "/c/valley/moderation",
        "/c/valley/log",
        "/needs",
    ]
    for path in pages:
        text = bruno.get(path).text
        assert "Quite private words" not in text, path
        assert "Dara" not in text or path == "/c/valley/log", path
        assert village.people["dara"] not in text, path
    page = bruno.get(f"/reports/{report}").text
    assert "We agreed on that." in page
    assert "Chidi" not in page
    assert "Hide it" in page
    log = bruno.get("/c/valley/moderation").text
    assert "An offer or a need" in log
    assert "No adverts" in log
    assert "Chidi" not in log
    for name in ("Zxadvert", "Bruno", advert, report):
        assert name not in visit("hana").get("/c/valley/moderation").text
    assert "Dara" in visit("chidi").get(f"/reports/{report}").text
    with village.database.read() as session:
        dara = queries.report(session, village.dara, report, at=village.clock())
        assert (dara.title, dara.words, dara.concerned, dara.page) == ("", "", "", None)  # hidden by now
        token = Actor(village.people["dara"], token_id=new_id(), token_scopes=frozenset({"sharing.read"}))
        for actor, error in ((token, Forbidden), (replace(token, token_community_id=village.hill), NotFound)):
            with pytest.raises(error):
                queries.report(session, actor, report, at=village.clock())
    visit("zoe").get(f"/reports/{report}", 404)
    visit("zoe").get("/c/valley/moderation", 404)


def test_what_is_hidden_is_found_nowhere(village: Village, visit: Callable[[str | None], Visitor]) -> None:
    """One thing of every kind that can be hidden, looked for on every way that leads to it, before and after."""
    village.clock.forward(seconds=int(timedelta(days=31).total_seconds()))  # so that they know each other
    at = village.clock()
    with village.database.write() as session:
        listing = post(session, village.bruno, village.valley, "Zxlisting", description="Zxfind words", at=at)
        asked = sharing.ask(session, village.hana, listing.id, sharing.Wish(), form_id=new_id(), at=at)
        message = communication.post(
            session, village.bruno, f"ask:{asked.id}", "Zxmessage", form_id=new_id(), at=at
        )
        said = reputation.endorse(session, village.hana, "bruno", "Zxskill", "Zxendorsed", at=at)
        reputation.accept_endorsement(session, village.bruno, said.id, at=at)
    things = {
        "listing": (listing.id, "dara", "Zxlisting", "bruno"),
        "post": (message.id, "hana", "Zxmessage", "bruno"),
        "endorsement": (said.id, "bruno", "Zxendorsed", "hana"),
    }
    assert {kind for kind, one in reportable_kinds().items() if one.hides} == set(things)
    ways = {
        "dara": (
            "/c/valley/listings",
            "/c/valley/listings?q=Zxfind",
            "/c/valley/listings/map",
            "/listings",
            "/",
            f"/listings/{listing.id}",
            f"/listings/{listing.id}/calendar",
            "/people/bruno",
            "/me/notices",
            "/me/searches",
        ),
        "hana": ("/messages", "/me/notices", f"/threads/{message.thread_id}"),
    }
    token = _token(village, "dara")
    browsers = {who: visit(who) for who in ways}
    rest = (
        "/communities/valley/listings",
        "/communities/valley/listings?q=Zxfind",
        f"/listings/{listing.id}",
    )

    def words_found() -> set[str]:
        texts = [browsers[who].client.get(path).text for who, paths in ways.items() for path in paths]
        headers = {"Authorization": f"Bearer {token}"}
        texts += [browsers["dara"].client.get(f"/api/v1{path}", headers=headers).text for path in rest]
        texts = [text.replace('value="Zxlisting"', "").replace("q=Zxfind", "") for text in texts]
        return {word for _, _, word, _ in things.values() if any(word in text for text in texts)}

    assert words_found() == {"Zxlisting", "Zxmessage", "Zxendorsed"}
    for kind, (id, who, _, _) in things.items():
        answered(village, reported(village, Ref(kind, id), who), Measure.HIDE)
    told(village)
    assert words_found() == set()
    # In its place stands a stub; the author and the handlers read on; a stranger learns nothing.
    assert "Hidden by the moderators" in visit("dara").get(f"/listings/{listing.id}").text
    assert "Zxfind words" in visit("bruno").get(f"/listings/{listing.id}").text
    assert "Zxfind words" in visit("chidi").get(f"/listings/{listing.id}").text
    assert "Hidden by the moderators" in visit("hana").get(f"/threads/{message.thread_id}").text
    assert "Zxmessage" in visit("bruno").get(f"/threads/{message.thread_id}").text
    strange, nothing = visit("zoe"), new_id()
    hidden, absent = (
        re.sub(r'nonce="[^"]+"', "", strange.get(f"/listings/{one}", 404).text)
        for one in (listing.id, nothing)
    )
    assert hidden.replace(listing.id, nothing) == absent
    with village.database.read() as session:
        assert shown.said_about(session, village.dara, "bruno", at=at) == ()
        assert len(shown.own_said(session, village.hana)) == 1
        hidden_id = session.scalars(select(Hidden.id).where(Hidden.kind == "listing")).one()
    with pytest.raises(Forbidden), village.database.write() as session:
        commands.show_again(session, village.dara, hidden_id, at=at)
    with village.database.write() as session:
        commands.show_again(session, village.chidi, hidden_id, at=at)
    assert "Zxlisting" in visit("dara").get("/c/valley/listings").text


def _token(village: Village, name: str) -> str:
    with village.database.write() as session:
        return identity.make_token(
            session, village.actor(name), name="T", scopes=["read"], days=20, at=village.clock()
        )


def test_newcomers_send_no_links_at_first_and_nobody_the_same_words_all_the_time(village: Village) -> None:
    at = village.clock()
    with village.database.write() as session:
        listing = post(session, village.bruno, village.valley, "Drill", at=at)
        asked = sharing.ask(session, village.dara, listing.id, sharing.Wish(), form_id=new_id(), at=at)
        thread = f"ask:{asked.id}"
        with pytest.raises(Invalid):
            communication.post(session, village.dara, thread, "See www.x.example", form_id="1", at=at)
        for n in range(3):
            communication.post(session, village.dara, thread, f"Hello {n}", form_id=f"h{n}", at=at)
        communication.post(session, village.dara, thread, "See www.x.example", form_id="2", at=at)
    with village.database.write() as session:
        for n in range(SAME_PER_HOUR):
            moment = at + timedelta(minutes=2 * n)
            communication.post(
                session, village.bruno, thread, f"  BUY{' ' * n} it", form_id=str(n), at=moment
            )
        with pytest.raises(TooMany):
            communication.post(session, village.bruno, thread, "buy it", form_id="x", at=moment)
        later = moment + timedelta(hours=1, seconds=1)
        communication.post(session, village.bruno, thread, "buy it", form_id="x", at=later)


def test_a_message_taken_back_comes_back_within_thirty_days(village: Village) -> None:
    at = village.clock()
    with village.database.write() as session:
        listing = post(session, village.bruno, village.valley, "Drill", at=at)
        asked = sharing.ask(session, village.hana, listing.id, sharing.Wish(), form_id=new_id(), at=at)
        made = communication.post(session, village.hana, f"ask:{asked.id}", "Oops", form_id="1", at=at)
        communication.remove_post(session, village.hana, made.id, at=at)
        with pytest.raises(Forbidden):
            communication.restore_post(session, village.bruno, made.id, at=at)
        with pytest.raises(NotFound):
            communication.restore_post(session, village.zoe, made.id, at=at)
        with pytest.raises(Conflict):
            communication.restore_post(session, village.hana, made.id, at=at + timedelta(days=30))
        assert communication.restore_post(session, village.hana, made.id, at=at).removed_at is None


def test_a_report_on_pages_and_over_the_api(
    village: Village, advert: Id, visit: Callable[[str | None], Visitor]
) -> None:
    dara, chidi = visit("dara"), visit("chidi")
    assert f"/report?about=listing:{advert}" in dara.get(f"/listings/{advert}").text
    dara.get(f"/report?about=listing:{new_id()}", 404)
    dara.get("/report?about=nothing", 404)
    assert "Please fill this in." in dara.post("/report", {"about": f"listing:{advert}"}, 422).text
    made = dara.post("/report", {"about": f"listing:{advert}", "words": "An advert"}).headers["location"]
    made = made.split("?")[0]
    assert "Nobody has taken it yet." in dara.get(made).text
    assert made in chidi.get("/c/valley/reports").text
    chidi.post(f"{made}/taking")
    assert "Choose what is done." in chidi.post(f"{made}/answer", {"words": "x"}, 422).text
    chidi.post(f"{made}/answer", {"measure": "hide", "words": "Agreed otherwise."})
    visit("bruno").post(f"{made}/appeal", {"words": "No"})
    assert "Somebody else looks at it once more." in dara.get(made).text
    assert made in visit("ana").get("/c/valley/reports").text
    with village.database.read() as session:
        lines = [line.kind for line in queries.needs_of(session, village.ana, at=village.clock())]
        assert "report_open" in lines
        assert "report_open" not in [
            line.kind for line in queries.needs_of(session, village.chidi, at=village.clock())
        ]
        assert session.get_one(Listing, advert).title == "Zxadvert"
