"""Reading the file of a community, and saying no: nothing of it is believed before all of it was looked at."""

import hashlib
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from sqlalchemy import Table

from minga.communities.commands.taking_out import record_id
from minga.communities.rules import CAPABILITIES
from minga.communities.rules.moving import (
    BAD_ROW,
    BUNDLE,
    ELSEWHERE,
    ERASED,
    FEED,
    FILE_MAX,
    FILE_MISSING,
    FILES,
    FOREIGN,
    FORM,
    NEWER,
    NOT_A_FILE,
    ONE_ROOT,
    PACKED,
    STRANGE_PATH,
    TEXT_MAX,
    TOO_LARGE,
    UNKNOWN_KIND,
    refused,
)
from minga.identity.rules.names import HANDLE_MAX, NAME_MAX
from minga.kit import holdings
from minga.kit.arrivals import Row, Unfitting, read_row
from minga.kit.holdings import Holding
from minga.kit.i18n import LANGUAGES
from minga.kit.ids import Id, is_id
from minga.kit.segments import Put, Reader

_FILE = re.compile(r"files/[0-9a-f]{64}")
_HANDLE = re.compile(r"[a-z0-9._-]{1,30}")
FILES_MAX = 40_000
PERSON = {"id", "handle", "name", "language", ELSEWHERE, ERASED}


@dataclass
class Arriving:
    """All that a file says, looked at: rows by table, people, communities elsewhere, and photos by their hashes."""

    did: str
    root_id: Id
    digest: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    people: list[dict[str, Any]] = field(default_factory=list)
    elsewhere: list[Id] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def root(self) -> Row:
        """The community's own row."""
        return next(row for row in self.rows["community"] if row["id"] == self.root_id)

    def counts(self) -> dict[str, int]:
        """How many rows of each kind."""
        return {"person": len(self.people), **{name: len(rows) for name, rows in self.rows.items() if rows}}


def open_file(file: IO[bytes]) -> zipfile.ZipFile:
    """The packed file, once its names and sizes were looked at; nothing is unpacked before."""
    try:
        packed = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError):
        raise refused(NOT_A_FILE, "not_a_file") from None
    names, size = set[str](), 0
    for one in packed.infolist():
        if one.filename != BUNDLE and not _FILE.fullmatch(one.filename):
            raise refused(STRANGE_PATH, "strange_path", name=one.filename[:80])
        if (
            one.compress_type != zipfile.ZIP_STORED
            or one.flag_bits & 0x1
            or one.compress_size != one.file_size
        ):
            raise refused(PACKED, "packed")
        if one.filename in names:
            raise refused(NOT_A_FILE, "not_a_file")
        names.add(one.filename)
        size += one.file_size
    if size > FILE_MAX or len(names) > FILES_MAX:
        raise refused(TOO_LARGE, "too_large")
    if BUNDLE not in names:
        raise refused(NOT_A_FILE, "not_a_file")
    if packed.getinfo(BUNDLE).file_size > TEXT_MAX:
        raise refused(TOO_LARGE, "too_large")
    return packed


def read_community(packed: zipfile.ZipFile, *, schema: str, shipped: Mapping[str, set[Id]]) -> Arriving:
    """Everything in it, when it is whole, signed, and speaks of nothing but itself."""
    digest = hashlib.sha256()
    with packed.open(BUNDLE) as text:
        while chunk := text.read(1 << 20):
            digest.update(chunk)
    records, did = defaultdict[str, list[Put]](list), ""
    with packed.open(BUNDLE) as text:
        reader = Reader(text)
        for one in reader.records():
            _same_file(reader, did)
            did = reader.headers["Origin"]
            records[one.kind].append(one)
    begins = records.pop("export", [])
    if (
        len(begins) != 1
        or begins[0].record.get("form") != FORM
        or not is_id(str(begins[0].record.get("community")))
    ):
        raise refused(NOT_A_FILE, "not_a_file")
    if str(begins[0].record.get("schema")) > schema:
        raise refused(NEWER, "newer")
    arriving = Arriving(did, str(begins[0].record["community"]), digest.hexdigest())
    arriving.people = [_person(one) for one in records.pop("person", [])]
    arriving.elsewhere = [_elsewhere(one) for one in records.pop("elsewhere", [])]
    for kind, some in records.items():
        arriving.rows[kind] = list(_read(kind, some))
    _look_at(arriving, shipped)
    arriving.files = _photos(packed, arriving)
    return arriving


def _same_file(reader: Reader, did: str) -> None:
    heads = reader.headers
    if (heads["Form"], heads["Feed"]) != ("snapshot", FEED) or (did and heads["Origin"] != did):
        raise refused(NOT_A_FILE, "not_a_file")


