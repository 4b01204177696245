"""The file that a person takes along: readable by people without a network, and by programs.

Written straight into an open file, table by table, so that it costs no more memory for somebody who shared much.
"""

import csv
import html
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import IO, Any

from minga.identity.models import Person
from minga.kit import holdings, leaving
from minga.kit.blobs import BlobStore
from minga.kit.csvfiles import defused
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_, Translator, translator
from minga.kit.ids import Id

SHOWN_MAX = 2_000
DOMAINS = {
    "identity": N_("You, your ways in and your consents"),
    "communities": N_("Your memberships and roles"),
    "sharing": N_("What you offered, asked for, lent and borrowed"),
    "ledger": N_("Your accounts and what moved on them"),
    "governance": N_("Your proposals, your votes and what you said to those of others"),
    "reputation": N_("What is known of your giving and receiving"),
    "communication": N_("Your messages and notices"),
    "intelligence": N_("Your wishes about suggestions"),
    "kit": N_("The log of what you did and what concerned you"),
}
README = (
    N_("This is what {site} keeps of {name}, written on {day}."),
    N_("Open index.html to read it; no network is needed."),
    N_("The folder “data” has a file for each part, with one JSON document a line; the folder “tables” has the same as CSV."),
    N_("Lines with “yours”: false are about something you took part in; the words of others are not in them."),
    N_("The folder “files” has your photos, named by the SHA-256 of their content."),
    N_("Passwords, passkeys and tokens are in no file; they only work here."),
    N_("Whoever has this file can read all of it. Keep it where only you can reach it."),
)  # fmt: skip
Row = Mapping[str, Any]


def write_own_file(
    session: Session, person_id: Id, out: IO[bytes], blobs: BlobStore, *, site: str, at: datetime
) -> int:
    """Write the ZIP; answers how many rows are in it. Only what belongs to this person is read at all."""
    person = session.get_one(Person, person_id)
    voice = translator(person.language)
    count, shown, files = 0, defaultdict[tuple[str, str], list[Row]](list), set[str]()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as packed:
        for domain, tables in _by_domain(session, person_id).items():
            lines = io.StringIO()
            for table, row in tables:
                count += 1
                lines.write(json.dumps({"table": table, **row}, ensure_ascii=False, sort_keys=True) + "\n")
                shown[domain, table].append(row)
                files |= _files(table, row)
            if lines.tell():
                packed.writestr(f"data/{domain}.jsonl", lines.getvalue())
        for (_domain, table), rows in shown.items():
            packed.writestr(f"tables/{table}.csv", _csv(rows))
        for name in sorted(files):
            with suppress(NotFound):
                packed.write(blobs.path(name), f"files/{name}{_ending(blobs.read(name)[:12])}")
        facts = {"site": site, "name": person.name, "day": at.date().isoformat()}
        words = [str(voice.gettext(line)).format_map(facts) for line in README]
        packed.writestr("README.txt", "\n\n".join(words) + "\n")
        packed.writestr("index.html", _page(voice, words, shown))
    return count


def _by_domain(session: Session, person_id: Id) -> dict[str, list[tuple[str, Row]]]:
    found = defaultdict[str, list[tuple[str, Row]]](list)
    for domain, table, row in _all(session, person_id):
        found[domain].append((table, row))
    return {domain: found[domain] for domain in sorted(found, key=lambda one: list(DOMAINS).index(one))}


def _all(session: Session, person_id: Id) -> Iterator[tuple[str, str, Row]]:
    connection = session.connection()
    for one in holdings.holdings():
        for row in holdings.own_rows(connection, one, person_id):
            yield one.domain, one.table, {"yours": True, **_plain(row)}
        for row in holdings.party_rows(connection, one, person_id):
            yield one.domain, one.table, {"yours": False, **_plain(row)}
    for domain, table, more in leaving.more_of(session, person_id):
        yield domain, table, _plain(more)


def _plain(row: Row) -> dict[str, Any]:
    return {name: holdings.plain_value(value) for name, value in row.items()}


def _files(table: str, row: Row) -> set[str]:
    said = holdings.holding(table)
    return {row[column] for column in said.files if row.get(column)} if said else set()


def _columns(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _csv(rows: list[Row]) -> str:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    columns = _columns(rows)
    table.writerow(columns)
    for row in rows:
        table.writerow([_cell(row.get(name)) for name in columns])
    return text.getvalue()


def _cell(value: Any) -> str:
    """A cell that no program of tables takes for a formula; numbers stay numbers."""
    text = _text(value)
    return defused(text) if isinstance(value, str) else text


def _text(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _ending(data: bytes) -> str:
    """What kind of picture it is, so that it opens by a click."""
    if data[:4] == b"\x89PNG":
        return ".png"
    if data[:3] == b"\xff\xd8\xff":
        return ".jpg"
    return ".webp" if data[8:12] == b"WEBP" else ""


def _page(voice: Translator, words: list[str], shown: Mapping[tuple[str, str], list[Row]]) -> str:
    parts, last = [], ""
    for (domain, table), rows in shown.items():
        if domain != last:
            parts.append(f"<h2>{html.escape(str(voice.gettext(DOMAINS[domain])))}</h2>")
            last = domain
        parts.append(f"<h3>{html.escape(table.replace('_', ' '))} ({len(rows)})</h3>{_table(rows)}")
    said = "".join(f"<p>{html.escape(line)}</p>" for line in words)
    return (
        f'<!doctype html><html lang="{voice.language.tag}" dir="{voice.language.direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{html.escape(words[0])}</title><style>{STYLE}</style></head><body><h1>{html.escape(words[0])}</h1>"
        f"{said}{''.join(parts)}</body></html>\n"
    )


def _table(rows: list[Row]) -> str:
    columns = _columns(rows)
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(_text(row.get(name)))}</td>' for name in columns)}</tr>"
        for row in rows[:SHOWN_MAX]
    )
    return f'<div tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:1rem;max-width:70rem}"
    "div{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}th,td{border:1px solid #8888;padding:.3rem .5rem;"
    "text-align:start;vertical-align:top}"
)
