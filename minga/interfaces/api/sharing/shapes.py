"""What a call about listings may carry: one written shape per kind, made from the same limits that the rules check."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args, get_type_hints

from pydantic import ConfigDict, Field, create_model

from minga.interfaces.api.frame import In
from minga.sharing.rules import (
    DESCRIPTION_MAX,
    OWN,
    QUANTITY_MILLI_MAX,
    TITLE_MAX,
    USUAL,
    AmountRule,
    Answers,
    Content,
    Direction,
    Kind,
    Level,
    Measure,
    NameShown,
    Narrowing,
    Own,
    Per,
    Precision,
    Term,
    TermKind,
    Where,
)
from minga.sharing.rules.content import NAMED_MAX, PLACE_MAX
from minga.sharing.rules.kinds import SKILLS_MAX
from minga.sharing.rules.narrowing import WITHOUT_MAX
from minga.sharing.rules.places import read_point
from minga.sharing.rules.terms import AMOUNT_MAX, TERMS_MAX

EXAMPLES: Mapping[Kind, dict[str, Any]] = {
    Kind.ITEM: {"title": "Drill to borrow", "item": {"condition": 4, "loan_days_max": 7}},
    Kind.SERVICE: {"title": "I repair bicycles", "service": {"per": "hour", "minutes_estimated": 60}},
    Kind.JOB: {
        "title": "Paint the hall",
        "job": {"complexity": "easy", "minutes_estimated": 720, "positions": 3},
    },
    Kind.HELP: {"title": "I can drive you", "help": {"urgency": "normal", "people_needed": 1}},
    Kind.SKILL: {
        "title": "I teach knitting",
        "skill": {"skill": "Knitting", "skill_level": "teaches", "places": 6},
    },
    Kind.TIME: {"title": "Two hours on Tuesdays", "time": {"minutes_each": 120, "distance_km_max": 5}},
    Kind.SPACE: {"title": "Workshop", "space": {"capacity": 12, "grain": "half_day", "step_free": "yes"}},
}


class TermIn(In):
    """One way of sharing, and what it costs."""

    kind: TermKind
    rule: AmountRule = AmountRule.FREE
    unit: Annotated[str, Field(max_length=6, description="A currency, or minute")] | None = None
    amount_minor: Annotated[int, Field(ge=0, le=AMOUNT_MAX)] | None = None
    most_minor: Annotated[int, Field(ge=0, le=AMOUNT_MAX)] | None = None
    per: Per | None = None

    def read(self) -> Term:
        return Term(**self.model_dump())


class QuantityIn(In):
    """How much, in thousandths of a unit."""

    milli: Annotated[int, Field(ge=1, le=QUANTITY_MILLI_MAX)]
    unit: Measure = Measure.PIECE


class WhereIn(In):
    """Where it is: a named place of the community, or a point as precise as its owner wants."""

    place_id: Annotated[str, Field(max_length=32)] = ""
    point: Annotated[str, Field(max_length=60, description="Latitude, longitude in degrees")] = ""
    precision: Precision = Precision.NEIGHBOURHOOD

    def read(self) -> Where:
        if self.place_id or not self.point:
            return Where(place_id=self.place_id, precision=self.precision)
        lat, lon = read_point(self.point)
        return Where(lat=lat, lon=lon, precision=self.precision)


class NarrowingIn(In):
    """Who of the level's circle does not see it; all that is said has to hold."""

    full_only: bool = False
    within: Annotated[str, Field(max_length=32)] = ""
    without: Annotated[list[str], Field(max_length=WITHOUT_MAX, default_factory=list)]

    vouched_only: Annotated[bool, Field(description="Only people for whom enough members vouch")] = False
    within_km: Annotated[int | None, Field(description="1, 3, 10, 30 or 100; needs `where`")] = None
    steps: Annotated[int | None, Field(description="Connected to the owner over 1 to 3 steps of trust")] = (
        None
    )

    def read(self) -> Narrowing:
        return Narrowing(
            self.full_only,
            self.within,
            tuple(dict.fromkeys(self.without)),
            self.vouched_only,
            self.within_km,
            self.steps,
        )


class CommonIn(In):
    """What all kinds share."""

    title: Annotated[str, Field(min_length=1, max_length=TITLE_MAX)]
    description: Annotated[str, Field(max_length=DESCRIPTION_MAX)] = ""
    language: Annotated[str, Field(max_length=12)] = ""
    category: Annotated[str, Field(max_length=64)] = ""
    quantity: QuantityIn | None = None
    terms: Annotated[list[TermIn], Field(min_length=1, max_length=TERMS_MAX)]
    level: Level | None = None
    named: Annotated[list[str], Field(max_length=NAMED_MAX, default_factory=list)]
    place: Annotated[str, Field(max_length=PLACE_MAX)] = ""
    available_from_on: date | None = None
    available_until_on: date | None = None
    answers: Answers = Answers.OWNER
    collect_until: datetime | None = None
    name_shown: NameShown = NameShown.EVERYBODY
    expires_on: date | None = None
    where: WhereIn | None = None
    narrowing: NarrowingIn | None = None
    contact_kept: Annotated[bool, Field(description="Keep a number in a text that others see")] = False
    extra: Annotated[dict[str, Annotated[str, Field(max_length=500)]], Field(max_length=24)] = Field(
        default_factory=dict, description="Values of the category's own fields, by their keys"
    )


class ListingIn(CommonIn):
    """A new listing; `publish` false keeps it as a draft."""

    direction: Direction
    kind: Kind
    publish: bool = True


