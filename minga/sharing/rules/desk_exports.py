"""What those at the desk of a library take out as a table, and its columns. Pure."""

from enum import StrEnum

from minga.kit.i18n import N_
from minga.sharing.rules.own_exports import LOAN_COLUMNS


class DeskTable(StrEnum):
    """What is taken out."""

    LOANS = "loans"
    RESERVATIONS = "reservations"
    WAITING = "waiting"
    ASKS = "asks"


DESK_TABLE_WORDS = {
    DeskTable.LOANS: N_("What is out, with whom"),
    DeskTable.RESERVATIONS: N_("What is reserved"),
    DeskTable.WAITING: N_("Who waits for what"),
    DeskTable.ASKS: N_("What is asked for and not answered yet"),
}
_WHO = ("number", "title", "name", "handle")
DESK_COLUMNS: dict[DeskTable, tuple[str, ...]] = {
    DeskTable.LOANS: LOAN_COLUMNS,
    DeskTable.RESERVATIONS: ("reservation", *_WHO, "copy", "from_at", "until_at", "state"),
    DeskTable.WAITING: ("hold", *_WHO, "since_at", "ready_at", "ready_until"),
    DeskTable.ASKS: ("ask", *_WHO, "copies", "from_at", "until_at", "sent_at", "lapses_at"),
}
