"""Members from a list: looked through (nothing but the list itself is written), applied at once, undone for a week."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO

from sqlalchemy import delete, select

from minga.communities.access import place_of, require
from minga.communities.access.imports import IMPORT, import_to_work
from minga.communities.commands.roles import capabilities_of_role
from minga.communities.models import (
    Community,
    Household,
    HouseholdSeat,
    Lineage,
    MemberImport,
    MemberImportRow,
    Membership,
    Role,
    Verdict,
)
from minga.communities.rules import imports as rules
from minga.communities.rules.imports import MemberRow
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.identity.models import Contact, Person
from minga.kit.csvfiles import Table, digest_of, plain_table, undefused
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import fold

TRIAL_DAYS = 14
OVER = N_("This list was applied or left already.")


@dataclass
class Known:
    """What a community is known by while a list is looked through, read at once."""

    community: Community
    by_contact: dict[tuple[str, str], Id] = field(default_factory=dict)
    by_tail: dict[str, list[Id]] = field(default_factory=dict)
    by_household: dict[str, list[Id]] = field(default_factory=dict)
    names: dict[Id, str] = field(default_factory=dict)
    handles: dict[str, Id] = field(default_factory=dict)
    groups: dict[str, Id] = field(default_factory=dict)
    roles: dict[str, Id] = field(default_factory=dict)
    not_ours: frozenset[Id] = frozenset()
    earlier: dict[int, Id] = field(default_factory=dict)


def look_through(
    session: Session, actor: Actor, community_id: Id, name: str, data: bytes, *, at: datetime
) -> MemberImport:
    """Read a list and keep what its rows come to; nothing else changes. The same file again is looked through anew."""
    require(session, replace(actor, confirmed_at=at), IMPORT, community_id, at=at)
    if len(data) > rules.BYTES_MAX:
        raise Invalid(rules.TOO_LARGE, fields={"file": rules.TOO_LARGE})
    digest = digest_of(BytesIO(data))
    table = _table(data)
    called = rules.headings(table.columns)
    _forget_open(session, community_id, digest, at)
    made = MemberImport(
        community_id=community_id, person_id=actor.person_id, name=name[:200], digest=digest, made_at=at
    )
    session.add(made)
    session.flush()
    known = known_of(session, actor, community_id, digest, at)
    day = today(at, known.community.zone)
    seen: dict[str, int] = {}
    read: list[tuple[int, dict[str, str], MemberRow | None, Refused | None]] = []
    for row in table.rows():
        if row.number > rules.ROWS_MAX:
            fault = Invalid(rules.TOO_MANY_ROWS, most=rules.ROWS_MAX)
            raise Invalid(rules.TOO_MANY_ROWS, most=rules.ROWS_MAX, fields={"file": fault})
        cells = {one: undefused(row.cells.get(column, "")) for one, column in called.items()}
        try:
            if row.too_many:
                raise Invalid(rules.TOO_MANY_CELLS)
            read.append((row.number, cells, rules.read_row(cells, day), None))
        except Refused as refusal:
            read.append((row.number, cells, None, refusal))
    theirs = {key for _n, _c, one, _f in read if one for key in (one.handle, one.mail.lower()) if key}
    for number, cells, one, wrong in read:
        session.add(_judged(known, made.id, number, cells, one, wrong, seen, theirs))
    session.flush()
    return made


def _table(data: bytes) -> Table:
    try:
        return Table(BytesIO(plain_table(data)))
    except Invalid as refusal:
        raise Invalid(refusal.text, fields={"file": refusal}, **refusal.facts) from None


def _forget_open(session: Session, community_id: Id, digest: str, at: datetime) -> None:
    before = session.scalars(
        select(MemberImport).where(
            MemberImport.community_id == community_id,
            MemberImport.digest == digest,
            MemberImport.applied_at.is_(None),
            MemberImport.discarded_at.is_(None),
        )
    ).first()
    if before is not None:
        _discard(session, before, at)


def discard_import(session: Session, actor: Actor, import_id: Id, *, at: datetime) -> MemberImport:
    """Leave a list that was only looked through; its rows go."""
    found = import_to_work(session, replace(actor, confirmed_at=at), import_id, at=at)
    if found.applied_at is not None:
        raise Conflict(OVER, code="over")
    _discard(session, found, at)
    return found


def _discard(session: Session, found: MemberImport, at: datetime) -> None:
    session.execute(delete(MemberImportRow).where(MemberImportRow.import_id == found.id))
    found.discarded_at = found.discarded_at or at
    session.flush()


def known_of(session: Session, actor: Actor, community_id: Id, digest: str, at: datetime) -> Known:
    known = Known(session.get_one(Community, community_id))
    live = Membership.ended_on.is_(None) & (Membership.community_id == community_id)
    people = select(Person.id, Person.name, Person.handle_key).join(
        Membership, Membership.person_id == Person.id
    )
    for row in session.execute(people.where(live)):
        known.names[row.id], known.handles[row.handle_key] = row.name, row.id
    contacts = (
        select(Contact.person_id, Contact.kind, Contact.value)
        .join(Membership, Membership.person_id == Contact.person_id)
        .where(live, Contact.kind.in_(("mail", "phone")), Contact.ended_at.is_(None))
    )
    for person_id, kind, value in session.execute(contacts):
        known.by_contact[kind, value.lower()] = person_id
        if kind == "phone" and (tail := rules.tail_of(value)):
            known.by_tail.setdefault(tail, []).append(person_id)
    seats = (
        select(Household.name_key, Membership.person_id)
        .join(HouseholdSeat, HouseholdSeat.household_id == Household.id)
        .join(Membership, Membership.id == HouseholdSeat.membership_id)
        .where(live, HouseholdSeat.until_on.is_(None), HouseholdSeat.since_on.is_not(None))
    )
    for household, person_id in session.execute(seats):
        known.by_household.setdefault(household, []).append(person_id)
    _read_groups_and_roles(session, actor, known, at)
    applied = (
        select(MemberImportRow.n, MemberImportRow.person_id)
        .join(MemberImport, MemberImport.id == MemberImportRow.import_id)
        .where(
            MemberImport.community_id == community_id,
            MemberImport.digest == digest,
            MemberImportRow.applied_at.is_not(None),
            MemberImportRow.undone_at.is_(None),
        )
    )
    known.earlier = {row.n: row.person_id for row in session.execute(applied) if row.person_id in known.names}
    return known


def _read_groups_and_roles(session: Session, actor: Actor, known: Known, at: datetime) -> None:
    below = (
        select(Community.id, Community.slug, Community.name)
        .join(Lineage, Lineage.community_id == Community.id)
        .where(Lineage.above_id == known.community.id, Lineage.steps > 0, Community.archived_at.is_(None))
    )
    for row in session.execute(below):
        place = place_of(session, actor, row.id, at=at)
        if place is not None and place.membership_id:
            known.groups |= {row.slug: row.id, fold(row.name): row.id}
    place = place_of(session, actor, known.community.id, at=at)
    held = place.capabilities if place else frozenset()
    roles = select(Role.id, Role.key, Role.name).where(
        Role.community_id == known.community.id, Role.ended_at.is_(None), Role.built_in.is_(False)
    )
    not_ours = set()
    for row in session.execute(roles):
        known.roles |= {row.key: row.id, fold(row.name): row.id}
        if not {"role.grant", *capabilities_of_role(session, row.id, at)} <= held:
            not_ours.add(row.id)
    known.not_ours = frozenset(not_ours)


def _judged(
    known: Known,
    import_id: Id,
    number: int,
    cells: Mapping[str, str],
    one: MemberRow | None,
    fault: Refused | None,
    seen: dict[str, int],
    theirs: set[str],
) -> MemberImportRow:
    """What a row comes to: its fault, whom it is, whom it may be, or somebody new."""
    made = MemberImportRow(import_id=import_id, n=number, cells=dict(cells), verdict=Verdict.FAULT)
    try:
        if fault is not None:
            raise fault
        assert one is not None
        check_row(known, number, one, seen, theirs)
        same = known.earlier.get(number) or _same(known, one)
        maybe = None if same else _maybe(known, one)
        made.same_id = same or maybe
        made.verdict = Verdict.SAME if same else Verdict.MAYBE if maybe else Verdict.NEW
        if one.handle and known.handles.get(one.handle, same) != same:
            raise Invalid(rules.HANDLE_USED, value=one.handle)
    except Refused as refusal:
        made.verdict, made.same_id = Verdict.FAULT, None
        made.fault = refusal.text[:400]
        made.fault_facts = {
            key: value for key, value in refusal.facts.items() if isinstance(value, (str, int))
        }
    return made


def check_row(known: Known, number: int, one: MemberRow, seen: dict[str, int], theirs: set[str]) -> None:
    """What can only be said beside the other rows and the community."""
    for key in filter(None, (one.mail.lower(), one.phone, one.handle)):
        if seen.setdefault(key, number) != number:
            raise Invalid(rules.TWICE, row=seen[key])
    sponsor = one.sponsor.lower().lstrip("@")
    if sponsor and not (
        sponsor in theirs or sponsor in known.handles or ("mail", sponsor) in known.by_contact
    ):
        raise Invalid(rules.NO_SPONSOR, value=one.sponsor[:100], community=known.community.name)
    for group in one.subgroups:
        if fold(group) not in known.groups:
            raise Invalid(rules.NO_GROUP, value=group[:100])
    for role in one.roles:
        role_id = known.roles.get(fold(role))
        if role_id is None:
            raise Invalid(rules.NO_ROLE, value=role[:100])
        if role_id in known.not_ours:
            raise Invalid(rules.NOT_YOURS_TO_GIVE, value=role[:100])


def _same(known: Known, one: MemberRow) -> Id | None:
    by_mail = known.by_contact.get(("mail", one.mail.lower())) if one.mail else None
    return by_mail or (known.by_contact.get(("phone", one.phone)) if one.phone else None)


def _maybe(known: Known, one: MemberRow) -> Id | None:
    """A member of nearly the same name who shares the household or the end of the number."""
    near = list(known.by_household.get(fold(one.household), ())) if one.household else []
    near += known.by_tail.get(rules.tail_of(one.phone), ()) if one.phone else ()
    scored = [
        (rules.alike(one.name, known.names[person]), person) for person in near if person in known.names
    ]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= rules.ALIKE else None


def choose(
    session: Session, actor: Actor, import_id: Id, choices: Mapping[int, str], *, at: datetime
) -> None:
    """Say of rows that may be somebody whether they are: `new` or `same`."""
    found = import_to_work(session, replace(actor, confirmed_at=at), import_id, at=at)
    rows = session.scalars(
        select(MemberImportRow).where(
            MemberImportRow.import_id == found.id,
            MemberImportRow.verdict == Verdict.MAYBE,
            MemberImportRow.applied_at.is_(None),
        )
    )
    for row in rows:
        if choices.get(row.n) in ("new", "same"):
            row.choice = choices[row.n]
    session.flush()
