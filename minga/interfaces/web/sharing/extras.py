"""Fields that categories add: as a form asks for them, and as a page says what they hold."""

from collections.abc import Callable
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from minga.interfaces.http import Unit
from minga.kit.formats import Formats
from minga.kit.i18n import N_
from minga.sharing import queries
from minga.sharing.rules import Direction
from minga.sharing.rules.fields import YES, FieldKind, FieldName

Asked = tuple[str, str, str, list[tuple[str, str]]]


def asked(
    unit: Unit, community_id: str, direction: Direction, language: str
) -> list[tuple[str, list[Asked]]]:
    """By category: the fields that a listing of this direction may fill in."""
    by_category = queries.fields_for(unit.session, unit.actor, community_id)
    if not by_category:
        return []
    found = []
    for one in queries.categories(unit.session, unit.actor, community_id):
        fields = [field for field in by_category.get(one.id, []) if field.concerns(direction)]
        if fields:
            found.append((one.label(language), [_asked(field, language) for field in fields]))
    return found


def _asked(field: FieldName, language: str) -> Asked:
    options = [(choice, choice) for choice in field.choices]
    return f"extra_{field.id}", field.label(language), field.kind.value, options


def typed_extra(unit: Unit, found: queries.Detail) -> dict[str, list[str]]:
    """What one would type to say the same."""
    fields = _fields(unit, found)
    return {f"extra_{fields[key].id}": [value] for key, value in found.extra if key in fields}


def said_extra(
    unit: Unit, found: queries.Detail, formats: Formats, say: Callable[[str], str], language: str
) -> list[tuple[str, Any]]:
    """What the listing says in its category's fields, as (word, value) pairs; a field that is gone says it under its key."""
    if not found.extra:
        return []
    fields = _fields(unit, found)
    shown: list[tuple[str, Any]] = []
    for key, value in found.extra:
        field = fields.get(key)
        shown.append((field.label(language) if field else key, _value(field, value, formats, say)))
    return shown


def _value(field: FieldName | None, value: str, formats: Formats, say: Callable[[str], str]) -> Any:
    kind = field.kind if field else FieldKind.TEXT
    if kind is FieldKind.DATE:
        return formats.date(date.fromisoformat(value))
    if kind is FieldKind.YES_NO:
        return say(N_("Yes")) if value == YES else say(N_("No"))
    if kind is FieldKind.LINK:
        return Markup('<a href="{0}" rel="nofollow noopener noreferrer">{0}</a>').format(escape(value))
    return value


def _fields(unit: Unit, found: queries.Detail) -> dict[str, FieldName]:
    if not found.card.category_id:
        return {}
    by_category = queries.fields_for(unit.session, unit.actor, found.card.community_id)
    return {field.key: field for field in by_category.get(found.card.category_id, [])}
