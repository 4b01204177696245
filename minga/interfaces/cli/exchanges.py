"""Asks, exchanges and loans on the command line: one command or query of the pages each."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minga.interfaces.cli.frame import CliUnit, Context, cli_unit, group
from minga.interfaces.cli.options import WrongUse
from minga.kit.ids import new_id

if TYPE_CHECKING:
    from minga.sharing.queries import AskView, ExchangeLine

ask = group("ask", "Asking for something, and answering.")
exchange = group("exchange", "What was agreed, seen through to the end.")

From = Annotated[str, typer.Option("--from", help="First day, like 2026-11-22.")]
Until = Annotated[str, typer.Option(help="Last day, like 2026-11-30.")]
Condition = Annotated[int | None, typer.Option(min=1, max=5, help="1 broken to 5 like new.")]
After = Annotated[str | None, typer.Option(help="Go on after the page before.")]
ASKS = {"id": "Id", "title": "What", "asker": "Who", "state": "State", "sent_at": "Sent"}
EXCHANGES = {
    "id": "Id",
    "title": "What",
    "role": "You",
    "other": "With",
    "status": "Status",
    "due_on": "Due",
    "loan": "Loan",
}


def day_of(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{text} is no day. Write it like 2026-11-22.") from None


def _ask(view: "AskView") -> dict[str, Any]:
    return {
        "id": view.id,
        "listing_id": view.listing_id,
        "title": view.title,
        "asker": view.asker_handle,
        "words": view.words,
        "quantity_milli": view.quantity_milli,
        "term": view.term.value,
        "state": view.state.value,
        "sent_at": view.sent_at,
        "lapses_at": view.lapses_at,
        "exchange": view.exchange_id,
    }


def _exchange(line: "ExchangeLine") -> dict[str, Any]:
    return {
        "id": line.id,
        "listing_id": line.listing_id,
        "title": line.title,
        "kind": line.kind.value,
        "status": line.status.value,
        "role": line.side.value,
        "other": line.other_handle,
        "agreed_at": line.agreed_at,
        "due_on": line.loan.due_on if line.loan else None,
        "overdue": bool(line.loan and line.loan.overdue),
        "loan": line.loan.id if line.loan else None,
    }


def _act(context: Context, command: str, act: Callable[[CliUnit], tuple[dict[str, Any], str]]) -> None:
    """One command in one unit; says what it led to and the ids of the events it told."""
    from minga.kit.events import said_since

    with cli_unit(context, write=True) as unit:
        since = new_id()
        facts, words = act(unit)
        unit.session.flush()
        events = [fact["id"] for fact in said_since(unit.session, since)]
        told = f" (event {', '.join(events)})" if events else ""
        unit.screen.show(command, {**facts, "events": events}, f"{words}{told}")


@ask.command("send")
def send_ask(
    context: Context,
    listing: str,
    words: Annotated[str, typer.Option(help="A few words to the owner.")] = "",
    from_day: From = "",
    until: Until = "",
    quantity: Annotated[float | None, typer.Option(help="How many.")] = None,
    term: Annotated[str, typer.Option(help="loan or gift")] = "",
) -> None:
    """Asks for an offer, or says "I can" to a need.

    Example: minga ask send 0192f0c1d2e37abc8def0123456789ab --as bruno --words "For a shelf."
    """
    from minga.kit.ids import parse_id
    from minga.sharing import commands, queries
    from minga.sharing.rules.exchanges import ExchangeKind

    if term and term not in {kind.value for kind in ExchangeKind}:
        raise WrongUse(f"{term} is neither loan nor gift.")
    wish = commands.Wish(
        words=words,
        quantity_milli=round(quantity * 1000) if quantity is not None else None,
        from_on=day_of(from_day),
        until_on=day_of(until),
        term=ExchangeKind(term) if term else None,
    )

    def act(unit: CliUnit) -> tuple[dict[str, Any], str]:
        made = commands.ask(unit.session, unit.actor, parse_id(listing), wish, form_id=new_id(), at=unit.now)
        facts = _ask(queries.ask(unit.session, unit.actor, made.id, at=unit.now))
        return facts, f"Asked: {made.id}"

    _act(context, "ask send", act)


@ask.command("list")
def list_asks(context: Context, listing: str, after: After = None) -> None:
    """Lists who asks for a listing of one's own.

    Example: minga ask list 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.kit.ids import parse_id
    from minga.sharing import queries

    with cli_unit(context) as unit:
        page = queries.asks_of_listing(unit.session, unit.actor, parse_id(listing), at=unit.now, after=after)
        unit.screen.rows("ask list", [_ask(one) for one in page.items], ASKS, "Nobody has asked yet.")
        if page.next:
            unit.screen.warn(f"There is more: --after {page.next}")


