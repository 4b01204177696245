"""What a role is to be, as somebody writes it: words, seats, term, and what it may do."""

from dataclasses import dataclass
from typing import Any

from minga.communities.rules import CAPABILITIES
from minga.communities.rules.roles import DUTIES_MAX, DUTY_MAX, PURPOSE_MAX, ROLE_NAME_MAX, TERM_MAX
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.text import clean_line, clean_text


@dataclass(frozen=True, kw_only=True)
class RoleShape:
    """What a role is to be: words, seats, term, and what it may do."""

    name: str
    purpose: str = ""
    duties: tuple[str, ...] = ()
    seats_max: int | None = None
    term_days: int | None = None
    capabilities: frozenset[str] = frozenset()


def clean_shape(shape: RoleShape) -> RoleShape:
    """The shape as it is kept; refused where a capability is unknown or a number out of bounds."""
    unknown = shape.capabilities - CAPABILITIES.keys()
    if unknown:
        raise Invalid(N_("There is no capability called {name}."), name=sorted(unknown)[0])
    if len(shape.duties) > DUTIES_MAX:
        raise Invalid(N_("At most twelve duties."), fields={"duties": N_("At most twelve lines.")})
    for field, value, most in (("seats_max", shape.seats_max, 500), ("term_days", shape.term_days, TERM_MAX)):
        if value is not None and not 1 <= value <= most:
            raise Invalid(
                N_("Between {least} and {most}, please."),
                least=1,
                most=most,
                fields={field: N_("A whole number, or nothing.")},
            )
    return RoleShape(
        name=clean_line(shape.name, ROLE_NAME_MAX, field="name", required=True),
        purpose=clean_text(shape.purpose, PURPOSE_MAX, field="purpose"),
        duties=tuple(
            one for one in (clean_line(line, DUTY_MAX, field="duties") for line in shape.duties) if one
        ),
        seats_max=shape.seats_max,
        term_days=shape.term_days,
        capabilities=shape.capabilities,
    )


def plain_shape(shape: RoleShape) -> dict[str, Any]:
    """The same, as it waits for a second person."""
    return {
        "name": shape.name,
        "purpose": shape.purpose,
        "duties": list(shape.duties),
        "seats_max": shape.seats_max,
        "term_days": shape.term_days,
        "capabilities": sorted(shape.capabilities),
    }
