"""One running node: its settings, its store, its clock, its keys. Made once at start, shared by all requests."""

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from minga.interfaces.http.counting import Counts
from minga.kit.blobs import BlobStore, files_of
from minga.kit.clock import Clock, utc_now
from minga.kit.crypto import Keys
from minga.kit.db import Database
from minga.kit.limits import Limits
from minga.kit.sealed import FieldKey
from minga.kit.settings import Settings
from minga.kit.shared_limits import limits_storage


@dataclass
class Node:
    settings: Settings
    database: Database
    clock: Clock
    keys: Keys
    limits: Limits
    blobs: BlobStore
    counts: Counts = field(default_factory=Counts)
    owned: bool = False

    @cached_property
    def secure(self) -> bool:
        """Whether the node is reached by HTTPS."""
        return self.settings.site_url.startswith("https://")

    @cached_property
    def cookie(self) -> str:
        """The sign-in cookie's name; `__Host-` demands HTTPS."""
        return "__Host-minga" if self.secure else "minga"

    @cached_property
    def host(self) -> str:
        return urlsplit(self.settings.site_url).hostname or "localhost"

    def close(self) -> None:
        self.database.close()


def metrics_token(node: Node) -> str:
    """What a Prometheus on another machine has to show; it ends with the node's secret."""
    return node.keys.key("metrics").hex()


def open_node(settings: Settings, clock: Clock = utc_now) -> Node:
    """Open the store and the folders that the settings name."""
    secret = settings.secret.reveal()
    database = Database.open(settings.database_url)
    database.field_key = FieldKey(secret)
    return Node(
        settings=settings,
        database=database,
        clock=clock,
        keys=Keys(secret),
        limits=Limits(clock, limits_storage(settings.broker, clock)),
        blobs=files_of(settings.home),
    )
