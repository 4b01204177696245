"""Communities as files: what a file is called, how large it may be, and how it is refused. Pure."""

from datetime import timedelta

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

FORM = 1
BUNDLE = "bundle.sync.txt"
FILES = "files/"
FILE_MAX = 2 << 30
TEXT_MAX = 512 << 20
LIES_HERE = timedelta(days=7)
KINDS_MAX = 40
FEED = "export"
ELSEWHERE = "elsewhere"
ERASED = "erased"
COME_MIN = 3
CLAIM_DAYS = timedelta(days=60)

NOT_A_FILE = N_(
    "This is no file of a community: it has to be the one that “export community” wrote, unchanged."
)
STRANGE_PATH = N_("“{name}” does not belong into such a file. Do not use it; ask for it anew.")
TOO_LARGE = N_("This file is larger than any community's. Do not use it; ask for it anew.")
PACKED = N_(
    "Something in this file is packed or locked, and nothing should be. Do not use it; ask for it anew."
)
NEWER = N_("This file was written by a newer minga. Update this node, then bring it in.")
UNKNOWN_KIND = N_(
    "This file has “{kind}”, which does not leave with a community. Do not use it; ask for it anew."
)
BAD_ROW = N_("“{kind} {id}” does not fit: {column}. The file was not written by minga, or is damaged.")
FOREIGN = N_("“{kind} {id}” points at something that is not in this file. Nothing is brought in.")
HERE_ALREADY = N_("“{kind} {id}” is on this node already. A file never changes what is here.")
ONE_ROOT = N_("There has to be one community in the file, with its groups. Nothing is brought in.")
SLUG_TAKEN = N_("The address “{slug}” is taken here. Choose another one with --slug.")
GROUP = N_(
    "A group leaves with its community. Take “{slug}” out, then bring in those who go with --new-identity."
)
NO_GROUP = N_("There is no group “{slug}” in this file.")
TOO_FEW = N_("At least {least} people of the file have to come. Look whether their handles are right.")
NOBODY_KEEPS = N_("Nobody who comes is a steward. Make one of them steward, and write the file anew.")
SLUG_NEEDED = N_("A community of its own needs an address of its own: choose it with --slug.")
FILE_MISSING = N_("A photo of this file is missing or was changed: {name}.")


def refused(sentence: str, code: str, **facts: str) -> Invalid:
    """Why a file is not brought in; nothing of it was kept."""
    found = Invalid(sentence, code=code)
    found.facts = facts
    return found
