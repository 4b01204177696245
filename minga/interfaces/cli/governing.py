"""Proposals and polls on the command line: what there is, one of each, opening and closing a poll, its record."""

from pathlib import Path
from typing import Annotated, Any

import typer

from minga.interfaces.cli.frame import Context, Unreadable, cli_unit, group

proposal = group("proposal", "What is proposed, discussed and decided.")
poll = group("poll", "Polls: their rule, opening, closing, their record.")

After = Annotated[str | None, typer.Option(help="Go on after the page before.")]
Kind = Annotated[str | None, typer.Option(help="policy, budget, election …")]
State = Annotated[str | None, typer.Option(help="discussion, open, passed …")]
Closes = Annotated[str, typer.Option(help="Until when, like 2026-12-01T20:00Z.")]
Opens = Annotated[str | None, typer.Option(help="From when; otherwise now.")]
OptionsOf = Annotated[
    list[str] | None, typer.Option("--option", help="One option; say it again for the next.")
]
Method = Annotated[str | None, typer.Option(help="Where the charter leaves a choice.")]
Secrecy = Annotated[str | None, typer.Option(help="open, sealed or detached, as the charter allows.")]
Seats = Annotated[int | None, typer.Option(min=1, help="How many are chosen.")]
To = Annotated[Path | None, typer.Option("--to", "-o", help="A file; otherwise it is printed.")]
PROPOSALS = {"id": "Id", "title": "What", "kind": "Kind", "status": "Stands", "closes_at": "Closes"}


@proposal.command("list")
def list_proposals(context: Context, kind: Kind = None, state: State = None, after: After = None) -> None:
    """The proposals of a community, newest first.

    Example: minga proposal list --community valley --state open --as ana
    """
    from minga.communities.access import community_to_read
    from minga.governance.queries import proposals
    from minga.governance.queries.proposals import Wished
    from minga.governance.rules.kinds import ProposalKind
    from minga.governance.rules.statuses import Status

    wished = Wished(_one_of(kind, ProposalKind, "--kind"), _one_of(state, Status, "--state"))
    with cli_unit(context) as unit:
        here = community_to_read(unit.session, unit.actor, unit.community(), at=unit.now)
        page = proposals.proposals(unit.session, unit.actor, here.id, wished, at=unit.now, after=after)
        rows = [
            {
                "id": one.id,
                "title": one.title,
                "kind": one.kind.value,
                "status": one.status.value,
                "closes_at": one.closes_at,
                "poll": one.poll_id,
                "proposer": one.proposer,
                "number": one.number,
            }
            for one in page.items
        ]
        unit.screen.rows("proposal list", rows, PROPOSALS, "Nobody has proposed anything yet.")
        if page.next:
            unit.screen.more(f"More: --after {page.next}")


def _one_of(given: str | None, kinds: Any, option: str) -> Any:
    from minga.interfaces.cli.options import WrongUse

    if given is None:
        return None
    if given not in set(kinds):
        raise WrongUse(f"{option} is one of {', '.join(kinds)}.")
    return kinds(given)


@proposal.command("show")
def show_proposal(context: Context, id: str) -> None:
    """One proposal: its words, where it stands, its polls.

    Example: minga proposal show 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.governance.queries import proposal_page
    from minga.kit.ids import parse_id

    with cli_unit(context) as unit:
        found = proposal_page.proposal(unit.session, unit.actor, parse_id(id), at=unit.now)
        words = found.words
        facts = {
            "id": found.id,
            "kind": found.kind.value,
            "status": found.status.value,
            "title": words.title,
            "description": words.description,
            "rationale": words.rationale,
            "amount": words.amount,
            "unit": words.unit,
            "version": words.n,
            "proposer": found.proposer.handle,
            "seconders": [one.handle for one in found.seconders],
            "polls": [
                {"id": one.id, "round": one.round, "status": one.status.value, "outcome": one.outcome}
                for one in found.polls
            ],
            "decision": found.decision,
        }
        text = f"{words.title}\n{found.kind.value}, {found.status.value}, version {words.n}\n\n{words.description}"
        unit.screen.show("proposal show", facts, text)


def _facts(found: Any) -> dict[str, Any]:
    from minga.governance.rules.sentences import plain, rule_sentences, sentences

    return {
        "id": found.id,
        "proposal": found.proposal_id,
        "question": found.question,
        "method": found.method,
        "rule": plain(rule_sentences(found.config)),
        "status": found.status.value,
        "options": [{"number": one.number, "title": one.title, "cost": one.cost} for one in found.options],
        "opens_at": found.opens_at,
        "closes_at": found.dates.closes_at,
        "secrecy": found.secrecy.value,
        "roll": found.roll_size,
        "cast": found.cast,
        "sentence": plain(sentences(found.result, found.names)) if found.result else None,
        "result": found.result,
    }


def _in_words(facts: dict[str, Any]) -> str:
    lines = [f"{facts['question']}: {facts['status']}", facts["rule"]]
    lines += [f"  {one['number']}. {one['title']}" for one in facts["options"]]
    return "\n".join([*lines, facts["sentence"] or f"Closes {facts['closes_at']:%Y-%m-%d %H:%M} UTC."])


@poll.command("show")
def show_poll(context: Context, id: str) -> None:
    """One poll with its rule; its Result once it was counted.

    Example: minga poll show 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.governance.queries import poll_page
    from minga.kit.ids import parse_id

    with cli_unit(context) as unit:
        facts = _facts(poll_page.poll(unit.session, unit.actor, parse_id(id), at=unit.now))
        unit.screen.show("poll show", facts, _in_words(facts))


