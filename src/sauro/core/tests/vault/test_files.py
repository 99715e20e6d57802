"""Bodies on disk: whole or not at all, in their own place only."""

import hashlib
import itertools
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.tests.vault.samples import insert_file
from sauro.core.vault import files
from sauro.core.vault.cipher import CannotOpen, UnitKey
from sauro.core.vault.files import CHUNK, FileMissing, FileStore, sweep

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def opened(store: FileStore, key: UnitKey, file_id: UUID, digest: bytes) -> bytes:
    return b"".join(store.open(key, file_id, digest))


def on_disk(store: FileStore) -> list[Path]:
    return [path for path in store.directory.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_what_goes_in_comes_out(store: FileStore, key: UnitKey, size: int) -> None:
    body, file_id = os.urandom(size), uuid4()
    digest, length = store.put(key, file_id, [body])
    assert length == size
    assert opened(store, key, file_id, digest) == body
    (path,) = on_disk(store)
    assert hashlib.sha256(path.read_bytes()).digest() == digest
    assert path.stat().st_mode & 0o077 == 0


@given(pieces=st.lists(st.integers(0, 3 * CHUNK), max_size=5))
def test_pieces_of_any_size(tmp_path_factory: pytest.TempPathFactory, pieces: list[int]) -> None:
    store, key, file_id = FileStore(tmp_path_factory.mktemp("f")), UnitKey(uuid4(), bytes(32)), uuid4()
    body = os.urandom(sum(pieces))
    ends = [sum(pieces[:n]) for n in range(len(pieces) + 1)]
    cut = [body[a:b] for a, b in itertools.pairwise(ends)]
    digest, _ = store.put(key, file_id, cut)
    assert opened(store, key, file_id, digest) == body


def test_the_body_does_not_show(store: FileStore, key: UnitKey) -> None:
    store.put(key, uuid4(), [b"Nguyen Thi Hoa " * 9000])
    (path,) = on_disk(store)
    assert b"Nguyen" not in path.read_bytes()
    assert "Nguyen" not in path.name


@pytest.mark.parametrize("which", ["unit", "file"])
def test_opens_in_its_own_place_only(store: FileStore, key: UnitKey, which: str) -> None:
    file_id, other = uuid4(), uuid4()
    digest, _ = store.put(key, file_id, [b"body"])
    if which == "file":
        (path,) = on_disk(store)
        store.put(key, other, [b"other"])
        store.remove([other])
        path.rename(store.body(other))
        file_id = other
    holder = key if which == "file" else UnitKey(uuid4(), key._secret)
    with pytest.raises(CannotOpen):
        opened(store, holder, file_id, digest)


def test_nothing_is_given_before_the_whole_is_compared(store: FileStore, key: UnitKey) -> None:
    file_id = uuid4()
    digest, _ = store.put(key, file_id, [os.urandom(3 * CHUNK)])
    (path,) = on_disk(store)
    body = bytearray(path.read_bytes())
    body[-1] ^= 1
    path.write_bytes(body)
    with pytest.raises(CannotOpen):
        next(store.open(key, file_id, digest))


def chunks(body: bytes) -> tuple[bytes, list[bytes]]:
    head, rest = body[: files._HEAD_BYTES], body[files._HEAD_BYTES :]
    return head, [rest[at : at + files._SEALED_CHUNK] for at in range(0, len(rest), files._SEALED_CHUNK)]


@pytest.mark.parametrize("harm", ["cut", "reorder", "repeat", "drop", "flip", "head"])
def test_each_chunk_is_bound_even_when_the_digest_is_forged(
    store: FileStore, key: UnitKey, harm: str
) -> None:
    file_id = uuid4()
    store.put(key, file_id, [os.urandom(3 * CHUNK + 5)])
    (path,) = on_disk(store)
    head, parts = chunks(path.read_bytes())
    if harm == "cut":
        parts = parts[:-1]
    elif harm == "reorder":
        parts[0], parts[1] = parts[1], parts[0]
    elif harm == "repeat":
        parts.insert(1, parts[1])
    elif harm == "drop":
        del parts[1]
    elif harm == "flip":
        parts[2] = bytes([parts[2][0] ^ 1]) + parts[2][1:]
    else:
        head = head[:-1] + bytes([head[-1] ^ 1])
    forged = head + b"".join(parts)
    path.write_bytes(forged)
    with pytest.raises(CannotOpen):
        opened(store, key, file_id, hashlib.sha256(forged).digest())


def test_an_id_is_used_once(store: FileStore, key: UnitKey) -> None:
    file_id = uuid4()
    digest, _ = store.put(key, file_id, [b"first"])
    with pytest.raises(FileExistsError):
        store.put(key, file_id, [b"second"])
    assert opened(store, key, file_id, digest) == b"first"


def test_a_body_that_breaks_off_leaves_no_file(store: FileStore, key: UnitKey) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"x" * CHUNK
        raise ConnectionResetError

    file_id = uuid4()
    with pytest.raises(ConnectionResetError):
        store.put(key, file_id, breaks())
    assert not store.has(file_id)
    with pytest.raises(FileMissing):
        opened(store, key, file_id, b"")


def test_durable_before_it_has_its_name(
    store: FileStore, key: UnitKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def noted_fsync(descriptor: int) -> None:
        done.append(kind_of(descriptor))
        fsync(descriptor)

    def noted_rename(self: Path, target: Path) -> Path:
        done.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "rename", noted_rename)
    store.put(key, uuid4(), [b"body"])
    assert done[-3:] == ["file", "rename", "directory"]


def kind_of(descriptor: int) -> str:
    return "directory" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file"


def aged(path: Path, by: timedelta) -> None:
    moment = (NOW - by).timestamp()
    os.utime(path, (moment, moment))


def test_sweep_takes_orphans_of_yesterday(store: FileStore, key: UnitKey, db: psycopg.Connection) -> None:
    kept, orphan, fresh = uuid4(), uuid4(), uuid4()
    for file_id, hours in ((kept, 99), (orphan, 25), (fresh, 23)):
        store.put(key, file_id, [b"body"])
        aged(store.body(file_id), timedelta(hours=hours))
    unfinished = store.body(uuid4()).with_suffix(".part")
    store._make(unfinished.parent)
    unfinished.write_bytes(b"half")
    aged(unfinished, timedelta(hours=25))
    stranger = store.directory / "aa" / "README"
    stranger.parent.mkdir(exist_ok=True)
    stranger.write_text("not ours")
    aged(stranger, timedelta(hours=99))
    insert_file(db, kept, key.unit, b"")
    assert sweep(db, store, NOW) == 2
    assert [store.has(file_id) for file_id in (kept, orphan, fresh)] == [True, False, True]
    assert stranger.exists() and not unfinished.exists()
