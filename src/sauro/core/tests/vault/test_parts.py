"""Keys, parts and tokens in the real tables, as the application's role."""

import threading
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection

from sauro.core.vault.cipher import CannotOpen, new_unit
from sauro.core.vault.keyring import Keyring
from sauro.core.vault.masks import identity_mask
from sauro.core.vault.parts import (
    MASK,
    StalePart,
    Tokens,
    UnitErased,
    read_masks,
    read_parts,
    seal_part,
    unit_keys,
    write_personal,
)
from sauro.core.vault.tokens import having_all, search_units, tokens_for

HOA = {"name": "Nguyễn Thị Hoa", "number": "079123456789"}
Db = Connection[Any]


def write(db: Db, ring: Keyring, name: str = HOA["name"], unit: UUID | None = None) -> UUID:
    unit = unit or uuid4()
    new = new_unit(ring, unit)
    parts = [
        seal_part(new.key, "applicant", 1, {"name": name}),
        seal_part(new.key, MASK, 1, identity_mask(name=name)),
    ]
    write_personal(db, new=[new], parts=parts, tokens=[Tokens(unit, "name", tokens_for(ring, "name", name))])
    return unit


def tokens_of(db: Db, unit: UUID) -> set[bytes]:
    return {row[0] for row in db.execute("SELECT token FROM core_token WHERE unit = %s", [unit]).fetchall()}


class Counting:
    """Counts the statements that pass."""

    def __init__(self, db: Db) -> None:
        self.db, self.count = db, 0

    def execute(self, query: str, params: Any = None) -> Any:
        self.count += 1
        return self.db.execute(query, params)


def test_written_and_read_in_one_statement_each(db: Db, ring: Keyring) -> None:
    counting = Counting(db)
    units = [write(counting, ring) for _ in range(3)]  # type: ignore[arg-type]
    assert counting.count == 3
    found = read_parts(counting, ring, {units[0]: ["applicant", "none"], units[1]: ["applicant"]})
    assert found == {(unit, "applicant"): {"name": HOA["name"]} for unit in units[:2]}
    stranger = uuid4()
    masks = read_masks(counting, ring, [*units, stranger])
    assert masks == {unit: {"name": "N*** T*** H***"} for unit in units}
    assert counting.count == 5


def test_many_units_in_one_statement(db: Db, ring: Keyring) -> None:
    new = [new_unit(ring, uuid4()) for _ in range(50)]
    parts = [seal_part(unit.key, "applicant", 1, HOA) for unit in new]
    tokens = [Tokens(unit.key.unit, "name", tokens_for(ring, "name", "Hoa")) for unit in new]
    counting = Counting(db)
    write_personal(counting, new=new, parts=parts, tokens=tokens)
    assert counting.count == 1
    assert len(read_parts(db, ring, {unit.key.unit: ["applicant"] for unit in new})) == 50
    assert len(search_units(db, ring, "name", "hoa", 100)) == 50


def test_nothing_to_write(db: Db) -> None:
    write_personal(db)


def test_django_cursors_will_do(transactional_db: None, ring: Keyring) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        unit = write(cursor, ring)  # type: ignore[arg-type]
        assert read_parts(cursor, ring, {unit: ["applicant"]})[unit, "applicant"] == {"name": HOA["name"]}
        assert search_units(cursor, ring, "name", "nguyen hoa", 9) == [unit]


def test_a_later_version_replaces(db: Db, ring: Keyring) -> None:
    unit = write(db, ring)
    key = unit_keys(db, ring, [unit])[unit]
    write_personal(
        db,
        parts=[seal_part(key, "applicant", 2, {"name": "Trần Văn Nam"})],
        tokens=[Tokens(unit, "name", tokens_for(ring, "name", "Trần Văn Nam"))],
    )
    assert read_parts(db, ring, {unit: ["applicant"]})[unit, "applicant"] == {"name": "Trần Văn Nam"}
    assert tokens_of(db, unit) == set(tokens_for(ring, "name", "Trần Văn Nam"))


@pytest.mark.parametrize("version", [1, 2])
def test_a_part_that_changed_meanwhile_is_not_overwritten(db: Db, ring: Keyring, version: int) -> None:
    unit = write(db, ring)
    key = unit_keys(db, ring, [unit])[unit]
    write_personal(db, parts=[seal_part(key, "applicant", 2, {"name": "second"})])
    db.commit()
    with pytest.raises(StalePart):
        write_personal(db, parts=[seal_part(key, "applicant", version, {"name": "late"})])
    db.rollback()
    assert read_parts(db, ring, {unit: ["applicant"]})[unit, "applicant"] == {"name": "second"}


def test_tokens_of_another_kind_or_unit_stay(db: Db, ring: Keyring) -> None:
    first, second = write(db, ring), write(db, ring)
    number = Tokens(first, "number", tokens_for(ring, "number", HOA["number"]))
    write_personal(db, tokens=[number])
    write_personal(db, tokens=[Tokens(first, "name", ())])
    assert tokens_of(db, first) == set(number.tokens)
    assert tokens_of(db, second) == set(tokens_for(ring, "name", HOA["name"]))


def test_keys_that_stay_the_same_are_kept(db: Db, ring: Keyring) -> None:
    unit = write(db, ring, "Nguyễn Thị Hoa")
    write_personal(db, tokens=[Tokens(unit, "name", tokens_for(ring, "name", "Nguyễn Thị Hoà Bình"))])
    assert tokens_of(db, unit) == set(tokens_for(ring, "name", "nguyen thi hoa binh"))


