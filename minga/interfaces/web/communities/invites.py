"""Invitations of a community: list, form, one with link and code, the printed card."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.commands import InviteTerms
from minga.identity import commands as identity
from minga.identity.rules.invites import Words
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.forms import Form
from minga.interfaces.web.communities.here import community_here, invite_key, join_link, photo_of
from minga.interfaces.web.page import PageRouter, render
from minga.kit import mail
from minga.kit.errors import Invalid, NotFound, Refused, TooLarge
from minga.kit.i18n import LANGUAGES, N_, translator

router = PageRouter()


@router.get("/c/{c}/invites")
def invites(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        found = queries.invites(
            unit.session, unit.actor, here.id, at=unit.now, after=request.query_params.get("after")
        )
        may = access.may(unit.session, unit.actor, "member.invite", here.id, at=unit.now)
        return render(request, unit, "communities/invites.html", community=here, page=found, may=may)


@router.get("/c/{c}/invites/new")
def new_invite(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        access.require(unit.session, unit.actor, "member.invite", here.id, at=unit.now)
        return _form(request, unit, here)


@router.post("/c/{c}/invites/new")
def make_invite(request: Request, c: str) -> Response:
    form = read_form(request)
    try:
        photo = _photo(request)
        with write_unit(request) as unit:
            here = community_here(unit, c)
            days = form.integer("days", least=1, most=365) or 14
            terms = InviteTerms(
                for_whom=form.get("for_whom"),
                uses_max=form.integer("uses_max", least=1, most=500) or 1,
                expires_at=unit.now + timedelta(days=days),
                at_once=form.get("joining") == "at_once",
                trial_days=form.integer("trial_days", least=0, most=730),
                guest_days=form.integer("guest_days", least=1, most=365),
                role_id=form.get("role_id") or None,
                subgroup_ids=tuple(form.all("subgroups")),
                language=form.get("language"),
            )
            words = _words(form, unit.node.blobs.put(photo) if photo else None)
            made = commands.invite(unit.session, unit.actor, here.id, terms, words=words, at=unit.now)
            return unit.go_to(f"/invites/{made.id}")
    except Refused as refusal:
        if not refusal.fields and refusal.name != "too_many_invites":
            raise
        with read_unit(request) as unit:
            return _form(request, unit, community_here(unit, c), refusal)


def _photo(request: Request) -> bytes | None:
    """The photo that came with the words, written anew before the unit of work begins."""
    sent = read_form(request).file("photo")
    if sent is None:
        return None
    most = request.app.state.node.settings.photo_bytes_max
    try:
        return identity.make_invite_photo(sent.file.read(most + 1), bytes_max=most).data
    except (Invalid, TooLarge) as refusal:
        raise type(refusal)(refusal.text, fields={"photo": refusal}, **refusal.facts) from None


def _words(form: Form, photo: str | None) -> Words:
    return Words(
        greeting=form.get("greeting"),
        gratitude=form.get("gratitude"),
        support=form.get("support"),
        examples=tuple(form.all("examples")),
        fun=form.get("fun"),
        photo=photo,
    )


def _form(request: Request, unit: Unit, here: Any, refusal: Refused | None = None) -> Response:
    may_auto = access.may(unit.session, unit.actor, "member.invite_auto", here.id, at=unit.now)
    roles = (
        [
            (one.id, one.name)
            for one in queries.roles(unit.session, unit.actor, here.id, at=unit.now)
            if not one.built_in
        ]
        if access.may(unit.session, unit.actor, "role.grant", here.id, at=unit.now)
        else []
    )
    groups = [
        (one.id, one.name)
        for one in queries.subgroups(unit.session, unit.actor, here.id, at=unit.now)
        if one.is_member
    ]
    return render(
        request,
        unit,
        "communities/invite_new.html",
        refusal.status if refusal else 200,
        community=here,
        here=here,
        refusal=refusal,
        may_auto=bool(may_auto),
        roles=roles,
        groups=groups,
        languages=[(tag, one.name) for tag, one in LANGUAGES.items()],
    )


@router.get("/invites/{id}")
def invite(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        return _one(request, unit, id)


def _one(request: Request, unit: Unit, id: str, refusal: Refused | None = None) -> Response:
    found = queries.invite(unit.session, unit.actor, invite_key(unit), id, at=unit.now)
    here = queries.community(unit.session, unit.actor, found.community_id, at=unit.now)
    return render(
        request,
        unit,
        "communities/invite.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        invite=found,
        link=join_link(unit, found.token) if found.token else None,
        mail_works=mail.mail_works(unit.node.settings),
    )


@router.get("/invites/{id}/photo")
def invite_photo(request: Request, id: str) -> Response:
    """The photo, for those who see the invitation's page."""
    with read_unit(request) as unit:
        found = queries.invite(unit.session, unit.actor, invite_key(unit), id, at=unit.now)
        return photo_of(unit, found.words)


