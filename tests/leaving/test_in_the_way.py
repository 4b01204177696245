"""What stands in the way of being erased in communities: people one keeps, and what of one's own was reported and waits."""

from minga.communities import commands
from minga.identity import commands as identity
from minga.kit import leaving
from minga.kit.refs import Ref
from tests.sharing.makers import post
from tests.village import Village


def sentences(village: Village, who: str) -> list[str]:
    with village.database.read() as session:
        return [one.sentence for one in leaving.in_the_way(session, village.people[who], at=village.clock())]


def reported(village: Village, title: str) -> None:
    with village.database.write() as session:
        made = post(session, village.bruno, village.valley, title, at=village.clock())
        ref = Ref("listing", made.id)
        commands.report(session, village.ana, ref, words="An advert", clause="", at=village.clock())


def test_a_report_about_oneself_holds_up_for_two_weeks_and_no_further(village: Village) -> None:
    assert sentences(village, "bruno") == []
    reported(village, "Advert")
    [said] = sentences(village, "bruno")
    assert "was reported and waits" in said
    assert sentences(village, "ana") == []
    village.clock.forward(days=14)
    assert sentences(village, "bruno") == []
    with village.database.write() as session:
        identity.ask_for_erasure(session, village.bruno, keep_words=True, at=village.clock())
    village.clock.forward(days=13)
    reported(village, "Another advert")
    assert len(sentences(village, "bruno")) == 1
    village.clock.forward(days=2)
    assert len(sentences(village, "bruno")) == 1
    village.clock.forward(days=12)
    assert sentences(village, "bruno") == []
    reported(village, "One more")
    assert sentences(village, "bruno") == []


def test_whom_one_keeps_is_handed_on_first(village: Village) -> None:
    with village.database.write() as session:
        given = commands.Kept(name="Edda")
        kept = commands.keep_person(session, village.hana, village.valley, given, at=village.clock())
    [said] = sentences(village, "hana")
    assert "You look after {name}" in said
    with village.database.write() as session:
        commands.offer_keeping(session, village.hana, kept.id, "bruno", at=village.clock())
        commands.go_on_keeping(session, village.bruno, kept.id, at=village.clock())
    assert sentences(village, "hana") == []
