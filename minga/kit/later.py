"""Libraries that few requests need: loaded when one is used first, so that a small node starts fast and stays small."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Later:
    """A module that is not loaded yet; the first look inside loads it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)


@contextmanager
def without(name: str) -> Iterator[None]:
    """Import others as if a library of that name were not installed; nothing changes when it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
