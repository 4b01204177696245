"""Matching on the command line: what fits a listing, and the concepts that are known."""

from typing import Annotated, Any

import typer

from minga.interfaces.cli.frame import Context, cli_unit, frame_of, group

match = group("match", "What might fit: a listing of one's own, the concepts that are known.")

COLUMNS = {"score": "Points", "title": "What", "owner": "Whose", "why": "Why", "listing": "Listing"}


@match.command("listing")
def match_listing(context: Context, id: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Lists what might fit a listing of one's own, with the points of each reason.

    Example: minga match listing 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.intelligence import queries
    from minga.kit.ids import parse_id

    with cli_unit(context) as unit:
        found = queries.fitting(unit.session, unit.actor, parse_id(id), at=unit.now)
        rows: list[dict[str, Any]] = [
            {
                "score": one.points,
                "title": one.title,
                "owner": one.owner_name,
                "why": " + ".join(f"{reason.name} {reason.points}" for reason in one.reasons),
                "listing": one.listing_id,
                "id": one.suggestion_id,
            }
            for one in found
        ]
        unit.screen.rows("match listing", rows, COLUMNS, "Nothing fits yet.")


@match.command("concepts")
def list_concepts(context: Context) -> None:
    """Lists the concepts that every node knows, with their category and names.

    Example: minga match concepts
    """
    from minga.intelligence.rules.concepts import shipped

    rows = [
        {
            "key": one.key,
            "category": one.category,
            **{tag: "; ".join(names) for tag, names in one.names.items()},
        }
        for one in shipped().values()
    ]
    columns = {"key": "Concept", "category": "Category", "en": "English", "es": "Spanish"}
    frame_of(context).screen.rows("match concepts", rows, columns, "")
