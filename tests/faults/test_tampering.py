"""What `sauro verify --against FILE` says, and its exit code, of every way of tampering with an installation's data."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import LazySettings
from django.db import connection

from sauro.core.doorway import Ask, act
from sauro.core.journal import checkpoints, database
from sauro.core.journal.sealer import Sealer
from sauro.core.vault import keyring
from sauro.project import journal
from sauro.project.cli import main
from sauro.serve.tests.conftest import Town

pytestmark = pytest.mark.django_db(transaction=True)
Intruder = psycopg.Connection[Any]
LAST = "(SELECT max(leaf_index) FROM core_leaf)"
EVENT = f"(SELECT event_id FROM core_leaf WHERE leaf_index = {LAST} - 2)"
SWAP = [
    f"UPDATE core_leaf SET leaf_index = -1 WHERE leaf_index = {LAST}",
    f"UPDATE core_leaf SET leaf_index = {LAST} + 1 WHERE leaf_index = {LAST}",
    f"UPDATE core_leaf SET leaf_index = {LAST} - 1 WHERE leaf_index = -1",
]
ROLL_BACK = [
    # As a backup from before the last dossier would have it: nothing in it disagrees with anything else.
    "DELETE FROM serve_dossier WHERE id = %(last)s", "DELETE FROM core_commitment WHERE id = %(last)s",
    "DELETE FROM core_personal WHERE unit = %(last)s",
    "DELETE FROM core_leaf WHERE event_id IN (SELECT id FROM core_event WHERE subject = %(last)s)",
    "DELETE FROM core_event WHERE subject = %(last)s",
    f"DELETE FROM core_checkpoint WHERE size > {LAST} + 1",
]  # fmt: skip
TAMPERED: dict[str, tuple[list[str], str]] = {
    "event altered": ([f"UPDATE core_event SET body = convert_to(replace(convert_from(body, 'UTF8'), 'file', 'fill'), 'UTF8') WHERE id = {EVENT}"], "event_altered"),
    "event deleted": ([f"DELETE FROM core_event WHERE id = {EVENT}"], "event_deleted"),
    "event inserted": (["INSERT INTO core_event (id, name, person, key, request, recorded, body) SELECT gen_random_uuid(), name, person, 'forged', request, now() - interval '1 hour', body FROM core_event LIMIT 1"], "event_inserted"),
    "events reordered": (SWAP, "leaves_exchanged"),
    "journal truncated": ([f"DELETE FROM core_event WHERE id = (SELECT event_id FROM core_leaf WHERE leaf_index = {LAST})", f"DELETE FROM core_leaf WHERE leaf_index = {LAST}"], "journal_shorter"),
    "row altered": (["UPDATE serve_dossier SET fee = fee + 1 WHERE id = %(last)s"], "row_altered"),
    "row deleted": (["DELETE FROM serve_dossier WHERE id = %(last)s"], "row_deleted"),
    "row inserted": (["INSERT INTO core_holding SELECT gen_random_uuid(), event, position, person, kind, valid_from, valid_to FROM core_holding LIMIT 1"], "row_inserted"),
    "database rolled back": (ROLL_BACK, "journal_shorter"),
}  # fmt: skip


@pytest.fixture
def verify(
    settings: LazySettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[Path], tuple[int, dict[str, Any]]]:
    """The command itself, on the database of this test."""
    settings.USES_BUNDLED_POSTGRES = False
    settings.SAURO_VAR = tmp_path

    def run(kept: Path) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = main(["verify", "--against", str(kept), "--json"])
        return int(code or 0), json.loads(capsys.readouterr().out)

    return run


def kept_elsewhere(folder: Path) -> Path:
    """Seal all there is, sign, and keep the checkpoint as somebody else would."""
    with database.connect() as own:
        sealer = Sealer()
        while sealer.seal_once(own):
            pass
        checkpoints.sign_checkpoint(own, keyring.current().checkpoint_key, journal.origin(), folder)
    kept = folder / "kept.txt"
    kept.write_bytes((folder / checkpoints.LATEST).read_bytes())
    return kept


@pytest.mark.parametrize("how", list(TAMPERED))
def test_tampering_is_named_by_the_command(
    town: Town, tmp_path: Path, verify: Callable[[Path], tuple[int, dict[str, Any]]], how: str
) -> None:
    first = town.file()
    kept_elsewhere(tmp_path / "checkpoints")
    act(Ask("serve.withdraw_dossier", town.citizen, "w", {}, first))
    town.file()
    last = town.file()
    kept = kept_elsewhere(tmp_path / "checkpoints")
    code, told = verify(kept)
    assert (code, told["findings"]) == (0, [])
    statements, kind = TAMPERED[how]
    place = connection.settings_dict
    with psycopg.connect(host=place["HOST"], dbname=place["NAME"], user="postgres") as intruder:
        intruder.execute("SET session_replication_role = replica")
        touched = [intruder.execute(statement, {"last": last}).rowcount for statement in statements]
    assert all(touched), "nothing was tampered with"
    code, told = verify(kept)
    assert code == 1
    assert kind in {finding["kind"] for finding in told["findings"]}
    assert not told["intact"] and all(finding["sentence"] for finding in told["findings"])
