"""A process that has loaded the node once and forks real nodes, so that a hundred can be killed in a minute.

Run by `running.py`: for every line on stdin a child is forked that opens the node of `MINGA_HOME` and serves it as
`minga up` does; its process id is printed. The parent never opens the database.
"""

import os
import sys

import minga.interfaces.asgi  # noqa: F401  (loaded before forking)
from minga.interfaces.cli import serving
from minga.kit.settings import from_process


def main() -> None:
    settings = from_process()
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            sys.stdin.close()
            with serving.listen(settings.host, settings.port) as own:
                serving.serve("minga.interfaces.asgi:create", settings, own, lambda: None)
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        os.waitpid(child, 0)
        sys.stdout.write("gone\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
