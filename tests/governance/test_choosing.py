"""Choosing what follows: only by those who make the proposal, only what the community has, never past a stricter rule."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from minga.governance import commands as governance
from minga.governance.commands import Written, choosing
from minga.governance.models import Effect, Proposal, ProposalVersion
from minga.governance.queries.effect_choices import effect_form
from minga.governance.queries.effects import effects_of_proposal
from minga.governance.rules.charter import shipped
from minga.governance.rules.effects import check_effects
from minga.governance.rules.kinds import ProposalKind
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.ids import Id, new_id
from tests.communities.federating import ONE_ENGINE, do
from tests.communities.test_api import Call
from tests.communities.test_api import call as call
from tests.governance import living
from tests.governance.deciding import decided, effects_of, follow
from tests.village import NOBODY, Village
from tests.visitor import Visitor

DOOR = {"kind": "policy", "key": "joining.way", "value": "open"}
TASK = {"kind": "task", "words": "Mend the gate"}


def draft(village: Village, kind: ProposalKind = ProposalKind.POLICY, **more: Any) -> Id:
    with village.database.write() as session:
        return living.drafted(session, village, kind=kind.value, **more).id


def chosen(village: Village, about: Id) -> list[str]:
    with village.database.read() as session:
        return [one.kind for one in effects_of_proposal(session, village.bruno, about, at=village.clock())]


@pytest.mark.parametrize(("who", "error"), [("zoe", NotFound), ("chidi", Forbidden), ("nobody", NotFound)])
@ONE_ENGINE
def test_only_those_who_make_it_choose(village: Village, who: str, error: type[Exception]) -> None:
    about = draft(village)
    with village.database.write() as session:
        governance.submit_proposal(session, village.bruno, about, at=village.clock())
    actor = NOBODY if who == "nobody" else village.actor(who)
    for act, what in ((choosing.add_effect, TASK), (choosing.drop_effect, 1)):
        with pytest.raises(error):
            do(village, actor, act, about, what)
    with pytest.raises(error), village.database.read() as session:
        effect_form(session, actor, about, at=village.clock())


def test_what_was_chosen_stays_when_the_words_change_and_is_a_version_of_its_own(village: Village) -> None:
    about = draft(village)
    do(village, "bruno", choosing.add_effect, about, DOOR)
    do(village, "bruno", choosing.add_effect, about, TASK)
    with village.database.write() as session:
        governance.submit_proposal(session, village.bruno, about, at=village.clock())
        words = Written(title="Other words", description="For the same.")
        governance.change_proposal(session, village.bruno, about, words, at=village.clock())
    assert chosen(village, about) == ["policy", "task"]
    do(village, "bruno", choosing.drop_effect, about, 1)
    assert chosen(village, about) == ["task"]
    with pytest.raises(NotFound):
        do(village, "bruno", choosing.drop_effect, about, 2)
    with village.database.read() as session:
        versions = session.scalars(select(ProposalVersion).order_by(ProposalVersion.n)).all()
    assert [len(one.effects) for one in versions] == [2, 2, 1]
    assert [one.title for one in versions][1:] == ["Other words", "Other words"]


@ONE_ENGINE
def test_nothing_is_chosen_any_more_while_it_is_voted_on(village: Village) -> None:
    with village.database.write() as session:
        about = living.discussed(session, village)
        living.polled(session, village, about)
    with pytest.raises(Conflict):
        do(village, "bruno", choosing.add_effect, about.id, TASK)


@ONE_ENGINE
def test_what_the_community_does_not_have_is_refused(village: Village) -> None:
    about = draft(village)
    for wrong in (
        DOOR | {"value": "sometimes"},
        DOOR | {"key": "joining.mood"},
        {"kind": "role_grant", "role_id": new_id(), "person_id": village.people["hana"]},
        {"kind": "role_end", "role_id": new_id(), "person_id": village.people["zoe"]},
        {"kind": "tie_end", "partnership_id": new_id()},
        {"kind": "task", "words": "\x00"},
        {"kind": "task", "words": ["a", "list"]},
        {"kind": ["no", "word"]},
    ):
        with pytest.raises(Invalid):
            do(village, "bruno", choosing.add_effect, about, wrong)
    assert chosen(village, about) == []


@ONE_ENGINE
def test_what_protects_people_needs_the_kind_of_proposal_that_decides_about_it(village: Village) -> None:
    hana = village.people["hana"]
    removal = {"kind": "removal", "person_id": hana}
    rules = {"kind": "charter", "rules": [one.as_json() for one in shipped()]}
    for wrong in (removal, rules, {"kind": "admission", "application_id": new_id()}):
        with pytest.raises(Invalid) as refused:
            do(village, "bruno", choosing.add_effect, draft(village), wrong)
        assert refused.value.name == "effect_kind"
        with pytest.raises(Invalid):
            draft(village, effects=(wrong,))
    about = draft(village, ProposalKind.REMOVAL, subject="chidi")
    with pytest.raises(Invalid):  # somebody else than it is about
        do(village, "bruno", choosing.add_effect, about, removal)
    with pytest.raises(Invalid):
        check_effects([TASK], "advice")


def test_a_kind_that_slipped_in_is_not_carried_out(village: Village) -> None:
    """The last defence: the node itself looks once more before it does something that protects people."""
    for subject in ("chidi", None):
        kind = ProposalKind.REMOVAL if subject else ProposalKind.POLICY
        more = {"subject_id": village.people[subject]} if subject else {}
        made = decided(village, kind=kind, effects=[TASK], **more)
        with village.database.write() as session:
            effect = session.scalars(select(Effect).where(Effect.decision_id == made)).one()
            effect.kind, effect.wish = "removal", {"kind": "removal", "person_id": village.people["hana"]}
        follow(village)
        assert effects_of(village, made)[0].error.startswith("A proposal of this kind cannot do that.")


@ONE_ENGINE
def test_it_is_chosen_on_a_page_and_over_rest(
    visit: Callable[[str | None], Visitor], call: Call, village: Village
) -> None:
    about = draft(village)
    at, bruno = f"/proposals/{about}/effects", visit("bruno")
    visit("zoe").get(at, 404)
    page = bruno.get(at).text
    assert "A rule of the community changes" in page
    assert "membership ends" not in page
    assert "How people join." in bruno.get(f"{at}?kind=policy").text
    bruno.get(f"{at}?kind=removal", 404)
    wrong = {"kind": "policy", "effect_key": "joining.way", "effect_value": "sometimes"}
    assert "sometimes" in bruno.post(at, wrong, 422).text
    bruno.post(at, wrong | {"effect_value": "open"})
    assert "becomes: Anybody on this node may come in." in bruno.get(at).text
    hana = {"effect_person_id": village.people["hana"], "effect_until_on": "2027-05-01"}
    with village.database.read() as session:
        form = effect_form(session, village.bruno, about, "role_grant", at=village.clock())
    role = next(key for key, name in form.fields[0].options if name == "Steward")
    bruno.post(at, {"kind": "role_grant", "effect_role_id": role, **hana})
    text = {
        "effect_key": "kind",
        "effect_title": "Be kind",
        "effect_texts": "1. Be kind.",
        "kind": "agreement",
    }
    bruno.post(at, text | {"effect_must_accept": "1"})
    assert chosen(village, about) == ["policy", "role_grant", "agreement"]
    bruno.post(f"{at}/2/removal")
    bruno.post(f"{at}/x/removal", status=404)
    assert chosen(village, about) == ["policy", "agreement"]
    items = call("bruno", "POST", at, TASK).json()["items"]
    assert [one["kind"] for one in items] == ["policy", "agreement", "task"]
    assert len(call("bruno", "DELETE", f"{at}/1").json()["items"]) == 2
    call("zoe", "POST", at, TASK, status=404)


@ONE_ENGINE
def test_the_charter_is_changed_on_a_page(visit: Callable[[str | None], Visitor], village: Village) -> None:
    about = draft(village, ProposalKind.GOVERNANCE)
    at, bruno = f"/proposals/{about}/effects", visit("bruno")
    assert "Rules as data" in bruno.get(f"{at}?kind=charter").text
    assert "cannot be read" in bruno.post(at, {"kind": "charter", "effect_rules": "{"}, 422).text
    weak = [one.as_json() for one in shipped()]
    next(one for one in weak if one["class"] == "governance")["threshold"] |= {"num": 1, "den": 2}
    assert "weaker" in bruno.post(at, {"kind": "charter", "effect_rules": json.dumps(weak)}, 422).text
    fine = json.dumps([one.as_json() for one in shipped(simple_majority=True)])
    bruno.post(at, {"kind": "charter", "effect_rules": fine})
    assert chosen(village, about) == ["charter"]
    with village.database.read() as session:
        assert session.get_one(Proposal, about).version_n == 1