@pytest.mark.parametrize("column", ["part", "unit", "version"])
def test_a_row_moved_to_another_place_does_not_open(db: Db, ring: Keyring, column: str) -> None:
    unit, other = write(db, ring), write(db, ring)
    db.execute("DELETE FROM core_personal WHERE part = 'mask' OR unit = %s", [other])
    value = {"part": "mask", "unit": other, "version": 2}[column]
    db.execute(f"UPDATE core_personal SET {column} = %s WHERE unit = %s", [value, unit])
    with pytest.raises(CannotOpen):
        read_parts(db, ring, {unit: ["applicant", "mask"], other: ["applicant"]})


def test_another_units_key_row_does_not_open(db: Db, ring: Keyring) -> None:
    unit, other = write(db, ring), write(db, ring)
    db.execute(
        "UPDATE core_unit_key SET wrapped = (SELECT wrapped FROM core_unit_key WHERE unit = %s) WHERE unit = %s",
        [other, unit],
    )
    with pytest.raises(CannotOpen):
        read_parts(db, ring, {unit: ["applicant"]})


def test_a_unit_without_key_takes_nothing(db: Db, ring: Keyring) -> None:
    unit = uuid4()
    key = new_unit(ring, unit).key
    assert unit_keys(db, ring, [unit]) == {}
    for part, tokens in (
        ([seal_part(key, "applicant", 1, HOA)], []),
        ([], [Tokens(unit, "name", [b"x" * 16])]),
    ):
        with pytest.raises(UnitErased):
            write_personal(db, parts=part, tokens=tokens)
        db.rollback()
    assert not tokens_of(db, unit)


def test_a_unit_is_made_once(db: Db, ring: Keyring) -> None:
    unit = write(db, ring)
    with pytest.raises(psycopg.errors.UniqueViolation):
        write(db, ring, unit=unit)


def test_an_erasure_that_commits_first_wins(db: Db, address: str, ring: Keyring) -> None:
    from datetime import UTC, datetime

    from sauro.core.vault.erasure import erase_rows

    unit = write(db, ring)
    key = unit_keys(db, ring, [unit])[unit]
    db.commit()
    erase_rows(db, [unit], uuid4(), datetime.now(UTC))
    failed: list[BaseException] = []

    def late_writer() -> None:
        with psycopg.connect(address) as other:
            try:
                write_personal(
                    other,
                    parts=[seal_part(key, "note", 1, HOA)],
                    tokens=[Tokens(unit, "number", tokens_for(ring, "number", HOA["number"]))],
                )
            except UnitErased as error:
                failed.append(error)
                other.rollback()

    writer = threading.Thread(target=late_writer)
    writer.start()
    _until_somebody_waits(address)
    db.commit()
    writer.join(10)
    assert len(failed) == 1
    assert not tokens_of(db, unit)


def test_an_erasure_takes_what_an_act_wrote_while_it_waited(db: Db, address: str, ring: Keyring) -> None:
    from datetime import UTC, datetime

    from sauro.core.vault.erasure import erase_rows

    unit = write(db, ring)
    db.commit()
    key = unit_keys(db, ring, [unit])[unit]
    write_personal(
        db,
        parts=[seal_part(key, "note", 1, HOA)],
        tokens=[Tokens(unit, "number", tokens_for(ring, "number", HOA["number"]))],
    )

    def eraser() -> None:
        with psycopg.connect(address) as other:
            erase_rows(other, [unit], uuid4(), datetime.now(UTC))

    erasing = threading.Thread(target=eraser)
    erasing.start()
    _until_somebody_waits(address)
    db.commit()
    erasing.join(10)
    assert not tokens_of(db, unit)
    rows = db.execute("SELECT ciphertext FROM core_personal WHERE unit = %s", [unit]).fetchall()
    assert rows == [(b"",)] * 3


def _until_somebody_waits(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as watching:
        for _ in range(2000):
            row = watching.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
            ).fetchone()
            if row and row[0]:
                return
            threading.Event().wait(0.005)
    raise AssertionError("nobody waited")


def test_search(db: Db, ring: Keyring) -> None:
    hoa = write(db, ring, "Nguyễn Thị Hoa")
    binh = write(db, ring, "Nguyễn Hoà Bình")
    write(db, ring, "Đặng Văn Nam")
    assert set(search_units(db, ring, "name", "nguyen HOA", 9)) == {hoa, binh}
    assert search_units(db, ring, "name", "Hoa, Nguyễn Thị", 9) == [hoa]
    assert search_units(db, ring, "name", "nguyen nam", 9) == []
    assert search_units(db, ring, "name", "", 9) == []
    assert search_units(db, ring, "number", "hoa", 9) == []
    assert search_units(db, ring, "name", "nguyen", 1) == [max(hoa, binh)]


def test_search_inside_a_query_that_begins_with_who_asks(db: Db, ring: Keyring) -> None:
    hoa, _ = write(db, ring, "Nguyễn Thị Hoa"), write(db, ring, "Nguyễn Thị Hoa")
    for text, expected in (("nguyen hoa", [(hoa,)]), ("hoa", [(hoa,)]), ("", [])):
        sql, parameters = having_all(ring, "name", text)
        visible = f"SELECT unit FROM core_unit_key WHERE unit = %s AND unit IN ({sql})"
        assert db.execute(visible, [hoa, *parameters]).fetchall() == expected
