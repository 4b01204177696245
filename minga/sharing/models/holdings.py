"""What the tables of sharing hold of people and of a community, except pools."""

from minga.kit.holdings import Holding, register

HERE, ROOT = "community_id", "listing_id/root_id"
OWNER = ("listing_id/owner_id",)
PLACE = "Where somebody is, for the person and those they tell."
NEED = "What somebody needs to take part is told to nobody."
CALLER = "Sealed under this node's key, for those who answer the phone."
SEARCH = "A person's own wishes and links."
BETWEEN = "exchange_id/listing_id/root_id"


def _hangs(table: str, *blank: str, **more: object) -> Holding:
    """What belongs to a listing alone."""
    return Holding(table=table, own=OWNER, within=ROOT, blank=blank, **more)  # type: ignore[arg-type]


LISTINGS = (
    Holding(table="category", within=HERE, shipped=HERE),
    Holding(table="category_alias", within="category_id/community_id"),
    Holding(table="category_field", within="category_id/community_id"),
    Holding(table="skill", within=HERE),
    Holding(table="place", within=HERE),
    Holding(table="listing_number", within="root_id"),
    Holding(table="import_batch", own=("person_id",), within=HERE, blank=("name",)),
    Holding(
        table="listing",
        own=("owner_id",),
        party=("entered_by_id",),
        within="root_id",
        blank=("description", "place"),
        scrub=("title",),
    ),
    _hangs("listing_cell", goes=True),
    Holding(table="listing_point", own=OWNER, goes=True, why=PLACE),
    _hangs("listing_extra", goes=True),
    Holding(table="listing_help", own=OWNER, within=ROOT, blank=("reach",), leave=("reach",), hide=()),
    _hangs("listing_item"),
    _hangs("listing_job", "deliverable"),
    _hangs("listing_lending"),
    _hangs("listing_named", goes=True),
    _hangs("listing_narrowing"),
    _hangs("listing_nearness"),
    _hangs("listing_repeat"),
    _hangs("listing_service"),
    _hangs("listing_skill"),
    _hangs("listing_skill_named"),
    _hangs("listing_space", "house_rules", "access_note"),
    _hangs("listing_time"),
    Holding(table="listing_without", own=OWNER, goes=True, why="Whom an owner left out is told to nobody."),
    _hangs("listing_words", goes=True, hide=("n",)),
    _hangs("out_of_use", "reason"),
    _hangs("photo", goes=True, files=("blob", "small")),
    Holding(table="listing_draw", within=ROOT),
    Holding(table="listing_draw_secret", why="Sealed under this node's key until the draw."),
    Holding(table="person_cell", own=("person_id",), goes=True, why=PLACE),
    Holding(table="feed", own=("person_id",), goes=True, hide=("token_hash", "address"), why=SEARCH),
    Holding(table="saved_search", own=("person_id",), goes=True, why=SEARCH),
)

EXCHANGES = (
    Holding(
        table="ask",
        own=("person_id",),
        party=("owner_id",),
        within=ROOT,
        blank=("words",),
    ),
    Holding(
        table="ask_counter", own=("ask_id/person_id",), party=("ask_id/owner_id",), within="ask_id/" + ROOT
    ),
    Holding(table="hold", own=("person_id",), within=ROOT),
    Holding(table="reservation", own=("person_id",), within=ROOT),
    Holding(table="exemption", own=("person_id",), within=HERE, blank=("reason",)),
    Holding(table="exchange", own=("provider_id", "receiver_id"), within=ROOT, scrub=("why",)),
    Holding(table="leg", own=("giver_id", "taker_id"), within=BETWEEN, leave=("is_cross",)),
    Holding(table="exchange_amount", own=("payer_id", "payee_id"), within=BETWEEN),
    Holding(
        table="exchange_sent_back",
        party=("exchange_id/provider_id", "exchange_id/receiver_id"),
        within=BETWEEN,
    ),
    Holding(
        table="handover",
        own=("exchange_id/provider_id", "exchange_id/receiver_id"),
        within=BETWEEN,
        blank=("place", "note"),
    ),
    Holding(table="no_show", own=("by_id",), party=("about_id",), within=BETWEEN, blank=("words",)),
    Holding(
        table="feedback", own=("by_id",), within=BETWEEN, blank=("note", "thanks"), leave=("note", "thanks")
    ),
    Holding(
        table="contact_share", own=("from_id",), goes=True, why="A number told by one person to another."
    ),
    Holding(table="passed_on", own=("from_id", "to_id"), within=ROOT),
    Holding(table="loan", own=("lender_id", "borrower_id"), within=ROOT, scrub=("words_back",)),
    Holding(
        table="loan_deposit",
        own=("loan_id/lender_id", "loan_id/borrower_id"),
        within="loan_id/" + ROOT,
        scrub=("wished_words",),
    ),
    Holding(table="renewal", own=("by_id",), within="loan_id/" + ROOT),
    Holding(table="dispute", own=("opened_by_id",), within=BETWEEN, blank=("words",)),
    Holding(table="dispute_end", own=("by_id",), within="dispute_id/" + BETWEEN, scrub=("words",)),
    Holding(table="dispute_mediator", own=("person_id",), within="dispute_id/" + BETWEEN),
)

LESSONS = (
    Holding(table="lesson", own=OWNER, within=ROOT, blank=("place", "note")),
    Holding(table="lesson_place", own=("person_id",), within="lesson_id/" + ROOT),
    Holding(table="access_need", own=("person_id",), goes=True, hide=("sealed",), why=NEED),
    Holding(table="access_consent", own=("person_id",), goes=True, why=NEED),
)

DISPATCH = (
    Holding(
        table="dispatch_case", own=("dispatcher_id",), why=CALLER, hide=("caller", "reach", "phone_tail")
    ),
    Holding(table="dispatch_contact", own=("by_id",), why=CALLER, hide=("note",)),
    Holding(table="dispatch_round", own=("by_id",), within=ROOT),
    Holding(table="dispatch_question", own=("person_id",), within=ROOT),
    Holding(table="dispatch_not_asked", own=("person_id",), within=HERE, goes=True),
    Holding(table="intake", why=CALLER),
)

register("sharing", (*LISTINGS, *EXCHANGES, *LESSONS, *DISPATCH))
