"""What neighbours say about each other: skills of one's own, endorsements, a connection, a badge, a paper that was seen."""

from datetime import timedelta

from minga.interfaces.cli.demo.stories.teller import Teller
from minga.reputation import commands
from minga.reputation.commands import BadgeShape
from minga.reputation.rules.endorsing import Wish

STATED = (
    ("ana", "Carpentry", Wish.TEACHES),
    ("bruno", "Gardening", Wish.CAN),
    ("bruno", "Carpentry", Wish.LEARNS),
    ("dara", "Spanish", Wish.TEACHES),
)


def _state(teller: Teller, name: str, skill: str, wish: Wish) -> None:
    teller.do(name, 1.0, lambda s, who, at: commands.state_skill(s, who, skill, wish, at=at).person_id)


def tell(teller: Teller) -> None:
    """After something was given: who says what, and who lets it be shown."""
    for name, skill, wish in STATED:
        _state(teller, name, skill, wish)
    said = teller.do(
        "chidi",
        0.9,
        lambda s, who, at: commands.endorse(s, who, "bruno", "Gardening", "His squashes!", at=at).id,
    )
    teller.do("bruno", 0.8, lambda s, who, at: commands.accept_endorsement(s, who, said, at=at).id)
    asked = teller.do(
        "ana",
        0.7,
        lambda s, who, at: commands.connect(s, who, "bruno", ["things", "keys"], weight=2, at=at).id,
    )
    teller.do("bruno", 0.6, lambda s, who, at: commands.agree_to_connect(s, who, asked, at=at).id)
    _honoured(teller)


def _honoured(teller: Teller) -> None:
    """A badge that Ana gives by hand, and a paper that somebody showed her."""
    teller.rule("ana", "chidi", "valley", "badges.on", True, 30 * 24.0)
    shape = BadgeShape(
        name="Lights the stove",
        sentence="Comes early and makes the hall warm for everybody.",
        icon="sprout",
        names={"es": "Enciende la estufa"},
    )
    badge = teller.act("ana", 20 * 24.0, commands.make_badge, teller.valley, shape).id
    teller.act("ana", 10 * 24.0, commands.grant_badge, badge, "edda", "All of last winter.")
    teller.act(
        "ana",
        9 * 24.0,
        commands.note_paper,
        teller.valley,
        "bruno",
        skill="Chainsaw",
        paper="Forest course, two days",
        last4="4711",
        valid_until=(teller.now + timedelta(days=400)).date(),
    )
