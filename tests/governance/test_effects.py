"""What follows from decisions: each effect once, by nobody's capability; one that fails is told, shown and tried again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.communities import access
from minga.communities.commands.membership import live_membership
from minga.communities.models import Membership, Policy, Role
from minga.governance.commands import decisions
from minga.governance.commands.effects import effect_to_carry_out
from minga.governance.events import EffectDue
from minga.governance.models import Advice, Charter, Decision, Effect, PollResult
from minga.governance.rules.charter import shipped
from minga.governance.rules.effects import KINDS, check_effects
from minga.governance.rules.kinds import ProposalKind
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.events import EventRow
from minga.kit.ids import Id, new_id
from minga.reactions.governance_effects import CARRIED_OUT_BY, carry_out
from tests.communities.federating import ONE_ENGINE, do
from tests.communities.test_decided import ask_to_join
from tests.governance import living
from tests.governance.deciding import decided, decision, effects_of, follow, poll, proposal
from tests.village import NOBODY, Village

DOOR = {"kind": "policy", "key": "joining.way", "value": "open"}
TASK = {"kind": "task", "words": "Mend the gate"}


def events(village: Village, name: str) -> list[dict[str, Any]]:
    with village.database.read() as session:
        return [row.facts for row in session.scalars(select(EventRow).where(EventRow.name == name))]


def test_a_passed_membership_decision_admits_the_applicant(village: Village) -> None:
    asked = ask_to_join(village)
    made = decided(
        village, kind=ProposalKind.MEMBERSHIP, effects=[{"kind": "admission", "application_id": asked}]
    )
    follow(village)
    with village.database.read() as session:
        assert live_membership(session, village.valley, village.people["zoe"]) is not None
    found = decision(village, made)
    assert found.said_number == "2026-001"
    assert found.implemented_on == village.clock().date()
    assert effects_of(village, made)[0].done_at is not None
    assert events(village, "EffectDone")[0]["decision"] == "2026-001"
    assert events(village, "ApplicationAnswered")[0]["decision"] == "2026-001"


def test_a_decision_that_did_not_pass_changes_nothing(village: Village) -> None:
    made = decided(village, outcome="failed", effects=[DOOR])
    follow(village)
    assert effects_of(village, made) == []
    assert decision(village, made).implemented_on is None
    assert events(village, "EffectDue") == []


def test_an_effect_that_is_delivered_twice_runs_once(village: Village) -> None:
    made = decided(village, effects=[DOOR])
    follow(village)
    effect = effects_of(village, made)[0]
    with village.database.write() as session:
        again = EffectDue(decision_id=made, effect_id=effect.id, kind="policy")
        carry_out(session, again, at=village.clock())
        decisions.begin_effects(session, made, at=village.clock())
    follow(village)
    with village.database.read() as session:
        count = select(func.count()).select_from(Policy).where(Policy.key == "joining.way")
        assert session.scalar(count.where(Policy.decision == "2026-001")) == 1
    assert effects_of(village, made)[0].tries == 1


def test_an_effect_that_fails_is_told_kept_whole_and_tried_again(village: Village) -> None:
    role, bruno = _role(village, "treasurer_of_nothing"), village.people["bruno"]
    wish = {"kind": "role_grant", "role_id": role, "person_id": bruno}
    made = decided(village, effects=[wish, DOOR])
    follow(village)
    first, second = effects_of(village, made)
    assert (first.done_at, first.tries) == (None, 1)
    assert first.error == "There is no such role any more."
    assert second.done_at is not None  # one that fails does not stop the others
    assert decision(village, made).implemented_on is None
    with pytest.raises(Conflict) as refused:
        do(village, "bruno", decisions.say_implemented, made)
    assert refused.value.name == "effects_open"
    welcomer = _role(village, "welcomer")
    with village.database.write() as session:
        session.get_one(Effect, first.id).wish = wish | {"role_id": welcomer}
    do(village, "bruno", decisions.try_again, effects_of(village, made)[1 - 1].id)
    follow(village)
    first = effects_of(village, made)[0]
    assert first.done_at is not None
    assert (first.error, first.tries) == ("", 2)
    assert decision(village, made).implemented_on is not None
    with pytest.raises(Conflict) as refused:
        do(village, "bruno", decisions.try_again, effects_of(village, made)[1 - 1].id)
    assert refused.value.name == "done_already"


def _role(village: Village, key: str) -> Id:
    with village.database.read() as session:
        found = select(Role.id).where(Role.community_id == village.valley, Role.key == key)
        return session.scalars(found).first() or new_id()


def test_what_only_a_person_can_do_waits_for_them(village: Village) -> None:
    made = decided(village, effects=[TASK, {"kind": "budget", "words": "200 for the gate"}])
    follow(village)
    assert [one.done_at for one in effects_of(village, made)] == [None, None]
    assert events(village, "EffectDue") == []
    with pytest.raises(Conflict) as refused:
        do(village, "bruno", decisions.try_again, effects_of(village, made)[1 - 1].id)
    assert refused.value.name == "by_person"
    do(village, "bruno", decisions.say_done, effects_of(village, made)[1 - 1].id)
    assert decision(village, made).implemented_on is None
    do(village, "bruno", decisions.say_done, effects_of(village, made)[2 - 1].id)
    do(village, "bruno", decisions.say_done, effects_of(village, made)[2 - 1].id)
    assert decision(village, made).implemented_on is not None
    assert len(events(village, "DecisionImplemented")) == 1


@ONE_ENGINE
def test_what_the_node_does_is_not_said_to_be_done_by_hand(village: Village) -> None:
    made = decided(village, effects=[DOOR])
    with pytest.raises(Conflict) as refused:
        do(village, "bruno", decisions.say_done, effects_of(village, made)[1 - 1].id)
    assert refused.value.name == "by_node"


@pytest.mark.parametrize(
    ("who", "error"), [("nobody", NotFound), ("zoe", NotFound), ("chidi", Forbidden), ("dara", Forbidden)]
)
@ONE_ENGINE
def test_strangers_learn_nothing_and_others_do_not_look_after_it(
    village: Village, who: str, error: type[Exception]
) -> None:
    made = decided(village, effects=[TASK])
    effect = effects_of(village, made)[0].id
    actor = NOBODY if who == "nobody" else village.actor(who)
    for act, what, more in (
        (decisions.say_done, effect, ()),
        (decisions.try_again, effect, ()),
        (decisions.say_implemented, made, ()),
        (decisions.write_statement, made, ("So it is",)),
        (decisions.hand_on, made, ()),
    ):
        with pytest.raises(error):
            do(village, actor, act, what, *more)
    with pytest.raises(NotFound):
        do(village, "bruno", decisions.say_done, new_id())


def test_somebody_is_removed_only_after_they_were_heard(village: Village) -> None:
    hana = village.people["hana"]
    wish = {"kind": "removal", "person_id": hana}
    made = decided(village, kind=ProposalKind.REMOVAL, subject_id=hana, effects=[wish])
    follow(village)
    assert effects_of(village, made)[0].error.startswith("They have not been heard yet.")
    with village.database.write() as session:
        found = session.get_one(Decision, made)
        asked_at = village.clock() - timedelta(days=8)
        session.add(Advice(proposal_id=found.proposal_id, adviser_id=hana, asked_at=asked_at))
    do(village, "bruno", decisions.try_again, effects_of(village, made)[1 - 1].id)
    follow(village)
    with village.database.read() as session:
        gone = session.scalars(select(Membership).where(Membership.person_id == hana)).one()
        assert gone.ended_on is not None
    assert decision(village, made).implemented_on is not None


def test_a_charter_passes_by_the_old_and_the_new_rule_or_not_at_all(village: Village) -> None:
    """GOV-T14: three of four say yes; a rule that asks for nine of ten does not pass by its own measure."""
    stricter = decide_charter(village, _governance(num=9, den=10))
    assert (stricter.outcome, stricter.reason) == ("failed", "own_rule")
    assert effects_of(village, stricter.id) == []
    bearable = decide_charter(village, _governance(num=3, den=4))
    assert bearable.outcome == "passed"
    with village.database.read() as session:
        first, second = session.scalars(select(Charter).order_by(Charter.n)).all()
        result = session.get_one(PollResult, bearable.poll_id or "").content
    assert (first.until_at, second.n, second.decision) == (village.clock(), 2, "2026-002")
    assert second.review_on is not None
    assert events(village, "CharterChanged")[-1] == {"charter_id": second.id, "n": 2}
    assert (result["figures"]["needed"], result["figures"]["own_rule"]["needed"]) == (3, 3)


def decide_charter(village: Village, rules: list[dict[str, Any]]) -> Decision:
    """Through every step that members take: written, talked about, voted on, counted, final, carried out."""
    with village.database.write() as session:
        wish = ({"kind": "charter", "rules": rules},)
        about = living.discussed(session, village, kind=ProposalKind.GOVERNANCE, effects=wish)
        voted = living.polled(session, village, about)
        living.vote(session, village, voted, ana="yes", bruno="yes", chidi="yes", hana="no")
        living.counted(session, village, voted)
        living.finished(session, village, voted)
        made = session.scalars(select(Decision.id).where(Decision.poll_id == voted.id)).one()
    follow(village)
    return decision(village, made)


def _governance(**threshold: int) -> list[dict[str, Any]]:
    rules = [one.as_json() for one in shipped()]
    for one in rules:
        if one["class"] == "governance":
            one["threshold"] |= threshold
    return rules


@ONE_ENGINE
def test_a_charter_below_the_floors_fails_in_words(village: Village) -> None:
    with village.database.write() as session:
        about = proposal(session, village, kind=ProposalKind.GOVERNANCE, effects=[DOOR])
        counted = poll(session, village, about)
        made = decisions.record_decision(
            session, about, counted, outcome="passed", method="majority", at=village.clock()
        ).id
        effect = session.scalars(select(Effect)).one()
        effect.kind, effect.wish = "charter", {"rules": _governance(num=1, den=2)}
    follow(village)
    assert "weaker" in effects_of(village, made)[0].error


@ONE_ENGINE
def test_a_decision_is_numbered_by_community_and_year_and_recorded_once(village: Village) -> None:
    first, second = decided(village), decided(village)
    assert [decision(village, one).said_number for one in (first, second)] == ["2026-001", "2026-002"]
    village.clock.now = village.clock.now.replace(year=2026, month=12, day=31, hour=23, minute=59)
    assert decision(village, decided(village)).said_number == "2026-003"
    village.clock.forward(minutes=1)
    assert decision(village, decided(village)).said_number == "2027-001"
    with village.database.write() as session:
        about = proposal(session, village)
        counted = poll(session, village, about)
        twice = {
            decisions.record_decision(
                session, about, counted, outcome="passed", method="majority", at=village.clock()
            ).id
            for _ in range(2)
        }
    assert len(twice) == 1


@ONE_ENGINE
def test_advice_is_stated_without_anything_counted(village: Village) -> None:
    with village.database.write() as session:
        about = proposal(session, village, kind=ProposalKind.ADVICE, effects=[TASK])
        made = decisions.record_decision(
            session, about, None, outcome="stated", method="advice", at=village.clock()
        )
        assert made.kind == "advice"
        again = decisions.record_decision(
            session, about, None, outcome="stated", method="advice", at=village.clock()
        )
        assert again.id == made.id
    do(village, "bruno", decisions.say_implemented, made.id)
    assert decision(village, made.id).implemented_on is not None


@ONE_ENGINE
def test_owner_deadline_and_review_are_handed_on(village: Village) -> None:
    made = decided(village)
    later = village.clock().date() + timedelta(days=40)
    do(village, "bruno", decisions.hand_on, made, owner="@hana", deadline_on=later, review_on=later)
    found = decision(village, made)
    assert (found.owner_id, found.deadline_on, found.review_on) == (village.people["hana"], later, later)
    with pytest.raises(Forbidden):  # it is Hana's now
        do(village, "bruno", decisions.hand_on, made, owner="bruno")
    for wrong in ({"owner": "zoe"}, {"owner": "no-one"}, {"review_on": village.clock().date()}):
        with pytest.raises(Invalid):
            do(village, "hana", decisions.hand_on, made, **wrong)


@ONE_ENGINE
def test_the_statement_stands_below_and_the_day_is_a_real_one(village: Village) -> None:
    made = decided(village)
    do(village, "bruno", decisions.write_statement, made, "We open at ten.")
    assert decision(village, made).statement == "We open at ten."
    today = village.clock().date()
    for day in (today + timedelta(days=1), today - timedelta(days=1)):
        with pytest.raises(Invalid):
            do(village, "bruno", decisions.say_implemented, made, on=day)
    do(village, "bruno", decisions.say_implemented, made, on=today)
    do(village, "bruno", decisions.say_implemented, made)
    with pytest.raises(Conflict):
        do(village, "bruno", decisions.say_implemented, decided(village, outcome="failed"))
    with pytest.raises(Invalid):
        do(village, "bruno", decisions.write_statement, made, "x" * 5_001)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "magic"},
        {"kind": "policy", "key": "joining.way"},
        {"kind": "admission", "application_id": "not an id"},
        {"kind": "task", "words": "x" * 501},
        {"kind": "agreement", "key": "kind", "texts": "no list"},
        {"kind": "role_grant", "role_id": "0" * 32, "person_id": "1" * 32, "until_on": "soon"},
        {"kind": "charter", "rules": ["no rule"]},
    ],
)
def test_wrong_effects_are_refused_at_their_field(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        check_effects([wrong])
    assert refused.value.fields or wrong["kind"] == "task"


def test_more_than_ten_effects_are_refused_and_every_kind_is_led_somewhere() -> None:
    with pytest.raises(Invalid):
        check_effects([TASK] * 11)
    assert {name for name, one in KINDS.items() if not one.by_person} == set(CARRIED_OUT_BY)


@ONE_ENGINE
def test_an_effect_that_is_done_is_not_carried_out(village: Village) -> None:
    made = decided(village, effects=[DOOR])
    follow(village)
    with village.database.write() as session:
        assert effect_to_carry_out(session, effects_of(village, made)[0].id, at=village.clock()) is None
        assert access.policies.value(session, village.valley, "joining.way", at=village.clock()) != "open"