class CloseIn(In):
    """How it ended."""

    reason: Literal["fulfilled", "withdrawn", "removed"]


class PinIn(In):
    """The place on top, 0 takes it down."""

    rank: Annotated[int, Field(ge=0, le=3)]


def _own_fields(own: type[Own], *, optional: bool) -> dict[str, Any]:
    """A kind's own fields with their limits, as pydantic wants them."""
    made: dict[str, Any] = {}
    hints = get_type_hints(own)
    for field in fields(own):
        name, hint = field.name, hints[field.name]
        limits: dict[str, Any] = {}
        if name in own.spans:
            limits = {"ge": own.spans[name][0], "le": own.spans[name][1]}
        elif hint == tuple[str, ...]:
            hint = list[Annotated[str, Field(max_length=own.lengths[name])]]
            limits = {"max_length": SKILLS_MAX}
        elif name in own.lengths:
            limits = {"max_length": own.lengths[name]}
        if name in own.required:
            limits["min_length"] = 1
        plain = (
            next((one for one in get_args(hint) if one is not type(None)), hint)
            if type(None) in get_args(hint)
            else hint
        )
        limited = Annotated[plain, Field(**limits)] if limits else plain
        may_be_none = optional or type(None) in get_args(hints[name])
        default = None if optional else ... if name in own.required else _default(field.default)
        made[name] = (limited | None if may_be_none else limited, default)
    return made


def _default(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _listing_in(kind: Kind, own: type[In]) -> type[ListingIn]:
    needed = not OWN[kind].required
    example = {
        "direction": "offer",
        "kind": kind.value,
        "terms": [{"kind": USUAL[kind][0].value}],
        **EXAMPLES[kind],
    }
    made = create_model(
        f"{kind.value.capitalize()}ListingIn",
        __base__=ListingIn,
        __doc__=f"A new listing of kind {kind.value}.",
        kind=(Literal[kind], ...),
        **{kind.value: (own, own() if needed else ...)},  # type: ignore[call-overload]
    )
    made.model_config = ConfigDict(**{**In.model_config, "json_schema_extra": {"examples": [example]}})
    made.model_rebuild(force=True)
    return made  # type: ignore[no-any-return]


def _of_own(kind: Kind, *, optional: bool) -> type[In]:
    name = f"{kind.value.capitalize()}{'Change' if optional else 'In'}"
    doc = f"The fields of kind {kind.value}."
    made: type[In] = create_model(name, __base__=In, __doc__=doc, **_own_fields(OWN[kind], optional=optional))
    return made


OWN_IN = {kind: _of_own(kind, optional=False) for kind in Kind}
LISTING_IN = {kind: _listing_in(kind, own) for kind, own in OWN_IN.items()}


def _optional(model: type[In]) -> dict[str, Any]:
    return {name: (field.annotation | None, None) for name, field in model.model_fields.items()}  # type: ignore[operator]


_CHANGES: dict[str, Any] = {
    **_optional(CommonIn),
    **{kind.value: (_of_own(kind, optional=True) | None, None) for kind in Kind},
}
ListingChange: type[In] = create_model(
    "ListingChange", __base__=In, __doc__="Changes of a listing; what is not sent stays.", **_CHANGES
)
PLAIN = tuple(
    name
    for name in CommonIn.model_fields
    if name not in ("quantity", "terms", "named", "where", "narrowing", "extra")
)


def content_from(body: ListingIn) -> Content:
    """The content that a new listing's body says."""
    said = getattr(body, body.kind.value)
    quantity = body.quantity
    return Content(
        **{name: getattr(body, name) for name in PLAIN},
        quantity_milli=quantity.milli if quantity else None,
        quantity_unit=quantity.unit if quantity else None,
        terms=tuple(term.read() for term in body.terms),
        named=tuple(body.named),
        where=body.where.read() if body.where else None,
        narrowing=body.narrowing.read() if body.narrowing else Narrowing(),
        extra=tuple(sorted(body.extra.items())),
        own=OWN[body.kind](**_plain_own(said)),
    )


def changes_from(body: Any, kind: Kind) -> tuple[dict[str, Any], dict[str, Any], set[str]]:
    """What of the content changes, what of the kind's own fields, and the fields of other kinds that were sent."""
    sent = body.model_fields_set
    changes = {
        name: getattr(body, name) for name in PLAIN if name in sent and getattr(body, name) is not None
    }
    for name in ("available_from_on", "available_until_on", "collect_until", "expires_on"):
        if name in sent:
            changes[name] = getattr(body, name)
    if "extra" in sent:
        changes["extra"] = tuple(sorted((body.extra or {}).items()))
    if "where" in sent:
        changes["where"] = body.where.read() if body.where else None
    if "narrowing" in sent:
        changes["narrowing"] = body.narrowing.read() if body.narrowing else Narrowing()
    if "quantity" in sent:
        quantity = body.quantity
        changes |= {
            "quantity_milli": quantity and quantity.milli,
            "quantity_unit": quantity and quantity.unit,
        }
    if body.terms is not None:
        changes["terms"] = tuple(term.read() for term in body.terms)
    if body.named is not None:
        changes["named"] = tuple(body.named)
    own = getattr(body, kind.value)
    foreign = {one.value for one in Kind if one is not kind and getattr(body, one.value) is not None}
    return changes, _plain_own(own, only_sent=True) if own is not None else {}, foreign


def _plain_own(said: In, *, only_sent: bool = False) -> dict[str, Any]:
    values = said.model_dump(exclude_unset=only_sent)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
