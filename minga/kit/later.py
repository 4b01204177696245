"""Libraries that few requests need: loaded when one is used first, so that a small node starts fast and stays small."""

import importlib
from typing import Any


class Later:
    """A module that is not loaded yet; the first look inside loads it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)
