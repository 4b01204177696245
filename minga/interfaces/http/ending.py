"""What has to let go before a server can end: streams that would stay open for as long as somebody looks at a page."""

import weakref
from collections.abc import Callable

_open: list[weakref.WeakMethod[Callable[[], None]]] = []


def before_end(let_go: Callable[[], None]) -> None:
    """Call this method when the server begins to end; it is forgotten together with its object."""
    _open[:] = [known for known in _open if known() is not None]
    _open.append(weakref.WeakMethod(let_go))


def let_all_go() -> None:
    """The server ends: whoever keeps a connection open is told, in the server's own thread."""
    for known in list(_open):
        let_go = known()
        if let_go is not None:
            let_go()
