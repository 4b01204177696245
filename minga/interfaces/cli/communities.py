"""Communities and invitations from the command line: list, show, found; rules; invitations with link and code."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from minga.interfaces.cli.frame import CliUnit, Context, cli_unit, group
from minga.interfaces.cli.options import WrongUse
from minga.interfaces.cli.people import rotate_invites
from minga.interfaces.cli.ties import tie

if TYPE_CHECKING:
    from minga.communities.queries import CommunityPage

community = group("community", "Communities of this node.")
policy = group(
    "policy",
    "The rules of a community.\n\nExample: minga community policy get joining.way --community valley --as ana",
)
invite = group("invite", "Invitations into a community.")
community.add_typer(policy, name="policy")
community.add_typer(tie, name="tie")
invite.command("rotate")(rotate_invites)


@community.command("list")
def list_communities(context: Context) -> None:
    """Lists your communities and those that show themselves; whoever has the machine sees names and sizes of all.

    Example: minga community list
    """
    from minga.communities import queries

    with cli_unit(context) as unit:
        rows: Any = (
            queries.all_communities(unit.session, unit.actor)
            if unit.actor.operator
            else queries.communities(unit.session, unit.actor, at=unit.now, limit=100).items
        )
        columns = {"slug": "Address", "name": "Name", "members": "Members"}
        unit.screen.rows("community list", rows, columns, "There is no community yet.")


@community.command("show")
def show_community(context: Context, slug: str) -> None:
    """Shows one community as its page does.

    Example: minga community show valley --as ana
    """
    with cli_unit(context) as unit:
        found = _here(unit, slug)
        text = f"{found.name} ({found.slug})\n{found.purpose}\nMembers: {found.members}"
        unit.screen.show("community show", found, text)


@community.command("new")
def new_community(
    context: Context,
    name: str,
    slug: Annotated[str, typer.Option(help="Its address; made from the name when left out.")] = "",
    template: Annotated[str, typer.Option(help="mutual_aid, tool_library, time_bank …")] = "other",
    zone: Annotated[str, typer.Option(help="Its time zone.")] = "UTC",
) -> None:
    """Founds a community with the person of --as as its first steward.

    Example: minga community new "Valley" --template tool_library --as ana
    """
    from minga.communities import commands, queries

    with cli_unit(context, write=True) as unit:
        made = commands.found(
            unit.session, unit.actor, name=name, slug=slug, template=template, zone=zone, at=unit.now
        )
        found = queries.community(unit.session, unit.actor, made.id, at=unit.now)
        unit.screen.show("community new", found, f"{found.name} is founded: /c/{found.slug}")


@community.command("pause")
def pause_community(
    context: Context,
    slug: str,
    end: Annotated[bool, typer.Option("--end", help="Open it again.")] = False,
) -> None:
    """Makes a community and its groups read-only, or with --end opens them again. For whoever runs the node.

    Example: minga community pause valley --yes
    """
    from minga.communities import commands, queries

    with cli_unit(context, write=True) as unit:
        unit.ask("It is opened again." if end else "Members can read and do nothing else.")
        community_id = queries.community_id(unit.session, unit.actor, slug, at=unit.now)
        commands.pause_community(unit.session, unit.actor, community_id, paused=not end, at=unit.now)
        unit.screen.show("community pause", {"slug": slug, "paused": not end}, "Done.")


@community.command("archive")
def archive_community(
    context: Context,
    slug: str,
    words: Annotated[str, typer.Option(help="Why; every member reads it.")] = "",
    reopen: Annotated[bool, typer.Option("--reopen", help="Ask to open a closed one again.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Take a notice back before its day.")] = False,
) -> None:
    """Asks to close a community for good; a second steward has to agree, and members have two weeks to object.

    Example: minga community archive valley --words "We join Harbour." --as ana
    """
    from minga.communities import commands, queries

    with cli_unit(context, write=True) as unit:
        here = _here(unit, slug)
        if stop:
            commands.stop_closing(unit.session, unit.actor, here.id, at=unit.now)
        else:
            ask = commands.ask_to_reopen if reopen else commands.ask_to_close
            asked = ask(unit.session, unit.actor, here.id, words=words, at=unit.now)
            if not asked.agreed:
                unit.screen.say(f"Somebody else has to agree: /seconds/{asked.id}")
        found = queries.closing(unit.session, unit.actor, here.id, at=unit.now)
        unit.screen.show("community archive", found, f"{here.name} is {found.state}.")


@community.command("tree")
def show_tree(
    context: Context,
    slug: str,
    depth: Annotated[int | None, typer.Option(help="How many steps below the first ones.", min=0)] = None,
    format: Annotated[str, typer.Option(help="text, json or dot (for Graphviz).")] = "text",
) -> None:
    """Prints who brought in whom, as far as the person of --as sees. It is read anew each time: nothing is kept.

    Example: minga community tree valley --depth 2 --format dot --as ana
    """
    from minga.communities import queries
    from minga.interfaces.cli.drawing import dot, plain
    from minga.interfaces.cli.screen import encoded

    if format not in ("text", "json", "dot"):
        raise WrongUse("--format is text, json or dot.")
    with cli_unit(context) as unit:
        here = _here(unit, slug)
        found = queries.tree(unit.session, unit.actor, here.id, depth=depth, at=unit.now)
        if format == "json" and not unit.screen.options.json:
            unit.screen.say(encoded("community tree", found))
        else:
            said = dot(found.lines) if format == "dot" else plain(found.lines)
            unit.screen.show("community tree", found, said)


@policy.command("get")
def get_policy(context: Context, key: Annotated[str, typer.Argument()] = "") -> None:
    """Shows one rule of --community, or all.

    Example: minga community policy get joining.way --community valley --as ana
    """
    from minga.communities import queries

    with cli_unit(context) as unit:
        here = _here(unit, unit.community())
        if key:
            lines = [queries.rule(unit.session, unit.actor, here.id, key, at=unit.now).line]
        else:
            lines = queries.rules(unit.session, unit.actor, here.id, at=unit.now)
        columns = {"key": "Rule", "value": "Value", "since_at": "Since", "set_by": "By"}
        unit.screen.rows("community policy get", lines, columns, "")


@policy.command("set")
def set_policy(
    context: Context,
    key: str,
    value: str,
    note: Annotated[str, typer.Option(help="Why; everybody reads it.")] = "",
    urgent: Annotated[bool, typer.Option("--urgent", help="Begin at once, not at midnight.")] = False,
) -> None:
    """Asks to change a rule; where there is a second steward, that person has to agree.

    Example: minga community policy set joining.trial_days 14 --community valley --as ana
    """
    from minga.communities import commands

    with cli_unit(context, write=True) as unit:
        here = _here(unit, unit.community())
        asked = commands.set_policy(
            unit.session, unit.actor, here.id, key, value, note=note, urgent=urgent, at=unit.now
        )
        facts = {"second_id": asked.id, "agreed": asked.agreed}
        text = "The rule is changed." if asked.agreed else f"Somebody else has to agree: /seconds/{asked.id}"
        unit.screen.show("community policy set", facts, text)


@policy.command("history")
def policy_history(context: Context, key: str) -> None:
    """What a rule said before, since when, and who set it.

    Example: minga community policy history joining.way --community valley --as ana
    """
    from minga.communities import queries

    with cli_unit(context) as unit:
        here = _here(unit, unit.community())
        found = queries.rule(unit.session, unit.actor, here.id, key, at=unit.now)
        columns = {"value": "Value", "since_at": "Since", "set_by": "By", "second_by": "With", "note": "Why"}
        unit.screen.rows("community policy history", found.history, columns, "It was never changed here.")


@invite.command("new")
def new_invite(
    context: Context,
    for_whom: Annotated[str, typer.Option("--for", help="A name or a reminder.")] = "",
    uses: Annotated[int, typer.Option(help="For how many people.")] = 1,
    days: Annotated[int, typer.Option(help="For how many days.")] = 14,
    at_once: Annotated[bool, typer.Option("--at-once", help="Nobody has to say yes.")] = False,
    qr: Annotated[bool, typer.Option("--qr", help="Print the code for a camera.")] = False,
) -> None:
    """Makes an invitation into --community and prints its link.

    Example: minga invite new --community valley --uses 20 --days 30 --at-once --qr --as ana
    """
    from datetime import timedelta

    from minga.communities import commands
    from minga.communities.commands import InviteTerms

    with cli_unit(context, write=True) as unit:
        here = _here(unit, unit.community())
        terms = InviteTerms(
            for_whom=for_whom, uses_max=uses, expires_at=unit.now + timedelta(days=days), at_once=at_once
        )
        made = commands.invite(unit.session, unit.actor, here.id, terms, at=unit.now)
        _tell(unit, "invite new", made.id, qr)


@invite.command("list")
def list_invites(context: Context) -> None:
    """Lists invitations of --community: your own, or all for those who answer applications.

    Example: minga invite list --community valley --as ana
    """
    from minga.communities import queries

    with cli_unit(context) as unit:
        here = _here(unit, unit.community())
        found = queries.invites(unit.session, unit.actor, here.id, at=unit.now, limit=100)
        columns = {
            "id": "Id",
            "for_whom": "For",
            "maker": "By",
            "state": "State",
            "uses": "Used",
            "uses_max": "Of",
            "expires_at": "Ends",
        }
        unit.screen.rows("invite list", found.items, columns, "There is no invitation.")


@invite.command("show")
def show_invite(
    context: Context,
    id: str,
    qr: Annotated[bool, typer.Option("--qr", help="Print the code for a camera.")] = False,
) -> None:
    """Shows one of your invitations again, with its link.

    Example: minga invite show 0192f0c1d2e37abc8def0123456789ab --qr --as ana
    """
    with cli_unit(context) as unit:
        _tell(unit, "invite show", id, qr)


@invite.command("reissue")
def reissue_invite(context: Context, id: str) -> None:
    """Gives an invitation a new link; the old one and its cards die, uses are kept.

    Example: minga invite reissue 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.communities import commands

    with cli_unit(context, write=True) as unit:
        commands.reissue(unit.session, unit.actor, id, at=unit.now)
        _tell(unit, "invite reissue", id, False)