def _person(one: Put) -> dict[str, Any]:
    """A person is an id and what neighbours call them; whatever else a file says of one is refused."""
    said = one.record
    named = not (said.get(ELSEWHERE) or said.get(ERASED))
    fits = (
        set(said) <= PERSON
        and is_id(str(said.get("id")))
        and one.id == said["id"]
        and all(isinstance(said[key], str) for key in ("handle", "name", "language") if key in said)
        and (
            not named
            or (0 < len(said.get("name", "")) <= NAME_MAX and len(said.get("handle", "")) <= HANDLE_MAX)
        )
        and (not named or bool(_HANDLE.fullmatch(said["handle"])))
    )
    if not fits:
        raise refused(
            BAD_ROW, "bad_row", kind="person", id=one.id, column=min(set(said) - PERSON, default="name")
        )
    return {**said, "language": said["language"] if said.get("language") in LANGUAGES else "en"}


def _elsewhere(one: Put) -> Id:
    if one.record != {"id": one.id} or not is_id(one.id):
        raise refused(BAD_ROW, "bad_row", kind=one.kind, id=one.id, column="id")
    return one.id


def _read(kind: str, some: list[Put]) -> Iterator[Row]:
    said = holdings.holding(kind)
    if said is None or not said.within:
        raise refused(UNKNOWN_KIND, "unknown_kind", kind=kind)
    table = holdings.table_of(said)
    columns = {c.name for c in table.columns if c.computed is None} - {*said.hide, *said.leave}
    seen = set[str]()
    for one in some:
        try:
            row = read_row(table, columns, one.record)
        except Unfitting as fault:
            raise refused(BAD_ROW, "bad_row", kind=kind, id=one.id, column=str(fault)) from None
        if record_id(said, one.record) != one.id or one.id in seen:
            raise refused(BAD_ROW, "bad_row", kind=kind, id=one.id, column="id")
        seen.add(one.id)
        yield row


def _look_at(arriving: Arriving, shipped: Mapping[str, set[Id]]) -> None:
    """One community with its groups, and nothing that points out of the file: no row can join what is here."""
    communities = arriving.rows.get("community", [])
    roots = [row for row in communities if row["parent_id"] is None]
    if [row["id"] for row in roots] != [arriving.root_id] or any(
        row["root_id"] != arriving.root_id for row in communities
    ):
        raise refused(ONE_ROOT, "one_root")
    for name, rows in arriving.rows.items():
        said = holdings.holding(name)
        assert said is not None
        table = holdings.table_of(said)
        within = _within(said, table, arriving)
        points = _points(table, arriving, shipped)
        for row in rows:
            for column, allowed in (*within, *points):
                if row.get(column) is not None and row[column] not in allowed:
                    raise refused(FOREIGN, "foreign", kind=name, id=str(next(iter(row.values())))[:80])
    for row in arriving.rows.get("role_capability", []):
        if row["capability"] not in CAPABILITIES:
            raise refused(NEWER, "newer")


def _points(table: Table, arriving: Arriving, shipped: Mapping[str, set[Id]]) -> list[tuple[str, set[Any]]]:
    """For each column that points somewhere, what the file has there."""
    found = []
    for column in table.columns:
        for key in column.foreign_keys:
            target = key.column.table.name
            if target == "person":
                allowed = {one["id"] for one in arriving.people}
            else:
                allowed = {row[key.column.name] for row in arriving.rows.get(target, ())}
                allowed |= shipped.get(target, set())
            if target == "community" and table.name == "leg":
                allowed |= set(arriving.elsewhere)
            found.append((column.name, allowed))
    return found


def _within(said: Holding, table: Table, arriving: Arriving) -> list[tuple[str, set[Any]]]:
    """Columns that say whose a row is without a foreign key."""
    tree = {row["id"] for row in arriving.rows["community"]}
    step = said.within.partition("/")[0]
    name, _, joined = step.partition("=")
    found: list[tuple[str, set[Any]]] = []
    if joined:
        other, _, key = joined.partition(".")
        found.append((name, {row[key] for row in arriving.rows.get(other, ())}))
    elif not table.c[name].foreign_keys:
        found.append((name, {arriving.root_id} if name in {"root_id", "chain"} else tree))
    if table.name in {"event", "seal", "account_owner"}:
        people = {one["id"] for one in arriving.people}
        more = {"event": ("community_id", tree), "seal": ("chain", {arriving.root_id})}
        found.append(more.get(table.name, ("owner_id", people | tree)))
    return found


def _photos(packed: zipfile.ZipFile, arriving: Arriving) -> list[str]:
    """The photos that rows name, each with the content of its name; what no row names is not looked at."""
    wanted = {
        row[column]
        for name, rows in arriving.rows.items()
        for column in getattr(holdings.holding(name), "files", ())
        for row in rows
        if row.get(column)
    }
    there = {name.removeprefix(FILES) for name in packed.namelist()}
    for name in wanted & there:
        if hashlib.sha256(packed.read(FILES + name)).hexdigest() != name:
            raise refused(FILE_MISSING, "file_missing", name=name[:12])
    return sorted(wanted & there)
