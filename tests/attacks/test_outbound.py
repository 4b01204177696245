"""Addresses in every text of every operation, while somebody listens there: the node never calls what was typed."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from itertools import repeat

import pytest

from minga.kit import delivery, jobs
from tests.attacks.calling import Caller
from tests.attacks.test_injections import sample


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address of this machine, and what was sent to it."""
    heard: list[bytes] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(1)
                    heard.append(connection.recv(200))

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/canary", heard
        stop.set()
        thread.join()


def test_no_address_that_somebody_types_is_called(
    caller_of: Callable[[str], Caller], listener: tuple[str, list[bytes]]
) -> None:
    address, heard = listener
    caller, sent = caller_of("ana"), 0
    for operation in caller.operations():
        options: dict[str, object] = {}
        if operation.body is not None:
            body = sample(operation.body, caller.document, repeat(address))
            options = {"content": json.dumps(body), "headers": {"Content-Type": "application/json"}}
        caller.send(operation, caller.names(operation), **options)
        sent += operation.body is not None
    for _ in range(50):
        caller.clock.forward(seconds=1)
        if not delivery.deliver(caller.node.database, caller.clock):
            break
    jobs.work_once(caller.node.database, caller.clock, None)
    assert sent > 20
    assert heard == []


def test_the_listener_would_have_heard_it(listener: tuple[str, list[bytes]]) -> None:
    address, heard = listener
    port = int(address.split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"hello")
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
    assert heard == [b"hello"]
