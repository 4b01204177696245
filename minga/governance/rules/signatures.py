"""Checking Ed25519 signatures (RFC 8032) with whole numbers alone, for where no library is: it only ever sees public data.

Signing is the library's work; nothing here knows a secret, so that it does not matter how long a step takes.
"""

import hashlib

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_Y = 4 * pow(5, _P - 2, _P) % _P

Point = tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, x·y = T/Z."""


def _x_of(y: int, odd: int) -> int | None:
    """The x that belongs to a y on the curve; None when there is none."""
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if square == 0:
        return None if odd else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P:
        return None
    return _P - x if x & 1 != odd else x


def _point(packed: bytes) -> Point | None:
    number = int.from_bytes(packed, "little")
    odd, y = number >> 255, number & (2**255 - 1)
    x = _x_of(y, odd)
    return None if x is None else (x, y, 1, x * y % _P)


_BASE_X = _x_of(_Y, 0) or 0
_GENERATOR: Point = (_BASE_X, _Y, 1, _BASE_X * _Y % _P)


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _add(found, point)
        point = _add(point, point)
        scalar >>= 1
    return found


def _equal(one: Point, other: Point) -> bool:
    return not ((one[0] * other[2] - other[0] * one[2]) % _P or (one[1] * other[2] - other[1] * one[2]) % _P)


def is_signed(message: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether the signature of a message is right for a public key (RFC 8032, 5.1.7).

    >>> key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    >>> signature = bytes.fromhex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
    ...     "f9b46bd25bf5f0595bbe24655141438e7a100b")
    >>> is_signed(b"", signature, key), is_signed(b"x", signature, key)
    (True, False)
    """
    if len(signature) != 64 or len(public_key) != 32:
        return False
    key, start = _point(public_key), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or start is None or scalar >= _ORDER:
        return False
    challenge = hashlib.sha512(signature[:32] + public_key + message).digest()
    factor = int.from_bytes(challenge, "little") % _ORDER
    return _equal(_times(scalar, _GENERATOR), _add(start, _times(factor, key)))
