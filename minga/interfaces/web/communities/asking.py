"""What forms of joining share: answers by question, and the reader's languages in order."""

from typing import Any

from starlette.requests import Request

from minga.interfaces.http import Form, Unit
from minga.interfaces.web.page import voice_of


def answers_in(form: Form) -> dict[str, list[str]]:
    """What was typed or ticked for each question, by the id of its version."""
    names = {key[2:] for key, _ in form.fields if key.startswith("q-")}
    return {name: form.all(f"q-{name}") for name in names}


def languages_of(request: Request, unit: Unit, community: Any = None) -> tuple[str, ...]:
    """The reader's language, then the community's, then English."""
    return tuple(
        dict.fromkeys(
            [voice_of(request, unit, community).language.tag, *([community] if community else []), "en"]
        )
    )
