"""What is kept only to be read faster, all anew from what it was read from; and how far it lags behind the log."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minga.interfaces.cli.frame import CheckFailed, CliUnit, Context, cli_unit, frame_of, group
from minga.interfaces.cli.options import WrongUse
from minga.kit.errors import Forbidden
from minga.kit.i18n import N_

if TYPE_CHECKING:
    from minga.kit.db import Session

rebuild = group("rebuild", "What is kept only to be read faster: recompute it, compare it.")

MODELS = ("search", "matching", "facts")
COLUMNS = {"model": "What", "read": "Read", "different": "Different", "seconds": "Seconds"}


@rebuild.command("models")
def rebuild_models(
    context: Context,
    only: Annotated[str, typer.Option(help="search, matching or facts; all of them if left out.")] = "",
    check: Annotated[
        bool, typer.Option("--check", help="Only compare; exit code 7 on a difference.")
    ] = False,
) -> None:
    """Recomputes the words for search, the counts of matching and the facts, each in one unit of work.

    Example: minga rebuild models --check
    """
    if only and only not in MODELS:
        raise WrongUse(f"--only {only}: choose {', '.join(MODELS)}.")
    rows = [_one(context, name, check) for name in ((only,) if only else MODELS)]
    frame_of(context).screen.rows("rebuild models", rows, COLUMNS, "")
    if check and any(row["different"] for row in rows):
        raise CheckFailed("Something differs. Mend it with: minga rebuild models")


def _one(context: Context, name: str, check: bool) -> dict[str, Any]:
    from time import perf_counter

    with cli_unit(context, write=not check) as unit:
        _may(unit)
        began = perf_counter()
        read, different = _recompute(unit.session, name, check, unit.now)
        seconds = round(perf_counter() - began, 1)
    return {"model": name, "read": read, "different": different, "seconds": seconds}


def _recompute(session: "Session", name: str, check: bool, now: datetime) -> tuple[int, int]:
    """How many rows were read, and how many were not as they should be."""
    from minga.intelligence.commands import rebuild_counts
    from minga.reputation import commands as reputation
    from minga.sharing import commands as sharing

    if name == "search":
        words = sharing.rebuild_words(session, check=check)
        return words.read, words.different
    if name == "matching":
        return rebuild_counts(session, check=check, at=now)
    facts = reputation.rebuild(session, check=check, at=now)
    return facts.facts, facts.missing + facts.extra + facts.different + facts.months


@rebuild.command("lag")
def show_lag(context: Context) -> None:
    """Shows what of the log has not reached everything that is read from it, and how old the oldest is.

    Example: minga rebuild lag
    """
    from minga.kit.health import lag_of

    with cli_unit(context) as unit:
        _may(unit)
        lag = lag_of(unit.session, at=unit.now)
        numbers = {
            "events_waiting": lag.events_waiting,
            "oldest_event_seconds": lag.oldest_event_seconds,
            "reactions_given_up": lag.reactions_given_up,
        }
        text = f"{lag.events_waiting} events wait, the oldest for {lag.oldest_event_seconds} s; {lag.reactions_given_up} reactions were given up."
        unit.screen.show("rebuild lag", numbers, text)


def _may(unit: CliUnit) -> None:
    if not unit.actor.operator:
        raise Forbidden(N_("Only whoever runs this node recomputes what is kept."))
