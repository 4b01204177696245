"""Fixtures of the attacks."""

from tests.attacks.calling import caller_of

__all__ = ["caller_of"]
