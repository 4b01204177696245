"""Meetings and how it went, on the command line: one command of the pages each."""

from datetime import datetime
from typing import Annotated

import typer

from minga.interfaces.cli.exchanges import Exchange, exchange_step
from minga.interfaces.cli.frame import CliUnit, Context, group
from minga.interfaces.cli.options import WrongUse

meeting = group("meeting", "When and where something changes hands.")
feedback = group("feedback", "How it went, after the end.")

Words = Annotated[str, typer.Option(help="A few words.")]


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{text} is no moment. Write it like 2026-11-22T18:00+01:00.") from None
    if found.tzinfo is None:
        raise WrongUse(f"{text} has no zone. Write it like 2026-11-22T18:00+01:00.")
    return found


@meeting.command("propose")
def propose(
    context: Context,
    exchange_id: Exchange,
    moment: Annotated[str, typer.Argument(metavar="WHEN", help="Like 2026-11-22T18:00+01:00.")],
    place: Annotated[str, typer.Option(help="Where.")] = "",
    note: Annotated[str, typer.Option(help="Anything to know.")] = "",
) -> None:
    """Proposes when and where to meet; the other side says yes.

    Example: minga meeting propose 0192f0c1d2e37abc8def0123456789ab 2026-11-22T18:00+01:00 --as ana
    """
    from minga.sharing import commands

    meets_at = _instant(moment)

    def do(unit: CliUnit, key: str) -> None:
        commands.propose_handover(
            unit.session, unit.actor, key, meets_at=meets_at, place=place, note=note, at=unit.now
        )

    exchange_step(context, "meeting propose", exchange_id, "Proposed.", do)


@meeting.command("agree")
def agree(context: Context, exchange_id: Exchange) -> None:
    """Says yes to the meeting that was proposed.

    Example: minga meeting agree 0192f0c1d2e37abc8def0123456789ab --as bruno
    """
    from minga.sharing import commands

    def do(unit: CliUnit, key: str) -> None:
        commands.agree_to_handover(unit.session, unit.actor, key, at=unit.now)

    exchange_step(context, "meeting agree", exchange_id, "Agreed.", do)


@meeting.command("end")
def end(context: Context, exchange_id: Exchange) -> None:
    """Takes the meeting back; the exchange goes on.

    Example: minga meeting end 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.sharing import commands

    def do(unit: CliUnit, key: str) -> None:
        commands.end_handover(unit.session, unit.actor, key, at=unit.now)

    exchange_step(context, "meeting end", exchange_id, "Taken back.", do)


@meeting.command("missed")
def missed(
    context: Context,
    exchange_id: Exchange,
    words: Words = "",
    answer: Annotated[str, typer.Option(help="sorry or not_so, for whom it is said of.")] = "",
) -> None:
    """Says that the other side did not come, or answers that.

    Example: minga meeting missed 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.sharing import commands
    from minga.sharing.rules.handovers import Reply

    if answer and answer not in {reply.value for reply in Reply}:
        raise WrongUse(f"{answer} is neither sorry nor not_so.")

    def do(unit: CliUnit, key: str) -> None:
        if answer:
            commands.answer_no_show(unit.session, unit.actor, key, Reply(answer), words=words, at=unit.now)
        else:
            commands.say_no_show(unit.session, unit.actor, key, words=words, at=unit.now)

    exchange_step(context, "meeting missed", exchange_id, "Noted.", do)


@feedback.command("give")
def give(
    context: Context,
    exchange_id: Exchange,
    as_agreed: Annotated[str, typer.Option(help="good, all_right or not_good")] = "",
    care: Annotated[str, typer.Option(help="good, all_right or not_good")] = "",
    talking: Annotated[str, typer.Option(help="good, all_right or not_good")] = "",
    note: Annotated[str, typer.Option(help="Only for the other side.")] = "",
    thanks: Annotated[str, typer.Option(help="A thank you.")] = "",
) -> None:
    """Says how it went; the other side reads it when both have, or after a fortnight.

    Example: minga feedback give 0192f0c1d2e37abc8def0123456789ab --as-agreed good --as bruno
    """
    from minga.sharing import commands
    from minga.sharing.rules.feedback import Mark, Said

    try:
        agreed, cared, talked = (Mark(one) if one else None for one in (as_agreed, care, talking))
    except ValueError as error:
        raise WrongUse(f"{error}.") from None
    said = Said(agreed, cared, talked, note, thanks)

    def do(unit: CliUnit, key: str) -> None:
        commands.give_feedback(unit.session, unit.actor, key, said, at=unit.now)

    exchange_step(context, "feedback give", exchange_id, "Noted.", do)


@feedback.command("take-back")
def take_back(context: Context, exchange_id: Exchange) -> None:
    """Unsays it, within seven days.

    Example: minga feedback take-back 0192f0c1d2e37abc8def0123456789ab --as bruno --yes
    """
    from minga.sharing import commands

    def do(unit: CliUnit, key: str) -> None:
        unit.ask("What was said is erased and cannot be said again.")
        commands.take_feedback_back(unit.session, unit.actor, key, at=unit.now)

    exchange_step(context, "feedback take-back", exchange_id, "Taken back.", do)
