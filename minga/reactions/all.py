"""Imports every file of reactions, so that all are registered when the application or a worker starts."""

import importlib
import pkgutil

import minga.reactions as folder

for _module in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
    if _module.name != __name__:
        importlib.import_module(_module.name)
