"""The uses of personal data that ask for a yes: their names and the sentences people read. Pure.

A purpose stands here from the release in which code asks for it; before that there is nothing to agree to.
"""

from dataclasses import dataclass

from minga.kit.i18n import N_

PROFILE_OUTSIDE = "profile_outside"
SUGGESTIONS = "suggestions"


@dataclass(frozen=True)
class Purpose:
    """One use of personal data. `usual`: it happens until somebody says no; the others only after a yes."""

    key: str
    title: str
    sentence: str
    stops: str
    usual: bool = False


PURPOSES = {
    one.key: one
    for one in (
        Purpose(
            PROFILE_OUTSIDE,
            N_("Showing your profile beyond your communities"),
            N_(
                "What you set to partners, network or the web leaves your communities, as far as you chose there. Copies that others made cannot be called back."
            ),
            N_("At once nothing of your profile is shown outside your communities."),
        ),
        Purpose(
            SUGGESTIONS,
            N_("Suggestions of what fits"),
            N_(
                "What you offer and need is compared with what others in your communities share, to suggest to both what fits. It stays on this machine."
            ),
            N_("At once you get no suggestions and are in none; those that were made are deleted."),
            usual=True,
        ),
    )
}


def purpose(key: str) -> Purpose:
    """The purpose of that name; an unknown one is a mistake of the program.

    >>> purpose("suggestions").usual, purpose("profile_outside").usual
    (True, False)
    """
    return PURPOSES[key]
