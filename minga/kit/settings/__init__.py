"""The settings of a node: read once at start into one frozen object. No other module asks the environment.

`load` reads them (command line, then environment, then `minga.toml`, then defaults) and raises
`SettingsRefused` with all faults at once. `Settings` may also be made directly, which is how tests do it.
"""

from minga.kit.settings.fields import LOOPBACK, NAMES, About, Described, Settings, described, find_home, shown
from minga.kit.settings.reading import Fault, SettingsRefused, from_process, load

__all__ = [
    "LOOPBACK",
    "NAMES",
    "About",
    "Described",
    "Fault",
    "Settings",
    "SettingsRefused",
    "described",
    "find_home",
    "from_process",
    "load",
    "shown",
]
