"""Files kept by the hash of their content, below the node's folder: written once, never changed.

There is no table of them: a file's name is its SHA-256, so a walk over the folder is the manifest, and whoever owns
a file keeps its hash in a row of their own.
"""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from minga.kit.errors import NoSpace, NotFound

_HASH = re.compile(r"[0-9a-f]{64}")


class BlobStore:
    """A folder of files; 0700 and 0600, so that nobody else on the machine reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """Keep the bytes and answer their hash; after that they are on disk, whole. The same bytes are kept once."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._place(sha256)
        if path.exists():
            return sha256
        for folder in (path.parent.parent, path.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _sync_folder(path.parent)
        except OSError as fault:
            with suppress(OSError):
                draft.unlink()
            if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise NoSpace() from fault
            raise
        return sha256

    def path(self, sha256: str) -> Path:
        """Where the file lies; NotFound when there is none."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotFound()
        return place

    def read(self, sha256: str) -> bytes:
        """The bytes; NotFound when there are none."""
        return self.path(sha256).read_bytes()

    def whole(self, sha256: str) -> bool:
        """Whether the file is there and still has the content of its name."""
        with suppress(NotFound):
            return hashlib.sha256(self.read(sha256)).hexdigest() == sha256
        return False

    def remove(self, sha256: str) -> None:
        """Let go of a file that no row points at any more; the caller has made sure of that."""
        self._place(sha256).unlink(missing_ok=True)

    def manifest(self) -> Iterator[tuple[str, int]]:
        """Every file as (hash, bytes), in order of the hash."""
        for path in sorted(self.folder.glob("??/??/*")):
            if _HASH.fullmatch(path.name):
                yield path.name, path.stat().st_size

    def _place(self, sha256: str) -> Path:
        if not _HASH.fullmatch(sha256):
            raise NotFound()
        return self.folder / sha256[:2] / sha256[2:4] / sha256


def files_of(home: Path) -> BlobStore:
    """The files of the node whose data folder this is."""
    return BlobStore(Path(home) / "files")


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
