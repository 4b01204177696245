"""Where things are and how they are found: named places, a category of Valley's own, searches that are kept, repeats."""

from minga.interfaces.cli.demo.stories.teller import Teller
from minga.sharing import commands as sharing
from minga.sharing.rules import Content, Direction, Item, Kind, Service, Term, TermKind, Wish
from minga.sharing.rules.fields import FieldKind
from minga.sharing.rules.places import Precision, Where
from minga.sharing.rules.searches import Often
from minga.sharing.rules.searching import Search

DAY = 24.0
LOAN, GIFT = (Term(kind=TermKind.LOAN),), (Term(kind=TermKind.GIFT),)
PLACES = (
    ("Market square", "3.4516, -76.5320"),
    ("The hall", "3.4560, -76.5290"),
    ("Mill", "3.4700, -76.5400"),
)


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    named = {
        name: teller.act("ana", 45 * DAY, sharing.name_place, teller.valley, name=name, point=point).id
        for name, point in PLACES
    }
    teller.act("bruno", 44 * DAY, sharing.be_at, point="3.4530, -76.5310", precision=Precision.NEIGHBOURHOOD)
    _instruments(teller)
    soup = Content(
        title="Soup on Wednesdays",
        description="From noon until the pot is empty.",
        terms=GIFT,
        own=Service(minutes_estimated=30),
        category="food",
        where=Where(place_id=named["The hall"]),
    )
    weekly = teller.post("edda", Direction.OFFER, soup, 13 * DAY)
    teller.act("edda", 13 * DAY - 1, sharing.repeat, weekly, "FREQ=WEEKLY;BYDAY=WE")
    ladders = Wish(search=Search(("ladder",)), kinds=frozenset({Kind.ITEM}))
    teller.act(
        "bruno",
        6 * DAY,
        sharing.keep_search,
        ladders,
        name="A ladder",
        address="q=ladder&kind=item",
        often=Often.DAILY,
        community_id=teller.valley,
    )
    needs = Wish(direction=Direction.NEED)
    teller.act(
        "ana",
        5 * DAY,
        sharing.make_feed,
        needs,
        name="What is needed",
        address="direction=need",
        community_id=teller.valley,
    )


def _instruments(teller: Teller) -> None:
    """A category that Valley made, with two fields, and something in it."""
    labels = {"en": "Instruments", "es": "Instrumentos"}
    made = teller.act("ana", 40 * DAY, sharing.add_category, teller.valley, labels=labels)
    keys = {}
    for name, spanish, kind, choices in (
        ("Maker", "Marca", FieldKind.TEXT, ()),
        ("Tuning", "Afinación", FieldKind.CHOICE, ("C", "G", "B flat")),
    ):
        keys[name] = teller.act(
            "ana",
            40 * DAY - 1,
            sharing.add_field,
            teller.valley,
            made.id,
            labels={"en": name, "es": spanish},
            kind=kind,
            choices=choices,
        ).id
    content = Content(
        title="Accordion, 72 basses",
        description="Heavy and loud. I show you the first song.",
        terms=LOAN,
        own=Item(value_minor=40_000, value_unit="EUR"),
        category=made.id,
        extra=((keys["Maker"], "Weltmeister"), (keys["Tuning"], "C")),
        where=Where(lat=3_453_000, lon=-76_531_000, precision=Precision.NEIGHBOURHOOD),
    )
    teller.post("mira", Direction.OFFER, content, 10 * DAY)
