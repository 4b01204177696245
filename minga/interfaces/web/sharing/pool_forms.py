"""What is typed into the forms of pools: amounts in the pool's unit, times, ranks and values, and a new pool."""

from datetime import UTC, datetime, timedelta
from typing import Any

from minga.interfaces.http import Form, Unit
from minga.kit.errors import Invalid, Refused
from minga.kit.formats import zone_of
from minga.kit.i18n import N_
from minga.kit.typed import read_date, read_number, read_time
from minga.sharing.commands.pool_claims import RANK_TWICE, WINDOW_WRONG
from minga.sharing.commands.pooling import Claiming, Founding
from minga.sharing.queries.pools import PoolView
from minga.sharing.rules import Measure, measure_word
from minga.sharing.rules.allocation.names import Rule, What
from minga.sharing.rules.allocation.ranked import RANKS_MAX
from minga.sharing.rules.pools import (
    HEADS_MAX,
    NOT_WHOLE,
    STEPS_MAX,
    TOO_MUCH,
    Eligible,
    WeightBy,
    step_words,
    whole,
)

WINDOW_ROWS = 3
PARTS_WRONG = N_("Write each part on a line of its own, like “need 50”.")
THINGS_WRONG = N_("One thing per line; how many there are after a comma, like “Blue bicycle, 2”.")
WRONG_CHOICE = N_("Choose one of the list.")
RULE_OF_WHAT = {
    What.SLOTS: Rule.WINDOWS,
    What.RANKED: Rule.RANKED,
    What.BUNDLE: Rule.BUNDLES,
    What.CHORES: Rule.CHORES,
}


def read_milli(form: Form, name: str, *, required: bool = False) -> int | None:
    """An amount as people write it, in thousandths; a fault stands at its field."""
    typed = form.get(name)
    if not typed and not required:
        return None
    if "e" in typed.lower():
        raise Invalid(NOT_WHOLE, code="not_an_integer", fields={name: NOT_WHOLE})
    try:
        found = read_number(typed, 3)
    except Invalid as fault:
        raise Invalid(fault.text, code="not_an_integer", fields={name: fault}, **fault.facts) from None
    if abs(found) > STEPS_MAX * 10**6:
        raise Invalid(TOO_MUCH, code="too_large", fields={name: TOO_MUCH})
    return found


def read_steps(form: Form, pool: PoolView) -> int:
    """Whole steps from an amount in the pool's unit."""
    milli = read_milli(form, "amount", required=True) or 0
    steps, part = divmod(milli, pool.step_milli)
    if part or milli <= 0:
        said = N_("In parts of {step}, from 1 to {most} of them.")
        step = step_words(pool.step_milli, measure_word(pool.unit, pool.step_milli))
        facts: dict[str, Any] = {"step": step, "most": pool.claim_max or STEPS_MAX}
        raise Invalid(said, code="steps_invalid", fields={"amount": Refused(said, **facts)}, **facts)
    return steps


def read_claim(unit: Unit, form: Form, pool: PoolView) -> Claiming:
    """The claim that was typed."""
    heads = form.integer("heads", least=1, most=HEADS_MAX)
    common: dict[str, Any] = {
        "band": whole(form.get("band") or "1", 9, field="band"),
        "words": form.get("words"),
        "heads": heads,
    }
    if pool.counted:
        return Claiming(steps=read_steps(form, pool), **common)
    if pool.what is What.SLOTS:
        return Claiming(windows=read_windows(unit, form), **common)
    if pool.what is What.RANKED:
        ranks = [form.get(f"rank_{n}") for n in range(1, RANKS_MAX + 1)]
        named = tuple(one for one in ranks if one)
        if len(set(named)) != len(named):
            raise Invalid(RANK_TWICE, code="rank_repeated", fields={"rank_1": RANK_TWICE})
        return Claiming(ranks=named, **common)
    values = {
        name: whole(form.get(f"value_{n}"), 10, field=f"value_{n}")
        for n, name in enumerate(pool.things, 1)
        if form.get(f"value_{n}")
    }
    return Claiming(values=values, **common)


