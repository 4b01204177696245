"""Files kept by the hash of their content."""

import errno
import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from minga.kit.blobs import BlobStore
from minga.kit.errors import NoSpace, NotFound


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "files")


@pytest.mark.parametrize("name", ["", "x", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64, "a" * 64 + "\n"])
def test_what_is_not_there_is_not_found(store: BlobStore, name: str) -> None:
    with pytest.raises(NotFound):
        store.read(name)
    assert not store.whole(name)


def test_what_was_put_is_read_back_under_its_hash(store: BlobStore) -> None:
    sha256 = store.put(b"a drill")
    assert sha256 == hashlib.sha256(b"a drill").hexdigest()
    assert store.read(sha256) == b"a drill"
    assert store.put(b"a drill") == sha256
    assert list(store.manifest()) == [(sha256, 7)]


def test_nobody_else_on_the_machine_may_read(store: BlobStore) -> None:
    path = store.path(store.put(b"a drill"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (store.folder, path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_damage_is_found(store: BlobStore) -> None:
    sha256 = store.put(b"a drill")
    assert store.whole(sha256)
    store.path(sha256).write_bytes(b"a dri11")
    assert not store.whole(sha256)


def test_a_full_disk_leaves_nothing_behind(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(NoSpace):
            store.put(b"a drill")
    assert list(store.manifest()) == []
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []
    assert store.read(store.put(b"a drill")) == b"a drill"


def test_many_may_put_the_same_at_once(store: BlobStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(store.put, [b"same"] * 50))) == 1
    assert [path for path in store.folder.rglob("*") if path.is_file()] == [
        store.path(hashlib.sha256(b"same").hexdigest())
    ]


def test_what_is_removed_is_gone(store: BlobStore) -> None:
    sha256 = store.put(b"a drill")
    store.remove(sha256)
    store.remove(sha256)
    with pytest.raises(NotFound):
        store.path(sha256)
