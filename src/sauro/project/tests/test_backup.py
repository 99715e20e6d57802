"""Backups as files: what is sealed opens whole and unaltered, or not at all; a backup is whole or is none."""

import errno
import hashlib
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from sauro.core.ids import new_id
from sauro.core.models import StoredFile
from sauro.core.moment import now
from sauro.core.vault import keyring
from sauro.project import journal
from sauro.project.backup import bodies, keys, making, manifest, restoring
from sauro.project.backup.manifest import BODIES, DATABASE
from sauro.project.backup.sealed import CHUNK, Damaged, Reader, Writer, opened
from sauro.project.cli.command import Exit, Stop
from sauro.serve import specimens

KEY = bytes(range(32))
TAG = 16
HEAD = len(b"sauro-backup-1\n")


def sealed(folder: Path, body: bytes, name: str = "part", backup: str = "b", key: bytes = KEY) -> Path:
    with (folder / name).open("wb") as file, Writer(file, key, backup, name) as writer:
        for at in range(0, len(body), 70_001):
            writer.write(body[at : at + 70_001])
    assert writer.plain == len(body) and writer.sealed == (folder / name).stat().st_size
    assert writer.digest.digest() == hashlib.sha256((folder / name).read_bytes()).digest()
    return folder / name


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_is_sealed_opens(tmp_path: Path, size: int) -> None:
    body = bytes(n * 7 % 251 for n in range(1000)) * (size // 1000 + 1)
    path = sealed(tmp_path, body[:size])
    assert b"".join(opened(path, KEY, "b")) == body[:size]
    assert max((len(piece) for piece in opened(path, KEY, "b")), default=0) <= CHUNK


def test_a_reader_gives_what_was_asked() -> None:
    read = Reader(iter([b"abc", b"", b"defg", b"h"]))
    assert [read.read(2), read.read(4), read.read(1), read.read(9), read.read(1)] == [
        b"ab",
        b"cdef",
        b"g",
        b"h",
        b"",
    ]


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit": lambda b: b[: HEAD + 5] + bytes([b[HEAD + 5] ^ 1]) + b[HEAD + 6 :],
    "its head": lambda b: b"x" + b[1:],
    "the last byte": lambda b: b[:-1],
    "the last chunk": lambda b: b[: HEAD + 2 * (CHUNK + TAG)],
    "everything but its head": lambda b: b[:HEAD],
    "a chunk in the middle": lambda b: b[: HEAD + CHUNK + TAG] + b[HEAD + 2 * (CHUNK + TAG) :],
    "the order": lambda b: b[:HEAD] + b[HEAD + CHUNK + TAG : HEAD + 2 * (CHUNK + TAG)] + b[HEAD : HEAD + CHUNK + TAG] + b[HEAD + 2 * (CHUNK + TAG) :],
    "something added": lambda b: b + b"x",
    "everything": lambda b: b"",
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_altered_or_cut_is_refused(tmp_path: Path, what: str) -> None:
    path = sealed(tmp_path, bytes(2 * CHUNK + 500))
    path.write_bytes(CHANGES[what](path.read_bytes()))
    with pytest.raises(Damaged, match="part"):
        list(opened(path, KEY, "b"))


def test_a_part_opens_in_its_own_place_only(tmp_path: Path) -> None:
    path = sealed(tmp_path, b"x")
    other = tmp_path / "other"
    other.write_bytes(path.read_bytes())
    for place, key, backup in ((other, KEY, "b"), (path, KEY, "c"), (path, bytes(32), "b")):
        with pytest.raises(Damaged):
            list(opened(place, key, backup))
    assert list(opened(path, KEY, "b")) == [b"x"]


def test_what_was_cut_off_while_it_was_written_never_opens(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), (tmp_path / "part").open("wb") as file, Writer(file, KEY, "b", "part") as w:  # fmt: skip
        w.write(bytes(CHUNK + 1))
        raise KeyboardInterrupt
    with pytest.raises(Damaged):
        list(opened(tmp_path / "part", KEY, "b"))


def test_only_the_administrators_key_opens(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    public = keys.make(mine)
    keys.make(other)
    assert stat.S_IMODE(mine.stat().st_mode) == 0o600
    key, wrapped = keys.wrap(public, "b")
    assert keys.unwrap(mine, wrapped, "b", public) == key
    for identity, backup in ((other, "b"), (mine, "c")):
        with pytest.raises(Stop, match="sauro-backup-1"):
            keys.unwrap(identity, wrapped, backup, public)
    with pytest.raises(Stop):
        keys.make(mine)
    for wrong in ("", "sauro-backup-1:", "sauro-backup-1:aaaa", mine.read_text().splitlines()[1]):
        with pytest.raises(Stop, match="SAURO_BACKUP_RECIPIENT"):
            keys.wrap(wrong, "b")


def test_the_newest_copy_of_the_keys_is_the_only_one(tmp_path: Path) -> None:
    ring = keyring.create(tmp_path / "keys")
    (tmp_path / "keys" / "django-secret").write_text("s")
    apart = tmp_path / "apart"
    apart.mkdir()
    first = keys.copy_apart(tmp_path / "keys", apart, now().replace(year=2025))
    ring.erased.announce([new_id()], new_id(), now())
    second = keys.copy_apart(tmp_path / "keys", apart, now())
    assert [*apart.iterdir()] == [second] and not first.exists()
    assert {stat.S_IMODE(p.stat().st_mode) for p in second.rglob("*") if p.is_file()} == {0o600}
    assert keys.found_apart(apart) == second and len(keyring.load(second).erased.entries()) == 1
    keys.put_in_place(second, tmp_path / "new")
    assert (
        keyring.load(tmp_path / "new").checkpoint_key.private_bytes_raw()
        == ring.checkpoint_key.private_bytes_raw()
    )
    assert (tmp_path / "new" / "django-secret").read_text() == "s"


# --- whole backups ---------------------------------------------------------------------------------------------------


@pytest.fixture
def place(transactional_db: Any, settings: Any, tmp_path: Path) -> Path:
    """A folder for backups of the test's installation."""
    settings.SAURO_VAR, settings.SAURO_FILES = tmp_path / "var", tmp_path / "var" / "files"
    settings.SAURO_KEYS = keyring.current().directory.parent
    journal.origin.cache_clear()
    for name in ("var", "out", "apart"):
        (tmp_path / name).mkdir()
    return tmp_path


def back_up(place: Path, apart: Path | None = None) -> making.Made:
    identity = place / "identity"
    recipient = identity.read_text().split()[3] if identity.exists() else keys.make(identity)
    return making.back_up(place / "out", recipient, apart, lambda *_: None)


def test_a_backup_is_whole_and_holds_no_key(place: Path) -> None:
    made = back_up(place, place / "apart")
    assert restoring.check(made.folder, place / "identity") == made.manifest
    assert sorted(path.name for path in made.folder.iterdir()) == [DATABASE, BODIES, manifest.FILE]
    ring = keyring.current().directory
    secrets = [path.read_bytes() for path in ring.iterdir() if path.suffix == ".key"]
    key = keys.unwrap(place / "identity", made.manifest.key, made.manifest.id, "")
    import zlib

    dump = zlib.decompress(b"".join(opened(made.folder / DATABASE, key, made.manifest.id)), 31)
    bodies = b"".join(opened(made.folder / BODIES, key, made.manifest.id))
    assert b"COPY public.core_event" in dump
    tables = set(connection.introspection.table_names())
    for table in (
        "django_session",
        "usersessions_usersession",
        "core_heartbeat",
        "sauro_limits",
        "sauro_rate",
    ):
        assert table in tables and f"COPY public.{table} ".encode() not in dump, table
    for body in (dump, bodies, *(path.read_bytes() for path in made.folder.iterdir())):
        assert not any(secret[-32:] in body or secret[-32:].hex().encode() in body for secret in secrets)
    kept = making.last()
    assert kept is not None and kept.folder == str(made.folder) and kept.bytes == made.manifest.bytes


@pytest.mark.parametrize("name", [DATABASE, BODIES, manifest.FILE])
@pytest.mark.parametrize("how", ["altered", "cut", "gone"])
def test_a_damaged_backup_is_named(place: Path, name: str, how: str) -> None:
    made = back_up(place)
    path = made.folder / name
    body = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(body[:-1] if how == "cut" else body[:90] + bytes([body[90] ^ 1]) + body[91:])
    try:
        found, signed = manifest.read(made.folder)
        manifest.check_signature(found, signed, keyring.current().checkpoint_key)
    except Damaged as damaged:
        assert str(damaged) == name
    except Stop:
        assert name == manifest.FILE
    else:
        with pytest.raises(Stop, match=name) as stopped:
            restoring.check(made.folder, None)
        assert stopped.value.code == Exit.FAULT


def test_another_installations_keys_are_refused(place: Path) -> None:
    made = back_up(place)
    other = keyring.create(place / "other")
    with pytest.raises(Stop, match=r"test\.sauro"):
        manifest.check_signature(*manifest.read(made.folder), other.checkpoint_key)


def test_a_full_disk_leaves_nothing_and_the_earlier_backup_whole(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = back_up(place)
    put, written = Writer._put, []

    def full(self: Writer, body: bytes) -> None:
        written.append(len(body))
        if sum(written) > 1_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        put(self, body)

    monkeypatch.setattr(Writer, "_put", full)
    with pytest.raises(Stop) as stopped:
        back_up(place)
    assert stopped.value.code == Exit.ENVIRONMENT and str(place / "out") in str(stopped.value)
    assert [*(place / "out").iterdir()] == [before.folder]
    assert restoring.check(before.folder, place / "identity") == before.manifest


def test_too_little_room_is_said_before_anything_is_written(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(place)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=making.SPARE))
    with pytest.raises(Stop, match="GB"):
        back_up(place)
    assert [*(place / "out").iterdir()] == []


def test_keys_and_backup_never_lie_together(place: Path) -> None:
    inside = place / "out" / "keys"
    inside.mkdir()
    for apart in (inside, place / "out", place, keyring.current().directory):
        with pytest.raises(Stop):
            back_up(place, apart)
    assert not list((place / "out").glob("*sauro*"))


def test_a_file_that_is_gone_or_altered_is_counted(place: Path) -> None:
    from sauro.core.vault.cipher import new_unit
    from sauro.core.vault.files import FileStore

    store, ring = FileStore.current(), keyring.current()
    for _each in range(3):
        unit = new_unit(ring, new_id())
        file_id = new_id()
        digest, size = store.put(unit.key, file_id, [b"body"])
        StoredFile.objects.create(
            id=file_id, unit=unit.key.unit, name_part="n", digest=digest, size=size, media_type="x/y",
            scanned="clean", owner=new_id(), created=now(),
        )  # fmt: skip
    rows = list(StoredFile.objects.order_by("id"))
    store.body(rows[0].id).unlink()
    store.body(rows[1].id).write_bytes(b"something else")
    said = back_up(place).manifest
    assert (said.files, said.lacking) == (2, 2)


def test_specimens_go_along_and_what_stands_for_one_lacks_nothing(place: Path) -> None:
    digest = specimens.keep("birth", b"%PDF-1.7 a specimen")
    StoredFile.objects.create(
        id=new_id(), unit=new_id(), name_part="", digest=bytes.fromhex(digest), size=19, media_type="application/pdf",
        scanned="clean", owner=new_id(), created=now(),
    )  # fmt: skip
    made = back_up(place)
    assert (made.manifest.files, made.manifest.lacking) == (0, 0)
    key, target = keys.unwrap(place / "identity", made.manifest.key, made.manifest.id, ""), place / "restored"
    target.mkdir()
    pieces = opened(made.folder / BODIES, key, made.manifest.id)
    assert list(bodies.unpack(pieces, target, lambda _done: None)) == []
    assert (target / "specimens" / f"{digest}.pdf").read_bytes() == b"%PDF-1.7 a specimen"
    assert (target / "specimens" / "birth.digest").read_text() == digest


def test_a_backup_that_was_cut_off_is_none_and_goes(place: Path) -> None:
    left = place / "out" / f"{manifest.UNFINISHED}0000"
    left.mkdir()
    (left / manifest.FILE).write_text("x")
    with pytest.raises(Stop):
        restoring.check(left, None)
    with making._held(left):
        back_up(place)
        assert left.exists(), "one that is being made is left alone"
    back_up(place)
    assert not left.exists()


def test_a_half_restored_installation_is_not_served(settings: Any, tmp_path: Path) -> None:
    settings.SAURO_VAR = tmp_path
    restoring.refuse_half_restored()
    (tmp_path / restoring.MARK).write_text("x")
    with pytest.raises(Stop, match="sauro restore"):
        restoring.refuse_half_restored()


def test_a_list_of_erasures_older_than_the_backup_is_refused(place: Path, tmp_path: Path) -> None:
    import msgspec

    made = back_up(place).manifest
    ring = keyring.create(tmp_path / "ring")
    restoring._refuse_short_list(ring, msgspec.structs.replace(made, erasures=0))
    with pytest.raises(Stop, match="--keys"):
        restoring._refuse_short_list(ring, msgspec.structs.replace(made, erasures=1))
