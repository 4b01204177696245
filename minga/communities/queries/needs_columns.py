"""What every question about waiting things answers, so that they fit into one statement."""

from typing import Any

from sqlalchemy import ColumnElement, literal


def columns(
    kind: str, id: Any, community_id: Any, since_at: Any, due_at: Any, one: Any, other: Any
) -> tuple[ColumnElement[Any], ...]:
    """What every arm answers: its kind, what it is about, from when until when (empty columns: never), two words."""
    return (
        literal(kind).label("kind"),
        id.label("id"),
        community_id.label("community_id"),
        since_at.label("since_at"),
        due_at.label("due_at"),
        one.label("one"),
        other.label("other"),
    )
