"""What can be done in communities over REST. Roles are given on pages only: no token ever carries that."""

from datetime import date, datetime
from typing import Any

from fastapi import Request, Response
from pydantic import Field

from minga.communities import commands, queries
from minga.communities.commands import CommunityWords, InviteTerms, Joined
from minga.communities.rules import JoiningMode
from minga.identity import commands as identity
from minga.identity.rules.invites import Words
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import inside
from minga.interfaces.api.frame import Demanded, In, limit, nothing, ok, page, version_demanded
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.i18n import N_
from minga.kit.qr import qr_svg

router = frame.router("communities")


class CommunityIn(In):
    name: str
    slug: str = ""
    template: str = "other"
    purpose: str = ""
    language: str = "en"
    zone: str = "UTC"
    currency: str | None = None
    joining: str | None = None


class CommunityChange(In):
    name: str | None = None
    slug: str | None = None
    purpose: str | None = None
    description: str | None = None
    contact: str | None = None
    notice: str | None = None
    language: str | None = None
    zone: str | None = None


class WordsIn(In):
    greeting: str = ""
    gratitude: str = ""
    support: str = ""
    examples: list[str] = Field(default_factory=list, max_length=3)
    fun: str = ""


class InviteIn(In):
    for_whom: str = ""
    uses_max: int = 1
    expires_at: datetime | None = None
    at_once: bool = False
    trial_days: int | None = None
    guest_days: int | None = None
    subgroups: list[str] = Field(default_factory=list, max_length=50)
    language: str = ""
    words: WordsIn = WordsIn()


class ApplicationIn(In):
    """`answers` by the id of the question's version; `agreed`: versions of what is agreed that are accepted."""

    words: str = ""
    answers: dict[str, list[str]] = Field(default_factory=dict, max_length=12)
    agreed: list[str] = Field(default_factory=list, max_length=50)


class NoteIn(In):
    words: str
    to_applicant: bool = True


class AnswerIn(In):
    accept: bool
    reason: str = ""
    sponsor: str = Field(default="", max_length=31)


class SponsorIn(In):
    sponsor: str = Field(max_length=31)
    reason: str = Field(max_length=500)


class PolicyIn(In):
    value: str | int | bool
    note: str = ""
    urgent: bool = False


class SubgroupIn(In):
    name: str
    slug: str = ""
    purpose: str = ""
    mode: JoiningMode = JoiningMode.OPEN
    stewards: list[str] = Field(default_factory=list, max_length=50)


class TrialIn(In):
    until_on: date


@router.post("/communities", status_code=201)
@limit("write")
def found(request: Request, body: CommunityIn) -> Response:
    """Found a community; the caller becomes its first steward."""
    with write_unit(request) as unit:
        made = commands.found(unit.session, unit.actor, at=unit.now, **body.model_dump())
        shown = queries.community(unit.session, unit.actor, made.id, at=unit.now)
        return ok(unit, shown, status=201, etag=str(made.version))


@router.patch("/communities/{c}")
@limit("write")
def change(request: Request, c: str, body: CommunityChange) -> Response:
    """Change words and address; send If-Match."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        words = CommunityWords(**body.model_dump())
        version = version_demanded(request)
        made = commands.edit_community(unit.session, unit.actor, here.id, words, version=version, at=unit.now)
        shown = queries.community(unit.session, unit.actor, made.id, at=unit.now)
        return ok(unit, shown, etag=str(made.version))


@router.post("/communities/{c}/leave", status_code=204)
@limit("write")
def leave(request: Request, c: str) -> Response:
    """Leave a community and every group in it."""
    with write_unit(request) as unit:
        commands.leave(unit.session, unit.actor, inside(unit, c).id, at=unit.now)
        return nothing(unit)


@router.get("/communities/{c}/invites")
@limit("read")
def invites(request: Request, c: str, after: str | None = None, limit: int | None = None) -> Response:
    """One's own invitations; all of them for those who answer applications. Links are shown one by one."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        return page(
            unit,
            queries.invites(unit.session, unit.actor, here.id, at=unit.now, after=after, limit=limit),
        )


