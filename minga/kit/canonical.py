"""Canonical JSON (RFC 8785) of ids and plain values: the same facts give the same bytes everywhere."""

import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """UTF-8 bytes of the value with sorted keys and no white space. Floats are refused: facts are whole numbers.

    RFC 8785 sorts keys by UTF-16 code units; keys here are ASCII names, for which both orders agree.

    >>> canonical_json({"b": 1, "a": [True, None, "ñ"]}).decode()
    '{"a":[true,null,"ñ"],"b":1}'
    """
    _check(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _check(value: Any) -> None:
    if isinstance(value, float):
        raise ValueError("a fact is never a float")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise ValueError(f"{key!r} is not an ASCII name")
            _check(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _check(inner)
