"""A whole community as a file: out of one node, into another; tried first, kept with --apply."""

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minga.interfaces.cli.frame import CliUnit, Context, Unreadable, cli_unit
from minga.interfaces.cli.options import WrongUse
from minga.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    from minga.communities.commands import TakenIn


class _OnlyTried(Exception):
    """Ends the unit of an import that is not kept."""


def export_community(
    context: Context,
    slug: Annotated[str, typer.Argument(help="The community's address.")],
    out: Annotated[
        Path | None, typer.Option("--output", "-o", help="The new file; SLUG.minga if left out.")
    ] = None,
) -> None:
    """Writes a community with its groups into one signed file, which import community takes in elsewhere.

    Example: minga export community valley -o valley.minga
    """
    from minga.communities import commands
    from minga.identity.commands import new_file
    from minga.kit import chains

    path = (out or Path(f"{slug}.minga")).absolute()
    with cli_unit(context, write=True) as unit:
        chains.seal_open(unit.session)
    with cli_unit(context) as unit, unit.database.snapshot() as session:
        commands.community_for_file(session, unit.actor, slug)
        try:
            with new_file(path) as file:
                secret = unit.settings.secret
                moved = commands.take_out(
                    session, unit.actor, slug, file, unit.node.blobs, secret, at=unit.now
                )
        except OSError as error:
            raise Unreadable(f"{path}: {error.strerror}.") from None
        rows = sum(moved.counts.values())
        facts = {
            "file": str(path),
            "rows": rows,
            "photos": moved.photos,
            "did": moved.did,
            "counts": moved.counts,
        }
        said = f"{rows} rows and {moved.photos} photos are in {path}.\nSigned by {moved.did}"
        unit.screen.show("export community", facts, said)


def import_community(
    context: Context,
    file: Annotated[Path, typer.Argument(help="What export community wrote.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Bring it in; without it everything is tried and nothing kept.")
    ] = False,
    slug: Annotated[str, typer.Option(help="Another address, when the old one is taken here.")] = "",
    new_identity: Annotated[
        bool, typer.Option("--new-identity", help="As a community of its own that comes from the other.")
    ] = False,
    only_people: Annotated[
        Path | None,
        typer.Option(help="With --new-identity: a text with the handles of those who come, one a line."),
    ] = None,
    only: Annotated[
        str, typer.Option(help="With --new-identity: the address of one group, which comes with its members.")
    ] = "",
    cards: Annotated[Path | None, typer.Option(help="Where to write the members' claim links (CSV).")] = None,
) -> None:
    """Brings a community in from its file. Members become accounts that wait for them, each with a claim link.

    Example: minga import community valley.minga --apply --cards valley-cards.csv
    """
    from minga.communities import commands
    from minga.identity.commands import invite_key
    from minga.ledger import commands as ledger

    if only_people is not None and not new_identity:
        raise WrongUse("--only-people needs --new-identity: a part of a community is one of its own.")
    if only and not new_identity:
        raise WrongUse("--only needs --new-identity: a group that leaves is a community of its own.")
    try:
        with file.open("rb") as opened, cli_unit(context, write=True) as unit:
            packed, arriving = commands.look_into(unit.session, opened)
            key = invite_key(unit.session, unit.settings.secret)
            blobs, origin = unit.node.blobs, None
            if new_identity:
                part = commands.part_of(unit.session, arriving, _handles(only_people), group=only)
                arriving, origin = part.arriving, part.origin
            came = commands.take_in(
                unit.session, unit.actor, packed, arriving, blobs, key, slug=slug, origin=origin, at=unit.now
            )
            if new_identity:
                ledger.open_with(unit.session, unit.actor, came.community_id, part.balances, at=unit.now)
            _tell(unit, came, arriving.did, apply=apply)
            if not apply:
                raise _OnlyTried
            if cards is not None:
                _write_cards(cards.absolute(), unit.settings.site_url, came)
    except _OnlyTried:
        pass
    except OSError as error:
        raise Unreadable(f"{error.filename or file}: {error.strerror}.") from None
    except Invalid as refusal:
        if refusal.name == "slug_taken":
            raise
        raise Unreadable(_said(refusal)) from None


def _handles(path: Path | None) -> frozenset[str] | None:
    """Who comes; everybody without a list."""
    if path is None:
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip().removeprefix("@").lower() for line in lines if line.strip())


def _said(refusal: Refused) -> str:
    return f"{refusal} ({refusal.name})"


def _tell(unit: CliUnit, came: "TakenIn", did: str, *, apply: bool) -> None:
    facts = {
        "community": came.community_id,
        "slug": came.slug,
        "rows": sum(came.counts.values()),
        "counts": dict(came.counts),
        "members": len(came.cards),
        "signed_by": did,
        "kept": apply,
    }
    lines = [f"{name}: {count}" for name, count in sorted(came.counts.items())]
    said = (
        f"Signed by {did}\n"
        + "\n".join(lines)
        + f"\n{came.slug}: {len(came.cards)} members get a claim link."
    )
    end = "Brought in." if apply else "Nothing is kept yet. Everything fits; say --apply to bring it in."
    unit.screen.show("import community", facts, f"{said}\n{end}")


def _write_cards(path: Path, site: str, came: "TakenIn") -> None:
    """For whoever hands the cards out; only the owner of the machine reads the file."""
    from minga.kit.csvfiles import defused

    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("name", "handle", "link"))
        for card in came.cards:
            table.writerow((defused(card.name), defused(card.handle), f"{site}/claim/{card.token}"))
