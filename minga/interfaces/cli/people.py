"""People, operators and sign-ins, on the machine; and new links for invitations."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minga.interfaces.cli.frame import Context, cli_unit, group
from minga.interfaces.cli.options import WrongUse

if TYPE_CHECKING:
    from minga.interfaces.cli.frame import CliUnit

person = group("person", "People of this node.")
operator = group("operator", "Those who run this node.")
session = group("session", "Sign-ins: those that wait and those that live.")
invite = group("invite", "Invitations.")

Handle = Annotated[str, typer.Argument(help="The person's name here, with or without @.")]
Id = Annotated[str, typer.Argument(help="The sign-in's id, from session list.")]


def _person_id(unit: "CliUnit", handle: str) -> str:
    from minga.identity import commands

    return commands.person_called(unit.session, handle).id


def _uid() -> int | None:
    return os.getuid() if hasattr(os, "getuid") else None


@person.command("list")
def list_people(
    context: Context,
    q: Annotated[str, typer.Option("--search", help="The beginning of a handle, or part of a name.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many, 1 to 100.")] = 50,
) -> None:
    """Lists accounts, the newest first.

    Example: minga person list --search bru
    """
    from minga.identity import queries

    with cli_unit(context) as unit:
        page = queries.node_people(unit.session, unit.actor, q=q, limit=limit)
        columns = {"handle": "Handle", "name": "Name", "operator": "Operator", "suspended_at": "Suspended"}
        unit.screen.rows("person list", page.items, columns, "Nobody is here yet.")


@person.command("show")
def show_person(context: Context, handle: Handle) -> None:
    """Shows one account: that it is here, and how many sign-ins it has.

    Example: minga person show bruno
    """
    from minga.identity import queries

    with cli_unit(context) as unit:
        wanted = _person_id(unit, handle)
        page = queries.node_people(unit.session, unit.actor, q=handle, limit=100)
        found = [one for one in page.items if one.id == wanted]
        columns = {"handle": "Handle", "name": "Name", "made_at": "Since", "sign_ins": "Sign-ins"}
        unit.screen.rows("person show", found, columns, "Nobody here is called that.")


@person.command("link")
def link_person(context: Context, handle: Handle) -> None:
    """Prints a link, for half an hour, with which the person sets a new password or passkey.

    Example: minga person link bruno
    """
    from minga.identity import commands

    with cli_unit(context, write=True) as unit:
        key = commands.invite_key(unit.session, unit.settings.secret)
        token = commands.make_link(unit.session, unit.actor, key, _person_id(unit, handle), at=unit.now)
        _show_link(unit, "person link", handle, token)


def _show_link(unit: "CliUnit", command: str, handle: str, token: str, **facts: Any) -> None:
    link = f"{unit.settings.site_url}/sign-in/link/{token}"
    unit.screen.show(
        command,
        {"handle": handle.removeprefix("@"), "link": link, **facts},
        f"{link}\nIt works once, for half an hour. Give it to @{handle.removeprefix('@')} and nobody else.",
    )


@person.command("suspend")
def suspend_person(context: Context, handle: Handle) -> None:
    """Closes an account for now: all its sign-ins end.

    Example: minga person suspend bruno --yes
    """
    from minga.identity import commands

    with cli_unit(context, write=True) as unit:
        wanted = _person_id(unit, handle)
        unit.ask(f"@{handle.removeprefix('@')} is signed out everywhere and cannot sign in.")
        commands.suspend(unit.session, unit.actor, wanted, at=unit.now)
        unit.screen.say("Suspended. minga person unsuspend opens it again.")


@person.command("unsuspend")
def unsuspend_person(context: Context, handle: Handle) -> None:
    """Opens a suspended account again.

    Example: minga person unsuspend bruno
    """
    from minga.identity import commands

    with cli_unit(context, write=True) as unit:
        commands.unsuspend(unit.session, unit.actor, _person_id(unit, handle), at=unit.now)
        unit.screen.say("Open again. They sign in anew.")


@person.command("photo-reset")
def reset_photo(context: Context, handle: Handle) -> None:
    """Takes a person's photo away; they find it in their log.

    Example: minga person photo-reset bruno
    """
    from minga.identity import commands

    with cli_unit(context, write=True) as unit:
        commands.remove_photo(unit.session, unit.actor, _person_id(unit, handle), at=unit.now)
        unit.screen.say("The photo is gone.")


@operator.command("add")
def add_operator(
    context: Context, name: Annotated[str, typer.Argument(help="A handle, or the name of somebody new.")]
) -> None:
    """Makes somebody operator, new or known, and prints a one-time link. Can be repeated.

    Example: minga operator add Ivo
    """
    from minga.identity import commands

    with cli_unit(context, write=True) as unit:
        key = commands.invite_key(unit.session, unit.settings.secret)
        handle, token = commands.add_operator(unit.session, unit.actor, key, name, at=unit.now)
        _show_link(unit, "operator add", handle, token)


@operator.command("list")
def list_operators(context: Context) -> None:
    """Lists those who run this node.

    Example: minga operator list
    """
    from minga.identity import queries

    with cli_unit(context) as unit:
        columns = {"handle": "Handle", "name": "Name", "since": "Since"}
        found = queries.operators(unit.session, unit.actor)
        unit.screen.rows("operator list", found, columns, "Nobody owns this node yet: minga owner-link.")


@operator.command("end")
def end_operator(context: Context, handle: Handle) -> None:
    """Takes the operator's rights from somebody; the last one keeps them.

    Example: minga operator end ivo --yes
    """
    from minga.identity import commands

    with cli_unit(context, write=True) as unit:
        wanted = _person_id(unit, handle)
        unit.ask(f"@{handle.removeprefix('@')} no longer runs this node.")
        commands.end_operator(unit.session, unit.actor, wanted, at=unit.now)
        unit.screen.say("Done.")


@session.command("list")
def list_sign_ins(
    context: Context, waiting: Annotated[bool, typer.Option(help="Only those that wait for a word.")] = False
) -> None:
    """Lists sign-ins with age, browser and network, the newest first.

    Example: minga session list --waiting
    """
    from minga.identity import queries

    with cli_unit(context) as unit:
        found = queries.sign_ins(unit.session, unit.actor, waiting=waiting, at=unit.now)
        columns = {
            "id": "Id",
            "handle": "Handle",
            "state": "State",
            "asked_at": "Since",
            "browser": "Browser",
            "network": "Network",
            "line": "They write",
        }
        unit.screen.rows("session list", found, columns, "No sign-in waits or lives.")


@session.command("approve")
def approve_sign_in(context: Context, id: Id) -> None:
    """Lets somebody in who waits, without a number; the log says it was the machine.

    Example: minga session approve 0192f0c1d2e37abc8def0123456789ab
    """
    from minga.identity import commands
    from minga.kit.ids import parse_id

    with cli_unit(context, write=True) as unit:
        commands.approve_by_machine(unit.session, unit.actor, parse_id(id), by_uid=_uid(), at=unit.now)
        unit.screen.say("They are in.")


@session.command("deny")
def deny_sign_in(
    context: Context,
    id: Annotated[str, typer.Argument(help="The sign-in's id; left out with --stale.")] = "",
    stale: Annotated[bool, typer.Option(help="End all that waited longer than an hour.")] = False,
) -> None:
    """Refuses a sign-in that waits, or clears away all that waited in vain.

    Example: minga session deny --stale
    """
    from minga.identity import commands
    from minga.identity.rules.sign_ins import WAITING
    from minga.kit.ids import parse_id

    if bool(id) == stale:
        raise WrongUse("Name one sign-in, or --stale for all that waited in vain.")
    with cli_unit(context, write=True) as unit:
        if stale:
            count = commands.forget_stale(unit.session, older=WAITING, at=unit.now)
            unit.screen.show("session deny", {"ended": count}, f"{count} ended.")
        else:
            commands.deny_by_machine(unit.session, unit.actor, parse_id(id), by_uid=_uid(), at=unit.now)
            unit.screen.say("Refused.")


@session.command("end")
def end_sign_in(
    context: Context,
    id: Annotated[str, typer.Argument(help="The sign-in's id; left out with --person.")] = "",
    handle: Annotated[str, typer.Option("--person", help="All sign-ins of this person.")] = "",
) -> None:
    """Ends one sign-in, or all of a person.

    Example: minga session end --person bruno
    """
    from minga.identity import commands
    from minga.kit.ids import parse_id

    if bool(id) == bool(handle):
        raise WrongUse("Name one sign-in, or a person with --person.")
    with cli_unit(context, write=True) as unit:
        count = commands.end_by_machine(
            unit.session,
            unit.actor,
            sign_in_id=parse_id(id) if id else None,
            person_id=_person_id(unit, handle) if handle else None,
            at=unit.now,
        )
        unit.screen.show("session end", {"ended": count}, f"{count} ended.")


@invite.command("rotate")
def rotate_invites(
    context: Context,
    by: Annotated[str, typer.Option(help="Only those that this person made.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every invitation of the node.")] = False,
) -> None:
    """Gives open invitations new links; the old links and printed cards die at once. Say whose, or --community.

    Example: minga invite rotate --community valley
    """
    from minga.communities import commands as communities
    from minga.communities import queries
    from minga.identity import commands

    with cli_unit(context, write=True) as unit:
        within = unit.frame.options.community
        if [bool(by), bool(within), everything].count(True) != 1:
            raise WrongUse("Say which: --by HANDLE, --community ADDRESS, or --all.")
        unit.ask("The old links and printed cards stop working at once.")
        if everything:
            rotated = commands.rotate_all_invites(unit.session, unit.actor, at=unit.now)
        elif within:
            community_id = queries.community_id(unit.session, unit.actor, within, at=unit.now)
            rotated = communities.rotate(unit.session, unit.actor, community_id, at=unit.now)
        else:
            maker = _person_id(unit, by)
            rotated = commands.rotate_invites(unit.session, unit.actor, maker_id=maker, at=unit.now)
        words = f"{len(rotated)} rotated. Their makers find the new links among their invitations."
        unit.screen.show("invite rotate", {"rotated": rotated}, words)
