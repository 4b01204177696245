"""When a person goes: their messages in the own export, and what happens to them when they are erased."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from minga.communication.models import Notice, Post, Thread, ThreadMember
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.leaving import Farewell, at_farewell, takes_along
from minga.kit.sealed import NotReadable, field_key


@takes_along("communication", "messages")
def messages(session: Session, person_id: Id) -> Iterator[dict[str, Any]]:
    """Every message of every thread that the person takes part in, with names as they are shown there."""
    key, reader = field_key(session), aliased(ThreadMember)
    rows = session.execute(
        select(
            Post.id,
            Post.at,
            Post.author_id,
            Post.sealed,
            Post.removed_at,
            Thread.ref_kind,
            Thread.ref_id,
            Person.name,
            ThreadMember.unnamed,
        )
        .join(Thread, Thread.id == Post.thread_id)
        .join(Person, Person.id == Post.author_id)
        .join(reader, reader.thread_id == Post.thread_id)
        .outerjoin(
            ThreadMember,
            (ThreadMember.thread_id == Post.thread_id) & (ThreadMember.person_id == Post.author_id),
        )
        .where(reader.person_id == person_id)
        .order_by(Post.thread_id, Post.id)
    )
    for row in rows:
        mine = row.author_id == person_id
        try:
            words = "" if row.removed_at else key.open(row.sealed, row.id)
        except NotReadable:
            words = ""
        named = {} if row.unnamed and not mine else {"by": row.name}
        yield {
            "yours": mine,
            "at": row.at,
            **named,
            "words": words,
            "about": f"{row.ref_kind} {row.ref_id}",
        }


@at_farewell
def forget_words_and_name(session: Session, farewell: Farewell, at: datetime) -> None:
    """Messages stay without the name, or lose their words, as the person chose; notices of others that name them go."""
    if not farewell.keep_words:
        session.execute(
            update(Post)
            .where(Post.author_id == farewell.person_id, Post.removed_at.is_(None))
            .values(sealed="", removed_at=at, removed_by_id=farewell.person_id)
        )
    facts = func.lower(cast(Notice.facts, Text))
    names = {
        json.dumps(known, ensure_ascii=ascii)[1:-1] for known in farewell.known for ascii in (True, False)
    }
    said = [facts.contains(name.lower(), autoescape=True) for name in sorted(names)]
    if said:
        session.execute(delete(Notice).where(or_(*said)))