@poll.command("open")
def open_poll(
    context: Context,
    id: str,
    closes: Closes,
    opens: Opens = None,
    option: OptionsOf = None,
    method: Method = None,
    secrecy: Secrecy = None,
    seats: Seats = None,
) -> None:
    """Puts a proposal to the vote; from the opening on nothing about the poll changes.

    Example: minga poll open 0192f0c1d2e37abc8def0123456789ab --closes 2026-12-01T20:00Z --as ana
    """
    from minga.governance.commands import planning
    from minga.governance.commands.planning import Plan
    from minga.governance.queries import poll_page
    from minga.kit.ids import parse_id

    plan = Plan(
        closes_at=_moment(closes, "--closes"),
        opens_at=_moment(opens, "--opens") if opens else None,
        options=tuple(option or ()),
        method=method,
        secrecy=secrecy,
        parameters={"seats": seats} if seats else None,
    )
    with cli_unit(context, write=True) as unit:
        unit.ask("The poll is set up; once it is open, text, options, rule and roll stay as they are.")
        made = planning.plan_poll(unit.session, unit.actor, parse_id(id), plan, at=unit.now)
        facts = _facts(poll_page.poll(unit.session, unit.actor, made.id, at=unit.now))
        unit.screen.show("poll open", facts, f"{_in_words(facts)}\n{made.id}")


def _moment(text: str, option: str) -> Any:
    from datetime import UTC, datetime

    from minga.interfaces.cli.options import WrongUse

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{option} {text} is no time. Write it like 2026-12-01T20:00Z.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@poll.command("close")
def close_poll(context: Context, id: str) -> None:
    """Closes a poll early, where the charter allows it and no vote that is still out can change the outcome.

    Example: minga poll close 0192f0c1d2e37abc8def0123456789ab --as ana --yes
    """
    from minga.governance.commands import closing
    from minga.governance.queries import poll_page
    from minga.kit.ids import parse_id

    with cli_unit(context, write=True) as unit:
        unit.ask("Nobody can vote in it any more.")
        found = closing.close_poll(unit.session, unit.actor, parse_id(id), at=unit.now)
        facts = _facts(poll_page.poll(unit.session, unit.actor, found.id, at=unit.now))
        unit.screen.show("poll close", facts, _in_words(facts))


@poll.command("record")
def record(context: Context, id: str, to: To = None) -> None:
    """The signed record of a counted poll, which anybody counts again with minga verify poll.

    Example: minga poll record 0192f0c1d2e37abc8def0123456789ab -o poll.json --as ana
    """
    import sys

    from minga.governance.queries import records
    from minga.interfaces.http.verifier import program_hash
    from minga.kit.ids import parse_id

    with cli_unit(context) as unit:
        content = records.poll_record(
            unit.session,
            unit.actor,
            parse_id(id),
            secret=unit.settings.secret,
            verifier=program_hash(),
            at=unit.now,
        )
        if to is None:
            sys.stdout.write(content.decode() + "\n")
            return
        try:
            to.write_bytes(content)
        except OSError as error:
            raise Unreadable(f"{to} cannot be written: {error.strerror}.") from error
        unit.screen.say(f"Written to {to}. minga verify poll {to} counts it again.")


def run_tally(context: Context, id: str) -> None:
    """Closes a poll whose time is over and counts it, as the node does by its clock. Twice changes nothing."""
    from minga.governance.commands import closing
    from minga.governance.queries import poll_page
    from minga.kit.errors import Conflict
    from minga.kit.i18n import N_
    from minga.kit.ids import parse_id

    with cli_unit(context, write=True) as unit:
        seen = poll_page.poll(unit.session, unit.actor, parse_id(id), at=unit.now)
        closing.close_due(unit.session, seen.id, at=unit.now)
        closing.tally_due(unit.session, seen.id, at=unit.now)
        found = poll_page.poll(unit.session, unit.actor, seen.id, at=unit.now)
        if found.result is None:
            said = N_("It cannot be counted yet: it runs, or a number for the lot is still to be told.")
            raise Conflict(said, code="not_counted")
        facts = _facts(found)
        unit.screen.show("tally run", facts, _in_words(facts))
