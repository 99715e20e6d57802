"""Erasure: gone everywhere, in an order that survives a crash at any step."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import Connection

from sauro.core.tests.vault.samples import insert_file
from sauro.core.vault import erasure, keyring
from sauro.core.vault.cipher import UnitKey, new_unit, unwrap
from sauro.core.vault.erased import Step
from sauro.core.vault.erasure import Findings
from sauro.core.vault.files import FileMissing, FileStore
from sauro.core.vault.keyring import Keyring
from sauro.core.vault.parts import Tokens, read_masks, read_parts, seal_part, unit_keys, write_personal
from sauro.core.vault.seeds import Shredded
from sauro.core.vault.tokens import search_units, tokens_for

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
Db = Connection[Any]


class Kept:
    """A unit with parts, tokens and a file, committed."""

    def __init__(self, db: Db, ring: Keyring, store: FileStore) -> None:
        self.unit, self.file = uuid4(), uuid4()
        new = new_unit(ring, self.unit)
        self.key: UnitKey = new.key
        self.wrapped = new.wrapped
        self.part = seal_part(new.key, "applicant", 1, {"name": "Nguyễn Thị Hoa"})
        mask = seal_part(new.key, "mask", 1, {"name": "N***"})
        tokens = [Tokens(self.unit, "name", tokens_for(ring, "name", "Nguyễn Thị Hoa"))]
        write_personal(db, new=[new], parts=[self.part, mask], tokens=tokens)
        self.digest, _ = store.put(new.key, self.file, [b"body"])
        insert_file(db, self.file, self.unit, self.digest)
        db.commit()


def counts(db: Db, unit: UUID) -> tuple[int, ...]:
    sources = ["core_unit_key WHERE", "core_token WHERE", "core_personal WHERE ciphertext <> '' AND"]
    asked = ", ".join(f"(SELECT count(*) FROM {source} unit = %(unit)s)" for source in sources)
    return tuple(db.execute(f"SELECT {asked}", {"unit": unit}).fetchall()[0])


def test_gone_everywhere(db: Db, ring: Keyring, store: FileStore) -> None:
    gone, stays = Kept(db, ring, store), Kept(db, ring, store)
    event = uuid4()
    account = erasure.erase(db, ring, store, [gone.unit], event, AT)
    assert account == erasure.Account(units=1, keys=1, parts=2, tokens=3, files=1)
    assert counts(db, gone.unit) == (0, 0, 0)
    assert unit_keys(db, ring, [gone.unit]) == {}
    assert search_units(db, ring, "name", "nguyen hoa", 9) == [stays.unit]
    assert not store.has(gone.file)
    assert ring.erased.entries()[gone.unit].step == Step.DONE
    rows = db.execute("SELECT event, at FROM core_erasure WHERE unit = %s", [gone.unit]).fetchall()
    assert rows == [(event, AT)]
    assert counts(db, stays.unit) == (1, 3, 2)
    assert store.has(stays.file)
    assert read_parts(db, ring, {stays.unit: ["applicant"]})[stays.unit, "applicant"]
    assert erasure.check_erasure_list(db, ring) == Findings()


def test_shown_as_erased(db: Db, ring: Keyring, store: FileStore) -> None:
    gone = Kept(db, ring, store)
    erasure.erase(db, ring, store, [gone.unit], uuid4(), AT)
    assert read_masks(db, ring, [gone.unit]) == {gone.unit: None}
    assert read_parts(db, ring, {gone.unit: ["applicant"]}) == {(gone.unit, "applicant"): None}
    row = db.execute(
        "SELECT digest, version FROM core_personal WHERE unit = %s AND part = 'applicant'", [gone.unit]
    )
    assert row.fetchone() == (gone.part.digest, 1)


def test_an_old_backup_and_the_keys_do_not_bring_it_back(db: Db, ring: Keyring, store: FileStore) -> None:
    """The wrapped key survives in old pages, in the write-ahead log and in backups: it must be of no use."""
    gone, stays = Kept(db, ring, store), Kept(db, ring, store)
    assert unwrap(ring, gone.unit, gone.wrapped)
    erasure.erase(db, ring, store, [gone.unit], uuid4(), AT)
    for held in (ring, keyring.load(ring.directory.parent)):
        with pytest.raises(Shredded):
            unwrap(held, gone.unit, gone.wrapped)
        assert unwrap(held, stays.unit, stays.wrapped)


def test_erasing_again_changes_nothing(db: Db, ring: Keyring, store: FileStore) -> None:
    gone, event = Kept(db, ring, store), uuid4()
    erasure.erase(db, ring, store, [gone.unit], event, AT)
    again = erasure.erase(db, ring, store, [gone.unit], uuid4(), datetime.now(UTC))
    assert (again.keys, again.parts, again.tokens) == (0, 0, 0)
    assert db.execute("SELECT event, at FROM core_erasure").fetchall() == [(event, AT)]


def test_a_unit_without_anything(db: Db, ring: Keyring, store: FileStore) -> None:
    unit = uuid4()
    assert erasure.erase(db, ring, store, [unit], uuid4(), AT) == erasure.Account(1, 0, 0, 0, 0)
    assert ring.is_shredded(unit)


def test_crash_after_the_announcement(db: Db, ring: Keyring, store: FileStore) -> None:
    kept = Kept(db, ring, store)
    erasure.announce(ring, [kept.unit], uuid4(), AT)
    found = erasure.check_erasure_list(db, ring)
    assert found == Findings(undecided=(kept.unit,))
    assert found.may_serve
    assert erasure.settle(db, ring, store) == 0
    assert read_parts(db, ring, {kept.unit: ["applicant"]})[kept.unit, "applicant"]
    erasure.withdraw(ring, [kept.unit])
    assert erasure.check_erasure_list(db, ring) == Findings()


def test_crash_before_the_commit(db: Db, ring: Keyring, store: FileStore) -> None:
    kept = Kept(db, ring, store)
    erasure.announce(ring, [kept.unit], uuid4(), AT)
    erasure.erase_rows(db, [kept.unit], uuid4(), AT)
    db.rollback()
    assert counts(db, kept.unit) == (1, 3, 2)
    assert erasure.check_erasure_list(db, ring) == Findings(undecided=(kept.unit,))


@pytest.mark.parametrize("reached", ["commit", "files", "keys"])
def test_crash_after_the_commit(
    db: Db, ring: Keyring, store: FileStore, reached: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, event = Kept(db, ring, store), uuid4()
    erasure.announce(ring, [gone.unit], event, AT)
    erasure.erase_rows(db, [gone.unit], event, AT)
    db.commit()
    if reached != "commit":
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            if reached == "files":
                patched.setattr(Keyring, "shred", interrupted)
            else:
                patched.setattr(type(ring.erased), "advance", interrupted)
            erasure.shred(ring, store, [gone.unit], [gone.file])
    assert erasure.check_erasure_list(db, ring) == Findings(unsettled=(gone.unit,))
    assert erasure.settle(db, ring, store) == 1
    assert not store.has(gone.file) and ring.is_shredded(gone.unit)
    assert erasure.check_erasure_list(db, ring) == Findings()


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def test_a_restored_database_is_found_out(db: Db, ring: Keyring, store: FileStore) -> None:
    gone = Kept(db, ring, store)
    backup = {
        table: db.execute(f"SELECT * FROM {table}").fetchall()
        for table in ("core_unit_key", "core_personal", "core_token")
    }
    erasure.erase(db, ring, store, [gone.unit], uuid4(), AT)
    for table, rows in backup.items():
        db.execute(f"DELETE FROM {table}")
        marks = ", ".join(["%s"] * len(rows[0]))
        for row in rows:
            db.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    # Only the owner can: a backup that is brought back is.
    db.execute("SELECT tests_tamper('DELETE FROM core_erasure')")
    db.commit()
    found = erasure.check_erasure_list(db, ring)
    assert found == Findings(resurrected=(gone.unit,))
    assert not found.may_serve
    with pytest.raises(Shredded):
        read_parts(db, ring, {gone.unit: ["applicant"]})
    erasure.erase(db, ring, store, list(found.resurrected), uuid4(), AT)
    assert erasure.check_erasure_list(db, ring) == Findings()
    assert counts(db, gone.unit) == (0, 0, 0)


@pytest.mark.parametrize("table", ["core_unit_key", "core_token", "core_personal"])
def test_any_remainder_counts_as_restored(db: Db, ring: Keyring, store: FileStore, table: str) -> None:
    gone = Kept(db, ring, store)
    rows = db.execute(f"SELECT * FROM {table} WHERE unit = %s", [gone.unit]).fetchall()
    erasure.erase(db, ring, store, [gone.unit], uuid4(), AT)
    db.execute(f"DELETE FROM {table} WHERE unit = %s", [gone.unit])
    db.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(rows[0]))})", rows[0])
    assert erasure.check_erasure_list(db, ring).resurrected == (gone.unit,)


def test_keys_older_than_the_database_are_brought_up(
    db: Db, ring: Keyring, store: FileStore, tmp_path: Path
) -> None:
    gone = Kept(db, ring, store)
    shutil.copytree(ring.directory.parent, tmp_path / "copy")
    erasure.erase(db, ring, store, [gone.unit], uuid4(), AT)
    old = keyring.load(tmp_path / "copy")
    assert not old.is_shredded(gone.unit)
    assert erasure.check_erasure_list(db, old) == Findings(unsettled=(gone.unit,))
    assert erasure.settle(db, old, store) == 1
    assert old.is_shredded(gone.unit)
    assert erasure.check_erasure_list(db, old) == Findings()


def test_what_was_never_announced_is_not_shredded_silently(ring: Keyring, store: FileStore) -> None:
    with pytest.raises(KeyError):
        erasure.shred(ring, store, [uuid4()], [])


def test_a_file_of_an_erased_unit_is_missing(db: Db, ring: Keyring, store: FileStore) -> None:
    gone = Kept(db, ring, store)
    erasure.erase(db, ring, store, [gone.unit], uuid4(), AT)
    with pytest.raises(FileMissing):
        next(store.open(gone.key, gone.file, gone.digest))
