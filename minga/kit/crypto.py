"""Random tokens, digests and message codes; nothing here is our own primitive."""

import hashlib
import hmac
import secrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_token(bits: int = 256) -> str:
    """URL-safe text of that many random bits."""
    return secrets.token_urlsafe(bits // 8)


def digest(text: str) -> str:
    """SHA-256 in hex: how tokens are kept, so that a stolen database holds none."""
    return hashlib.sha256(text.encode()).hexdigest()


def mac(key: bytes, *parts: str | int) -> bytes:
    """HMAC-SHA-256 over the parts; each part carries its length, so that ("ab", "c") is not ("a", "bc")."""
    message = b"".join(len(p).to_bytes(4, "big") + p for p in (str(part).encode() for part in parts))
    return hmac.new(key, message, hashlib.sha256).digest()


def same(one: str | bytes, other: str | bytes) -> bool:
    """Whether both are equal, in constant time."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def derive(secret: str, purpose: str) -> bytes:
    """The 32-byte key of one purpose, derived from the node's secret (HKDF-SHA-256 without salt, RFC 5869)."""
    extracted = hmac.digest(bytes(32), secret.encode(), "sha256")
    return hmac.digest(extracted, f"minga {purpose}".encode() + b"\x01", "sha256")


def crockford(data: bytes, length: int) -> str:
    """The first `length` base-32 characters (Crockford's alphabet, 5 bits each) of the data.

    >>> crockford(b"\\xff\\xff\\xff\\xff\\xff", 8)
    'ZZZZZZZZ'
    """
    bits = int.from_bytes(data, "big")
    total = len(data) * 8
    if length * 5 > total:
        raise ValueError("not enough bits")
    return "".join(CROCKFORD[(bits >> (total - 5 * (n + 1))) & 31] for n in range(length))


def random_crockford(length: int) -> str:
    """That many random base-32 characters."""
    return crockford(secrets.token_bytes(length), length)


def read_crockford(text: str) -> str:
    """What a person typed, as the alphabet writes it: hyphens, spaces, case and look-alikes forgiven.

    >>> read_crockford("9kq4-t7zc o1l")
    '9KQ4T7ZC011'
    """
    plain = text.upper().replace("-", "").replace(" ", "")
    return plain.translate(str.maketrans("OIL", "011"))


def grouped(text: str, size: int = 4) -> str:
    """In groups, for reading aloud.

    >>> grouped("9KQ4T7ZC2M")
    '9KQ4-T7ZC-2M'
    """
    return "-".join(text[at : at + size] for at in range(0, len(text), size))


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


class Keys:
    """The node's keys by purpose, each derived once from its secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._derived: dict[str, bytes] = {}

    def key(self, purpose: str) -> bytes:
        if purpose not in self._derived:
            self._derived[purpose] = derive(self._secret, purpose)
        return self._derived[purpose]
