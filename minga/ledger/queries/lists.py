"""Whom the lines of a list of payments mean."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.ledger.queries.payments import payee
from minga.ledger.rules.lists import TWICE, PaymentLine

NOBODY_OF_LINE = N_("Line {line}: nobody here is called {to}. Write their short name.")


def people_of_list(
    session: Session, actor: Actor, community_id: Id, lines: Collection[PaymentLine], *, at: datetime
) -> dict[Id, tuple[str, int]]:
    """Whom the lines mean, with the name and how much; a line that means nobody, or the same person, is named."""
    found: dict[Id, tuple[str, int]] = {}
    for one in lines:
        person = payee(session, actor, community_id, one.to, at=at)
        wrong = NOBODY_OF_LINE if person is None else TWICE if person.person_id in found else None
        if person is None or wrong is not None:
            text = str(wrong)
            facts: dict[str, Any] = {"line": one.line, "to": one.to}
            raise Invalid(text, code="bad_list", fields={"list": Invalid(text, **facts)}, **facts)
        found[person.person_id] = (person.name, one.amount)
    return found
