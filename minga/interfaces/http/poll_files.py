"""Files of a counted poll, the same for pages and API: the signed record, and its ballots as a table."""

from minga.governance.queries import records
from minga.interfaces.http.tables import as_csv
from minga.interfaces.http.units import Unit
from minga.interfaces.http.verifier import program_hash
from minga.kit.ids import parse_id


def record_of(unit: Unit, id: str) -> bytes:
    """The bytes of the record, signed with the community's key."""
    return records.poll_record(
        unit.session,
        unit.actor,
        parse_id(id),
        secret=unit.settings.secret,
        verifier=program_hash(),
        at=unit.now,
    )


def table_of(unit: Unit, id: str) -> bytes:
    columns, rows = records.ballot_table(unit.session, unit.actor, parse_id(id), at=unit.now)
    return as_csv((dict(zip(columns, row, strict=True)) for row in rows), columns)


def named(id: str, kind: str) -> dict[str, str]:
    """The headers under which a browser keeps the file."""
    return {"Content-Disposition": f'attachment; filename="poll-{parse_id(id)}.{kind}"'}
