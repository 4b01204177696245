"""Listings on the command line: the commands and queries of the pages, one unit of work each."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from minga.interfaces.cli.frame import CliUnit, Context, cli_unit, group
from minga.interfaces.cli.options import WrongUse
from minga.kit.ids import new_id

if TYPE_CHECKING:
    from minga.sharing.queries import Card
    from minga.sharing.rules import Wish

COLUMNS = {
    "number": "No",
    "direction": "Way",
    "kind": "Kind",
    "title": "Title",
    "owner": "Whose",
    "community": "Where",
}

listing = group("listing", "What is offered and needed.")
search = group("search", "Finds offers and needs by words.")


def _show(unit: CliUnit, command: str, wish: "Wish", limit: int, after: str | None) -> None:
    from minga.communities.access import community_to_see
    from minga.kit.paging import limit_of
    from minga.sharing import queries

    slug = unit.frame.options.community
    one = community_to_see(unit.session, unit.actor, slug, at=unit.now).id if slug else None
    page = queries.listings(
        unit.session, unit.actor, wish, at=unit.now, community_id=one, after=after, limit=limit_of(limit)
    )
    unit.screen.rows(command, [_facts(card) for card in page.items], COLUMNS, "Nothing found.")
    if page.next:
        unit.screen.warn(f"There is more: --after {page.next}")
    if wish.search.wanted and not after and len(page.items) < queries.FEW:
        _show_similar(unit, wish, one, [card.id for card in page.items])


def _show_similar(unit: CliUnit, wish: "Wish", community_id: str | None, without: list[str]) -> None:
    from minga.sharing import queries

    found = queries.also_similar(
        unit.session, unit.actor, wish, at=unit.now, community_id=community_id, without=without
    )
    if found:
        unit.screen.warn("Also similar:")
        unit.screen.rows("similar", [_facts(card) for card in found], COLUMNS, "")


def _facts(card: "Card") -> dict[str, Any]:
    return {
        "number": card.number,
        "direction": card.direction.value,
        "kind": card.kind.value,
        "title": card.title,
        "owner": card.handle,
        "community": card.slug,
        "id": card.id,
        "published_at": card.published_at,
        "expires_at": card.expires_at,
    }


@listing.command("list")
def list_listings(
    context: Context,
    direction: Annotated[str, typer.Option(help="offer or need")] = "",
    kind: Annotated[str, typer.Option(help="item, service, job, help, skill, time or space")] = "",
    limit: Annotated[int, typer.Option(help="At most so many, up to 100.")] = 50,
    after: Annotated[str | None, typer.Option(help="Go on after the page before.")] = None,
) -> None:
    """Lists open offers and needs, the newest first.

    Example: minga listing list --community valley --as ana --direction need
    """
    from minga.sharing.rules import Direction, Kind, Wish

    try:
        wish = Wish(
            direction=Direction(direction) if direction else None,
            kinds=frozenset({Kind(kind)} if kind else ()),
        )
    except ValueError as error:
        raise WrongUse(f"{error}.") from None
    with cli_unit(context) as unit:
        _show(unit, "listing list", wish, limit, after)


@search.command()
def search_listings(
    context: Context,
    words: Annotated[list[str], typer.Argument(help='Words, "phrases", -without, #number')],
    limit: Annotated[int, typer.Option(help="At most so many, up to 100.")] = 50,
) -> None:
    """Finds open offers and needs in which all these words occur.

    Example: minga search ladder --as ana
    """
    from minga.interfaces.http.meaning import read_meaning
    from minga.sharing.rules import Wish

    with cli_unit(context) as unit:
        _show(unit, "search", Wish(search=read_meaning(" ".join(words))), limit, None)


@listing.command("show")
def show_listing(context: Context, id: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Shows one listing.

    Example: minga listing show 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.sharing import queries

    with cli_unit(context) as unit:
        found = queries.listing(unit.session, unit.actor, id, at=unit.now)
        facts = {
            **_facts(found.card),
            "state": found.state.value,
            "description": found.card.description,
            **found.own,
        }
        lines = [f"{name}: {value}" for name, value in facts.items() if value not in (None, "", [])]
        unit.screen.show("listing show", facts, "\n".join(lines))


@listing.command("new")
def new_listing(
    context: Context,
    title: Annotated[str, typer.Argument(help="What it is.")],
    direction: Annotated[str, typer.Option(help="offer or need")] = "offer",
    kind: Annotated[str, typer.Option(help="item, service, job, help, skill, time or space")] = "item",
    terms: Annotated[
        str, typer.Option(help="How it is shared, like loan,gift; the usual way if left out.")
    ] = "",
    description: Annotated[str, typer.Option(help="More about it.")] = "",
    level: Annotated[str, typer.Option(help="private, community, partners, network or public")] = "",
    field: Annotated[
        list[str] | None, typer.Option(help="Another field, like condition=5; may be repeated.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it as a draft.")] = False,
) -> None:
    """Posts an offer or a need.

    Example: minga listing new "Drill" --terms loan --field condition=4 --community valley --as ana
    """
    from minga.communities.access import community_to_see
    from minga.sharing import commands, rules

    typed = {"title": [title], "description": [description], "level": [level]}
    for said in field or []:
        name, equals, value = said.partition("=")
        if not equals:
            raise WrongUse(f"--field {said} needs a value: --field name=value")
        typed.setdefault(name, []).append(value)
    with cli_unit(context, write=True) as unit:
        since = new_id()
        community = community_to_see(unit.session, unit.actor, unit.community(), at=unit.now)
        way, sort = rules.sort_of({"direction": direction, "kind": kind})
        typed["terms"] = (terms or rules.USUAL[sort][0].value).replace(",", " ").split()
        content = commands.read_content(
            typed, way, sort, at=unit.now, zone=community.zone, money=community.currency or ""
        )
        act = commands.draft if draft else commands.post
        made = act(unit.session, unit.actor, community.id, way, content, at=unit.now)
        state = rules.state(made, unit.now).value
        facts = {"id": made.id, "number": made.number, "state": state, "event": _last_event(unit, since)}
        unit.screen.show(
            "listing new", facts, f"Number {made.number} is {state}. Id {made.id}, event {facts['event']}."
        )


@listing.command("labels")
def listing_labels(
    context: Context,
    numbers: Annotated[list[int] | None, typer.Argument(help="Only these numbers.")] = None,
) -> None:
    """Lists what stands on the labels of a library, with the address that each code leads to.

    Example: minga listing labels --community valley --as hana --json
    """
    from minga.interfaces.cli import desk
    from minga.sharing import queries

    with cli_unit(context) as unit:
        community = desk.community_of(unit)
        wanted = tuple(numbers or ())
        found = queries.labels(unit.session, unit.actor, community, at=unit.now, numbers=wanted)
        site = unit.settings.site_url
        rows = [
            {
                "number": one.number,
                "title": one.title,
                "copies": one.copies,
                "address": f"{site}/listings/{one.id}",
            }
            for one in found
        ]
        columns = {"number": "No", "title": "Title", "copies": "Copies", "address": "Code"}
        unit.screen.rows("listing labels", rows, columns, "Nothing is in the library yet.")


@listing.command("close")
def close_listing(
    context: Context,
    id: Annotated[str, typer.Argument(help="Its id.")],
    reason: Annotated[str, typer.Option(help="fulfilled, withdrawn or removed")] = "withdrawn",
) -> None:
    """Ends a listing.

    Example: minga listing close 0192f0c1d2e37abc8def0123456789ab --reason fulfilled --as ana
    """
    from minga.kit.ids import parse_id
    from minga.sharing import commands
    from minga.sharing.rules import CloseReason

    try:
        why = CloseReason(reason)
    except ValueError as error:
        raise WrongUse(f"{error}.") from None
    with cli_unit(context, write=True) as unit:
        since = new_id()
        made = commands.close(unit.session, unit.actor, parse_id(id), why, at=unit.now)
        _told(unit, since, "listing close", made, f"Number {made.number} is closed.")


@listing.command("reopen")
def reopen_listing(context: Context, id: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Opens a closed listing again.

    Example: minga listing reopen 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.kit.ids import parse_id
    from minga.sharing import commands

    with cli_unit(context, write=True) as unit:
        since = new_id()
        made = commands.reopen(unit.session, unit.actor, parse_id(id), at=unit.now)
        _told(unit, since, "listing reopen", made, f"Number {made.number} is open again.")


def _told(unit: CliUnit, since: str, command: str, made: Any, text: str) -> None:
    facts = {"id": made.id, "number": made.number, "event": _last_event(unit, since)}
    unit.screen.show(command, facts, f"{text} Event {facts['event']}.")


def _last_event(unit: CliUnit, since: str) -> str:
    """The id of the event that this command wrote last."""
    from minga.kit.events import said_since

    unit.session.flush()
    return max((str(fact["id"]) for fact in said_since(unit.session, since)), default="")
