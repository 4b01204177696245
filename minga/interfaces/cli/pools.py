"""Pools on the command line: what there is, one pool, one round, who is asked next; and drawing a round again from a file."""

from pathlib import Path
from typing import Annotated, Any

import typer

from minga.interfaces.cli.frame import CheckFailed, Context, Unreadable, cli_unit, frame_of, group

pool = group("pool", "What is held in common, and how it is shared out.")
lot = group("lot", "Draws lots again.")

After = Annotated[str | None, typer.Option(help="Go on after the page before.")]
POOLS = {"id": "Id", "name": "What", "rule": "Rule", "stock": "There is", "round": "Round", "state": "State"}
ROUNDS = {"n": "Round", "state": "State", "closes_at": "Closes", "supply": "Shared out"}


@pool.command("list")
def list_pools(context: Context, after: After = None) -> None:
    """The pools of a community.

    Example: minga pool list --community valley --as ana
    """
    from minga.interfaces.cli.options import WrongUse
    from minga.sharing.queries import pooling as queries
    from minga.sharing.rules.pools import plain_milli

    with cli_unit(context) as unit:
        if not unit.frame.options.community:
            raise WrongUse("Name the community with --community.")
        page = queries.pools(unit.session, unit.actor, unit.frame.options.community, at=unit.now, after=after)
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "rule": one.rule.value,
                "stock": f"{plain_milli(one.stock_milli)} {one.unit}",
                "round": one.round.n if one.round else None,
                "state": one.round.state.value if one.round else None,
            }
            for one in page.items
        ]
        unit.screen.rows("pool list", rows, POOLS, "There is no pool yet.")
        if page.next:
            unit.screen.more(f"More: --after {page.next}")


@pool.command("show")
def show_pool(context: Context, id: str) -> None:
    """One pool: what is in it, by which rule it goes, and its rounds.

    Example: minga pool show 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.kit.ids import parse_id
    from minga.sharing.queries import pooling as queries
    from minga.sharing.rules.pools import plain_milli

    with cli_unit(context) as unit:
        found = queries.pool(unit.session, unit.actor, parse_id(id), at=unit.now)
        facts = {
            "id": found.id,
            "name": found.name,
            "rule": found.rule.rule.value,
            "version": found.rule.version,
            "parameters": found.rule.parameters,
            "stock": f"{plain_milli(found.stock_milli)} {found.unit}",
            "step": plain_milli(found.step_milli),
            "essential": found.essential,
            "rounds": [
                {"n": one.n, "state": one.state.value, "closes_at": one.closes_at, "supply": one.supply}
                for one in found.rounds
            ],
        }
        unit.screen.show("pool show", facts, f"{found.name}: {facts['stock']}, by {facts['rule']}.")


@pool.command("round")
def show_round(context: Context, id: str, n: int) -> None:
    """One round with one's own claim, and why it got what it got.

    Example: minga pool round 0192f0c1d2e37abc8def0123456789ab 3 --as bruno
    """
    from minga.kit.ids import parse_id
    from minga.sharing.queries import pooling as queries

    with cli_unit(context) as unit:
        found = queries.round_view(unit.session, unit.actor, parse_id(id), n, at=unit.now)
        own = found.own
        facts: dict[str, Any] = {
            "n": found.n,
            "state": found.state.value,
            "opens_at": found.opens_at,
            "closes_at": found.closes_at,
            "commitment": found.commitment,
            "claims_root": found.claims_root,
            "seed": found.seed,
            "claims": found.claims,
            "claim": None
            if own is None
            else {
                "line": own.line,
                "steps": own.steps,
                "band": own.band,
                "explanation": own.explanation,
                "shares": [
                    {"id": one.id, "steps": one.steps, "given": one.given, "state": one.state.value}
                    for one in own.shares
                ],
            },
        }
        unit.screen.show("pool round", facts, f"Round {found.n}: {found.state.value}.")


@pool.command("next")
def next_one(
    context: Context,
    id: str,
    order: Annotated[bool, typer.Option("--order", help="The rest of the order too.")] = False,
) -> None:
    """Who is asked now about what is there, and why; for those who keep the pool.

    Example: minga pool next 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.kit.ids import parse_id
    from minga.sharing.queries import pooling as queries

    with cli_unit(context) as unit:
        found = queries.next_recipient(unit.session, unit.actor, parse_id(id), at=unit.now, order=order)
        if found is None:
            unit.screen.show("pool next", {"next": None}, "Nobody is asked now.")
            return
        facts = {
            "next": found.handle,
            "round": found.n,
            "share": found.share.id,
            "answer_by_at": found.share.answer_by_at,
            "explanation": found.explanation,
            "order": list(found.order),
        }
        unit.screen.show("pool next", facts, f"{found.name} is asked.")


@lot.callback()
def _lot() -> None:
    """Draws lots again."""


@lot.command("verify")
def verify(context: Context, file: Path) -> None:
    """Recomputes a round from its record alone: no node, no database, no network.

    Example: minga lot verify pool-round-3.json
    """
    from minga.sharing.rules.allocation.verifying import DIFFERENT, SAME, verify_lot

    code, said = verify_lot(file)
    if code == SAME:
        frame_of(context).screen.show("lot verify", {"same": True}, said)
        return
    raise CheckFailed(said) if code == DIFFERENT else Unreadable(said)
