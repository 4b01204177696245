"""Loans on the command line: a thing goes out, comes back, stays longer; what is late."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from minga.interfaces.cli.exchanges import EXCHANGES, Condition, Until, day_of, exchange_step
from minga.interfaces.cli.exchanges import _act as act_once
from minga.interfaces.cli.exchanges import _exchange as exchange_facts
from minga.interfaces.cli.frame import CliUnit, Context, cli_unit, group

loan = group("loan", "What is out, and comes back.")


@loan.command("lend")
def lend(
    context: Context,
    exchange_id: Annotated[str, typer.Argument(metavar="EXCHANGE|NUMBER")],
    condition: Condition = None,
    to: Annotated[str, typer.Option(help="To whom, for a thing of the library.")] = "",
    until: Until = "",
) -> None:
    """Says that a thing is handed over, or lends a thing of the library by its number.

    Example: minga loan lend 127 --to bruno --community valley --as hana
    """
    from minga.interfaces.cli import desk
    from minga.sharing import commands

    if desk.is_number(exchange_id):
        act_once(
            context,
            "loan lend",
            lambda unit: desk.lend_number(unit, exchange_id, to, condition, day_of(until)),
        )
        return
    exchange_step(
        context,
        "loan lend",
        exchange_id,
        "It is out.",
        lambda unit, key: commands.lend(unit.session, unit.actor, key, condition=condition, at=unit.now),
    )


def _loan_step(context: Context, command: str, loan_id: str, words: str, do: Callable[..., Any]) -> None:
    from minga.kit.ids import parse_id
    from minga.sharing import queries

    def act(unit: CliUnit) -> tuple[dict[str, Any], str]:
        key = parse_id(loan_id)
        do(unit, key)
        found = queries.exchange_of_loan(unit.session, unit.actor, key, at=unit.now)
        return exchange_facts(queries.exchange(unit.session, unit.actor, found, at=unit.now).line), words

    act_once(context, command, act)


Loan = Annotated[str, typer.Argument(metavar="LOAN")]


@loan.command("back")
def back(
    context: Context,
    loan_id: Loan,
    condition: Condition = None,
    words: Annotated[str, typer.Option(help="A few words about it.")] = "",
    on: Annotated[str, typer.Option(help="The day it was back, when that was earlier.")] = "",
) -> None:
    """Says that a loan is back: the owner has it again, or the borrower brought it.

    Example: minga loan back 0192f0c1d2e37abc8def0123456789ab --as ana --condition 4
    """
    from minga.interfaces.cli import desk
    from minga.sharing import commands, queries
    from minga.sharing.rules.exchanges import Side

    if desk.is_number(loan_id):
        act_once(
            context,
            "loan back",
            lambda unit: desk.back_number(unit, loan_id, condition, words, day_of(on)),
        )
        return

    def do(unit: CliUnit, key: str) -> None:
        found = queries.exchange_of_loan(unit.session, unit.actor, key, at=unit.now)
        line = queries.exchange(unit.session, unit.actor, found, at=unit.now).line
        if line.side is Side.RECEIVER:
            commands.bring_back(unit.session, unit.actor, key, at=unit.now)
            return
        commands.take_back(
            unit.session,
            unit.actor,
            key,
            condition=condition,
            words=words,
            returned_on=day_of(on),
            at=unit.now,
        )

    _loan_step(context, "loan back", loan_id, "It is back.", do)


@loan.command("deposit")
def answer_deposit(
    context: Context,
    loan_id: Loan,
    agree: Annotated[bool, typer.Option("--agree/--no", help="Whether part of it may be kept.")],
) -> None:
    """Answers what the lender would like to keep of a deposit; the lender lets it go with --no.

    Example: minga loan deposit 01J3 --agree --as bruno
    """
    from minga.sharing import commands

    def do(unit: CliUnit, key: str) -> None:
        commands.answer_deposit(unit.session, unit.actor, key, agreed=agree, at=unit.now)

    _loan_step(context, "loan deposit", loan_id, "Answered.", do)


@loan.command("renew")
def renew(context: Context, loan_id: Loan, until: Until = "") -> None:
    """Keeps it longer, or asks its owner.

    Example: minga loan renew 0192f0c1d2e37abc8def0123456789ab --as bruno
    """
    from minga.sharing import commands

    _loan_step(
        context,
        "loan renew",
        loan_id,
        "Renewed, or its owner is asked.",
        lambda unit, key: commands.renew(unit.session, unit.actor, key, until_on=day_of(until), at=unit.now),
    )


@loan.command("overdue")
def overdue(
    context: Context,
    library: Annotated[bool, typer.Option("--library", help="All of the community's library.")] = False,
) -> None:
    """Lists what somebody should bring back or have back by now, or what the library waits for.

    Example: minga loan overdue --library --community valley --as hana
    """
    from minga.interfaces.cli import desk
    from minga.sharing import queries

    with cli_unit(context) as unit:
        if library:
            found = queries.loans_out(unit.session, unit.actor, desk.community_of(unit), at=unit.now)
            rows = [desk.loan_facts(one) for one in found if one.late]
            unit.screen.rows("loan overdue", rows, EXCHANGES, "Nothing is overdue.")
            return
        running = queries.running_exchanges(unit.session, unit.actor, at=unit.now)
        late = [exchange_facts(one) for one in running if one.loan and one.loan.overdue]
        unit.screen.rows("loan overdue", late, EXCHANGES, "Nothing is overdue.")
