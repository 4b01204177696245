"""Where a request came from."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.kit.address import client_address, limit_key, wide_key

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["1.2.3.4"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.2.3.4, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.2.3.4", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, 10.9.9.9"], "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["not-an-address"], "10.0.0.1"),
        ("10.0.0.1", ["1.2.3.4, evil, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["203.0.113.9:51000"], "203.0.113.9"),
        ("fd00::1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("testclient", ["203.0.113.9"], "0.0.0.0"),
        ("10.0.0.1", [",".join(["10.0.0.2"] * 5_000)], "10.0.0.2"),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: list[str], client: str) -> None:
    assert str(client_address(peer, forwarded, PROXIES)) == client


@given(st.lists(st.text(max_size=60), max_size=5))
def test_without_proxies_no_header_changes_the_address(forwarded: list[str]) -> None:
    assert str(client_address("203.0.113.9", forwarded, [])) == "203.0.113.9"


@given(st.lists(st.text(max_size=60), max_size=5))
def test_what_a_client_writes_before_our_proxy_stays_unread(forged: list[str]) -> None:
    header = ", ".join([*forged, "203.0.113.9"])
    assert str(client_address("10.0.0.1", [header], PROXIES)) == "203.0.113.9"


def test_one_ipv6_connection_is_one_caller() -> None:
    one, other = (client_address(f"2001:db8:0:1::{n}", [], []) for n in (1, 2))
    assert limit_key(one) == limit_key(other) == "2001:db8:0:1::/64"
    assert wide_key(one) == "2001:db8::/48"
