"""Oneself and other people by REST. Means, tokens and numbers are never made here: pages do that."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from minga.communities import access as communities
from minga.communities import commands as community_commands
from minga.communities import queries as community_queries
from minga.identity import commands, queries
from minga.identity.rules.fields import DETAILS, FIELDS
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import inside
from minga.interfaces.api.frame import In, limit, nothing, ok, page, version_demanded
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.errors import Forbidden, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import parse_id

router = frame.router("identity")
Audience = Literal["me", "stewards", "exchanged", "community", "partners", "network", "public"]


class Me(BaseModel):
    """Who the token belongs to, and what it may do."""

    id: str
    handle: str
    name: str
    language: str
    zone: str
    scopes: list[str]


class Profile(BaseModel):
    """Every field one told, and who reads it."""

    name: str
    handle: str
    scope: str
    version: int
    values: dict[str, str]
    audiences: dict[str, str]


class ProfileIn(In):
    """The fields to change; the others stay."""

    name: str | None = Field(None, max_length=80)
    values: dict[str, str] = Field(default_factory=dict, max_length=40)
    audiences: dict[str, Audience] = Field(default_factory=dict, max_length=40)
    scope: Literal["community", "partners", "network", "public"] | None = None


class LookIn(In):
    language: str = Field(max_length=12)
    zone: str = Field(max_length=40)
    look: dict[str, str] = Field(default_factory=dict, max_length=10)


class LogShown(BaseModel):
    items: list[dict[str, Any]]
    next: str | None


class SignInShown(BaseModel):
    id: str
    how: str
    browser: str
    network: str
    since: datetime
    seen_on: date | None
    this_one: bool
    held_until: datetime | None


class SignInsShown(BaseModel):
    items: list[SignInShown]


class TokensShown(BaseModel):
    items: list[dict[str, Any]]


class PersonShown(BaseModel):
    """A person as the caller may see them."""

    id: str
    handle: str
    name: str
    photo: str | None
    fields: dict[str, str]
    folded: list[str]
    communities: list[dict[str, Any]]


class FieldShown(BaseModel):
    key: str
    value: str


class MembersShown(BaseModel):
    items: list[dict[str, Any]]
    next: str | None


class ConsentsShown(BaseModel):
    """Each yes to a use of one's data with its dates and the digest of the sentence that was read."""

    items: list[dict[str, Any]]


class WaitingShown(BaseModel):
    """Sign-ins that wait for a word; the number is only ever on a page."""

    items: list[dict[str, Any]]


