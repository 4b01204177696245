"""The questions of a community to whoever applies: the list, one more, wording one anew, taking one away."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.rules.questions import KIND_WORDS, QUESTIONS_MAX, Asked, QuestionKind
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.asking import languages_of
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import LANGUAGES, N_

router = PageRouter()


@router.get("/c/{c}/joining-questions", limit="read")
def questions(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit, c)


def _page(request: Request, unit: Unit, c: str, refusal: Refused | None = None) -> Response:
    here = community_here(unit, c)
    found = queries.questions(
        unit.session, unit.actor, here.id, languages=languages_of(request, unit, here.language), at=unit.now
    )
    may = access.may(unit.session, unit.actor, "community.edit", here.id, at=unit.now)
    return render(
        request,
        unit,
        "communities/questions.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        questions=found,
        may=may,
        kinds=[(kind.value, words) for kind, words in KIND_WORDS.items()],
        languages=[(tag, one.name) for tag, one in LANGUAGES.items()],
        room=len(found) < QUESTIONS_MAX,
    )


@router.post("/c/{c}/joining-questions")
def add(request: Request, c: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            commands.add_question(unit.session, unit.actor, here.id, _asked(form), at=unit.now)
            return unit.go_to(f"/c/{c}/joining-questions", said=N_("The question is asked from now on."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, c, refusal)


@router.post("/c/{c}/joining-questions/{id}")
def change(request: Request, c: str, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            community_here(unit, c)
            position = form.integer("position", least=1, most=QUESTIONS_MAX) or 0
            asked = _asked(form)
            commands.change_question(unit.session, unit.actor, id, asked, position=position, at=unit.now)
            return unit.go_to(
                f"/c/{c}/joining-questions", said=N_("The question is asked like this from now on.")
            )
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, c, refusal)


@router.post("/c/{c}/joining-questions/{id}/end")
def end(request: Request, c: str, id: str) -> Response:
    with write_unit(request) as unit:
        community_here(unit, c)
        commands.end_question(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/c/{c}/joining-questions", said=N_("It is not asked any more."))


def _asked(form: Form) -> Asked:
    """The question of a form; words and choices are typed once for each language."""
    kind = form.get("kind") or QuestionKind.TEXT
    if kind not in list(QuestionKind):
        sentence = N_("Choose from the list.")
        raise Invalid(sentence, fields={"kind": sentence})
    words = {tag: form.get(f"words-{tag}") for tag in LANGUAGES if form.get(f"words-{tag}")}
    if not words:
        sentence = N_("Please fill this in.")
        raise Invalid(sentence, fields={f"words-{next(iter(LANGUAGES))}": sentence})
    choices = {tag: form.raw(f"choices-{tag}").splitlines() for tag in words}
    return Asked(QuestionKind(kind), words, form.has("required"), choices)
