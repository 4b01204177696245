"""One membership: standing, sponsor, roles, and what stewards and welcomers do about it."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.interfaces.http import read_form, read_unit, write_unit
from minga.interfaces.web.communities.roles import WAITS
from minga.interfaces.web.page import PageRouter, render
from minga.kit.i18n import N_
from minga.kit.typed import read_date

router = PageRouter()


@router.get("/members/{id}")
def member(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        found = queries.member(unit.session, unit.actor, id, at=unit.now)
        here = access.place_of(unit.session, unit.actor, found.community_id, at=unit.now)
        may = {
            name: access.may(
                unit.session,
                unit.actor,
                name,
                found.community_id,
                at=unit.now,
                seconded=True,
                concerning=found.person_id,
            )
            for name in ("application.answer", "member.pause")
        }
        return render(request, unit, "communities/member.html", community=here, found=found, may=may)


@router.post("/members/{id}/full")
def make_full(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.make_full(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/members/{id}", said=N_("The trial is over. They are a full member."))


@router.post("/members/{id}/trial")
def extend_trial(request: Request, id: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        until_on = read_date(form.get("until_on"), unit.now.date())
        commands.extend_trial(unit.session, unit.actor, id, until_on=until_on, at=unit.now)
        return unit.go_to(f"/members/{id}", said=N_("The trial lasts longer."))


@router.post("/members/{id}/sponsor")
def change_sponsor(request: Request, id: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        commands.change_sponsor(
            unit.session, unit.actor, id, form.get("sponsor"), reason=form.get("reason"), at=unit.now
        )
        return unit.go_to(f"/members/{id}", said=N_("Somebody else stands for them now. They are told."))


@router.post("/members/{id}/pause")
def pause(request: Request, id: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        asked = commands.pause_member(
            unit.session,
            unit.actor,
            id,
            until_on=read_date(form.get("until_on"), unit.now.date()),
            reason=form.get("reason"),
            at=unit.now,
        )
        if asked.agreed:
            return unit.go_to(f"/members/{id}", said=N_("Done."))
        return unit.go_to(f"/seconds/{asked.id}", said=WAITS)


@router.post("/members/{id}/resumption")
def resume(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.resume(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to("/me/communities", said=N_("The rest is over."))
