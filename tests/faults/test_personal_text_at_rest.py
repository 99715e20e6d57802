"""A planted name is in no file of the database, of the files or of the keys: not before its erasure, not after it."""

import base64
import secrets
import string
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from sauro.core.text import fold
from sauro.core.vault import erasure, keyring
from sauro.core.vault.cipher import new_unit
from sauro.core.vault.files import FileStore
from sauro.core.vault.masks import identity_mask
from sauro.core.vault.parts import Tokens, read_parts, seal_part, unit_keys, write_personal
from sauro.core.vault.scanner import NoScanner
from sauro.core.vault.tokens import search_units, tokens_for
from sauro.core.vault.upload import receive


def planted() -> dict[str, str]:
    """Words that occur nowhere else."""
    word = "".join(secrets.choice(string.ascii_lowercase) for _ in range(12))
    number = "".join(secrets.choice(string.digits) for _ in range(14))
    return {"name": f"Nguyễn Thị {word.capitalize()}ộ", "number": number, "email": f"{word[::-1]}@example.vn"}


def spellings(text: str) -> set[bytes]:
    """Every way in which ``text`` might stand in a file."""
    forms = {text, text.lower(), text.upper(), fold(text), unicodedata.normalize("NFD", text)}
    found: set[bytes] = set()
    for form in forms:
        plain = {form.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "unicode_escape")}
        found |= plain
        for body in plain:
            found |= {body.hex().encode(), body.hex().upper().encode()}
            # A neighbour of one or two bytes shifts base64; its first and last characters depend on neighbours.
            found |= {base64.b64encode(bytes(shift) + body)[4:-4] for shift in range(3)}
    return {body for body in found if len(body) >= 10}


def tell_tales(secret: dict[str, str]) -> set[bytes]:
    words = (secret["name"].split()[-1], secret["number"], secret["email"].split("@")[0])
    return set().union(*(spellings(word) for word in words))


def found_in(folders: list[Path], tales: set[bytes]) -> list[str]:
    hits = []
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                body = path.read_bytes() + path.name.encode()
                hits += [f"{path}: {tale[:20]!r}" for tale in tales if tale in body]
    return hits


@pytest.fixture
def server(tmp_path: Path, django_db_blocker: Any) -> Iterator[Any]:
    """A durable server with the settings of an installation, and the vault's tables."""
    from sauro.project import postgres

    server = postgres.Server(tmp_path / "pg", postgres.DURABLE)
    server.begin()
    try:
        with django_db_blocker.unblock():
            make_tables(server)
        yield server
    finally:
        server.end()


def make_tables(server: Any) -> None:
    from django.db.utils import ConnectionHandler

    from sauro.core import models

    place = {"NAME": "postgres", "USER": "postgres", "HOST": str(server.sockets)}
    connection = ConnectionHandler({"default": {"ENGINE": "django.db.backends.postgresql", **place}})[
        "default"
    ]
    with connection.schema_editor(atomic=False) as editor:
        for model in (models.UnitKey, models.Personal, models.Token, models.Erasure, models.StoredFile):
            editor.create_model(model)
    connection.close()


def plant(
    db: psycopg.Connection[Any], ring: keyring.Keyring, store: FileStore, secret: dict[str, str]
) -> UUID:
    """The secret in parts, mask, tokens, a file and its name; then a correction, an abort and an error."""
    unit = uuid4()
    new = new_unit(ring, unit)
    body = (b"%PDF-1.7\n1 0 obj (" + secret["name"].encode() + b") endobj\n") * 3000 + b"%%EOF"
    kept = receive(store, new.key, uuid4(), body, NoScanner())
    parts = [
        seal_part(new.key, "applicant", 1, secret),
        seal_part(new.key, "mask", 1, identity_mask(**secret)),
        seal_part(new.key, kept.name_part, 1, {"name": secret["name"] + ".pdf"}),
    ]
    tokens = [Tokens(unit, kind, tokens_for(ring, kind, text)) for kind, text in secret.items()]
    write_personal(db, new=[new], parts=parts, tokens=tokens)
    db.execute(
        "INSERT INTO core_file (id, unit, name_part, digest, size, media_type, scanned, owner, created)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, now())",
        [kept.id, unit, kept.name_part, kept.digest, kept.size, kept.media_type, str(kept.scanned), unit],
    )
    db.commit()
    write_personal(db, parts=[seal_part(new.key, "applicant", 2, secret)])
    db.rollback()
    with pytest.raises(psycopg.errors.UniqueViolation):
        write_personal(db, new=[new], parts=parts, tokens=tokens)
    db.rollback()
    return unit


def test_a_planted_name_is_found_nowhere(server: Any, tmp_path: Path) -> None:
    ring, store, secret = keyring.create(tmp_path / "keys"), FileStore(tmp_path / "files"), planted()
    tales = tell_tales(secret)
    folders = [tmp_path]
    with psycopg.connect(server.address()) as db:
        unit = plant(db, ring, store, secret)
        assert read_parts(db, ring, {unit: ["applicant"]})[unit, "applicant"] == secret
        assert search_units(db, ring, "name", secret["name"], 9) == [unit]
        rest(db)
        assert found_in(folders, tales) == []

        erasure.erase(db, ring, store, [unit], uuid4(), datetime.now(UTC))
        rest(db)
        assert found_in(folders, tales) == []
        assert unit_keys(db, keyring.load(tmp_path / "keys"), [unit]) == {}
        assert read_parts(db, ring, {unit: ["applicant"]}) == {(unit, "applicant"): None}
        assert search_units(db, ring, "name", secret["name"], 9) == []
        assert list((tmp_path / "files").glob("*/*")) == []

        # The search itself is put to the test: in the clear, the same name is found.
        db.execute("CREATE TABLE careless (name text)")
        db.execute("INSERT INTO careless VALUES (%s)", [secret["name"]])
        db.commit()
        rest(db)
        assert len({hit.split(":")[0] for hit in found_in([server.data], tales)}) >= 2


def rest(db: psycopg.Connection[Any]) -> None:
    """Everything in memory goes to the data files and the write-ahead log."""
    db.commit()
    db.autocommit = True
    db.execute("CHECKPOINT")
    db.autocommit = False