@ask.command("answer")
def answer_ask(
    context: Context,
    ask_id: Annotated[str, typer.Argument(metavar="ASK")],
    answer: Annotated[str, typer.Argument(help="yes, no or other")],
    reason: Annotated[str, typer.Option(help="Why not, in a few words.")] = "",
    from_day: From = "",
    until: Until = "",
    quantity: Annotated[float | None, typer.Option(help="How many instead.")] = None,
) -> None:
    """Answers an ask; for the asker, "yes" agrees to the day that was proposed.

    Example: minga ask answer 0192f0c1d2e37abc8def0123456789ab yes --as ana
    """
    from minga.kit.ids import parse_id
    from minga.sharing import commands, queries

    if answer not in ("yes", "no", "other"):
        raise WrongUse(f"{answer} is no answer. Say yes, no or other.")
    wish = commands.Wish(
        quantity_milli=round(quantity * 1000) if quantity is not None else None,
        from_on=day_of(from_day),
        until_on=day_of(until),
    )

    def act(unit: CliUnit) -> tuple[dict[str, Any], str]:
        key = parse_id(ask_id)
        if answer == "yes":
            mine = queries.ask(unit.session, unit.actor, key, at=unit.now).mine
            accept = commands.agree_to_proposal if mine else commands.accept
            accept(unit.session, unit.actor, key, at=unit.now)
        elif answer == "no":
            commands.decline(unit.session, unit.actor, key, reason=reason, at=unit.now)
        else:
            commands.propose(unit.session, unit.actor, key, wish, at=unit.now)
        view = queries.ask(unit.session, unit.actor, key, at=unit.now)
        agreed = f" as exchange {view.exchange_id}" if view.exchange_id else ""
        return _ask(view), f"Answered: {view.state.value}{agreed}"

    _act(context, "ask answer", act)


@ask.command("withdraw")
def withdraw_ask(context: Context, ask_id: Annotated[str, typer.Argument(metavar="ASK")]) -> None:
    """Takes one's ask back.

    Example: minga ask withdraw 0192f0c1d2e37abc8def0123456789ab --as bruno
    """
    from minga.kit.ids import parse_id
    from minga.sharing import commands, queries

    def act(unit: CliUnit) -> tuple[dict[str, Any], str]:
        commands.withdraw(unit.session, unit.actor, parse_id(ask_id), at=unit.now)
        return _ask(queries.ask(unit.session, unit.actor, ask_id, at=unit.now)), "Taken back."

    _act(context, "ask withdraw", act)


@exchange.command("list")
def list_exchanges(
    context: Context,
    status: Annotated[str, typer.Option(help="pending, active, completed, returned or cancelled")] = "",
    role: Annotated[str, typer.Option(help="provider or receiver")] = "",
    after: After = None,
) -> None:
    """Lists the exchanges somebody takes part in, newest first.

    Example: minga exchange list --as bruno --status active
    """
    from minga.sharing import queries
    from minga.sharing.rules.exchanges import ExchangeStatus, Side

    try:
        chosen, side = ExchangeStatus(status) if status else None, Side(role) if role else None
    except ValueError as error:
        raise WrongUse(f"{error}.") from None
    with cli_unit(context) as unit:
        page = queries.exchanges(unit.session, unit.actor, status=chosen, role=side, at=unit.now, after=after)
        rows = [_exchange(one) for one in page.items]
        unit.screen.rows("exchange list", rows, EXCHANGES, "Nothing is agreed.")
        if page.next:
            unit.screen.warn(f"There is more: --after {page.next}")


def exchange_step(
    context: Context, command: str, exchange_id: str, words: str, do: Callable[..., Any]
) -> None:
    """One step of an exchange, and how it stands after it."""
    from minga.kit.ids import parse_id
    from minga.sharing import queries

    def act(unit: CliUnit) -> tuple[dict[str, Any], str]:
        key = parse_id(exchange_id)
        do(unit, key)
        line = queries.exchange(unit.session, unit.actor, key, at=unit.now).line
        return _exchange(line), f"{words} It is {line.status.value} now."

    _act(context, command, act)


Exchange = Annotated[str, typer.Argument(metavar="EXCHANGE")]


@exchange.command("start")
def start_exchange(context: Context, exchange_id: Exchange) -> None:
    """Says that it has begun.

    Example: minga exchange start 0192f0c1d2e37abc8def0123456789ab --as bruno
    """
    from minga.sharing import commands

    exchange_step(
        context,
        "exchange start",
        exchange_id,
        "Begun.",
        lambda unit, key: commands.begin(unit.session, unit.actor, key, at=unit.now),
    )


@exchange.command("done")
def finish_exchange(
    context: Context,
    exchange_id: Exchange,
    not_yet: Annotated[str, typer.Option("--not-yet", help="Send it back, with what is missing.")] = "",
) -> None:
    """Says that one's part is done; both words complete it.

    Example: minga exchange done 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.sharing import commands

    def do(unit: CliUnit, key: str) -> None:
        if not_yet:
            commands.not_yet(unit.session, unit.actor, key, not_yet, at=unit.now)
        else:
            commands.done(unit.session, unit.actor, key, at=unit.now)

    exchange_step(context, "exchange done", exchange_id, "Sent back." if not_yet else "Noted.", do)


@exchange.command("cancel")
def cancel_exchange(
    context: Context, exchange_id: Exchange, why: Annotated[str, typer.Option(help="Why.")] = ""
) -> None:
    """Calls it off, alone before it has begun, after that when both wish it.

    Example: minga exchange cancel 0192f0c1d2e37abc8def0123456789ab --as ana --yes
    """
    from minga.sharing import commands

    def do(unit: CliUnit, key: str) -> None:
        unit.ask("The exchange is called off, or the other side is asked when it has begun.")
        commands.cancel(unit.session, unit.actor, key, why=why, at=unit.now)

    exchange_step(context, "exchange cancel", exchange_id, "Noted.", do)
