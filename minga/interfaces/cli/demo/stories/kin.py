"""Who vouches for whom, and a neighbour without a device for whom Ana keeps the papers and writes what she needs."""

from minga.communities import commands as communities
from minga.communities.commands.keeping import Kept, for_person, keep_person, take_consent
from minga.communities.rules.keeping import ActScope, ConsentHow
from minga.interfaces.cli.demo.stories.teller import Teller
from minga.sharing import commands as sharing
from minga.sharing.rules import Content, Direction, Help, Level, Term, TermKind

DAY = 24.0
VOUCHES = (
    ("ana", "edda", "She kept the hall warm before there was a hall."),
    ("chidi", "dara", "We worked together in the old town."),
    ("bruno", "mira", ""),
)


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    for n, (giver, taker, words) in enumerate(VOUCHES):
        teller.act(
            giver, 2 * DAY - n, communities.vouch, teller.valley, taker, words=words, named=bool(words)
        )
    _kept(teller)


def _kept(teller: Teller) -> None:
    """Grete has no device: she said yes at the door, and Ana wrote down what she needs, for dispatchers alone."""
    given = Kept(name="Grete", phone="+34 600 77 88 99", address="Mill road 11, ground floor")
    keeping = teller.act("ana", 12 * DAY, keep_person, teller.valley, given)
    teller.people["grete"] = keeping.person_id
    teller.act(
        "ana",
        12 * DAY - 1,
        take_consent,
        keeping.id,
        how=ConsentHow.IN_PERSON.value,
        scopes=(ActScope.LISTINGS, ActScope.EXCHANGES),
        days=90,
    )
    content = Content(
        title="Somebody to carry wood up from the cellar",
        description="Twice a week while it is cold.",
        terms=(Term(kind=TermKind.GIFT),),
        own=Help(),
        level=Level.PRIVATE,
    )
    teller.do(
        "ana",
        2 * DAY,
        lambda s, who, at: (
            sharing.post(
                s, for_person(who, keeping.person_id), teller.valley, Direction.NEED, content, at=at
            ).id
        ),
    )
