"""What a decision of the community brings with it when it is carried out, and who may still change rules without one. Pure."""

from dataclasses import dataclass

from minga.kit.errors import Conflict
from minga.kit.i18n import N_

NUMBER_MAX = 20
TWO_STEWARDS, DECISION = "two_stewards", "decision"
POLICIES_CHANGED_BY, ROLES_CHANGED_BY = "policies.changed_by", "roles.changed_by"

ONLY_DECIDED = N_("Here only a decision of the whole community changes this. Make a proposal.")
ADMITTED_BY_ALL = N_("Here the whole community decides who joins. Make a proposal, or say no with a reason.")
NOBODY_NAMED = N_("Whoever brought this in is not known any more. Name somebody who looks after it first.")
NOT_HEARD = N_("They have not been heard yet. Hear them first, and write down when.")
NOT_MEMBER = N_("They are no member here any more.")
APPLICATION_OVER = N_("This application is over.")
ROLE_OVER = N_("There is no such role any more.")
ROLE_NOT_HELD = N_("They do not have this role any more.")
VERSION_CHANGED = N_("Another version of it was published meanwhile. Decide about that one.")


@dataclass(frozen=True)
class Decided:
    """The decision behind an act: its number, and whoever brought it in, where a row has to name a person.

    >>> Decided("2026-014", "ana").person()
    'ana'
    """

    number: str
    brought_in_by: str | None = None

    def person(self) -> str:
        """Who brought it in; Conflict when nobody is known any more."""
        if self.brought_in_by is None:
            raise Conflict(NOBODY_NAMED, code="nobody_named")
        return self.brought_in_by
