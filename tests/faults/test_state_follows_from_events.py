# ruff: noqa: F401, F811 (pytest finds fixtures by their names)
"""On the product's own tables: what acts wrote is what replay rebuilds, and whatever else touches a row is named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from sauro.core.doorway import Ask, act, act_many
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.journal import checkpoints, database
from sauro.core.journal.findings import Kind, Report
from sauro.core.journal.rebuild import rebuild
from sauro.core.journal.sealer import Sealer
from sauro.core.journal.tables import JOURNALLED, TableSpec
from sauro.core.journal.verify import verify
from sauro.core.note import verifier_of
from sauro.core.vault import keyring
from sauro.serve.tests.conftest import ENTERED, Town, town

pytestmark = pytest.mark.django_db(transaction=True)
ORIGIN = "test.sauro/journal"
Link = psycopg.Connection[Any]

CHECKS = "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint WHERE contype = 'c' AND conrelid > 0 AND connamespace = 'public'::regnamespace"
OTHER = {
    "uuid": "gen_random_uuid()", "text": "'x'", "boolean": "NOT coalesce({0}, false)", "smallint": "coalesce({0}, 0) + 1",
    "integer": "coalesce({0}, 0) + 1", "bigint": "coalesce({0}, 0) + 1", "date": "coalesce({0}, '2025-01-01') + 1",
    "timestamptz": "coalesce({0}, '2025-01-01') + interval '1 microsecond'", "numeric": "coalesce({0}, 0) + 0.01",
    "bytea": "'\\x00'", "jsonb": "'[\"altered\"]'", "uuid[]": "array_append({0}, gen_random_uuid())",
    "text[]": "array_append({0}, 'x')", "integer[]": "array_append({0}, 1)",
}  # fmt: skip


@pytest.fixture
def own() -> Iterator[Link]:
    with database.connect() as link:
        yield link


@pytest.fixture
def intruder() -> Iterator[Link]:
    """Somebody with every right over the server, for whom no trigger and no constraint runs."""
    place = connection.settings_dict
    with psycopg.connect(host=place["HOST"], dbname=place["NAME"], user="postgres") as link:
        link.execute("SET session_replication_role = replica")
        for table, name in link.execute(CHECKS).fetchall():
            link.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        link.commit()
        yield link
        link.rollback()


def live(town: Town) -> UUID:
    """A dossier from filing to result, a second one that waits, and what else acts do."""
    dossier = town.file()
    town.do(dossier, "serve.accept_dossier")
    town.do(dossier, "serve.complete_step", {"step": "check"})
    town.do(
        dossier, "serve.draft_decision", {"outcome": "granted", "paragraphs": ["Đồng ý."], "entries": ENTERED}
    )
    digests = {"file": str(dossier), "digest": "a" * 64}
    act(Ask("serve.prepare_signature", PLATFORM, f"prepare {dossier}", digests, subject=dossier))
    town.do(dossier, "serve.sign_decision", {**digests, "prepared": "a" * 64, "digest": "b" * 64})
    town.do(dossier, "serve.issue_result")
    town.do(dossier, "serve.return_result", {"how": "counter"})
    many = [town.filing() for _ in range(3)]
    asks = [Ask("serve.submit_dossier", town.citizen, str(filing["id"]), filing) for filing in many]
    assert not any(isinstance(result, Exception) for result in act_many(asks))
    return dossier


def check(own: Link, folder: Path, against: Path | None = None) -> Report:
    return verify(own, [verifier_of(ORIGIN, keyring.current().checkpoint_key)], folder / "work", against)


def seal(own: Link, folder: Path) -> Path:
    sealer = Sealer()
    while sealer.seal_once(own):
        pass
    checkpoints.sign_checkpoint(own, keyring.current().checkpoint_key, ORIGIN, folder)
    return folder / checkpoints.LATEST


def test_replay_rebuilds_what_acts_wrote(town: Town, own: Link, tmp_path: Path) -> None:
    seal(own, tmp_path)
    live(town)
    before = check(own, tmp_path)
    assert before.waiting > 10
    assert before.findings.kept == [], "rows of events that are not sealed yet follow from them too"
    kept = seal(own, tmp_path)
    report = check(own, tmp_path, kept)
    assert report.findings.kept == []
    assert report.covered[-2:] == [report.events, report.events]
    for table in (
        "core_commitment",
        "serve_dossier",
        "core_timer",
        "core_personal",
        "core_actor",
        "core_definition",
    ):
        assert report.rows[table] > 0, table


def test_the_rebuilt_tables_equal_the_originals(town: Town, intruder: Link) -> None:
    live(town)
    with psycopg.connect(intruder.info.dsn, autocommit=True) as owner:
        rebuilt = rebuild(owner, "rebuilt")
    assert {name: table for name, table in rebuilt.items() if not table.equal} == {}
    assert rebuilt["serve_dossier"].rows == 4


def test_every_column_of_every_table_is_watched(
    town: Town, own: Link, intruder: Link, tmp_path: Path
) -> None:
    live(town)
    kept = seal(own, tmp_path)
    expected: dict[str, tuple[str, ...]] = {}
    for spec in list(JOURNALLED.values()):
        for name, kind in spec.columns:
            if name not in spec.pk and (key := _alter(intruder, spec, name, kind, taken=expected.keys())):
                expected[f"{spec.name} {key}"] = (name,)
    intruder.commit()
    named = {
        f"{finding.fact('table')} {finding.fact('key')}": finding.fact("columns")
        for finding in check(own, tmp_path, kept).findings.kept
        if finding.kind == Kind.ROW_ALTERED
    }
    assert len(expected) > 20
    assert {key: columns for key, columns in expected.items() if named.get(key) != columns} == {}


def _alter(intruder: Link, spec: TableSpec, name: str, kind: str, taken: Any) -> str:
    """Alter one column of one row that was not touched yet; gives its key, or nothing where no row is left."""
    keys = ", ".join(f"{column}::text" for column in spec.pk)
    for values in intruder.execute(f"SELECT {keys} FROM {spec.name}").fetchall():
        key = spec.key(dict(zip(spec.pk, values, strict=True)))
        if f"{spec.name} {key}" in taken:
            continue
        where = " AND ".join(f"{column}::text = %s" for column in spec.pk)
        column = f'"{name}"'
        intruder.execute(
            f"UPDATE {spec.name} SET {column} = {OTHER[kind].format(column)} WHERE {where}", values
        )
        return key
    return ""


def test_the_application_may_not_touch_the_journal(own: Link) -> None:
    assert settings.DATABASES["default"]["USER"] != "postgres"
    for statement in (
        "DELETE FROM core_event",
        "UPDATE core_leaf SET hash = hash",
        "TRUNCATE core_checkpoint",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            own.execute(statement)


def test_an_event_that_no_act_wrote_is_named(town: Town, own: Link, intruder: Link, tmp_path: Path) -> None:
    dossier = live(town)
    kept = seal(own, tmp_path)
    intruder.execute("UPDATE core_leaf SET leaf_index = leaf_index + 1000000 WHERE leaf_index >= 5")
    intruder.execute("UPDATE core_leaf SET leaf_index = leaf_index - 999999 WHERE leaf_index >= 1000000")
    forged = new_id()
    intruder.execute(
        "INSERT INTO core_event (id, name, person, subject, key, request, recorded, body)"
        " SELECT %s, name, person, subject, 'forged', request, recorded, body FROM core_event WHERE subject = %s LIMIT 1",
        [forged, dossier],
    )
    intruder.execute(
        "INSERT INTO core_leaf SELECT 5, id, sha256('\\x00'::bytea || body) FROM core_event WHERE id = %s",
        [forged],
    )
    intruder.commit()
    kinds = {finding.kind for finding in check(own, tmp_path, kept).findings.kept}
    assert Kind.LEAF_INSERTED in kinds or Kind.LEAVES_REPLACED in kinds
    assert Kind.EVENT_COLUMNS in kinds
