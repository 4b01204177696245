"""A node filled for measuring: real rows made by the commands once, then multiplied inside the database.

Every column keeps what the command wrote; only what must differ (id, number, title, owner, dates) is set anew. So a
million listings take a minute, and a change of the tables needs no change here.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select, text

from minga import migrations
from minga.communities import commands as communities
from minga.communities.models import Membership
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Password, Person, SignIn, Token
from minga.identity.rules.sign_ins import TokenKind
from minga.kit.crypto import digest
from minga.kit.db import Database, Session
from minga.kit.ids import Id, new_id
from minga.kit.passwords import hash_password
from minga.sharing import commands as sharing
from minga.sharing import rules
from minga.sharing.models import OWN_TABLES, Listing, ListingNumber, ListingWords

PASSWORD = "seven quiet bicycles"
TITLES = (
    "Cordless drill with two batteries",
    "Ladder, three metres",
    "Soup pot for forty",
    "Bicycle trailer",
    "Pasta machine",
    "Sewing machine, old and strong",
    "Projector",
    "Tent for four",
    "Carpet cleaner",
    "Set of chisels",
)
DESCRIPTION = "Works well, comes in its box. Please bring it back clean. You can fetch it in the evening, the door is green."


OWN_SORTS = (
    rules.Item(),
    rules.Service(),
    rules.Job(),
    rules.Help(),
    rules.Skill(skill="knitting"),
    rules.Time(),
    rules.Space(),
)


@dataclass(frozen=True)
class Seeded:
    """Who and what there is; cookies and tokens by member, in the same order."""

    community_id: Id
    slug: str
    handles: list[str]
    cookies: list[str]
    tokens: list[str]
    sign_in_ids: list[Id]
    listing_ids: list[Id]


def _table(model: Any) -> Table:
    """The table of a model, which the mapper calls by a wider name."""
    found: Table = model.__table__
    return found


def seed(url: str, *, members: int, listings: int) -> Seeded:
    """Fill an empty database at that address."""
    database = Database.open(url)
    migrations.upgrade(database)
    at = datetime.now(UTC)
    try:
        seeded = _people(database, members, at - timedelta(days=60))
        grow(database, seeded, listings)
        return seeded
    finally:
        database.checkpoint()
        database.close()


def _people(database: Database, members: int, at: datetime) -> Seeded:
    phc = hash_password(PASSWORD)
    with database.write() as session:
        founder = identity.make_person(session, Actor.machine(), name="Ada", handle="member0", at=at)
        actor = Actor(founder, confirmed_at=at)
        identity.grant_operator(session, Actor.machine(), founder, at=at)
        identity.set_password(session, actor, founder, phc, at=at)
        identity.start_sign_in(session, founder, at=at)
        community = communities.found(
            session, actor, name="Valley", template="mutual_aid", founded_by="anybody", at=at
        )
        first = identity.make_person(session, Actor.machine(), name="Member 1", handle="member1", at=at)
        communities.begin(session, actor, community.id, first, at=at, came_by=CameBy.INVITE, trial_days=0)
        identity.set_password(session, Actor(first), first, phc, at=at)
        identity.start_sign_in(session, first, at=datetime.now(UTC))
        made = [_listing(session, Actor(founder, confirmed_at=at), community.id, n, at) for n in range(28)]
        return _copies(session, community.id, community.slug, founder, first, members, made)


def _listing(session: Session, actor: Actor, community_id: Id, n: int, at: datetime) -> Id:
    """One of the listings that all others are copies of: every kind, both directions."""
    own = OWN_SORTS[n % 7]
    term = rules.Term(kind=rules.USUAL[rules.kind_of(own)][0])
    content = rules.Content(
        title=TITLES[n % len(TITLES)],
        description=DESCRIPTION,
        own=own,
        terms=(term,),
        category="tools",
        place="Mill Lane",
        level=rules.Level.COMMUNITY if n % 2 else rules.Level.PARTNERS,
    )
    direction = rules.Direction.OFFER if n % 3 else rules.Direction.NEED
    return sharing.post(session, actor, community_id, direction, content, at=at).id


def _copies(
    session: Session, community_id: Id, slug: str, founder: Id, first: Id, members: int, made: list[Id]
) -> Seeded:
    """As many members as asked, each like the first one: person, membership, password, sign-in, token."""
    session.flush()
    handles = [f"member{n}" for n in range(2, members + 2)]
    ids = [new_id() for _ in handles]
    cookies = [f"cookie-of-{handle}-{new_id()}" for handle in handles]
    tokens = [f"mg_{new_id()}{n:06d}" for n, _ in enumerate(handles)]
    sign_ins = [new_id() for _ in handles]
    people = zip(ids, handles, strict=True)
    _copy(
        session,
        Person,
        Person.id == first,
        [
            {"id": id_, "handle": handle, "handle_key": handle, "name": f"Neighbour {handle[6:]}"}
            for id_, handle in people
        ],
    )
    _copy(
        session,
        Membership,
        Membership.person_id == first,
        [{"id": new_id(), "person_id": id_} for id_ in ids],
    )
    _copy(session, Password, Password.person_id == first, [{"person_id": id_} for id_ in ids])
    _copy(
        session,
        SignIn,
        SignIn.person_id == first,
        [
            {"id": sign_in, "person_id": id_, "token_hash": digest(cookie)}
            for sign_in, id_, cookie in zip(sign_ins, ids, cookies, strict=True)
        ],
    )
    now = datetime.now(UTC)
    session.execute(
        insert(_table(Token)),
        [
            {
                "id": new_id(),
                "person_id": id_,
                "name": "benchmark",
                "kind": TokenKind.PERSONAL,
                "hash": digest(token),
                "scopes": ["read", "write"],
                "made_at": now,
                "expires_at": now + timedelta(days=30),
            }
            for id_, token in zip(ids, tokens, strict=True)
        ],
    )
    return Seeded(community_id, slug, handles, cookies, tokens, sign_ins, made)


def _copy(session: Session, model: Any, which: Any, changes: Iterable[dict[str, Any]]) -> None:
    table: Table = model.__table__
    row = dict(session.execute(select(table).where(which)).mappings().one())
    session.execute(insert(table), [row | change for change in changes])


def grow(database: Database, seeded: Seeded, listings: int) -> None:
    """More open listings, until there are that many; a twentieth of them is closed, so that lists have to skip."""
    with database.write() as session:
        have = session.scalar(select(ListingNumber.last)) or 0
        if listings <= have:
            return
        session.execute(
            text("CREATE TEMP TABLE IF NOT EXISTS pattern (n INTEGER PRIMARY KEY, id TEXT, kind TEXT)")
        )
        session.execute(text("CREATE TEMP TABLE IF NOT EXISTS owner (n INTEGER PRIMARY KEY, id TEXT)"))
        session.execute(text("DELETE FROM pattern"))
        session.execute(text("DELETE FROM owner"))
        for n, id_ in enumerate(seeded.listing_ids):
            session.execute(
                text("INSERT INTO pattern SELECT :n, id, kind FROM listing WHERE id = :id"),
                {"n": n, "id": id_},
            )
        session.execute(
            text(
                "INSERT INTO owner SELECT row_number() OVER (ORDER BY id) - 1, person_id FROM membership "
                "WHERE came_by <> 'founded'"
            )
        )
        facts = {
            "first": have + 1,
            "last": listings,
            "patterns": len(seeded.listing_ids),
            "owners": session.execute(text("SELECT count(*) FROM owner")).scalar_one(),
            "begin": int(time.time()) - 50 * 86_400,
            "step": 49 * 86_400 / max(listings, 1),
        }
        _multiply(session, _table(Listing), facts, LISTING_CHANGES, key="id")
        for table in {_table(model) for model in OWN_TABLES.values()}:
            _multiply(session, table, facts, {"listing_id": NEW_ID}, key="listing_id")
        words = {"listing_id": NEW_ID, "n": "NULL", "title": "t.title || ' ' || k.k"}
        _multiply(session, _table(ListingWords), facts, words, key="listing_id")
        session.execute(text("UPDATE listing_number SET last = :last"), {"last": listings})
    database.learn_sizes()  # as every night


NEW_ID = "printf('0190%08x7000b%015x', k.k, k.k)"
_MOMENT = "strftime('%Y-%m-%d %H:%M:%f000', :begin + k.k * :step, 'unixepoch')"
LISTING_CHANGES = {
    "id": NEW_ID,
    "number": "k.k",
    "title": "t.title || ' ' || k.k",
    "owner_id": "(SELECT id FROM owner WHERE n = k.k * 7919 % :owners)",
    "published_at": _MOMENT,
    "changed_at": _MOMENT,
    "expires_at": "NULL",
    "closed_at": f"CASE WHEN k.k % 20 = 0 THEN {_MOMENT} END",
    "close_reason": "CASE WHEN k.k % 20 = 0 THEN 'withdrawn' END",
    "pin_rank": "NULL",
}


def _multiply(
    session: Session, table: Table, facts: dict[str, Any], changes: dict[str, str], *, key: str
) -> None:
    """Insert one row for each number from first to last, copied from the pattern whose turn it is."""
    names = [column.name for column in table.columns]
    chosen = ", ".join(changes.get(name, f't."{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    session.execute(
        text(
            f"WITH RECURSIVE k(k) AS (SELECT :first UNION ALL SELECT k + 1 FROM k WHERE k < :last) "
            f"INSERT INTO {table.name} ({quoted}) SELECT {chosen} FROM k "
            f"JOIN pattern p ON p.n = k.k % :patterns JOIN {table.name} t ON t.{key} = p.id"
        ),
        facts,
    )


def sizes(folder: Path) -> int:
    """Bytes of a database with its log."""
    return sum(path.stat().st_size for path in folder.glob("minga.db*"))