@invite.command("revoke")
def revoke_invite(context: Context, id: str) -> None:
    """Closes an invitation; nobody comes in by it any more.

    Example: minga invite revoke 0192f0c1d2e37abc8def0123456789ab --as ana
    """
    from minga.communities import commands

    with cli_unit(context, write=True) as unit:
        commands.revoke(unit.session, unit.actor, id, at=unit.now)
        unit.screen.show("invite revoke", {"id": id}, "Nobody comes in by it any more.")


def _here(unit: CliUnit, slug: str) -> "CommunityPage":
    from minga.communities import queries

    if unit.actor.person_id is None:
        raise WrongUse("Say who you are: --as HANDLE")
    return queries.community(unit.session, unit.actor, slug, at=unit.now)


def _tell(unit: CliUnit, command: str, id: str, qr: bool) -> None:
    from minga.communities import queries
    from minga.identity.commands import invite_key

    key = invite_key(unit.session, unit.settings.secret)
    found = queries.invite(unit.session, unit.actor, key, id, at=unit.now)
    url = f"{unit.settings.site_url}/join/{found.token}" if found.token else None
    facts: dict[str, Any] = {
        "id": found.line.id,
        "url": url,
        "state": found.line.state,
        "uses": found.line.uses,
    }
    facts |= {"uses_max": found.line.uses_max, "expires_at": found.line.expires_at}
    unit.screen.show(command, facts, url or f"This invitation is {found.line.state}, or somebody else's.")
    if qr and url:
        from minga.interfaces.cli.serving import qr_for_terminal

        unit.screen.say(qr_for_terminal(url))
