"""Conversations, notices and what waits for one, by REST."""

from datetime import date, datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from minga.communication import commands, queries
from minga.communication.queries import PostRow, ThreadView
from minga.communication.rules import (
    AT_REST,
    QUIET,
    WORDS_MAX,
    Every,
    Mode,
    NoticeClass,
    facts_in,
)
from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, nothing, ok
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.i18n import choose_language, translator
from minga.kit.ids import new_id, parse_id
from minga.kit.refs import NeedLine, Ref, address_of

router = frame.router("communication")


class PostIn(In):
    words: str = Field(max_length=WORDS_MAX)


class PostShown(BaseModel):
    """One message; without words when its author took it back."""

    id: str
    author: dict[str, str]
    words: str
    at: datetime
    edited: bool
    removed: bool
    hidden: bool
    mine: bool


class ThreadShown(BaseModel):
    """A conversation with its newest messages. `label` says truly who could read it."""

    id: str
    about: str
    label: str
    unread: int
    may: dict[str, bool]
    posts: list[PostShown]


class ThreadsShown(BaseModel):
    items: list[dict[str, Any]]
    next: str | None


class NoticesShown(BaseModel):
    items: list[dict[str, Any]]
    next: str | None


class NeedsShown(BaseModel):
    items: list[dict[str, Any]]


def _post(row: PostRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "author": {"id": row.author_id, "name": row.author_name},
        "words": row.words,
        "at": row.at,
        "edited": row.edited,
        "removed": row.removed,
        "hidden": row.hidden is not None,
        "mine": row.mine,
    }


def _thread(view: ThreadView) -> dict[str, Any]:
    return {
        "id": view.address,
        "about": str(view.ref),
        "label": AT_REST,
        "unread": view.unread,
        "may": {"write": view.may_write},
        "posts": [_post(row) for row in view.posts],
    }


def _answer(unit: Unit, ref: Ref, status: int = 200) -> Response:
    return ok(unit, _thread(queries.thread(unit.session, unit.actor, ref, at=unit.now)), status=status)


@router.get("/threads", response_model=ThreadsShown)
@limit("read")
def my_threads(request: Request, after: str | None = None, limit: int | None = None) -> Response:
    """The conversations one takes part in, the one with the newest message first."""
    with read_unit(request) as unit:
        unit.signed_in()
        page = queries.my_threads(unit.session, unit.actor, after=after, limit=limit)
        items = [
            {
                "id": one.thread_id,
                "about": str(one.ref),
                "url": one.page,
                "with": list(one.with_names),
                "last_post_at": one.last_post_at,
                "unread": one.unread,
            }
            for one in page.items
        ]
        return ok(unit, {"items": items, "next": page.next})


@router.get("/threads/{id}", response_model=ThreadShown)
@limit("read")
def show_thread(request: Request, id: str) -> Response:
    """A conversation, by its id or as `kind:id` of what it is about."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _answer(unit, queries.ref_of_thread(unit.session, unit.actor, id, at=unit.now))


@router.post("/threads/{id}/posts", status_code=201, response_model=ThreadShown)
@limit("write")
def write_post(request: Request, id: str, body: PostIn) -> Response:
    """Write. With an `Idempotency-Key` it stands once."""
    with write_unit(request) as unit:
        unit.signed_in()
        form_id = request.headers.get("idempotency-key") or new_id()
        commands.post(unit.session, unit.actor, id, body.words, form_id=form_id, at=unit.now)
        return _answer(unit, queries.ref_of_thread(unit.session, unit.actor, id, at=unit.now), 201)


@router.post("/threads/{id}/reading", status_code=204)
@limit("write")
def read_thread(request: Request, id: str) -> Response:
    """Note that one has read everything that stands in it now."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.read_thread(unit.session, unit.actor, id, at=unit.now)
        return nothing(unit)


@router.patch("/posts/{id}", response_model=ThreadShown)
@limit("write")
def change_post(request: Request, id: str, body: PostIn) -> Response:
    """Put other words in one's own message."""
    with write_unit(request) as unit:
        unit.signed_in()
        post = commands.change_post(unit.session, unit.actor, parse_id(id), body.words, at=unit.now)
        return _answer(unit, queries.ref_of_thread(unit.session, unit.actor, post.thread_id, at=unit.now))


@router.delete("/posts/{id}", status_code=204)
@limit("write")
def remove_post(request: Request, id: str) -> Response:
    """Take one's own message back."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.remove_post(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)


@router.get("/me/notices", response_model=NoticesShown)
@limit("read")
def notices(request: Request, after: str | None = None, limit: int | None = None) -> Response:
    """What one was told, newest first."""
    with read_unit(request) as unit:
        unit.signed_in()
        page = queries.notices(unit.session, unit.actor, after=after, limit=limit)
        voice = translator(choose_language(unit.me.language if unit.me else None, None, ""))
        items = [
            {
                "id": one.id,
                "class": one.notice_class.value,
                "sentence": str(voice.said(one.sentence, **facts_in(voice, one.facts))),
                "url": one.page,
                "made_at": one.made_at,
                "seen": one.seen,
            }
            for one in page.items
        ]
        return ok(unit, {"items": items, "next": page.next})


class ChoicesIn(In):
    """What comes by mail: how for each class, quiet hours in minutes after midnight, and the digest."""

    modes: dict[NoticeClass, Mode] = Field(default_factory=dict)
    quiet_from: int = Field(default=QUIET[0], ge=0, le=1439)
    quiet_until: int = Field(default=QUIET[1], ge=0, le=1439)
    every: Every = Every.WEEKLY
    weekday: int = Field(default=0, ge=0, le=6)
    hour: int = Field(default=8, ge=0, le=23)
    paused_until: datetime | None = None


@router.get("/me/notifications")
@limit("read")
def choices(request: Request) -> Response:
    """How one wants to be told by mail."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, queries.choices(unit.session, unit.actor, at=unit.now))


@router.put("/me/notifications")
@limit("write")
def choose(request: Request, body: ChoicesIn) -> Response:
    """Say how one wants to be told by mail; what is left out of `modes` stays as it is."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.choose_notices(
            unit.session,
            unit.actor,
            body.modes,
            quiet=(body.quiet_from, body.quiet_until),
            every=body.every,
            weekday=body.weekday,
            hour=body.hour,
            paused_until=body.paused_until,
            at=unit.now,
        )
        return ok(unit, queries.choices(unit.session, unit.actor, at=unit.now))


@router.get("/me/needs", response_model=NeedsShown)
@limit("read")
def my_needs(request: Request) -> Response:
    """What waits for one, most urgent first, with what can be done about each."""
    with read_unit(request) as unit:
        unit.signed_in()
        voice = translator(choose_language(unit.me.language if unit.me else None, None, ""))
        lines = queries.waiting_for(unit.session, unit.actor, at=unit.now)
        return ok(unit, {"items": [_need(line, voice) for line in lines]})


def _need(line: NeedLine, voice: Any) -> dict[str, Any]:
    facts = {
        name: voice.day(value) if isinstance(value, date) and not isinstance(value, datetime) else value
        for name, value in line.facts.items()
    }
    return {
        "kind": line.kind,
        "about": str(line.ref),
        "url": address_of(line.ref),
        "title": str(voice.said(line.title, **facts)),
        "why": str(voice.said(line.why, **facts)) if line.why else "",
        "since_at": line.since_at,
        "due_at": line.due_at,
        "weight": line.weight,
        "acts": [
            {
                "label": voice.gettext(act.label),
                "command": act.command,
                "address": act.address,
                "fields": dict(act.fields),
            }
            for act in line.acts
        ],
    }
