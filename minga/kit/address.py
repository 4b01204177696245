"""Where a request came from: the client's network address behind known proxies, and what of it may be kept."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_UNKNOWN = ip_address("0.0.0.0")  # nosec B104 # stands for an unknown address; nothing listens on it
_HOPS_MAX = 30


def client_address(peer: str, forwarded_for: Sequence[str], proxies: Sequence[Network]) -> Address:
    """The first address, counted from the right, that is no proxy of ours.

    `peer` is the other end of the connection; only when that is a proxy of ours is `X-Forwarded-For` read at all, and
    only as far as our own proxies wrote it: what a client put before them stays unread.

    >>> proxies = [ip_network("10.0.0.0/8")]
    >>> str(client_address("10.0.0.1", ["1.1.1.1, 203.0.113.9, 10.0.0.7"], proxies))
    '203.0.113.9'
    >>> str(client_address("203.0.113.9", ["1.1.1.1"], proxies))
    '203.0.113.9'
    """
    here = _read(peer)
    if here is None:
        return _UNKNOWN
    hops = [hop for line in forwarded_for for hop in line.split(",")][-_HOPS_MAX:]
    for hop in reversed(hops):
        if not _among(here, proxies):
            break
        before = _read(hop)
        if before is None:
            break
        here = before
    return here


def limit_key(address: Address) -> str:
    """What counts as one caller: an IPv4 address, or the /64 that one IPv6 connection is given.

    >>> limit_key(ip_address("2001:db8:1:2:3::4")), limit_key(ip_address("192.0.2.7"))
    ('2001:db8:1:2::/64', '192.0.2.7')
    """
    return prefix(address, 64) if address.version == 6 else str(address)


def wide_key(address: Address) -> str:
    """The network around a caller, for limits on guessing: /24 or /48.

    >>> wide_key(ip_address("2001:db8:1:2:3::4")), wide_key(ip_address("192.0.2.7"))
    ('2001:db8:1::/48', '192.0.2.0/24')
    """
    return prefix(address, 48 if address.version == 6 else 24)


def prefix(address: Address, length: int) -> str:
    """The network of that length around an address; all of an address that a trace may keep is its `wide_key`."""
    return str(ip_network((address, length), strict=False))


def _read(text: str) -> Address | None:
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        address = ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _among(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
