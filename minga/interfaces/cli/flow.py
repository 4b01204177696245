"""What went between a community and others, on the command line."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from minga.interfaces.cli.exchanges import day_of
from minga.interfaces.cli.frame import Context, cli_unit, group

if TYPE_CHECKING:
    from minga.sharing.rules.flow import Flow

flow = group("flow", "What went between a community and others.")
COLUMNS = {
    "community": "Community",
    "way": "Way",
    "exchanges": "Exchanges",
    "things": "Things",
    "efforts": "Efforts",
    "unvalued": "No value",
}


@flow.command()
def show_flow(
    context: Context,
    first: Annotated[str, typer.Option("--from", help="First day, like 2026-11-01.")] = "",
    until: Annotated[str, typer.Option(help="Last day, like 2026-11-30.")] = "",
) -> None:
    """Completed exchanges of --community with others; the last thirty days unless you name some.

    Example: minga flow --community valley --from 2026-11-01 --as ana
    """
    from minga.communities.access import community_to_see
    from minga.sharing import queries

    with cli_unit(context) as unit:
        here = community_to_see(unit.session, unit.actor, unit.community(), at=unit.now)
        found = queries.flow(
            unit.session,
            unit.actor,
            here.id,
            from_on=day_of(first),
            until_on=day_of(until),
            at=unit.now,
        )
        rows = [
            _facts(one.slug, way, flow)
            for one in found.partners
            for way, flow in (("out", one.out), ("in", one.back))
        ]
        unit.screen.rows("flow", rows, COLUMNS, "Nothing went across communities in this time.")


def _facts(slug: str, way: str, flow: "Flow") -> dict[str, Any]:
    return {
        "community": slug,
        "way": way,
        "exchanges": flow.exchanges,
        "things": flow.things,
        "efforts": flow.efforts,
        "moved": flow.moved,
        "amounts": flow.amounts,
        "values": flow.values,
        "unvalued": flow.unvalued,
    }
