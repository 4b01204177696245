"""What Valley decides: something decided weeks ago, an open vote by ranking, and a proposal that is discussed."""

from datetime import timedelta
from typing import Any

from minga.governance.commands import ballots, closing, discussing, finishing, planning, writing
from minga.governance.commands.planning import Plan
from minga.governance.commands.writing import Written
from minga.interfaces.cli.demo.stories.teller import Teller
from minga.kit.ids import Id

DAY = 24.0
QUIET = Written(
    title="Quiet hours from ten",
    description="From ten at night until six in the morning we are quiet in the yard.\n\nOn Saturdays from midnight.",
    rationale="The small ones sleep, and so do those who bake.",
)
ANSWERS: tuple[tuple[str, str, str], ...] = (
    ("ana", "agree", ""),
    ("bruno", "reservations", "In summer I would like to sit outside a little longer."),
    ("chidi", "agree", ""),
    ("edda", "agree", ""),
    ("hana", "agree", ""),
    ("lena", "stand_aside", "I live at the other end."),
    ("mira", "agree", ""),
    ("noor", "agree", ""),
    ("omar", "agree", ""),
)
PLACES = ("Behind the hall", "By the well", "On the south slope")
ORDERS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("bruno", (1, 3, 2)),
    ("chidi", (2, 1)),
    ("edda", (2, 3, 1)),
    ("omar", (1, 2, 3)),
    ("ruth", (3,)),
)


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    _decided(teller)
    _open(teller)
    _discussed(teller)


def _proposed(teller: Teller, who: str, written: Written, hours_ago: float) -> Id:
    made: Id = teller.act(who, hours_ago, writing.write_proposal, teller.valley, written).id
    teller.act(who, hours_ago - 1, writing.submit_proposal, made)
    return made


def _voted(teller: Teller, proposal: Id, hours_ago: float, days: float, **more: Any) -> Id:
    plan = Plan(closes_at=teller.now - timedelta(hours=hours_ago - days * DAY), **more)
    made: Id = teller.act("ana", hours_ago, planning.plan_poll, proposal, plan).id
    return made


def _decided(teller: Teller) -> None:
    """Proposed, seconded, voted on by consensus, counted."""
    proposal = _proposed(teller, "ana", QUIET, 30 * DAY)
    teller.act("bruno", 29 * DAY, writing.second_proposal, proposal)
    teller.write("hana", f"proposal:{proposal}", "Does that hold for the workshop too?", 28 * DAY)
    teller.write("ana", f"proposal:{proposal}", "Yes, for everything with an engine.", 27.5 * DAY)
    poll = _voted(teller, proposal, 26 * DAY, 6)
    for n, (who, answer, reason) in enumerate(ANSWERS):
        teller.act(who, 25 * DAY - n, ballots.cast_ballot, poll, answer, reason=reason)
    clock = ((19, closing.close_due), (19, closing.tally_due), (15, finishing.finish_due))
    for days_ago, work in clock:
        with teller.database.write() as session:
            work(session, poll, at=teller.now - timedelta(days=days_ago))


def _open(teller: Teller) -> None:
    """Where the new beds are dug: three places, to be ranked, open until after tomorrow."""
    written = Written(
        kind="election",
        title="Where the new beds are dug",
        description="There is earth for twelve beds. They all go to one place, so that one hose is enough.",
        rationale="In March it is too late to dig.",
    )
    proposal = _proposed(teller, "ruth", written, 9 * DAY)
    poll = _voted(teller, proposal, 3 * DAY, 6, options=PLACES, method="irv", question="Where do we dig?")
    for n, (who, order) in enumerate(ORDERS):
        teller.act(who, 2 * DAY - n, ballots.cast_ballot, poll, [[one] for one in order])


def _discussed(teller: Teller) -> None:
    """A sum for a purpose, with a wish for other words."""
    written = Written(
        kind="budget",
        title="A second cargo bicycle",
        description="We buy a used cargo bicycle, if one turns up for less than 900 euros.",
        rationale="The first one is out every weekend.",
        amount=90_000,
        unit="EUR",
        owner="omar",
    )
    proposal = _proposed(teller, "omar", written, 2 * DAY)
    teller.act("edda", 30, writing.second_proposal, proposal)
    words = "Please with a lock, or it is gone in a week."
    teller.act("chidi", 26, discussing.propose_amendment, proposal, words)
    teller.write("lena", f"proposal:{proposal}", "My cousin sells one, I shall ask him.", 20)
