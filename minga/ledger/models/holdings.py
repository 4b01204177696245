"""What the tables of the ledger hold: a member's own lines, and the whole book of a community."""

from minga.kit.holdings import Holding, register

MINE = "account_id=account_owner.account_id/owner_id"
BOOK = "book_id/community_id"

register(
    "ledger",
    (
        Holding(table="unit", within="community_id"),
        Holding(table="book", within="community_id"),
        Holding(table="period", within=BOOK),
        Holding(table="account", own=("id=account_owner.account_id/owner_id",), within=BOOK),
        Holding(table="account_owner", own=("owner_id",), within=BOOK),
        Holding(table="balance", own=(MINE,), why="The database adds it up from the lines."),
        Holding(table="limit_change", within="account_id/" + BOOK),
        Holding(
            table="memo",
            own=("id=entry.memo_id/actor_id",),
            within="id=entry.memo_id/" + BOOK,
            blank=("text", "salt"),
        ),
        Holding(
            table="entry",
            own=("actor_id",),
            party=("id=line.entry_id/" + MINE,),
            within=BOOK,
            hide=("applying",),
        ),
        Holding(table="line", own=(MINE,), within="entry_id/" + BOOK),
        Holding(table="ledger_seal", within=BOOK),
        Holding(table="ledger_check", why="It is found anew by the next recount."),
        Holding(
            table="payment_ask",
            own=("asker_id",),
            party=("payer_id",),
            within="community_id",
            blank=("words",),
        ),
    ),
)
