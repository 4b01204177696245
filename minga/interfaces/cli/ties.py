"""Partnerships and federations from the command line: list, propose, answer, end; where a community sits."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from minga.interfaces.cli.frame import CliUnit, Context, cli_unit, group

if TYPE_CHECKING:
    from minga.communities.queries import Tie
    from minga.communities.rules.ties import Gives

tie = group(
    "tie",
    "Partnerships with other communities, and seats in federations.\n\n"
    "Example: minga community tie list --community valley --as ana",
)
COLUMNS = {
    "id": "Id",
    "other": "With",
    "state": "State",
    "since": "Since",
    "we_give": "We give",
    "they_give": "They give",
}
SEATS = {"id": "Id", "federation": "Federation", "state": "State", "since": "Since", "leaves_at": "Leaves"}
Offers = Annotated[bool, typer.Option("--offers/--no-offers", help="Give what we offer.")]
Needs = Annotated[bool, typer.Option("--needs/--no-needs", help="Give what we need.")]
Members = Annotated[bool, typer.Option("--members", help="Give how many members there are.")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="Only this kind; may be named again.")]


@tie.command("list")
def list_ties(context: Context) -> None:
    """Partnerships of --community; what waits is for those who answer for it.

    Example: minga community tie list --community valley --as ana
    """
    from minga.communities import queries

    with cli_unit(context) as unit:
        rows = [_facts(one) for one in queries.ties(unit.session, unit.actor, _here(unit), at=unit.now)]
        unit.screen.rows("community tie list", rows, COLUMNS, "No partners yet.")


@tie.command("seats")
def list_seats(context: Context) -> None:
    """Seats of --community in federations.

    Example: minga community tie seats --community valley --as ana
    """
    from minga.communities import queries

    with cli_unit(context) as unit:
        rows = [
            {
                "id": one.id,
                "federation": one.federation_slug,
                "state": one.state.value,
                "since": one.joined_at,
                "leaves_at": one.leaves_at,
            }
            for one in queries.seats(unit.session, unit.actor, _here(unit), at=unit.now)
        ]
        unit.screen.rows("community tie seats", rows, SEATS, "No federation yet.")


@tie.command("propose")
def propose(
    context: Context,
    other: str,
    offers: Offers = True,
    needs: Needs = True,
    members: Members = False,
    kind: Kinds = None,
    words: Annotated[str, typer.Option(help="A few words to them.")] = "",
) -> None:
    """Proposes a partnership of --community with another one; this counts as the yes of one's own side.

    Example: minga community tie propose harbour --no-needs --community valley --as ana
    """
    from minga.communities import commands

    with cli_unit(context, write=True) as unit:
        made = commands.propose_tie(
            unit.session,
            unit.actor,
            _here(unit),
            other,
            _gives(offers, needs, kind, members),
            known_kinds=_kinds(),
            words=words,
            at=unit.now,
        )
        _show(unit, "community tie propose", made.id, "Proposed")


@tie.command("agree")
def agree(
    context: Context,
    id: str,
    offers: Offers = True,
    needs: Needs = True,
    members: Members = False,
    kind: Kinds = None,
) -> None:
    """The other side's yes, by somebody else than who proposed it.

    Example: minga community tie agree 0192f0c1d2e37abc8def0123456789ab --as farid
    """
    from minga.communities import commands

    with cli_unit(context, write=True) as unit:
        commands.agree_to_tie(
            unit.session,
            unit.actor,
            id,
            _gives(offers, needs, kind, members),
            known_kinds=_kinds(),
            at=unit.now,
        )
        _show(unit, "community tie agree", id, "Agreed")


@tie.command("decline")
def decline(context: Context, id: str) -> None:
    """The other side's no.

    Example: minga community tie decline 0192f0c1d2e37abc8def0123456789ab --as farid
    """
    from minga.communities import commands

    with cli_unit(context, write=True) as unit:
        commands.decline_tie(unit.session, unit.actor, id, at=unit.now)
        _show(unit, "community tie decline", id, "Declined")


@tie.command("end")
def end(context: Context, id: str, words: Annotated[str, typer.Option(help="Why.")] = "") -> None:
    """Ends a partnership for --community; nothing is shared from this moment on.

    Example: minga community tie end 0192f0c1d2e37abc8def0123456789ab --community valley --as ana --yes
    """
    from minga.communities import commands

    with cli_unit(context, write=True) as unit:
        unit.ask("Nothing is shared any more. What people have agreed already goes on.")
        commands.end_tie(unit.session, unit.actor, id, _here(unit), words=words, at=unit.now)
        _show(unit, "community tie end", id, "Ended")


def _here(unit: CliUnit) -> str:
    from minga.communities.access import community_to_see

    return community_to_see(unit.session, unit.actor, unit.community(), at=unit.now).id


def _kinds() -> frozenset[str]:
    from minga.sharing.rules import KIND_WORDS

    return frozenset(kind.value for kind in KIND_WORDS)


def _gives(offers: bool, needs: bool, kinds: list[str] | None, members: bool) -> "Gives":
    from minga.communities.rules.ties import Gives

    return Gives(offers, needs, tuple(sorted(set(kinds or ()))), members)


def _facts(one: "Tie") -> dict[str, Any]:
    return {
        "id": one.id,
        "other": one.other_slug,
        "state": one.state.value,
        "since": one.active_at,
        "we_give": _said(one.we_give),
        "they_give": _said(one.they_give),
    }


def _said(gives: "Gives") -> str:
    what = [
        name
        for name, on in (("offers", gives.offers), ("needs", gives.needs), ("members", gives.members))
        if on
    ]
    return " ".join([*what, *(f"({kind})" for kind in gives.kinds)])


def _show(unit: CliUnit, command: str, id: str, text: str) -> None:
    from minga.communities import queries

    unit.session.flush()
    found = queries.tie(unit.session, unit.actor, id, at=unit.now)
    unit.screen.show(command, _facts(found), f"{text}: /partnerships/{id}")