@router.get("/me", response_model=Me)
@limit("read")
def me_show(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.own_profile(unit.session, unit.actor)
        return ok(
            unit,
            {
                "id": found.id,
                "handle": found.handle,
                "name": found.name,
                "language": found.language,
                "zone": found.zone,
                "scopes": sorted(unit.actor.token_scopes or ()),
            },
        )


def _may(unit: Unit, right: str) -> None:
    """A token's scopes limit what it does with one's own pages, as anywhere else."""
    unit.signed_in()
    scopes = unit.actor.token_scopes
    enough = {right, f"identity.{right}"} | ({"write", "identity.write"} if right == "read" else set())
    if scopes is not None and not scopes & enough:
        raise Forbidden(
            N_("This token may not do that. Make one with more rights on your own pages."), code="scope"
        )


@router.get("/me/profile", response_model=Profile)
@limit("read")
def profile_show(request: Request) -> Response:
    with read_unit(request) as unit:
        _may(unit, "read")
        return _profile(unit)


def _profile(unit: Unit) -> Response:
    found = queries.own_profile(unit.session, unit.actor)
    audiences = {key: found.audiences.get(key, field.audience.value) for key, field in FIELDS.items()}
    body = {
        "name": found.name,
        "handle": found.handle,
        "scope": found.scope,
        "version": found.version,
        "values": found.values,
        "audiences": audiences,
    }
    return ok(unit, body, etag=str(found.version))


@router.patch("/me/profile", response_model=Profile)
@limit("write")
def profile_change(request: Request, given: ProfileIn) -> Response:
    with write_unit(request) as unit:
        _may(unit, "write")
        if {"mail", "phone"} & set(given.values):
            raise Forbidden(
                N_("Mail and phone are changed on your own pages, where you confirm that it is you."),
                code="confirm_on_page",
            )
        values = dict(given.values)
        if given.name is not None:
            values["name"] = given.name
        commands.change_profile(
            unit.session,
            unit.actor,
            values=values,
            audiences=given.audiences,
            scope=given.scope,
            version=version_demanded(request),
            at=unit.now,
        )
        unit.session.flush()
        return _profile(unit)


class AudiencesIn(In):
    """Who reads which field; what is not named is shown as everywhere."""

    audiences: dict[str, Audience] = Field(max_length=40)


@router.get("/me/communities/{c}/audiences")
@limit("read")
def audiences_show(request: Request, c: str) -> Response:
    """Who reads one's fields in that community, where it differs from everywhere."""
    with read_unit(request) as unit:
        _may(unit, "read")
        return _audiences(unit, inside(unit, c).id)


@router.put("/me/communities/{c}/audiences")
@limit("write")
def audiences_change(request: Request, c: str, given: AudiencesIn) -> Response:
    """Say who reads which field in that community; fields that are not named are shown as everywhere."""
    with write_unit(request) as unit:
        _may(unit, "write")
        here = inside(unit, c)
        commands.change_community_audiences(unit.session, unit.actor, here.id, given.audiences, at=unit.now)
        unit.session.flush()
        return _audiences(unit, here.id)


def _audiences(unit: Unit, community_id: str) -> Response:
    found = queries.own_profile(unit.session, unit.actor, community_id)
    return ok(unit, {"audiences": found.audiences_here, "everywhere": found.audiences})


@router.get("/me/look", response_model=LookIn)
@limit("read")
def look_show(request: Request) -> Response:
    with read_unit(request) as unit:
        _may(unit, "read")
        return _look(unit)


def _look(unit: Unit) -> Response:
    found = queries.own_profile(unit.session, unit.actor)
    body = {"language": found.language, "zone": found.zone, "look": found.look}
    return ok(unit, body, etag=str(found.version))


@router.patch("/me/look", response_model=LookIn)
@limit("write")
def look_change(request: Request, given: LookIn) -> Response:
    with write_unit(request) as unit:
        _may(unit, "write")
        version_demanded(request)
        commands.change_look(
            unit.session, unit.actor, look=given.look, language=given.language, zone=given.zone, at=unit.now
        )
        unit.session.flush()
        return _look(unit)


After = Annotated[str, Query(max_length=1000)]
Many = Annotated[int, Query(ge=1, le=100)]


@router.get("/me/log", response_model=LogShown)
@limit("read")
def log_show(request: Request, after: After = "", limit: Many = 25) -> Response:
    with read_unit(request) as unit:
        _may(unit, "read")
        return page(unit, queries.own_log(unit.session, unit.actor, after=after, limit=limit))


@router.get("/me/tokens", response_model=TokensShown)
@limit("read")
def tokens_show(request: Request) -> Response:
    with read_unit(request) as unit:
        _may(unit, "read")
        return ok(unit, {"items": queries.own_tokens(unit.session, unit.actor, at=unit.now)})


@router.get("/me/consents", response_model=ConsentsShown)
@limit("read")
def consents_show(request: Request) -> Response:
    """What one agreed to and took back. One says yes or no by `scope` of the profile and by `/me/suggestions`."""
    with read_unit(request) as unit:
        _may(unit, "read")
        return ok(unit, {"items": queries.own_consents(unit.session, unit.actor)})


@router.delete("/me/tokens/{id}", status_code=204)
@limit("write")
def token_end(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        _may(unit, "write")
        commands.end_token(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)


@router.get("/me/sign-ins", response_model=SignInsShown)
@limit("read")
def sign_ins_show(request: Request) -> Response:
    with read_unit(request) as unit:
        _may(unit, "read")
        return ok(unit, {"items": queries.own_sign_ins(unit.session, unit.actor, at=unit.now)})


@router.delete("/me/sign-ins/{id}", status_code=204)
@limit("write")
def sign_in_end(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        _may(unit, "write")
        commands.not_me(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)


@router.get("/people/{handle}", response_model=PersonShown)
@limit("read")
def person_show(request: Request, handle: str) -> Response:
    with read_unit(request) as unit:
        _may(unit, "read")
        card = community_queries.person(unit.session, unit.actor, handle, at=unit.now)
        photo = f"/files/{card.photo}/320" if card.photo else None
        return ok(
            unit,
            {
                "id": card.id,
                "handle": card.handle,
                "name": card.name,
                "photo": photo,
                "fields": card.fields,
                "folded": card.folded,
                "communities": card.communities,
            },
        )


@router.post("/people/{handle}/fields/{key}", response_model=FieldShown)
@limit("write")
def field_open(request: Request, handle: str, key: str) -> Response:
    """Opens a folded field; the person finds in their log who did."""
    with write_unit(request) as unit:
        _may(unit, "read")
        if key not in {field.key for field in DETAILS}:
            raise NotFound()
        value = community_commands.open_field(unit.session, unit.actor, handle, key, at=unit.now)
        return ok(unit, {"key": key, "value": value})


@router.put("/people/{handle}/block", status_code=204)
@limit("write")
def block(request: Request, handle: str) -> Response:
    with write_unit(request) as unit:
        _may(unit, "write")
        community_commands.block_person(unit.session, unit.actor, handle, at=unit.now)
        return nothing(unit)


@router.delete("/people/{handle}/block", status_code=204)
@limit("write")
def unblock(request: Request, handle: str) -> Response:
    with write_unit(request) as unit:
        _may(unit, "write")
        community_commands.unblock_person(unit.session, unit.actor, handle, at=unit.now)
        return nothing(unit)


@router.get("/communities/{c}/members", response_model=MembersShown)
@limit("search")
def members_index(
    request: Request,
    c: str,
    q: Annotated[str, Query(max_length=80)] = "",
    role: Annotated[str, Query(max_length=30)] = "",
    skill: Annotated[str, Query(max_length=60)] = "",
    area: Annotated[str, Query(max_length=60)] = "",
    sort: Literal["name", "newest"] = "name",
    after: After = "",
    limit: Many = 25,
) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        community = communities.community_to_see(unit.session, unit.actor, c, at=unit.now)
        filters = community_queries.Filters(q=q, role=role, skill=skill, area=area, sort=sort)
        found = community_queries.members(
            unit.session, unit.actor, community.id, filters, after=after, limit=limit, at=unit.now
        )
        return page(unit, found)


@router.get("/communities/{c}/sign-ins", response_model=WaitingShown)
@limit("read")
def waiting_index(request: Request, c: str) -> Response:
    """What waits for a word. A token never gives one, so for a token the list is refused as on pages."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = communities.community_to_see(unit.session, unit.actor, c, at=unit.now)
        return ok(
            unit, {"items": community_queries.waiting_in(unit.session, unit.actor, community.id, at=unit.now)}
        )
