"""Lists of members that were brought as files: what their rows come to, and the cards of those who came by them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from minga.communities.access import require
from minga.communities.access.imports import IMPORT, import_to_work, to_mail
from minga.communities.models import Keeping, MemberImport, MemberImportRow, Verdict
from minga.communities.rules.imports import UNDO_WITHIN
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Invite, Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of

SHOWN_MAX = 20
CARDS_MAX = 200


class ImportShown(msgspec.Struct, frozen=True, kw_only=True):
    """One list: how many rows of each kind, how many are applied, and whether it can still be undone."""

    id: Id
    community_id: Id
    name: str
    made_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None
    new: int
    same: int
    maybe: int
    faults: int
    open: int
    applied: int
    can_undo: bool
    to_mail: int
    earlier_rows: int
    earlier_at: datetime | None


class ImportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a list: `fault` is a sentence to translate, with its facts."""

    n: int
    name: str
    verdict: str
    fault: str
    facts: dict[str, Any]
    same: str | None
    choice: str
    applied: bool
    undone: bool


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card for somebody who came by a list and has not come in yet."""

    name: str
    token: str
    until_at: datetime


def member_import(session: Session, actor: Actor, import_id: Id, *, at: datetime) -> ImportShown:
    """One list in numbers, for those who may bring members in."""
    found = import_to_work(session, _looking(actor, at), import_id, at=at)
    counted = dict(
        session.execute(
            select(MemberImportRow.verdict, func.count())
            .where(MemberImportRow.import_id == found.id)
            .group_by(MemberImportRow.verdict)
        ).all()
    )
    rows = select(func.count()).select_from(MemberImportRow).where(MemberImportRow.import_id == found.id)
    live = (MemberImportRow.applied_at.is_not(None), MemberImportRow.undone_at.is_(None))
    still_open = (
        MemberImportRow.verdict == Verdict.MAYBE,
        MemberImportRow.choice == "",
        MemberImportRow.applied_at.is_(None),
    )
    earlier = session.execute(
        select(func.count(), func.max(MemberImport.applied_at))
        .join(MemberImportRow, MemberImportRow.import_id == MemberImport.id)
        .where(
            MemberImport.community_id == found.community_id,
            MemberImport.digest == found.digest,
            MemberImport.id != found.id,
            *live,
        )
    ).one()
    return ImportShown(
        id=found.id,
        community_id=found.community_id,
        name=found.name,
        made_at=found.made_at,
        applied_at=found.applied_at,
        undone_at=found.undone_at,
        new=counted.get(Verdict.NEW, 0),
        same=counted.get(Verdict.SAME, 0),
        maybe=counted.get(Verdict.MAYBE, 0),
        faults=counted.get(Verdict.FAULT, 0),
        open=session.scalar(rows.where(*still_open)) or 0,
        applied=session.scalar(rows.where(*live)) or 0,
        can_undo=found.applied_at is not None
        and found.undone_at is None
        and at < found.applied_at + UNDO_WITHIN,
        to_mail=session.scalar(select(func.count()).select_from(to_mail(found.id, at).subquery())) or 0
        if found.applied_at and not found.undone_at
        else 0,
        earlier_rows=earlier[0],
        earlier_at=earlier[1],
    )


def _looking(actor: Actor, at: datetime) -> Actor:
    """Looking at a list needs no fresh confirmation; applying it does."""
    return replace(actor, confirmed_at=at)


def import_rows(
    session: Session,
    actor: Actor,
    import_id: Id,
    *,
    at: datetime,
    verdict: str = "",
    after: str | None = None,
    limit: int | None = None,
) -> Page[ImportRow]:
    """The rows of a list in their order, of one kind or all."""
    found = import_to_work(session, _looking(actor, at), import_id, at=at)
    most = limit_of(limit)
    same = aliased(Person)
    wanted = (
        select(
            MemberImportRow.n,
            MemberImportRow.cells,
            MemberImportRow.verdict,
            MemberImportRow.fault,
            MemberImportRow.fault_facts,
            MemberImportRow.choice,
            MemberImportRow.applied_at,
            MemberImportRow.undone_at,
            same.name.label("same"),
        )
        .outerjoin(same, same.id == MemberImportRow.same_id)
        .where(MemberImportRow.import_id == found.id)
        .order_by(MemberImportRow.n)
        .limit(most + 1)
    )
    if verdict in set(Verdict):
        wanted = wanted.where(MemberImportRow.verdict == verdict)
    if after:
        wanted = wanted.where(beyond((MemberImportRow.n,), Cursor.decode(after, int)))
    page = page_of(session.execute(wanted).all(), most, lambda row: (row.n,))
    return Page(tuple(_row(row) for row in page.items), page.next)


def _row(row: Any) -> ImportRow:
    return ImportRow(
        n=row.n,
        name=str(row.cells.get("name", "")),
        verdict=row.verdict.value,
        fault=row.fault,
        facts=row.fault_facts,
        same=row.same,
        choice=row.choice,
        applied=row.applied_at is not None,
        undone=row.undone_at is not None,
    )


def import_faults(
    session: Session, actor: Actor, import_id: Id, *, at: datetime
) -> list[tuple[int, dict[str, Any], str, dict[str, Any]]]:
    """All rows with a fault: number, cells, sentence and facts; for a file to correct."""
    found = import_to_work(session, _looking(actor, at), import_id, at=at)
    rows = session.execute(
        select(MemberImportRow.n, MemberImportRow.cells, MemberImportRow.fault, MemberImportRow.fault_facts)
        .where(MemberImportRow.import_id == found.id, MemberImportRow.verdict == Verdict.FAULT)
        .order_by(MemberImportRow.n)
    )
    return [tuple(row) for row in rows]


def member_imports(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[ImportShown]:
    """The lists that were applied or still wait, newest first."""
    require(session, _looking(actor, at), IMPORT, community_id, at=at)
    ids = session.scalars(
        select(MemberImport.id)
        .where(MemberImport.community_id == community_id, MemberImport.discarded_at.is_(None))
        .order_by(MemberImport.id.desc())
        .limit(SHOWN_MAX)
    ).all()
    return [member_import(session, actor, one, at=at) for one in ids]


def import_cards(
    session: Session, actor: Actor, key: bytes, import_id: Id, *, at: datetime, after: int = 0
) -> list[tuple[int, Card]]:
    """Cards to print, at most 200 at a time, of those who have not taken over yet."""
    found = import_to_work(session, actor, import_id, at=at)
    rows = session.execute(
        select(MemberImportRow.n, Person.name, Invite)
        .join(Person, Person.id == MemberImportRow.person_id)
        .join(Keeping, Keeping.person_id == Person.id)
        .join(Invite, Invite.id == Keeping.claim_id)
        .where(
            MemberImportRow.import_id == found.id,
            MemberImportRow.undone_at.is_(None),
            MemberImportRow.n > after,
            Keeping.until_at.is_(None),
            Keeping.claimed_at.is_(None),
        )
        .order_by(MemberImportRow.n)
        .limit(CARDS_MAX)
    )
    return [
        (
            row.n,
            Card(name=row.name, token=identity.invite_token(key, row.Invite), until_at=row.Invite.expires_at),
        )
        for row in rows
        if identity.is_open(row.Invite, at)
    ]
