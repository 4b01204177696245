"""What is known about members, on the command line: recomputing it from the events, and one's own."""

from datetime import date
from typing import Annotated

import typer

from minga.interfaces.cli.frame import CheckFailed, Context, cli_unit, group
from minga.interfaces.cli.options import WrongUse
from minga.kit.errors import Forbidden
from minga.kit.i18n import N_

facts = group("facts", "What is known about members: recompute it, list one's own.")

COLUMNS = {"happened_on": "When", "dimension": "Counts as", "what": "What", "title": "About", "id": "Id"}


@facts.command("rebuild")
def rebuild_facts(
    context: Context,
    check: Annotated[
        bool, typer.Option("--check", help="Only compare; exit code 7 on a difference.")
    ] = False,
) -> None:
    """Recomputes every fact and sum from the events, and tells what differed.

    Example: minga facts rebuild --check
    """
    from minga.reputation import commands

    with cli_unit(context, write=not check) as unit:
        if not unit.actor.operator:
            raise Forbidden(N_("Only whoever runs this node recomputes what is known about members."))
        found = commands.rebuild(unit.session, check=check, at=unit.now)
        numbers = {
            "events": found.events,
            "facts": found.facts,
            "missing": found.missing,
            "extra": found.extra,
            "different": found.different,
            "months": found.months,
            "equal": found.equal,
        }
        said = "Rebuilt is the same as kept." if found.equal else "They differ."
        text = f"{found.facts} facts from {found.events} events. {said}"
        unit.screen.show("facts rebuild", numbers, text)
        if check and not found.equal:
            raise CheckFailed("The facts differ from the events. Mend them with: minga facts rebuild")


@facts.command("near")
def near_people(
    context: Context, steps: Annotated[int, typer.Option(help="Over how many steps of trust: 1 to 3.")] = 2
) -> None:
    """Lists who lies within a few steps of trust of somebody, for themselves.

    Example: minga facts near --as bruno --steps 2
    """
    from minga.reputation import queries

    with cli_unit(context) as unit:
        if not unit.actor.signed_in:
            raise WrongUse("Say whose: --as HANDLE")
        found = queries.people_near(unit.session, unit.actor, steps=steps, at=unit.now)
        rows = [{"name": one.name, "handle": one.handle, "steps": one.degree} for one in found]
        unit.screen.rows(
            "facts near", rows, {"name": "Name", "handle": "Handle", "steps": "Steps"}, "Nobody is that near."
        )


@facts.command("list")
def list_facts(
    context: Context, after: Annotated[str | None, typer.Option(help="Go on after that mark.")] = None
) -> None:
    """Lists what is known about somebody, newest first, for themselves.

    Example: minga facts list --as bruno
    """
    from minga.reputation import queries

    with cli_unit(context) as unit:
        if not unit.actor.signed_in:
            raise WrongUse("Say whose: --as HANDLE")
        page = queries.facts(unit.session, unit.actor, at=unit.now, after=after)
        rows = [
            {
                "happened_on": line.happened_on,
                "dimension": line.dimension.value,
                "what": line.what.value,
                "title": line.title,
                "id": line.id,
                "event": line.event_id,
                "struck": line.struck,
            }
            for line in page.items
        ]
        unit.screen.rows("facts list", rows, COLUMNS, "Nothing is counted yet.")


@facts.command("contribution")
def show_contribution(
    context: Context,
    handle: Annotated[str | None, typer.Argument(help="Somebody else, where the community shows it.")] = None,
    from_day: Annotated[str, typer.Option("--from", help="First day, like 2026-11-01.")] = "",
    until: Annotated[str, typer.Option(help="Last day, like 2026-11-30.")] = "",
) -> None:
    """Sums up what somebody gave and received between two days.

    Example: minga facts contribution --from 2026-01-01 --as bruno
    """
    from minga.reputation import queries

    with cli_unit(context) as unit:
        if not unit.actor.signed_in:
            raise WrongUse("Say whose: --as HANDLE")
        found = queries.contribution(
            unit.session,
            unit.actor,
            handle=handle,
            from_on=_day(from_day),
            until_on=_day(until),
            at=unit.now,
        )
        if found is None:
            raise WrongUse("Whoever that is is in no community yet.")
        numbers = {
            "community": found.slug,
            "from": found.period.from_on,
            "until": found.period.until_on,
            "gave": found.gave,
            "received": found.received,
            "given_minutes": found.given_minutes,
            "received_minutes": found.received_minutes,
            "counted_minutes": found.counted_minutes,
        }
        text = f"{found.slug}: gave {found.gave} times, {found.given_minutes} min; received {found.received} times, {found.received_minutes} min."
        unit.screen.show("facts contribution", numbers, text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongUse(f"{text} is no day. Write it like 2026-11-22.") from None
