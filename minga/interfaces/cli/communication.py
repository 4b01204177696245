"""What waits for somebody, on the command line."""

from datetime import date
from typing import Any

from minga.interfaces.cli.frame import Context, cli_unit, group
from minga.interfaces.cli.options import WrongUse

needs = group("needs", "What waits for somebody.")


@needs.command()
def needs_you(context: Context) -> None:
    """Lists what waits for somebody, most urgent first.

    Example: minga needs --as ana
    """
    from minga.communication import queries
    from minga.kit.i18n import choose_language, translator
    from minga.kit.refs import address_of

    with cli_unit(context) as unit:
        if not unit.actor.signed_in:
            raise WrongUse("Say whose: --as HANDLE")
        voice = translator(choose_language(unit.frame.options.lang, None, ""))
        lines = queries.waiting_for(unit.session, unit.actor, at=unit.now)
        rows = [
            {
                "kind": line.kind,
                "what": str(voice.said(line.title, **_said(voice, line.facts))),
                "due_at": line.due_at,
                "url": address_of(line.ref),
                "about": str(line.ref),
            }
            for line in lines
        ]
        columns = {"kind": "Kind", "what": "What", "due_at": "Due", "url": "Where"}
        unit.screen.rows("needs", rows, columns, "Nothing waits. Good.")


def _said(voice: Any, facts: Any) -> dict[str, Any]:
    return {key: voice.day(value) if type(value) is date else value for key, value in facts.items()}
