"""Faults at random under load: what was acknowledged is there, once; the journal and the state agree (I10, I12)."""

import json
import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.going_wrong import Faults, small_disk
from tests.faults.installation import PATIENCE, RECORD, Installation, load


def rounds(installation: Installation, kinds: Sequence[str], faults: Faults) -> dict[str, str]:
    """Load, and a fault of each kind ("": of any); returns every acknowledged key with its dossier."""
    acknowledged: dict[str, str] = {}
    enough = threading.Event()
    threads = load(installation, RECORD, 3, enough, acknowledged, "killed")
    try:
        for kind in kinds:
            before, end = len(acknowledged), time.monotonic() + PATIENCE
            while len(acknowledged) < before + 3:
                assert all(thread.is_alive() for thread in threads), "a client was refused; see its traceback"
                assert time.monotonic() < end, f"nothing is acknowledged any more after {faults.met}"
                time.sleep(0.02)
            time.sleep(faults.rng.uniform(0, 0.1))
            faults.one(kind)
    finally:
        enough.set()
        for thread in threads:
            thread.join(PATIENCE)
    return acknowledged


def everything_sealed_and_signed(installation: Installation) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with installation.database() as db:
            row = db.execute(
                "SELECT count(*) FILTER (WHERE l.event_id IS NULL), count(*), (SELECT max(size) FROM core_checkpoint),"
                " (SELECT min(position) FROM core_consumer) FROM core_event e LEFT JOIN core_leaf l ON l.event_id = e.id"
            ).fetchone()
        assert row is not None
        if row[0] == 0 and row[1] == row[2] == row[3]:
            return
        time.sleep(0.2)
    raise AssertionError(f"not sealed, signed and read in time: {row}")


def check(installation: Installation, acknowledged: dict[str, str]) -> None:
    everything_sealed_and_signed(installation)
    with installation.database() as db:
        filed = db.execute(
            "SELECT key, subject::text FROM core_event WHERE name = 'serve.submit_dossier' AND key LIKE 'killed-%'"
        ).fetchall()
        dossiers = db.execute("SELECT id::text FROM serve_dossier").fetchall()
        told = db.execute("SELECT dossier::text FROM serve_notice WHERE kind = 'submitted'").fetchall()
    assert len(filed) == len(dict(filed)), "none twice"
    assert dict(filed) == acknowledged, "every acknowledged act is there, and what is there was acknowledged"
    assert {id_ for (id_,) in dossiers} >= set(acknowledged.values())
    assert sorted(id_ for (id_,) in told if id_ in set(acknowledged.values())) == sorted(
        acknowledged.values()
    ), "each is told once"
    latest = installation.var / "checkpoints" / "latest.txt"
    for command in (
        ["replay", "--check", "--fresh", "--json"],
        ["verify", "--against", str(latest), "--json"],
    ):
        done = installation.command(*command)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        assert json.loads(done.stdout)["findings"] == []


def test_what_was_acknowledged_survives_kills(installation: Installation) -> None:
    faults = Faults(installation, random.Random())
    acknowledged = rounds(installation, ["kill web", "kill worker and sealer"], faults)
    assert len(acknowledged) >= 6
    check(installation, acknowledged)


@pytest.mark.slow
def test_what_was_acknowledged_survives_two_hundred_faults(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(own_folder, 2048) as disk:
        own = Installation(own_folder / "var", settings={"SAURO_WORKERS": "2", "SAURO_WEB_PROCESSES": "2"})
        own.var.mkdir()
        faults = Faults(own, random.Random(), disk)
        try:
            own.begin()
            acknowledged = rounds(own, [""] * 200, faults)
            check(own, acknowledged)
        finally:
            own.end()
        with capsys.disabled():
            print(f"\n{faults.met.total()} faults, {len(acknowledged)} acts acknowledged: {dict(faults.met)}")
    assert {"kill web", "kill worker and sealer", "kill postgres"} <= set(faults.met)
    assert disk is None or faults.met["full disk"]
