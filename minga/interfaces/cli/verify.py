"""Recomputing what must not have changed: the chains of the log."""

from minga.interfaces.cli.frame import CheckFailed, Context, cli_unit, group

verify = group("verify", "Recomputes and compares what must not have changed.")


@verify.callback()
def _verify() -> None:
    """Recomputes and compares what must not have changed."""


@verify.command("log")
def verify_log(context: Context) -> None:
    """Recomputes every chain of the log, or with --community one, and compares the heads that were signed.

    Example: minga verify log --community valley
    """
    from minga.communities import queries
    from minga.kit import chains

    with cli_unit(context) as unit:
        slug = unit.frame.options.community
        names = [queries.chain_of(unit.session, unit.actor, slug)] if slug else chains.chains(unit.session)
        found = [chains.check_chain(unit.session, name) for name in names]
        waiting = chains.unsealed_count(unit.session)
        rows = [
            {
                "chain": one.chain,
                "count": one.count,
                "head": one.head,
                "first_bad_seq": one.broken.seq if one.broken else None,
                "event_id": one.broken.event_id if one.broken else None,
            }
            for one in found
        ]
        columns = {"chain": "Chain", "count": "Lines", "head": "Head", "first_bad_seq": "First bad line"}
        unit.screen.rows("verify log", rows, columns, "There is no chain yet.")
        if waiting:
            unit.screen.warn(f"{waiting} events wait for their seal; look again in a minute.")
        broken = [one.broken for one in found if one.broken]
        if broken:
            raise CheckFailed(f"The log was changed: chain {broken[0].chain}, line {broken[0].seq}.")
        unit.screen.more(f"{sum(one.count for one in found)} lines fit together.")