@router.post("/communities/{c}/invites", status_code=201)
@limit("write")
def invite(request: Request, c: str, body: InviteIn) -> Response:
    """Make an invitation; the answer carries its link."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        terms = InviteTerms(
            for_whom=body.for_whom,
            uses_max=body.uses_max,
            expires_at=body.expires_at,
            at_once=body.at_once,
            trial_days=body.trial_days,
            guest_days=body.guest_days,
            subgroup_ids=tuple(body.subgroups),
            language=body.language,
        )
        words = Words(**{**body.words.model_dump(), "examples": tuple(body.words.examples)})
        made = commands.invite(unit.session, unit.actor, here.id, terms, words=words, at=unit.now)
        return ok(unit, _invite_out(unit, made.id), status=201, etag=str(made.version))


@router.get("/invites/{id}")
@limit("read")
def one_invite(request: Request, id: str) -> Response:
    """One invitation, with its link for whoever made it."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, _invite_out(unit, id))


@router.get("/invites/{id}/qr.svg")
@limit("read")
def invite_code(request: Request, id: str) -> Response:
    """The link as a code for a camera, for whoever made the invitation."""
    with read_unit(request) as unit:
        unit.signed_in()
        url = _invite_out(unit, id)["url"]
        return Response(qr_svg(url) if url else "", 200 if url else 404, media_type="image/svg+xml")


@router.post("/invites/{id}/reissue")
@limit("write")
def reissue(request: Request, id: str) -> Response:
    """Give an invitation a new link; the old one dies."""
    with write_unit(request) as unit:
        made = commands.reissue(unit.session, unit.actor, id, at=unit.now)
        return ok(unit, _invite_out(unit, made.id), etag=str(made.version))


@router.post("/invites/{id}/revocation", status_code=204)
@limit("write")
def revoke(request: Request, id: str) -> Response:
    """Close an invitation."""
    with write_unit(request) as unit:
        commands.revoke(unit.session, unit.actor, id, at=unit.now)
        return nothing(unit)


def _invite_out(unit: Unit, id: str) -> dict[str, Any]:
    key = identity.invite_key(unit.session, unit.node.settings.secret)
    found = queries.invite(unit.session, unit.actor, key, id, at=unit.now)
    url = f"{unit.node.settings.site_url}/join/{found.token}" if found.token else None
    return {
        "id": found.line.id,
        "community_id": found.community_id,
        "for_whom": found.line.for_whom,
        "state": found.line.state,
        "at_once": found.line.at_once,
        "uses": found.line.uses,
        "uses_max": found.line.uses_max,
        "expires_at": found.line.expires_at,
        "trial_days": found.trial_days,
        "guest_days": found.guest_days,
        "words": found.words,
        "url": url,
        "qr_svg_url": f"/api/v1/invites/{found.line.id}/qr.svg" if url else None,
    }


@router.post("/communities/{c}/applications", status_code=201)
@limit("write")
def apply(request: Request, c: str, body: ApplicationIn) -> Response:
    """Ask to join where that is possible; through an open door one is a member at once."""
    with write_unit(request) as unit:
        unit.signed_in()
        here = queries.community(unit.session, unit.actor, c, at=unit.now)
        joined = commands.apply(
            unit.session,
            unit.actor,
            here.id,
            words=body.words,
            answers=body.answers,
            agreed=body.agreed,
            at=unit.now,
        )
        return ok(unit, _joined_out(joined), status=201)


def _joined_out(joined: Joined) -> dict[str, Any]:
    return {
        "community_id": joined.community.id,
        "membership_id": joined.membership.id if joined.membership else None,
        "application_id": joined.application.id if joined.application else None,
    }


@router.post("/applications/{id}/answer")
@limit("write")
def answer(request: Request, id: str, body: AnswerIn) -> Response:
    """Say yes or no to somebody who wants to join."""
    with write_unit(request) as unit:
        commands.answer(
            unit.session,
            unit.actor,
            id,
            accept=body.accept,
            reason=body.reason,
            sponsor=body.sponsor,
            at=unit.now,
        )
        return ok(unit, queries.application(unit.session, unit.actor, id, at=unit.now))


