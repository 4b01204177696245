"""Makers for tests of sharing: something to borrow, something to give, a hand that is needed."""

from typing import Any

from minga.identity import Actor
from minga.kit.ids import Id, new_id
from minga.sharing import commands
from minga.sharing.models import Ask, Exchange, Listing
from minga.sharing.rules import (
    Answers,
    Content,
    Direction,
    Help,
    Item,
    Level,
    Measure,
    Own,
    Service,
    Term,
    TermKind,
    Urgency,
)
from tests.village import Village

LOAN = (Term(kind=TermKind.LOAN),)
GIFT = (Term(kind=TermKind.GIFT),)


def listed(
    village: Village,
    owner: Actor,
    own: Own,
    *,
    title: str,
    direction: Direction = Direction.OFFER,
    terms: tuple[Term, ...] = LOAN,
    community: Id | None = None,
    **content: Any,
) -> Id:
    """A published listing."""
    with village.database.write() as session:
        made: Listing = commands.post(
            session,
            owner,
            community or village.valley,
            direction,
            Content(title=title, own=own, terms=terms, **content),
            at=village.clock(),
        )
        return made.id


def drill(village: Village, **content: Any) -> Id:
    """Ana's drill, to borrow."""
    return listed(village, village.ana, Item(condition=4), title="Drill", **content)


def squashes(village: Village, *, pieces: int = 10, answers: Answers = Answers.OWNER) -> Id:
    """Ana's squashes, to have."""
    return listed(
        village,
        village.ana,
        Item(),
        title="Winter squash",
        terms=GIFT,
        quantity_milli=pieces * 1_000,
        quantity_unit=Measure.PIECE,
        answers=answers,
    )


def table(village: Village, **content: Any) -> Id:
    """Ana's table, one, to have."""
    return listed(village, village.ana, Item(), title="Table", terms=GIFT, **content)


def groceries(village: Village, *, people: int = 1, **content: Any) -> Id:
    """Ana needs somebody to fetch her groceries."""
    return listed(
        village,
        village.ana,
        Help(people_needed=people),
        title="Groceries",
        direction=Direction.NEED,
        terms=GIFT,
        **content,
    )


def urgent(village: Village, **content: Any) -> Id:
    """Ana needs medicine fetched today."""
    return listed(
        village,
        village.ana,
        Help(urgency=Urgency.URGENT),
        title="Medicine",
        direction=Direction.NEED,
        terms=GIFT,
        **content,
    )


def bicycle_repairs(village: Village) -> Id:
    """Ana repairs bicycles, for nothing, again and again."""
    return listed(village, village.ana, Service(), title="Bicycle repairs", terms=GIFT)


def asked(village: Village, who: Actor, listing_id: Id, form_id: str = "", **wish: Any) -> Ask:
    """Somebody asks."""
    with village.database.write() as session:
        return commands.ask(
            session, who, listing_id, commands.Wish(**wish), form_id=form_id or new_id(), at=village.clock()
        )


def agreed(village: Village, who: Actor, listing_id: Id, **wish: Any) -> Exchange:
    """Somebody asks and the owner says yes."""
    ask = asked(village, who, listing_id, **wish)
    with village.database.write() as session:
        return commands.accept(session, Actor(ask.owner_id), ask.id, at=village.clock())


def lent(village: Village, who: Actor, listing_id: Id, **wish: Any) -> Id:
    """Somebody has it at home; answers the loan's id."""
    exchange = agreed(village, who, listing_id, **wish)
    with village.database.write() as session:
        return commands.lend(session, Actor(exchange.provider_id), exchange.id, at=village.clock()).leg_id


__all__ = ["GIFT", "LOAN", "Level"]
