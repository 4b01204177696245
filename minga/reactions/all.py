"""Imports every file of reactions and every domain's commands, so that all reactions and all that comes again are
registered when the application or a worker starts, whatever page is asked for first."""

import importlib
import pkgutil

import minga
import minga.reactions as folder

for _module in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
    if _module.name != __name__:
        importlib.import_module(_module.name)

for _domain in pkgutil.iter_modules(minga.__path__, "minga."):
    if not _domain.ispkg or _domain.name in {
        "minga.interfaces",
        "minga.migrations",
        "minga.kit",
        folder.__name__,
    }:
        continue
    _commands = importlib.import_module(f"{_domain.name}.commands")
    for _module in pkgutil.iter_modules(_commands.__path__, f"{_commands.__name__}."):
        importlib.import_module(_module.name)
