"""What is agreed, from the command line: list, show, publish from a file."""

from pathlib import Path
from typing import Annotated

import typer

from minga.interfaces.cli.frame import Context, cli_unit, group
from minga.interfaces.cli.importing import read_text

agreements = group("agreements", "What is agreed in a community.")


@agreements.command("list")
def list_agreements(context: Context) -> None:
    """Lists what holds in --community.

    Example: minga agreements list --community valley --as ana
    """
    from minga.communities import queries

    with cli_unit(context) as unit:
        here = queries.community(unit.session, unit.actor, unit.community(), at=unit.now)
        rows = queries.agreements(unit.session, unit.actor, here.id, at=unit.now)
        columns = {"key": "Name", "n": "Version", "title": "Title", "must_accept": "To accept"}
        unit.screen.rows("agreements list", rows, columns, "Nothing is written down yet.")


@agreements.command("publish")
def publish(
    context: Context,
    file: Annotated[
        Path,
        typer.Argument(help="Lines `key:`, `change:`, `must_accept: yes`, then `--- en Title` and its text."),
    ],
) -> None:
    """Asks to publish a version from a file; where there is a second steward, that person has to agree.

    Example: minga agreements publish house.md --community valley --as ana
    """
    from minga.communities import commands, queries
    from minga.communities.rules.agreements import read_file

    head, texts = read_file(read_text(file))
    with cli_unit(context, write=True) as unit:
        here = queries.community(unit.session, unit.actor, unit.community(), at=unit.now)
        asked = commands.publish_agreement(
            unit.session,
            unit.actor,
            here.id,
            head.get("key", ""),
            texts,
            must_accept=head.get("must_accept", "").lower() in {"yes", "true", "1"},
            change=head.get("change", ""),
            decision=head.get("decision", ""),
            at=unit.now,
        )
        facts = {"second_id": asked.id, "agreed": asked.agreed}
        text = "It holds from now on." if asked.agreed else f"Somebody else has to agree: /seconds/{asked.id}"
        unit.screen.show("agreements publish", facts, text)
