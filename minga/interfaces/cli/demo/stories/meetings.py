"""Between two people: a swap, a meeting at the gate, kind words afterwards, somebody who did not come, a quarrel, a lot."""

from datetime import timedelta

from minga.interfaces.cli.demo.stories.teller import Teller
from minga.kit.ids import Id
from minga.sharing import commands as sharing
from minga.sharing.rules import Answers, Content, Direction, Item, Level, Measure, Term, TermKind
from minga.sharing.rules.disputes import About, Effect, End
from minga.sharing.rules.exchanges import ExchangeKind
from minga.sharing.rules.feedback import Mark, Said
from minga.sharing.rules.handovers import Reply

DAY = 24.0
SWAP = (Term(kind=TermKind.SWAP),)
GIFT = (Term(kind=TermKind.GIFT),)


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    _thanked(teller)
    _stayed_away(teller)
    _quarrel(teller)
    _swap(teller)
    _sent_back(teller)
    _lot(teller)


def _given(teller: Teller, owner: str, taker: str, title: str, words: str, hours_ago: float) -> Id:
    """Something to keep, asked for and promised."""
    content = Content(title=title, terms=GIFT, own=Item())
    teller.post(owner, Direction.OFFER, content, hours_ago)
    asked = teller.ask(taker, title, hours_ago - 2, words, term=ExchangeKind.GIFT)
    return teller.accept(owner, asked, hours_ago - 4)


def _thanked(teller: Teller) -> None:
    """Agreed for an evening at the gate, done, and both say how it went."""
    pram = _given(teller, "noor", "dara", "Pram, blue, good wheels", "For the cousin of my son.", 16 * DAY)
    evening = teller.now - timedelta(days=14)
    teller.act(
        "noor",
        15.5 * DAY,
        sharing.propose_handover,
        pram,
        meets_at=evening,
        place="At the green gate",
        note="Ring twice.",
    )
    teller.act("dara", 15 * DAY, sharing.agree_to_handover, pram)
    teller.done("noor", pram, 13.5 * DAY)
    teller.done("dara", pram, 13 * DAY)
    good = Said(
        as_agreed=Mark.GOOD, care=Mark.GOOD, note="Like new.", thanks="Thank you for the blanket too!"
    )
    teller.act("dara", 12 * DAY, sharing.give_feedback, pram, good, public=True)
    said = Said(as_agreed=Mark.GOOD, talking=Mark.GOOD, thanks="Buena suerte a la familia.")
    teller.act("noor", 11 * DAY, sharing.give_feedback, pram, said, public=True)


def _stayed_away(teller: Teller) -> None:
    """Tomas waited at the well; Mira had got the day wrong. They meet again."""
    kettle = _given(teller, "tomas", "mira", "Big kettle, enamel", "For the market stall.", 6 * DAY)
    teller.act(
        "tomas",
        5.5 * DAY,
        sharing.propose_handover,
        kettle,
        meets_at=teller.now - timedelta(days=3),
        place="At the well",
    )
    teller.act("mira", 5 * DAY, sharing.agree_to_handover, kettle)
    teller.act("tomas", 2.5 * DAY, sharing.say_no_show, kettle, words="I waited half an hour.")
    teller.act(
        "mira",
        2 * DAY,
        sharing.answer_no_show,
        kettle,
        Reply.SORRY,
        words="I had Thursday in my head. Sorry!",
    )
    teller.act(
        "mira",
        1.9 * DAY,
        sharing.propose_handover,
        kettle,
        meets_at=teller.now + timedelta(days=2),
        place="At the well",
        note="This time with cake.",
    )
    teller.act("tomas", 1.5 * DAY, sharing.agree_to_handover, kettle)


def _quarrel(teller: Teller) -> None:
    """A lamp that does not work: the two talk it over, and one of them proposes an end."""
    lamp = _given(teller, "ruth", "chidi", "Standing lamp", "For my reading chair.", 10 * DAY)
    teller.done("ruth", lamp, 9 * DAY)
    dispute = teller.act(
        "chidi",
        3 * DAY,
        sharing.open_dispute,
        lamp,
        About.DAMAGE,
        "The switch gives sparks. I did not see that in your hall.",
    ).id
    teller.write("ruth", f"dispute:{dispute}", "I am sorry, it worked when I put it there.", 2.5 * DAY)
    end = End((Effect.CANCEL,))
    teller.act("ruth", 2 * DAY, sharing.propose_end, dispute, end, "I take it back and mend it first.")


def _swap(teller: Teller) -> None:
    """A coat for a radio, agreed and not yet handed over."""
    for owner, title in (("lena", "Winter coat, size 42"), ("pablo", "Radio de cocina")):
        teller.post(owner, Direction.OFFER, Content(title=title, terms=SWAP, own=Item()), 5 * DAY)
    mine = teller.listings["Radio de cocina"]
    asked = teller.ask(
        "pablo",
        "Winter coat, size 42",
        4 * DAY,
        "¿La cambias por mi radio?",
        term=ExchangeKind.SWAP,
        counter_id=mine,
    )
    teller.accept("lena", asked, 3.5 * DAY)


def _sent_back(teller: Teller) -> None:
    """Chidi thought the bicycle was mended; Dara heard the brake."""
    asked = teller.ask(
        "dara", "I repair bicycles", 5 * DAY, "The gears jump, and the brake.", term=ExchangeKind.GIFT
    )
    mending = teller.accept("chidi", asked, 4.5 * DAY)
    teller.done("chidi", mending, 2 * DAY)
    teller.act("dara", 1 * DAY, sharing.not_yet, mending, "The back brake still squeaks.")


def _lot(teller: Teller) -> None:
    """Two sacks for whoever asks until tomorrow evening; a lot decides."""
    content = Content(
        title="Seed potatoes, two sacks",
        terms=GIFT,
        own=Item(),
        quantity_milli=2_000,
        quantity_unit=Measure.PIECE,
        answers=Answers.LOT,
        collect_until=teller.now + timedelta(hours=30),
        level=Level.COMMUNITY,
    )
    teller.post("bruno", Direction.OFFER, content, 18)
    for name in ("edda", "noor", "tomas"):
        teller.ask(name, content.title, 8, "", quantity_milli=1_000, term=ExchangeKind.GIFT)
