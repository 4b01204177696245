"""Hashing passwords with Argon2id (RFC 9106), in its own notation (PHC). Slow on purpose: never inside a unit of work."""

from dataclasses import dataclass
from functools import lru_cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB = 19_456
TIMES = 2
LANES = 1


@dataclass(frozen=True)
class Checked:
    """Whether a password fits, and its new hash when the kept one is weaker than this node now asks for."""

    fits: bool
    better: str | None = None


@lru_cache(maxsize=4)
def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(
        time_cost=TIMES,
        memory_cost=max(MEMORY_KIB, memory_kib),
        parallelism=LANES,
        hash_len=32,
        salt_len=16,
        type=Type.ID,
    )


@lru_cache(maxsize=4)
def _nobody(memory_kib: int) -> str:
    """A hash that no password fits, computed with the same effort: for names that do not exist."""
    return _hasher(memory_kib).hash("nobody has this password")


def hash_password(password: str, memory_kib: int = MEMORY_KIB) -> str:
    """The hash to keep."""
    return _hasher(memory_kib).hash(password)


def check_hash(password: str, phc: str | None, memory_kib: int = MEMORY_KIB) -> Checked:
    """Whether the password fits; without a hash the same work is done, and the answer is no."""
    hasher = _hasher(memory_kib)
    try:
        hasher.verify(phc or _nobody(memory_kib), password)
    except (VerificationError, InvalidHashError):
        return Checked(False)
    if phc is None:
        return Checked(False)
    return Checked(True, hasher.hash(password) if hasher.check_needs_rehash(phc) else None)
