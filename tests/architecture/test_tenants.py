"""A community is the tenant: every table of a domain belongs to one, but for those that are listed here with their reason."""

from tests.architecture.test_tables import DOMAIN, TABLES

OF_A_PERSON = "belongs to a person of the node, who may live in several communities or in none"
OF_THE_NODE = "belongs to the machine: keys, doors, pictures by their hash, words counted over everything"
OF_A_LISTING = "is worked out from one listing and goes with it; it holds its id and no words"
OF_AN_EVENT = "belongs to an event, which names its community itself"
OF_AN_ENTRY = "belongs to one entry of a community's book, which points to it"

WITHOUT = {
    OF_A_PERSON: """access_need auth_trace block connection contact data_request detail device field_read handle_past need_put_off notice_choice notice_times operator_grant
        passkey password person person_cell person_skill recovery_code recovery_contact sign_in suggestion_not_useful
        suggestions_off""",
    OF_THE_NODE: """gram_count incident incident_person invite invite_key invite_use invite_words job letter_out owner_link picture repeat schedule
        used_challenge""",
    OF_A_LISTING: "listing_concept listing_gram listing_vector suggestion",
    OF_AN_EVENT: "chain_head event_attempt event_receipt event_undelivered seal",
    OF_AN_ENTRY: "memo",
}
"""Invites are doors of the node; what they open in a community stands in `invite_grant`."""


def tenants() -> set[str]:
    """Tables with a community of their own, or with a row above them that has one."""
    found = {"community"} | {name for name, table in TABLES.items() if "community_id" in table.columns}
    while more := {
        name
        for name, table in TABLES.items()
        if name not in found and any(key.column.table.name in found for key in table.foreign_keys)
    }:
        found |= more
    return found


def test_every_table_of_a_domain_belongs_to_a_community_or_is_listed_with_its_reason() -> None:
    listed = [name for names in WITHOUT.values() for name in names.split()]
    assert len(listed) == len(set(listed))
    assert set(TABLES) - tenants() == set(listed)


def test_no_table_of_communities_or_sharing_is_left_out() -> None:
    out = set(TABLES) - tenants()
    whole = {"communities", "sharing", "ledger"}
    assert {name for name in out if DOMAIN[name] in whole} == {"access_need", "person_cell", "memo"}
