"""Many to one and one to many by a list: asks to several at once, and payments as a spreadsheet names them."""

from collections.abc import Collection
from datetime import datetime

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Invalid
from minga.kit.ids import Id
from minga.ledger.commands.payments import TOO_MANY_PAYEES, ask_payment, give_many
from minga.ledger.models import Entry, PaymentAsk
from minga.ledger.queries.lists import people_of_list
from minga.ledger.rules import TIME
from minga.ledger.rules.lists import PaymentLine
from minga.ledger.rules.payments import MANY_MAX, part_id


def ask_many(
    session: Session,
    actor: Actor,
    community_id: Id,
    payers: Collection[Id],
    amount: int,
    *,
    batch_id: Id,
    unit: str = TIME,
    words: str = "",
    at: datetime,
) -> list[PaymentAsk]:
    """Ask each of several for the same, all or none; each answers for themselves. The same id twice asks once."""
    people = list(dict.fromkeys(payers))
    if not 1 <= len(people) <= MANY_MAX:
        raise Invalid(TOO_MANY_PAYEES, code="too_many_rows", n=MANY_MAX)
    return [
        ask_payment(
            session,
            actor,
            community_id,
            one,
            amount,
            ask_id=part_id(batch_id, one),
            unit=unit,
            words=words,
            at=at,
        )
        for one in people
    ]


def give_list(
    session: Session,
    actor: Actor,
    community_id: Id,
    lines: Collection[PaymentLine],
    *,
    batch_id: Id,
    words: str = "",
    from_commons: bool = False,
    at: datetime,
) -> list[Entry]:
    """Give to each what the list says, all or none, by the same right as giving to many."""
    people = people_of_list(session, actor, community_id, lines, at=at)
    amounts = {person: amount for person, (_, amount) in people.items()}
    return give_many(
        session,
        actor,
        community_id,
        amounts,
        batch_id=batch_id,
        words=words,
        from_commons=from_commons,
        at=at,
    )
