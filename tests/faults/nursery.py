"""A process that has loaded the node once and forks real nodes, so that a hundred can be killed in a minute.

Run by `running.py`. For every line on stdin, a folder and a port, a child is forked that opens the node of that folder
and serves it as `minga up` does; its process id is printed, and "gone" once it has ended. The parent opens no database.
"""

import os
import sys

import minga.interfaces.asgi  # noqa: F401  (loaded before forking)
from minga.interfaces.cli import serving
from minga.kit.settings import from_process


def main() -> None:
    for line in sys.stdin:
        home, port = line.split()
        child = os.fork()
        if child == 0:
            _serve(home, port)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        os.waitpid(child, 0)
        sys.stdout.write("gone\n")
        sys.stdout.flush()


def _serve(home: str, port: str) -> None:
    sys.stdin.close()
    os.environ["MINGA_HOME"], os.environ["MINGA_PORT"] = home, port
    settings = from_process()
    with serving.listen(settings.host, settings.port) as own:
        serving.serve("minga.interfaces.asgi:create", settings, own, lambda: None)
    os._exit(0)


if __name__ == "__main__":
    main()