@router.post("/applications/{id}/question", status_code=201)
@limit("write")
def write_note(request: Request, id: str, body: NoteIn) -> Response:
    """Ask the applicant back, answer that as the applicant, or leave a note for the other welcomers."""
    with write_unit(request) as unit:
        commands.write_note(
            unit.session, unit.actor, id, body.words, to_applicant=body.to_applicant, at=unit.now
        )
        found = queries.notes_of(unit.session, unit.actor, id, at=unit.now)
        return ok(unit, {"items": found, "next": None}, status=201)


@router.post("/applications/{id}/withdrawal", status_code=204)
@limit("write")
def withdraw(request: Request, id: str) -> Response:
    """Take one's own application back."""
    with write_unit(request) as unit:
        commands.withdraw_application(unit.session, unit.actor, id, at=unit.now)
        return nothing(unit)


@router.put("/communities/{c}/policies/{key}")
@limit("write")
def set_policy(request: Request, c: str, key: str, body: PolicyIn) -> Response:
    """Ask to change a rule; send If-Match. Answers the act, which may wait for a second person."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        tag = request.headers.get("if-match", "").strip('" ')
        if not tag:
            raise Demanded(
                N_("Send If-Match with the ETag that you were given, so that nobody's change is lost.")
            )
        asked = commands.set_policy(
            unit.session,
            unit.actor,
            here.id,
            key,
            body.value,
            note=body.note,
            urgent=body.urgent,
            seen="" if tag == "none" else tag,
            at=unit.now,
        )
        return ok(unit, {"second_id": asked.id, "agreed": asked.agreed, "until_at": asked.until_at})


@router.post("/communities/{c}/subgroups", status_code=201)
@limit("write")
def found_subgroup(request: Request, c: str, body: SubgroupIn) -> Response:
    """Found a group in a community."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        made = commands.found_subgroup(
            unit.session,
            unit.actor,
            here.id,
            name=body.name,
            slug=body.slug,
            purpose=body.purpose,
            mode=body.mode,
            steward_ids=tuple(body.stewards),
            at=unit.now,
        )
        return ok(unit, queries.community(unit.session, unit.actor, made.id, at=unit.now), status=201)


@router.post("/memberships/{id}/full")
@limit("write")
def make_full(request: Request, id: str) -> Response:
    """End a trial by a welcomer's word."""
    with write_unit(request) as unit:
        commands.make_full(unit.session, unit.actor, id, at=unit.now)
        return ok(unit, queries.member(unit.session, unit.actor, id, at=unit.now))


@router.post("/memberships/{id}/trial")
@limit("write")
def extend_trial(request: Request, id: str, body: TrialIn) -> Response:
    """Let a trial last longer."""
    with write_unit(request) as unit:
        commands.extend_trial(unit.session, unit.actor, id, until_on=body.until_on, at=unit.now)
        return ok(unit, queries.member(unit.session, unit.actor, id, at=unit.now))


@router.post("/memberships/{id}/sponsor")
@limit("write")
def change_sponsor(request: Request, id: str, body: SponsorIn) -> Response:
    """Let somebody else stand for a member, with a reason that both read."""
    with write_unit(request) as unit:
        commands.change_sponsor(unit.session, unit.actor, id, body.sponsor, reason=body.reason, at=unit.now)
        return ok(unit, queries.member(unit.session, unit.actor, id, at=unit.now))


@router.post("/memberships/{id}/resumption", status_code=204)
@limit("write")
def resume(request: Request, id: str) -> Response:
    """End a rest."""
    with write_unit(request) as unit:
        commands.resume(unit.session, unit.actor, id, at=unit.now)
        return nothing(unit)


@router.post("/seconds/{id}/yes")
@limit("write")
def agree(request: Request, id: str) -> Response:
    """Agree to what somebody else asked for."""
    with write_unit(request) as unit:
        commands.agree(unit.session, unit.actor, id, at=unit.now)
        return ok(unit, queries.second(unit.session, unit.actor, id, at=unit.now))


@router.post("/seconds/{id}/no")
@limit("write")
def refuse(request: Request, id: str) -> Response:
    """Refuse what somebody else asked for."""
    with write_unit(request) as unit:
        commands.refuse(unit.session, unit.actor, id, at=unit.now)
        return ok(unit, queries.second(unit.session, unit.actor, id, at=unit.now))
