"""Decisions and the charter, from the command line: list, show, carried out, how it is decided."""

from datetime import datetime
from typing import Annotated

import typer

from minga.interfaces.cli.frame import Context, cli_unit, group
from minga.interfaces.cli.options import WrongUse

decision = group("decision", "What was decided in a community, and what became of it.")
Number = Annotated[str, typer.Argument(help="The number, such as 2026-014.")]


@decision.command("list")
def list_decisions(
    context: Context,
    words: Annotated[str, typer.Argument(help="Words or a number to look for.")] = "",
    progress: Annotated[str, typer.Option(help="open, overdue, done or none.")] = "",
    year: Annotated[int | None, typer.Option(help="Of one year.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
) -> None:
    """Lists decisions of --community, newest first.

    Example: minga decision list --progress overdue --community valley --as ana
    """
    from minga.communities.queries import community
    from minga.governance.queries.decisions import Sought, decisions
    from minga.governance.rules.decisions import Progress

    with cli_unit(context) as unit:
        if progress and progress not in {one.value for one in Progress}:
            raise WrongUse("--progress is open, overdue, done or none")
        here = community(unit.session, unit.actor, unit.community(), at=unit.now)
        sought = Sought(q=words, year=year, progress=Progress(progress) if progress else None)
        page = decisions(unit.session, unit.actor, here.id, sought, at=unit.now, limit=limit)
        columns = {
            "number": "Number",
            "title": "Title",
            "outcome": "Outcome",
            "owner_handle": "Owner",
            "deadline_on": "Until",
            "progress": "Progress",
        }
        unit.screen.rows("decision list", page.items, columns, "Nothing was decided yet.")


@decision.command("show")
def show(context: Context, number: Number) -> None:
    """Shows one decision with what followed.

    Example: minga decision show 2026-014 --community valley --as ana
    """
    from minga.communities.queries import community
    from minga.governance.queries.decisions import decision_by_number
    from minga.kit.errors import fill

    with cli_unit(context) as unit:
        here = community(unit.session, unit.actor, unit.community(), at=unit.now)
        found = decision_by_number(unit.session, unit.actor, here.id, number, at=unit.now)
        line = found.line
        text = [f"{line.number}  {line.title}", f"{line.outcome} {line.reason}".strip(), found.statement]
        for one in found.effects:
            text.append(f"- {fill(one.sentence, dict(one.facts), str)} [{one.state}] {one.error}".rstrip())
        facts = {
            "number": line.number,
            "title": line.title,
            "outcome": line.outcome,
            "reason": line.reason,
            "progress": line.progress.value,
            "effects": [{"n": one.n, "kind": one.kind, "state": one.state} for one in found.effects],
        }
        unit.screen.show("decision show", facts, "\n".join(one for one in text if one))


@decision.command("done")
def done(
    context: Context,
    number: Number,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Since which day.")] = None,
) -> None:
    """Says that a decision is carried out.

    Example: minga decision done 2026-014 --community valley --as ana
    """
    from minga.communities.queries import community
    from minga.governance.commands.decisions import say_implemented
    from minga.governance.queries.decisions import decision_by_number

    with cli_unit(context, write=True) as unit:
        here = community(unit.session, unit.actor, unit.community(), at=unit.now)
        found = decision_by_number(unit.session, unit.actor, here.id, number, at=unit.now)
        made = say_implemented(
            unit.session, unit.actor, found.line.id, on=on.date() if on else None, at=unit.now
        )
        facts = {"number": found.line.number, "implemented_on": made.implemented_on}
        unit.screen.show("decision done", facts, "It is carried out.")


@decision.command("charter")
def charter(
    context: Context,
    version: Annotated[int | None, typer.Option(help="An earlier version.")] = None,
) -> None:
    """Says how --community decides, rule by rule.

    Example: minga decision charter --community valley --as ana
    """
    from minga.communities.queries import community
    from minga.governance.queries.charters import charter_page

    with cli_unit(context) as unit:
        here = community(unit.session, unit.actor, unit.community(), at=unit.now)
        found = charter_page(unit.session, unit.actor, here.id, n=version, at=unit.now)
        text = []
        for one in found.rules:
            text.append(f"{', '.join(one.kinds)}")
            text += [f"  {sentence.format_map(facts)}" for sentence, facts in one.sentences]
        unit.screen.show("decision charter", {"n": found.n, "rules": found.data}, "\n".join(text))
