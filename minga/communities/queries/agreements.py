"""Agreements as members read them: what holds, what changed, who accepted which words."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from minga.communities.access import agreement_to_see, community_to_read, place_of, require
from minga.communities.access.agreed import in_force
from minga.communities.models import (
    Agreement,
    AgreementAcceptance,
    AgreementText,
    AgreementVersion,
    Community,
)
from minga.communities.rules import agreements as rules
from minga.communities.rules.agreements import Text, text_for
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of

AGREEMENTS_MAX = 50
EXPORT = "log.see_full"


class AgreementLine(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement that holds: its version now, and whether the reader has accepted it."""

    id: Id
    key: str
    version_id: Id
    n: int
    title: str
    language: str
    words: str
    valid_from_at: datetime
    must_accept: bool
    grace_ends_at: datetime
    accepted_at: datetime | None


class VersionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One version in the history of an agreement."""

    id: Id
    n: int
    valid_from_at: datetime
    until_at: datetime | None
    must_accept: bool
    change: str
    decision: str
    accepted_at: datetime | None


class AgreementPage(msgspec.Struct, frozen=True, kw_only=True):
    """One agreement: the version that is shown, all versions, and the text the reader last accepted, to compare."""

    id: Id
    key: str
    community_id: Id
    community_slug: str
    community_name: str
    shown: VersionLine
    title: str
    language: str
    languages: list[str]
    words: str
    sha256: str
    before: str | None
    versions: list[VersionLine]
    is_current: bool
    grace_ends_at: datetime
    may_accept: bool


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """One acceptance in the export, with the hash of exactly the words that were accepted."""

    handle: str
    name: str
    agreement: str
    n: int
    language: str
    sha256: str
    at: datetime


def agreements_of(
    session: Session, person_id: Id | None, community_id: Id, *, at: datetime, languages: Sequence[str] = ()
) -> list[AgreementLine]:
    """What holds in a community and the one above it; the caller has let the reader in. Two statements."""
    root = select(Community.root_id).where(Community.id == community_id).scalar_subquery()
    rows = session.execute(
        select(Agreement, AgreementVersion, AgreementAcceptance.at.label("accepted_at"))
        .join(AgreementVersion, in_force(at))
        .outerjoin(
            AgreementAcceptance,
            (AgreementAcceptance.version_id == AgreementVersion.id)
            & (AgreementAcceptance.person_id == (person_id or "")),
        )
        .where(Agreement.community_id.in_((community_id, root)))
        .order_by(Agreement.id)
        .limit(AGREEMENTS_MAX)
    ).all()
    texts = _texts(session, [row.AgreementVersion.id for row in rows])
    return [
        _line(row.Agreement, row.AgreementVersion, text_for(texts[row.AgreementVersion.id], *languages), row)
        for row in rows
    ]


def agreements(
    session: Session, actor: Actor, community_id: Id, *, at: datetime, languages: Sequence[str] = ()
) -> list[AgreementLine]:
    """What holds in a community, for those who live there."""
    where = community_to_read(session, actor, community_id, at=at)
    require(session, actor, "community.see", where.id, at=at)
    return agreements_of(session, actor.person_id, where.id, at=at, languages=languages)


def clauses(
    session: Session, actor: Actor, community_id: Id, *, at: datetime, languages: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """What a report can point at: agreements and their numbered paragraphs."""
    if place_of(session, actor, community_id, at=at) is None:
        return []
    held = agreements_of(session, actor.person_id, community_id, at=at, languages=languages)
    found = rules.paragraphs([(one.title, one.words) for one in held])
    return [(one, one) for one in found]


def _line(agreement: Agreement, version: AgreementVersion, text: Text, row: Any) -> AgreementLine:
    return AgreementLine(
        id=agreement.id,
        key=agreement.key,
        version_id=version.id,
        n=version.n,
        title=text.title,
        language=text.language,
        words=text.words,
        valid_from_at=version.valid_from_at,
        must_accept=version.must_accept,
        grace_ends_at=version.grace_ends_at,
        accepted_at=row.accepted_at,
    )


def _texts(session: Session, versions: Sequence[Id]) -> dict[Id, dict[str, Text]]:
    found: dict[Id, dict[str, Text]] = {}
    for one in session.scalars(select(AgreementText).where(AgreementText.version_id.in_(versions))):
        found.setdefault(one.version_id, {})[one.language] = Text(one.language, one.title, one.words)
    return found


def agreement(
    session: Session,
    actor: Actor,
    agreement_id: Id,
    *,
    at: datetime,
    n: int | None = None,
    languages: Sequence[str] = (),
) -> AgreementPage:
    """One agreement in its newest or a named version. The difference is to what the reader accepted last."""
    found = agreement_to_see(session, actor, agreement_id, at=at)
    rows = session.execute(
        select(AgreementVersion, AgreementAcceptance.at.label("accepted_at"))
        .outerjoin(
            AgreementAcceptance,
            (AgreementAcceptance.version_id == AgreementVersion.id)
            & (AgreementAcceptance.person_id == actor.person_id),
        )
        .where(AgreementVersion.agreement_id == found.id)
        .order_by(AgreementVersion.n.desc())
        .limit(100)
    ).all()
    versions = [_version(row.AgreementVersion, row.accepted_at) for row in rows]
    shown = next((one for one in versions if n is None or one.n == n), None)
    if shown is None:
        raise NotFound()
    accepted = next((one for one in versions if one.accepted_at and one.n < shown.n), None)
    compared = accepted or next((one for one in versions if one.n < shown.n), None)
    texts = _texts(session, [shown.id, *([compared.id] if compared else [])])
    text = text_for(texts[shown.id], *languages)
    where = session.get_one(Community, found.community_id)
    place = place_of(session, actor, where.id, at=at)
    current = shown.n == versions[0].n
    return AgreementPage(
        id=found.id,
        key=found.key,
        community_id=where.id,
        community_slug=where.slug,
        community_name=where.name,
        shown=shown,
        title=text.title,
        language=text.language,
        languages=sorted(texts[shown.id]),
        words=text.words,
        sha256=text.sha256,
        before=text_for(texts[compared.id], text.language).words if compared else None,
        versions=versions,
        is_current=current,
        grace_ends_at=rows[[one.id for one in versions].index(shown.id)].AgreementVersion.grace_ends_at,
        may_accept=current and place is not None and shown.accepted_at is None,
    )


def _version(found: AgreementVersion, accepted_at: datetime | None) -> VersionLine:
    return VersionLine(
        id=found.id,
        n=found.n,
        valid_from_at=found.valid_from_at,
        until_at=found.until_at,
        must_accept=found.must_accept,
        change=found.change,
        decision=found.decision,
        accepted_at=accepted_at,
    )


def acceptances(
    session: Session,
    actor: Actor,
    agreement_id: Id,
    *,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[Accepted]:
    """Who accepted which words, newest version first, for those who read all of the log."""
    found = agreement_to_see(session, actor, agreement_id, at=at)
    require(session, actor, EXPORT, found.community_id, at=at)
    most = limit_of(limit)
    question = (
        select(AgreementAcceptance, AgreementVersion.n, AgreementText.digest, Person.handle, Person.name)
        .join(AgreementVersion, AgreementVersion.id == AgreementAcceptance.version_id)
        .join(
            AgreementText,
            (AgreementText.version_id == AgreementAcceptance.version_id)
            & (AgreementText.language == AgreementAcceptance.language),
        )
        .join(Person, Person.id == AgreementAcceptance.person_id)
        .where(AgreementVersion.agreement_id == found.id)
        .order_by(AgreementVersion.n.desc(), Person.id.desc())
        .limit(most + 1)
    )
    if after:
        cursor = Cursor.decode(after, int, str)
        question = question.where(beyond((AgreementVersion.n, Person.id), cursor, descending=True))
    rows = session.execute(question).all()
    page = page_of(rows, most, lambda row: (row.n, row.AgreementAcceptance.person_id))
    lines = tuple(
        Accepted(
            handle=row.handle,
            name=row.name,
            agreement=found.key,
            n=row.n,
            language=row.AgreementAcceptance.language,
            sha256=row.digest,
            at=row.AgreementAcceptance.at,
        )
        for row in page.items
    )
    return Page(lines, page.next)


def all_acceptances(session: Session, actor: Actor, agreement_id: Id, *, at: datetime) -> Iterator[Accepted]:
    """Every acceptance, page by page, for the file."""
    after: str | None = None
    while True:
        page = acceptances(session, actor, agreement_id, at=at, after=after, limit=100)
        yield from page.items
        after = page.next
        if after is None:
            return
