"""What is loaded once and stays: never looked through again for things that nobody needs any more.

Only in processes that serve until they end; others, such as tests, load and drop much more than once.
"""

import gc

YOUNG = 10_000
"""How many things are made before the youngest are looked through: what a request makes is mostly gone with it."""

_serves = False


def begin_serving() -> None:
    """Look through nothing while modules are loaded: all of it stays, and each look costs more than the one before."""
    global _serves
    _serves = True
    gc.disable()


def keep_what_is_loaded() -> None:
    """Set aside all that there is now; from here on only what comes is looked through. Nothing where nobody serves.

    Looking through the whole program takes a tenth of a second, in which nobody is answered, and it happened every few
    thousand requests.
    """
    if not _serves:
        return
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
    gc.enable()
