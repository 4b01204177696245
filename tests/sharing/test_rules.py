"""The rules of listings, pure: what each kind may hold, how terms fit, states from dates, maps of files."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.kit.errors import Invalid, Refused
from minga.sharing import rules
from minga.sharing.rules import (
    OWN,
    AmountRule,
    Answers,
    CloseReason,
    Content,
    Direction,
    Item,
    Job,
    Kind,
    Level,
    Per,
    State,
    Term,
    TermKind,
    Urgency,
)
from minga.sharing.rules.kinds import Compensation, kind_of
from minga.sharing.rules.terms import term_fault, terms_fault
from tests.sharing.makers import said

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def faults(content: Content, direction: Direction = Direction.OFFER) -> set[str]:
    try:
        rules.check(content, direction, at=AT)
    except Invalid as refusal:
        return set(refusal.fields)
    return set()


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_its_own_fields_with_limits(kind: Kind) -> None:
    content = said(kind=kind)
    assert faults(content) == set()
    assert kind_of(content.own) is kind
    for name, (least, most) in OWN[kind].spans.items():
        whole = {
            "amount_minor": {"compensation": Compensation.MONEY, "amount_unit": "EUR"},
            "value_minor": {"value_unit": "EUR"},
        }
        for value, fits in ((least, True), (most, True), (least - 1, False), (most + 1, False)):
            own = replace(content.own, **{name: value, **whole.get(name, {})})
            assert (name in faults(replace(content, own=own))) is not fits
    for name, most in OWN[kind].lengths.items():
        many = isinstance(getattr(content.own, name), tuple)
        for size in (most, most + 1):
            words = ("x" * size,) if many else "x" * size
            own = replace(content.own, **{name: words})
            assert ("value_unit" if name == "value_unit" else name) in faults(
                replace(content, own=own)
            ) or size == most
    for name in OWN[kind].required:
        assert name in faults(replace(content, own=replace(content.own, **{name: ""})))


def test_condition_has_five_steps_and_is_good_by_default() -> None:
    assert Item().condition == 4
    assert faults(said(condition=6)) == {"condition"}


def test_work_that_is_paid_says_how_much_and_free_work_does_not() -> None:
    job = said(kind=Kind.JOB, own=Job())
    assert faults(job) == set()
    for compensation, amount, unit, fits in (
        (Compensation.FREE, 5, None, False),
        (Compensation.FREE, None, "EUR", False),
        (Compensation.MONEY, None, None, False),
        (Compensation.MONEY, 500, "minute", False),
        (Compensation.MONEY, 500, "EUR", True),
        (Compensation.TIME, 60, "EUR", False),
        (Compensation.TIME, 60, "minute", True),
        (Compensation.GOODS, None, None, True),
    ):
        own = Job(compensation=compensation, amount_minor=amount, amount_unit=unit)
        assert (faults(replace(job, own=own)) == set()) is fits, (compensation, amount, unit)


def test_an_emergency_can_be_reached() -> None:
    call = said(kind=Kind.HELP, urgency=Urgency.EMERGENCY)
    assert faults(call, Direction.NEED) == {"reach"}
    assert faults(replace(call, own=replace(call.own, reach="Ring"))) == set()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("term", "fits"),
    [
        (Term(kind=TermKind.GIFT), True),
        (Term(kind=TermKind.GIFT, amount_minor=5), False),
        (Term(kind=TermKind.PAYMENT, rule=AmountRule.AGREE), True),
        (Term(kind=TermKind.PAYMENT, rule=AmountRule.FIXED), False),
        (Term(kind=TermKind.PAYMENT, rule=AmountRule.FIXED, amount_minor=5, unit="EUR"), True),
        (Term(kind=TermKind.PAYMENT, rule=AmountRule.FIXED, amount_minor=5, unit="euro"), False),
        (Term(kind=TermKind.PAYMENT, rule=AmountRule.FIXED, amount_minor=-5, unit="EUR"), False),
        (Term(kind=TermKind.PAYMENT, rule=AmountRule.FIXED, amount_minor=10**12, unit="EUR"), False),
        (Term(kind=TermKind.PAYMENT, rule=AmountRule.PER, amount_minor=5, unit="EUR"), False),
        (Term(kind=TermKind.PAYMENT, rule=AmountRule.PER, amount_minor=5, unit="EUR", per=Per.DAY), True),
        (Term(kind=TermKind.PAYMENT, rule=AmountRule.WHAT_YOU_CAN), True),
        (
            Term(
                kind=TermKind.PAYMENT, rule=AmountRule.WHAT_YOU_CAN, amount_minor=5, most_minor=4, unit="EUR"
            ),
            False,
        ),
        (
            Term(
                kind=TermKind.PAYMENT, rule=AmountRule.WHAT_YOU_CAN, amount_minor=5, most_minor=9, unit="EUR"
            ),
            True,
        ),
        (Term(kind=TermKind.TIME_CREDIT), False),
    ],
)
def test_terms_of_a_thing(term: Term, fits: bool) -> None:
    assert (term_fault(term, Kind.ITEM) is None) is fits
    assert Term.read(term.plain()) == term


def test_terms_stand_once_and_are_few() -> None:
    gift = Term(kind=TermKind.GIFT)
    assert terms_fault((gift,), Kind.ITEM) is None
    for wrong in ((), (gift, gift), tuple(Term(kind=kind) for kind in TermKind)):
        assert terms_fault(wrong, Kind.ITEM) is not None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"description": "x" * 10_001}, "description"),
        ({"place": "x" * 121}, "place"),
        ({"language": "x" * 13}, "language"),
        ({"quantity_milli": 0, "quantity_unit": rules.Measure.PIECE}, "quantity"),
        ({"quantity_milli": 10**15, "quantity_unit": rules.Measure.PIECE}, "quantity"),
        ({"quantity_milli": 5}, "quantity_unit"),
        (
            {"available_from_on": date(2026, 12, 2), "available_until_on": date(2026, 12, 1)},
            "available_until_on",
        ),
        ({"expires_on": date(2026, 11, 19)}, "expires_on"),
        ({"expires_on": date(2029, 1, 1)}, "expires_on"),
        ({"answers": Answers.COLLECT}, "collect_until"),
        ({"answers": Answers.COLLECT, "collect_until": AT}, "collect_until"),
        ({"answers": Answers.COLLECT, "collect_until": AT + timedelta(days=800)}, "collect_until"),
        ({"named": ("x",) * 51}, "named"),
        ({"terms": ()}, "terms"),
    ],
)
def test_each_fault_stands_at_its_field(change: dict[str, object], field: str) -> None:
    assert faults(replace(said(), **change)) == {field}  # type: ignore[arg-type]


def test_all_faults_are_told_at_once() -> None:
    assert faults(replace(said(condition=9), title="", terms=(), place="x" * 200)) == {
        "title",
        "terms",
        "place",
        "condition",
    }


@dataclass
class Dates:
    sent_at: datetime | None = None
    published_at: datetime | None = None
    paused_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    expires_at: datetime | None = None
    archived_at: datetime | None = None


@pytest.mark.parametrize(
    ("dates", "state"),
    [
        (Dates(), State.DRAFT),
        (Dates(sent_at=AT), State.PENDING),
        (Dates(published_at=AT), State.OPEN),
        (Dates(published_at=AT, paused_at=AT), State.PAUSED),
        (Dates(published_at=AT, expires_at=AT), State.EXPIRED),
        (Dates(published_at=AT, expires_at=AT + timedelta(seconds=1)), State.OPEN),
        (Dates(published_at=AT, closed_at=AT, close_reason=CloseReason.FULFILLED), State.FULFILLED),
        (Dates(published_at=AT, closed_at=AT, close_reason=CloseReason.REMOVED), State.REMOVED),
        (Dates(closed_at=AT, archived_at=AT), State.ARCHIVED),
    ],
)
def test_the_state_follows_from_the_dates(dates: Dates, state: State) -> None:
    assert rules.state(dates, AT) is state


@given(st.builds(Dates, *(st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))) for _ in range(4))))
def test_every_set_of_dates_has_one_state(dates: Dates) -> None:
    assert rules.state(dates, AT) in State


def test_who_opens_again_and_until_when() -> None:
    closed = Dates(published_at=AT, closed_at=AT, close_reason=CloseReason.WITHDRAWN)
    rules.reopening(closed, by_steward=False, at=AT + timedelta(days=90))
    rules.reopening(closed, by_steward=True, at=AT + timedelta(days=900))
    for dates, late in (
        (closed, 91),
        (replace(closed, close_reason=CloseReason.REMOVED), 0),
        (Dates(published_at=AT), 0),
    ):
        with pytest.raises(Refused):
            rules.reopening(dates, by_steward=False, at=AT + timedelta(days=late))


@given(st.text(max_size=300))
def test_indexed_words_are_letters_digits_and_spaces(text: str) -> None:
    folded = rules.index_words(text)
    assert all(sign.isalnum() or sign == " " for sign in folded)
    assert '"' not in folded
    assert folded == " ".join(folded.split())


@pytest.mark.parametrize(
    "text",
    [
        "[columns",
        "[colums]\nx = 'y'",
        "[columns]\nnothing = 'y'",
        "[columns]\ntitle = 3",
        "words = 3",
        "[words]\nx = 3",
    ],
)
def test_maps_with_mistakes_are_refused_with_words(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.read_map(text)
    assert str(caught.value)


def test_a_map_fits_to_its_file_only() -> None:
    plan = rules.read_map('[columns]\ntitle = "{what} of {who}"\n[ignored]\ncolumns = ["when"]')
    plan.fit(["what", "who", "when", ""])
    assert plan.fields({"what": "Drill", "who": "Ana"}) == {"title": "Drill of Ana"}
    for columns in (["what"], ["what", "who", "colour"]):
        with pytest.raises(Invalid):
            plan.fit(columns)
    with pytest.raises(Invalid, match="title"):
        rules.own_columns(["kind"]).fit(["kind"])
    assert rules.own_columns(["title", "unit"]).columns["quantity_unit"] == "unit"


def test_an_import_never_widens() -> None:
    for level in Level:
        reach = rules.reach_of({"level": level.value})
        assert reach is not None
        assert reach.rank <= min(level.rank, Level.PARTNERS.rank)