def read_windows(unit: Unit, form: Form) -> tuple[tuple[int, int], ...]:
    """Times in the reader's zone, as minutes; a time that the clocks leave out is refused."""
    found = []
    for row in range(1, WINDOW_ROWS + 1):
        typed = [form.get(f"{name}_{row}") for name in ("day", "from", "until")]
        if any(typed):
            start = _moment(unit, typed[0], typed[1], f"day_{row}")
            until = _moment(unit, typed[0], typed[2], f"day_{row}")
            found.append((int(start.timestamp()) // 60, int(until.timestamp()) // 60))
    return tuple(found)


def read_moment(unit: Unit, form: Form, day: str, hour: str) -> datetime | None:
    """A day and an hour in the reader's zone."""
    if not form.get(day):
        return None
    return _moment(unit, form.get(day), form.get(hour) or "18:00", day)


def _moment(unit: Unit, day: str, hour: str, field: str) -> datetime:
    zone = zone_of(unit.me.zone if unit.me else "UTC")
    here = unit.now.astimezone(zone).date()
    try:
        local = datetime.combine(
            read_date(day, here, language=unit.me.language if unit.me else "en"), read_time(hour), zone
        )
    except Invalid as fault:
        raise Invalid(fault.text, code="window_invalid", fields={field: fault}, **fault.facts) from None
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != local.replace(
        tzinfo=None
    ) or found > unit.now + timedelta(days=800):
        raise Invalid(WINDOW_WRONG, code="window_invalid", fields={field: WINDOW_WRONG})
    return found


def read_founding(form: Form) -> Founding:
    """The pool that was typed."""
    what = _one_of(What, form.get("what") or What.UNITS, "what")
    rule = RULE_OF_WHAT.get(what, form.get("rule") or Rule.NEED)
    step = read_milli(form, "step") if what is What.UNITS else None
    return Founding(
        name=form.get("name"),
        words=form.get("words"),
        what=what,
        unit=_one_of(Measure, form.get("unit") or Measure.PIECE, "unit"),
        step_milli=1000 if step is None else step,
        rule=rule,
        parameters=read_parameters(str(rule), form),
        essential=form.has("essential"),
        weight_by=WeightBy.HOUSEHOLD if form.get("weight_by") != WeightBy.PERSON else WeightBy.PERSON,
        window_days=form.integer("window_days", least=7, most=730) or 90,
        claim_max=form.integer("claim_max", least=1, most=STEPS_MAX),
        member_cap=form.integer("member_cap", least=1, most=STEPS_MAX),
        eligible=Eligible.FULL if form.get("eligible") == Eligible.FULL else Eligible.MEMBERS,
        pick_up=form.get("pick_up"),
        category_id=form.get("category") or None,
        standing=form.has("standing"),
        answer_hours=form.integer("answer_hours", least=1, most=720) or 48,
        things=_things(form.get("things")),
    )


def read_parameters(rule: str, form: Form) -> dict[str, Any]:
    """The parameters of a rule; of others' fields nothing is read."""
    if rule == Rule.HYBRID:
        return {"quotas": _quotas(form.get("quotas"))}
    if rule == Rule.LOTTERY:
        rounds = form.integer("sits_out_rounds", least=0, most=52) or 0
        return {"weighted": form.has("weighted"), "sits_out_rounds": rounds}
    if rule == Rule.WINDOWS:
        return {"buffer_minutes": form.integer("buffer_minutes", least=0, most=1440) or 0}
    if rule == Rule.RANKED:
        return {"serial": form.has("serial")}
    return {}


def _quotas(typed: str) -> list[list[Any]]:
    found: list[list[Any]] = []
    for line in typed.splitlines()[:10]:
        name, _, share = line.strip().rpartition(" ")
        if not share.isascii() or not share.isdecimal() or len(share) > 3:
            raise Invalid(PARTS_WRONG, code="rule_invalid", fields={"quotas": PARTS_WRONG})
        found.append([name.strip(), int(share)])
    return found


def _things(typed: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in filter(None, (one.strip() for one in typed.splitlines()[:200])):
        name, comma, many = line.rpartition(",")
        if comma and many.strip().isascii() and many.strip().isdecimal() and len(many.strip()) < 6:
            found[name.strip()] = int(many)
        elif comma:
            raise Invalid(THINGS_WRONG, code="rule_invalid", fields={"things": THINGS_WRONG})
        else:
            found[line] = 1
    return found


def _one_of(kind: Any, typed: str, field: str) -> Any:
    try:
        return kind(typed)
    except ValueError:
        raise Invalid(WRONG_CHOICE, code="invalid", fields={field: WRONG_CHOICE}) from None
