"""The desk on the command line: things of a library by their number, lent to a handle and taken back."""

from typing import TYPE_CHECKING, Any

from minga.interfaces.cli.frame import CliUnit
from minga.interfaces.cli.options import WrongUse
from minga.kit.ids import Id

if TYPE_CHECKING:
    from minga.sharing.queries import DeskLoan, DeskThing


def is_number(typed: str) -> bool:
    """Whether somebody typed the number of a label and not an id.

    >>> is_number("127"), is_number("0192f0c1d2e37abc8def0123456789ab")
    (True, False)
    """
    return typed.isascii() and typed.isdecimal() and len(typed) < 10


def community_of(unit: CliUnit) -> Id:
    """The community of `--community`, for whoever may see it."""
    from minga.communities.access import community_to_see

    return community_to_see(unit.session, unit.actor, unit.community(), at=unit.now).id


def thing(unit: CliUnit, number: str) -> "DeskThing":
    """The one thing of the library with that number."""
    from minga.kit.errors import NotFound
    from minga.sharing import queries

    found = queries.things_at_desk(unit.session, unit.actor, community_of(unit), number, at=unit.now)
    if len(found) != 1:
        raise NotFound()
    return found[0]


def lend_number(
    unit: CliUnit, number: str, to: str, condition: int | None, until: Any
) -> tuple[dict[str, Any], str]:
    """Lend a thing of the library to somebody, as at the desk."""
    from minga.reputation import queries as reputation
    from minga.sharing import commands, queries

    if not to:
        raise WrongUse("Say to whom: --to HANDLE")
    community = community_of(unit)
    one = thing(unit, number)
    people = queries.borrowers(unit.session, unit.actor, community, to, at=unit.now)
    if len(people) != 1:
        raise WrongUse(f"{to} is not the handle of one member here.")
    needed = queries.needed_skill(unit.session, unit.actor, one.id, at=unit.now)
    skills = frozenset[str]()
    if needed is not None:
        skills = reputation.verified_skills(unit.session, people[0][0], needed.community_id, at=unit.now)
    loan = commands.lend_at_desk(
        unit.session,
        unit.actor,
        one.id,
        people[0][0],
        until_on=until,
        condition=condition,
        skills=skills,
        at=unit.now,
    )
    facts = {"loan": loan.leg_id, "listing_id": one.id, "number": one.number, "due_on": loan.due_on}
    return facts, f"{one.number} {one.title} is out until {loan.due_on}."


def back_number(unit: CliUnit, number: str, condition: int | None, words: str, on: Any) -> tuple[Any, str]:
    """Take a thing of the library back, as at the desk."""
    from minga.sharing import commands

    one = thing(unit, number)
    if len(one.loans) != 1:
        raise WrongUse(f"{len(one.loans)} of {number} are out. Say which loan by its id.")
    loan = commands.back_at_desk(
        unit.session,
        unit.actor,
        one.loans[0].id,
        condition=condition,
        words=words,
        returned_on=on,
        at=unit.now,
    )
    facts = {"loan": loan.leg_id, "listing_id": one.id, "returned_on": loan.returned_on}
    return facts, f"{one.number} {one.title} is back."


def loan_facts(one: "DeskLoan") -> dict[str, Any]:
    """A loan of the library in a row."""
    return {
        "loan": one.id,
        "id": one.id,
        "listing_id": one.listing_id,
        "number": one.number,
        "title": one.title,
        "other": one.handle,
        "due_on": one.due_on,
        "status": "active",
        "role": "library",
    }
