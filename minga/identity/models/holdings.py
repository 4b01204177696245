"""What the tables of identity hold of people: theirs to take, and what goes with them. Nothing here is a community's."""

from minga.kit.holdings import Holding, register

OWN = ("person_id",)
BETWEEN = "Between two people, of no community."
SECRET = "A way in; it never leaves and goes with the person."

register(
    "identity",
    (
        Holding(table="person", own=("id",), hide=("name_key", "handle_key")),
        Holding(table="contact", own=OWN, goes=True),
        Holding(table="detail", own=OWN, goes=True, hide=("folded",)),
        Holding(table="field_audience", own=OWN, goes=True),
        Holding(table="field_read", own=OWN, goes=True),
        Holding(table="consent", own=OWN),
        Holding(table="block", own=("blocker_id",), goes=True),
        Holding(table="connection", own=("from_id",), party=("to_id",), goes=True, why=BETWEEN),
        Holding(
            table="picture", own=("key=person.photo/id",), within="key=community.photo/id", files=("file",)
        ),
        Holding(table="handle_past", own=OWN),
        Holding(table="operator_grant", own=OWN),
        Holding(table="password", own=OWN, goes=True, hide=("phc",), why=SECRET),
        Holding(table="passkey", own=OWN, goes=True, hide=("credential", "public_key"), why=SECRET),
        Holding(table="recovery_code", own=OWN, goes=True, hide=("hash",), why=SECRET),
        Holding(table="recovery_contact", own=("person_id", "contact_id"), goes=True),
        Holding(table="token", own=OWN, goes=True, hide=("hash",), why=SECRET),
        Holding(table="device", own=OWN, goes=True, hide=("cookie_hash",)),
        Holding(table="sign_in", own=OWN, goes=True, hide=("token_hash", "asked_key")),
        Holding(table="sign_in_approval", own=("sign_in_id/person_id",), party=("approver_id",), goes=True),
        Holding(table="auth_trace", own=OWN, goes=True, hide=("asked_key", "request_id")),
        Holding(table="invite", own=("maker_id",), blank=("label",), hide=("code8",)),
        Holding(table="invite_words", own=("invite_id/maker_id",), goes=True, files=("photo",)),
        Holding(table="invite_use", own=OWN),
        Holding(table="data_request", own=OWN),
        Holding(table="incident", why="A record of whoever runs the node."),
        Holding(table="incident_person", own=OWN),
        Holding(table="invite_key", why="A key of this node."),
        Holding(table="owner_link", why="A link of this node."),
        Holding(table="used_challenge", why="Numbers that were used once."),
    ),
)
