"""What somebody takes out of sharing besides listings: which tables there are, with their columns. Pure."""

from enum import StrEnum

from minga.kit.i18n import N_


class OwnTable(StrEnum):
    """What of one's own is taken out as a table."""

    EXCHANGES = "exchanges"
    ASKS = "asks"
    RESERVATIONS = "reservations"


OWN_TABLE_WORDS = {
    OwnTable.EXCHANGES: N_("What I agreed on with others, loans among it"),
    OwnTable.ASKS: N_("What I asked for, and what I was asked"),
    OwnTable.RESERVATIONS: N_("What I reserved"),
}
OWN_COLUMNS: dict[OwnTable, tuple[str, ...]] = {
    OwnTable.EXCHANGES: (
        "exchange",
        "title",
        "kind",
        "side",
        "other",
        "agreed_at",
        "started_at",
        "completed_at",
        "cancelled_at",
        "lent_on",
        "due_on",
        "returned_on",
        "url",
    ),
    OwnTable.ASKS: (
        "ask",
        "title",
        "side",
        "words",
        "asked_by",
        "sent_at",
        "answered_at",
        "answer",
        "withdrawn_at",
        "lapsed_at",
        "url",
    ),
    OwnTable.RESERVATIONS: ("reservation", "title", "copies", "from_at", "until_at", "ended_at", "url"),
}
LOAN_COLUMNS = (
    "loan",
    "number",
    "copy",
    "title",
    "borrower",
    "handle",
    "lent_on",
    "due_on",
    "late",
    "brought_back",
)
"""The columns of what is out of a library, as its desk lists it."""