@router.get("/invites/{id}/card")
def invite_card(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        found = queries.invite(unit.session, unit.actor, invite_key(unit), id, at=unit.now)
        if found.token is None:
            raise NotFound()
        here = queries.community(unit.session, unit.actor, found.community_id, at=unit.now)
        copies = min(10, found.line.uses_max - found.line.uses)
        return render(
            request,
            unit,
            "communities/invite_card.html",
            community=here,
            here=here,
            invite=found,
            link=join_link(unit, found.token),
            copies=copies,
        )


@router.post("/invites/{id}/reissue")
def reissue(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        made = commands.reissue(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(
            f"/invites/{made.id}", said=N_("Here is the new link. The old one and its cards are dead.")
        )


@router.post("/invites/{id}/revocation")
def revoke(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        made = commands.revoke(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/invites/{made.id}", said=N_("Nobody comes in by this invitation any more."))


@router.post("/invites/{id}/words")
def change_words(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        photo = _photo(request)
        with write_unit(request) as unit:
            before = queries.invite(unit.session, unit.actor, invite_key(unit), id, at=unit.now)
            kept = None if form.has("remove_photo") else before.words.photo
            words = _words(form, unit.node.blobs.put(photo) if photo else kept)
            made = commands.change_invite_words(unit.session, unit.actor, id, words, at=unit.now)
            return unit.go_to(f"/invites/{made.id}", said=N_("Saved."))
    except (Invalid, TooLarge) as refusal:
        with read_unit(request) as unit:
            return _one(request, unit, id, refusal)


@router.post("/invites/{id}/mail")
def mail_invite(request: Request, id: str) -> Response:
    """Put the invitation into a letter; only its maker has the link, so only they can send it."""
    form = read_form(request)
    with write_unit(request) as unit:
        found = queries.invite(unit.session, unit.actor, invite_key(unit), id, at=unit.now)
        if found.token is None or not mail.mail_works(unit.node.settings):
            raise NotFound()
        here = queries.community(unit.session, unit.actor, found.community_id, at=unit.now)
        voice = translator(found.language)
        text = voice.gettext(LETTER).format(
            inviter=found.line.maker,
            community=here.name,
            words=found.words.greeting,
            link=join_link(unit, found.token).url,
        )
        subject = voice.gettext(N_("{inviter} invites you to {community}"))
        letter = mail.Letter(
            to=form.get("mail"),
            subject=subject.format(inviter=found.line.maker, community=here.name),
            text=text,
        )
        mail.post(unit.session, letter, kind="invite", at=unit.now)
        return unit.go_to(f"/invites/{id}", said=N_("The invitation is on its way."))


LETTER = N_(
    "{inviter} invites you to {community}.\n\n{words}\n\nOpen this link to come in:\n{link}\n\n"
    "You need no e-mail address. If you did not expect this, do nothing."
)
