"""What the tables of communities hold of people and of a community."""

from minga.kit.holdings import Holding, register

HERE = "community_id"
ANEW = "A tie names another community; it is agreed anew after a move."
TAKEN_IN = "A list of members as it was read in on this node; what came of it is in the members."
TALK = "Talk of those who answer applications and reports; it stays where it was said."

register(
    "communities",
    (
        Holding(table="community", within="id", files=("photo",)),
        Holding(table="lineage", within=HERE),
        Holding(table="slug_past", why="Addresses on this node."),
        Holding(table="membership", own=("person_id",), within=HERE, blank=("sponsor_words",)),
        Holding(
            table="pause",
            own=("membership_id/person_id",),
            within="membership_id/community_id",
            blank=("reason",),
        ),
        Holding(
            table="application",
            own=("person_id",),
            within=HERE,
            blank=("words",),
            leave=("invite_id",),
        ),
        Holding(table="policy", within=HERE),
        Holding(table="role", within=HERE),
        Holding(table="role_capability", within="role_id/community_id"),
        Holding(table="role_grant", own=("membership_id/person_id",), within="membership_id/community_id"),
        Holding(table="second", own=("asked_by_id",), within=HERE, blank=("words",)),
        Holding(
            table="invite_grant",
            own=("invite_id/maker_id",),
            why="Links of invitations hold on this node only.",
        ),
        Holding(table="partnership", why=ANEW),
        Holding(table="tie_gift", why=ANEW),
        Holding(table="tie_terms", why=ANEW),
        Holding(table="community_export", own=("asked_by_id",), why="A file that lay on this node."),
        Holding(table="community_origin", why="It says where this node got the community from."),
        *(Holding(table=name, why=ANEW) for name in ("federation", "seat", "seat_gift")),
        Holding(table="mandate", own=("membership_id/person_id",), why=ANEW),
        Holding(table="device_admission", own=("device_id/person_id",), goes=True),
        Holding(table="device_ask", own=("sign_in_id/person_id",), goes=True),
    ),
)

TRUST = (
    Holding(table="vouch", own=("from_id",), party=("to_id",), within=HERE, blank=("words",)),
    Holding(table="unnamed", own=("membership_id/person_id",), within="membership_id/community_id"),
    Holding(table="branch_cut", own=("asked_by_id",), within=HERE),
    Holding(table="branch_cut_person", party=("membership_id/person_id",), within="cut_id/community_id"),
    Holding(table="branch_cut_undo", own=("asked_by_id",), within="cut_id/community_id"),
)
PEOPLE = (
    Holding(table="keeping", own=("person_id",), within=HERE, leave=("claim_id",)),
    Holding(table="act_consent", own=("person_id",), within=HERE, blank=("note", "paper"), files=("paper",)),
    Holding(
        table="person_merge",
        own=("into_id", "from_id"),
        why="What became whose on this node; it is taken back here or not at all.",
    ),
    Holding(table="household", within=HERE),
    Holding(table="household_seat", own=("membership_id/person_id",), within="household_id/community_id"),
    Holding(table="dependant", within="household_id/community_id"),
    Holding(table="member_export", own=("person_id",), within=HERE),
    Holding(table="member_import", own=("person_id",), why=TAKEN_IN),
    Holding(table="member_import_row", own=("person_id",), goes=True, why=TAKEN_IN),
)
AGREED = (
    Holding(table="agreement", within=HERE),
    Holding(table="agreement_version", within="agreement_id/community_id"),
    Holding(table="agreement_text", within="version_id/agreement_id/community_id"),
    Holding(table="agreement_acceptance", own=("person_id",), within="version_id/agreement_id/community_id"),
    Holding(table="question_version", within=HERE),
    Holding(
        table="application_answer",
        own=("application_id/person_id",),
        within="application_id/community_id",
        goes=True,
    ),
    Holding(table="application_note", own=("by_id",), blank=("words",), why=TALK),
    Holding(table="closing", own=("asked_by_id",), within=HERE),
    Holding(
        table="closing_objection", own=("person_id",), within="closing_id/community_id", blank=("words",)
    ),
)
MODERATED = (
    Holding(table="report", own=("by_id",), why=TALK),
    Holding(table="report_step", own=("by_id",), blank=("words",), why=TALK),
    Holding(table="hidden", within=HERE, leave=("report_id",)),
)

register("communities", (*TRUST, *PEOPLE, *AGREED, *MODERATED))
