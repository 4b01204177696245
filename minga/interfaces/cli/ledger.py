"""The ledger on the command line: recount it, seal it, a statement, a journal for other programs."""

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from minga.interfaces.cli.frame import CheckFailed, CliUnit, Context, Unreadable, cli_unit, group
from minga.interfaces.cli.options import WrongUse

ledger = group("ledger", "Accounts and entries: verify, recount, statement, export, seal.")
RECOUNTED = {"code": "Account", "unit": "Unit", "counted": "Counted", "kept": "Kept"}
LINES = {"effective_on": "Day", "amount": "Amount", "after": "After", "other": "With", "words": "Words"}
Day = Annotated[str, typer.Option(metavar="DAY", help="A day like 2026-11-22.")]


def _community(unit: CliUnit) -> str:
    """The root of the community of `--community`, for its members and whoever has the machine."""
    from minga.communities import queries

    return queries.chain_of(unit.session, unit.actor, unit.community())


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{text} is no day. Write it like 2026-11-22.") from None


@ledger.command("verify")
def verify_ledger(context: Context) -> None:
    """Recounts a community's book and checks its seals; 7 when something does not hold.

    Example: minga ledger verify --community valley
    """
    from minga.ledger import queries

    with cli_unit(context) as unit:
        report = queries.verification(unit.session, unit.actor, _community(unit), at=unit.now)
        if report is None:
            unit.screen.show("ledger verify", {"entries": 0, "breaches": []}, "There is no book yet.")
            return
        text = f"{report.entries} entries, {report.lines} lines, {report.seals} seals, head {report.head}"
        unit.screen.show("ledger verify", report, text)
        if not report.well:
            raise CheckFailed("\n".join(f"{one.code}: {', '.join(one.ids)}" for one in report.breaches))


@ledger.command("recount")
def recount_ledger(context: Context) -> None:
    """Adds up every account from its lines, beside what its balance says; 7 when they differ.

    Example: minga ledger recount --community valley
    """
    from minga.ledger import queries

    with cli_unit(context) as unit:
        rows = queries.recounted(unit.session, unit.actor, _community(unit), at=unit.now)
        unit.screen.rows("ledger recount", rows, RECOUNTED, "There is no account yet.")
        differing = [one.code for one in rows if one.differs]
        if differing:
            raise CheckFailed(f"The lines say something else: {', '.join(differing)}")


@ledger.command("statement")
def show_statement(
    context: Context,
    account: Annotated[str, typer.Option(help="Its id; one's own when left out.")] = "",
    unit_code: Annotated[str, typer.Option("--unit", help="TIME, EUR …")] = "TIME",
    from_day: Annotated[str, typer.Option("--from", metavar="DAY", help="First day.")] = "",
    until: Day = "",
) -> None:
    """Prints a statement: what stood there, what moved, what stands.

    Example: minga ledger statement --community valley --as bruno --from 2026-11-01
    """
    from minga.kit.errors import NotFound
    from minga.kit.ids import parse_id
    from minga.ledger import queries

    with cli_unit(context) as unit:
        key = parse_id(account) if account else ""
        if not key:
            own = queries.own_accounts(unit.session, unit.actor, _community(unit), at=unit.now)
            key = next((one.id for one in own if one.unit == unit_code), "")
        if not key:
            raise NotFound()
        found = queries.statement(
            unit.session, unit.actor, key, from_on=_day(from_day), until_on=_day(until), at=unit.now
        )
        rows: list[Any] = list(found.lines)
        unit.screen.more(f"Before: {found.opening} {found.unit}")
        unit.screen.rows("ledger statement", rows, LINES, "Nothing moved.")
        unit.screen.more(f"After: {found.closing} {found.unit}")


@ledger.command("export")
def export_ledger(
    context: Context,
    format_: Annotated[str, typer.Option("--format", help="hledger or beancount")] = "hledger",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A new file.")] = None,
) -> None:
    """Writes the book as a journal that hledger or beancount can check.

    Example: minga ledger export --community valley --format hledger -o valley.journal
    """
    from minga.ledger import queries

    if format_ not in {one.value for one in queries.Format}:
        raise WrongUse(f"{format_} is neither hledger nor beancount.")
    with cli_unit(context) as unit:
        lines = queries.journal(
            unit.session, unit.actor, _community(unit), queries.Format(format_), at=unit.now
        )
        if output is None:
            for line in lines:
                typer.echo(line)
            return
        if unit.frame.options.dry_run:
            unit.screen.say(f"{sum(1 for _ in lines)} lines would be written to {output}.")
            return
        try:
            with open(
                os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as file:
                file.writelines(f"{line}\n" for line in lines)
        except OSError as error:
            raise Unreadable(
                f"{output} cannot be written: {error.strerror}. Name a file that is not there yet."
            ) from error
        unit.screen.more(f"Written to {output}.")


@ledger.command("give")
def give_list(
    context: Context,
    file: Annotated[Path, typer.Argument(help="A list: the short name and how much in each line.")],
    words: Annotated[str, typer.Option(help="What it is for.")] = "",
    commons: Annotated[bool, typer.Option("--commons", help="From the community's account.")] = False,
    id_: Annotated[str, typer.Option("--id", help="An id that makes sending it twice safe.")] = "",
) -> None:
    """Gives hours to each member of a list, to all or to none. With --dry-run it only says what it would give.

    Example: minga ledger give helpers.csv --community valley --as ana --words "The summer feast"
    """
    from minga.kit.ids import new_id, parse_id
    from minga.ledger import commands, queries
    from minga.ledger.rules.lists import TEXT_MAX, read_list

    try:
        with file.open(encoding="utf-8-sig") as opened:
            lines = read_list(opened.read(TEXT_MAX + 1))
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{file} cannot be read as a list. Save it as CSV in UTF-8.") from error
    with cli_unit(context, write=True) as unit:
        here = _community(unit)
        people = queries.people_of_list(unit.session, unit.actor, here, lines, at=unit.now)
        commands.give_list(
            unit.session,
            unit.actor,
            here,
            lines,
            batch_id=parse_id(id_) if id_ else new_id(),
            words=words,
            from_commons=commons,
            at=unit.now,
        )
        rows = [{"name": name, "amount": amount} for name, amount in people.values()]
        unit.screen.rows("ledger give", rows, {"name": "Name", "amount": "Minutes"}, "Nobody.")


@ledger.command("seal")
def seal_ledger(context: Context) -> None:
    """Numbers and seals what was posted, without waiting for the next five minutes.

    Example: minga ledger seal --community valley
    """
    from minga.ledger import commands

    with cli_unit(context, write=True) as unit:
        made = commands.seal_now(
            unit.session, unit.actor, _community(unit), unit.settings.secret, at=unit.now
        )
        if made is None:
            unit.screen.show("ledger seal", {"n": None}, "Everything is sealed.")
            return
        facts = {"n": made.n, "from_no": made.from_no, "to_no": made.to_no, "hash": made.hash}
        unit.screen.show("ledger seal", facts, f"Sealed no. {made.from_no} to {made.to_no}: {made.hash}")
