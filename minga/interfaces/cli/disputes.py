"""What went wrong, on the command line: one command or query of the pages each."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from minga.interfaces.cli.frame import CliUnit, Context, cli_unit, group
from minga.kit.ids import new_id

dispute = group("dispute", "What went wrong, and how it is settled.")

Dispute = Annotated[str, typer.Argument(metavar="DISPUTE")]
Words = Annotated[str, typer.Option(help="In words.")]
Effects = Annotated[
    list[str], typer.Option("--effect", help="finish, cancel, return, pay, replace, strike or nothing")
]
Amount = Annotated[int, typer.Option(min=0, help="Minutes, or the smallest part of the money.")]
Person = Annotated[str, typer.Option(help="The id of who is asked to help.")]


def _facts(unit: CliUnit, dispute_id: str) -> dict[str, Any]:
    from minga.sharing import queries

    view = queries.dispute(unit.session, unit.actor, dispute_id, at=unit.now)
    return {
        "id": view.id,
        "exchange": view.exchange_id,
        "title": view.title,
        "about": view.about.value,
        "state": view.state.value,
        "next_at": view.next_at,
        "ends": [
            {"id": one.id, "by": one.by_name, "decision": one.decision, **one.end.plain()}
            for one in view.ends
        ],
        "helpers": [
            {"id": one.person_id, "name": one.name, "complete": one.complete} for one in view.mediators
        ],
        "may_name": [{"id": key, "name": name} for key, name in view.may_name],
    }


def _act(context: Context, command: str, dispute_id: str, do: Callable[[CliUnit], str | None]) -> None:
    """One step, and how it stands after it."""
    from minga.kit.events import said_since

    with cli_unit(context, write=True) as unit:
        since = new_id()
        made = do(unit) or dispute_id
        unit.session.flush()
        events = [fact["id"] for fact in said_since(unit.session, since)]
        facts = _facts(unit, made)
        told = f" (event {', '.join(events)})" if events else ""
        unit.screen.show(command, {**facts, "events": events}, f"It stands at: {facts['state']}{told}")


@dispute.command("open")
def open_dispute(
    context: Context,
    exchange_id: Annotated[str, typer.Argument(metavar="EXCHANGE")],
    words: Annotated[str, typer.Argument(help="What went wrong.")],
    about: Annotated[str, typer.Option(help="damage, not_done, amount, conduct or other")] = "other",
) -> None:
    """Says that something went wrong; nothing moves by itself until that is settled.

    Example: minga dispute open --as ana 0192f0c1d2e37abc8def0123456789ab "It is broken." --about damage
    """
    from minga.interfaces.cli.options import WrongUse
    from minga.kit.ids import parse_id
    from minga.sharing import commands
    from minga.sharing.rules.disputes import About

    if about not in {one.value for one in About}:
        raise WrongUse(f"{about} is not damage, not_done, amount, conduct or other.")

    def do(unit: CliUnit) -> str:
        key = parse_id(exchange_id)
        made = commands.open_dispute(unit.session, unit.actor, key, About(about), words, at=unit.now)
        return str(made.id)

    _act(context, "dispute open", "", do)


@dispute.command("show")
def show(context: Context, dispute_id: Dispute) -> None:
    """Shows one dispute with the ends that were proposed and who helps.

    Example: minga dispute show 0192f0c1d2e37abc8def0123456789ab --as bruno
    """
    with cli_unit(context) as unit:
        facts = _facts(unit, dispute_id)
        unit.screen.show("dispute show", facts, f"{facts['title']}: {facts['state']}")


@dispute.command("propose")
def propose(
    context: Context, dispute_id: Dispute, effects: Effects, amount: Amount = 0, words: Words = ""
) -> None:
    """Proposes how it shall end.

    Example: minga dispute propose --as ana 0192f0c1d2e37abc8def0123456789ab --effect pay --amount 30
    """
    from minga.sharing import commands
    from minga.sharing.rules.disputes import read_end

    def do(unit: CliUnit) -> None:
        end = read_end(effects, amount)
        commands.propose_end(unit.session, unit.actor, dispute_id, end, words, at=unit.now)

    _act(context, "dispute propose", dispute_id, do)


@dispute.command("agree")
def agree(
    context: Context,
    dispute_id: Dispute,
    end: Annotated[str, typer.Argument(metavar="END")],
    decision: Annotated[bool, typer.Option(help="For the second who looks at it again.")] = False,
) -> None:
    """Says yes to an end; it is carried out at once.

    Example: minga dispute agree --as bruno --yes 0192f0c1d2e37abc8def0123456789ab 0192f0c1d2e37abc8def0123456789ac
    """
    from minga.sharing import commands

    def do(unit: CliUnit) -> None:
        unit.ask("It is carried out at once, and this is settled.")
        agree_to = commands.agree_to_decision if decision else commands.agree_to_end
        agree_to(unit.session, unit.actor, dispute_id, end, at=unit.now)

    _act(context, "dispute agree", dispute_id, do)


@dispute.command("help")
def ask_for_help(context: Context, dispute_id: Dispute, person: Person = "") -> None:
    """Asks that somebody helps, or names who.

    Example: minga dispute help 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.sharing import commands

    def do(unit: CliUnit) -> None:
        if person:
            commands.propose_mediator(unit.session, unit.actor, dispute_id, person, at=unit.now)
        else:
            commands.ask_for_mediation(unit.session, unit.actor, dispute_id, at=unit.now)

    _act(context, "dispute help", dispute_id, do)


@dispute.command("accept")
def accept_helper(context: Context, dispute_id: Dispute, person: Person) -> None:
    """Says yes to who was named, or to being asked.

    Example: minga dispute accept --as hana 0192f0c1d2e37abc8def0123456789ab --person 0192f0c1d2e37abc8def0123456789ac
    """
    from minga.sharing import commands

    def do(unit: CliUnit) -> None:
        commands.answer_mediator(unit.session, unit.actor, dispute_id, person, yes=True, at=unit.now)

    _act(context, "dispute accept", dispute_id, do)


@dispute.command("decide")
def decide(
    context: Context, dispute_id: Dispute, effects: Effects, amount: Amount = 0, words: Words = ""
) -> None:
    """Decides, for who was chosen by both.

    Example: minga dispute decide 0192f0c1d2e37abc8def0123456789ab --effect finish --as hana
    """
    from minga.sharing import commands
    from minga.sharing.rules.disputes import read_end

    def do(unit: CliUnit) -> None:
        commands.decide(unit.session, unit.actor, dispute_id, read_end(effects, amount), words, at=unit.now)

    _act(context, "dispute decide", dispute_id, do)


@dispute.command("appeal")
def appeal(context: Context, dispute_id: Dispute) -> None:
    """Asks two others to look at it again, once.

    Example: minga dispute appeal 0192f0c1d2e37abc8def0123456789ab --as bruno
    """
    from minga.sharing import commands

    def do(unit: CliUnit) -> None:
        commands.appeal(unit.session, unit.actor, dispute_id, at=unit.now)

    _act(context, "dispute appeal", dispute_id, do)
