"""The tool library of Harbour: what it lends, who waits, who is late, what is being mended; and a hall to book."""

from datetime import UTC, datetime, time, timedelta

from minga.interfaces.cli.demo.stories.teller import Teller
from minga.kit.ids import Id, new_id
from minga.sharing import commands as sharing
from minga.sharing.commands import Stated, Wish
from minga.sharing.rules import Content, Direction, Item, Space, Term, TermKind

DAY = 24.0
LOAN = (Term(kind=TermKind.LOAN),)
HALL = "The net loft, long table and stove"
WEEK = (
    ("gita", 1, 9, 3, "Nets to mend, with four."),
    ("kim", 2, 15, 2, "Homework club."),
    ("jonas", 4, 10, 4, "Soup for the harbour fair."),
    ("gita", 5, 18, 3, "Members' evening."),
    ("kim", 6, 14, 3, "Repair café."),
    ("jonas", 7, 9, 2, "Stretching, for those with backs."),
)
"""Who has the hall in the days to come: in how many days, from which hour, for how long."""
THINGS = (
    ("Belt sander", "With three belts. Wear the mask that is in the box.", 1),
    ("Pressure washer", "Hose and lance. Empty it before frost.", 1),
    ("Socket set", "94 parts. Please count them.", 2),
    ("Hedge trimmer", "The long one. Only with goggles.", 1),
    ("Sierra circular", "Con dos hojas. Usa siempre las gafas.", 1),
)


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    for title, words, copies in THINGS:
        content = Content(
            title=title, description=words, terms=LOAN, own=Item(copies=copies), category="tools"
        )
        made = teller.post("farid", Direction.OFFER, content, 40 * DAY, "harbour")
        teller.act("farid", 40 * DAY - 1, sharing.put_into_library, made)
    _out(teller)
    _waiting(teller)
    _mended(teller)
    _hall(teller)


def _out(teller: Teller) -> None:
    """One that came back as it went, one that is late; its borrower may take another all the same."""
    today, people = teller.now.date(), teller.people
    sockets, washer = teller.listings["Socket set"], teller.listings["Pressure washer"]
    lent = teller.act(
        "gita",
        20 * DAY,
        sharing.lend_at_desk,
        sockets,
        people["kim"],
        until_on=today - timedelta(days=13),
        condition=4,
    )
    teller.act("farid", 14 * DAY, sharing.back_at_desk, lent.leg_id, condition=4, words="All 94 parts.")
    teller.act(
        "farid",
        15 * DAY,
        sharing.lend_at_desk,
        washer,
        people["jonas"],
        until_on=today - timedelta(days=6),
        condition=4,
    )
    teller.act(
        "farid",
        3 * DAY,
        sharing.exempt,
        teller.roots["harbour"],
        people["jonas"],
        "loan.block_after_days",
        reason="He is in hospital; his brother brings it.",
        until_on=today + timedelta(days=14),
    )


def _waiting(teller: Teller) -> None:
    """Two stand in line for what is late; and the trimmer is reserved for the week after next."""
    washer = teller.listings["Pressure washer"]
    teller.act("kim", 2 * DAY, sharing.join, washer, wished_days=3)
    teller.act("gita", 1.5 * DAY, sharing.join, washer, wished_days=7)
    ahead = teller.now.date() + timedelta(days=10)
    _reserve(teller, "kim", "Hedge trimmer", 1 * DAY, from_on=ahead, until_on=ahead + timedelta(days=2))


def _mended(teller: Teller) -> None:
    """The sander waits for a part, and the saw is only for those who know how."""
    until = teller.now.date() + timedelta(days=12)
    sander, saw = teller.listings["Belt sander"], teller.listings["Sierra circular"]
    teller.act("gita", 5 * DAY, sharing.put_out_of_use, sander, reason="New carbon brushes.", until_on=until)
    teller.act(
        "farid", 30 * DAY, sharing.state_lending, saw, Stated(needs_skill="carpentry", buffer_hours=24)
    )


def _hall(teller: Teller) -> None:
    """A room by the hour: a week of bookings is agreed, an evening after that waits for an answer."""
    own = Space(capacity=18, equipment=("table", "stove"), house_rules="Sweep, and close the stove.")
    content = Content(title=HALL, description="Above the boats. Warm in an hour.", terms=LOAN, own=own)
    teller.post("farid", Direction.OFFER, content, 35 * DAY, "harbour")
    agreed = _evening(teller, "jonas", 3, 4 * DAY, "Our choir.")
    teller.accept("farid", agreed, 3.8 * DAY)
    for name, days, hour, hours, words in WEEK:
        asked = _booked(teller, name, days, (5 - days / 7) * DAY, words, hour, hours)
        teller.accept("farid", asked, (4.8 - days / 7) * DAY)
    _evening(teller, "kim", 8, 10, "A birthday, eleven people.")


def _evening(teller: Teller, name: str, days: int, hours_ago: float, words: str) -> Id:
    return _booked(teller, name, days, hours_ago, words, 18, 3)


def _booked(teller: Teller, name: str, days: int, hours_ago: float, words: str, hour: int, hours: int) -> Id:
    begins = datetime.combine(teller.now.date() + timedelta(days=days), time(hour), UTC)
    return _reserve(
        teller, name, HALL, hours_ago, words=words, from_at=begins, until_at=begins + timedelta(hours=hours)
    )


def _reserve(teller: Teller, name: str, title: str, hours_ago: float, **wish: object) -> Id:
    made: Id = teller.act(
        name,
        hours_ago,
        sharing.reserve,
        teller.listings[title],
        Wish(**wish),  # type: ignore[arg-type]
        form_id=new_id(),
    ).id
    return made
