"""A database that a released version wrote is upgraded by this one: no act is lost, whatever cuts it off (I10, I12)."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from sauro.project.settings.database import APPLICATION, DATABASE
from tests.faults.installation import PATIENCE, ROOT, Installation
from tests.upgrade.conftest import KEPT, Kept, Stand

COUNTS = {
    "events": "core_event", "dossiers": "serve_dossier", "tasks": "steer_task", "delegations": "core_delegation",
    "mergers": "core_reorganisation WHERE state = 'done'",
}  # fmt: skip
LATER = "SELECT count(*) FROM django_migrations WHERE name LIKE 'later_%'"
COLUMN = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'core_commitment' AND column_name = '{}'"
NEWEST = KEPT[-1] if KEPT else Path()
pytestmark = pytest.mark.skipif(not KEPT, reason="No version was released yet: python -m tools.keep")


def upgraded(at: Installation, steps: int) -> None:
    done = at.command("upgrade", "--without-backup", "--json")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    said = json.loads(done.stdout)
    assert said["well"] and said["steps"] == steps, said
    if steps:
        assert said["events_before"] == said["events_after"] and said["replayed"]["findings"] == []


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.name.removesuffix(".tar.xz"))
def test_every_kept_database_is_upgraded_and_goes_on(stand: Stand, file: Path) -> None:
    kept = stand(file)
    done = kept.at.command("upgrade", "--without-backup", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["well"], done.stdout[-3000:] + done.stderr[-3000:]
    for name, table in COUNTS.items():
        assert kept.count(f"SELECT count(*) FROM {table}") == kept.told[name] > 0, name
    kept.goes_on(kept.at)


def test_a_later_version_says_what_is_to_come_wants_a_backup_and_upgrades(stand: Stand) -> None:
    kept = stand(NEWEST, today=True)
    later = kept.later()
    looked = later.command("upgrade", "--check", "--json")
    said = json.loads(looked.stdout)
    assert looked.returncode == 1 and not said["well"]
    assert [(step["name"], step["beside"]) for step in said["steps"]] == [
        ("core.later_1_weight", True),
        ("core.later_2_rows", False),
    ]
    assert said["steps"][0]["locks"] == ["core_commitment"] and said["steps"][1]["rewrites"] == [
        "core_heartbeat"
    ]
    assert [each["code"] for each in said["findings"] if each["state"] == "fault"] == ["backup"]
    assert later.command("worker").returncode == 3, "nothing runs on a database that lacks something"
    refused = later.command("upgrade", SAURO_LANGUAGE="en")
    assert refused.returncode == 4 and "(upgrade.backup)" in refused.stderr and kept.count(LATER) == 0
    upgraded(later, 2)
    assert kept.count(COLUMN.format("weight")) == 1
    kept.goes_on(later)
    older = kept.at.command("upgrade", "--check", "--json")
    assert older.returncode == 1 and "later_2_rows" in older.stdout, (
        "an older program is told that it is older"
    )


def test_the_old_version_runs_on_until_the_step_that_it_must_not_see(stand: Stand) -> None:
    kept = stand(NEWEST, today=True)
    later = kept.later()
    address = kept.at.server.address(DATABASE, APPLICATION)
    with psycopg.connect(address, application_name="sauro 0.0.9"):
        stopped = later.command("upgrade", "--without-backup")
        assert stopped.returncode == 4 and "(upgrade.beside)" in stopped.stderr, stopped.stderr
        assert "sauro 0.0.9" in stopped.stderr and kept.count(LATER) == 1
    upgraded(later, 1)


def test_a_step_that_fails_halfway_leaves_nothing_and_the_mended_version_goes_on(stand: Stand) -> None:
    kept = stand(NEWEST, today=True)
    failed = kept.later("failing_settings").command("upgrade", "--without-backup")
    assert failed.returncode == 1 and "core.later_3_fails" in failed.stderr, failed.stderr
    assert kept.count(COLUMN.format("half")) == 0 and kept.count(LATER) == 2
    assert kept.events() == kept.told["events"]
    mended = kept.later()
    assert kept.count("SELECT count(*) FROM core_upgrade WHERE ended IS NULL") == 1
    done = mended.command("upgrade", "--without-backup", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 0 and said["well"] and said["events_before"] == kept.told["events"], done.stderr
    assert kept.count("SELECT count(*) FROM core_upgrade WHERE ended IS NULL") == 0


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["in a step", "before the proof ended"])
def test_killed_it_is_said_again(stand: Stand, moment: str) -> None:
    kept = stand(NEWEST, today=True)
    later = kept.later()
    asked = {
        "in a step": "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
        "before the proof ended": "SELECT count(*) FROM django_migrations WHERE name = 'later_2_rows'",
    }[moment]
    command = [sys.executable, "-m", "sauro.project.cli", "upgrade", "--without-backup"]
    running = subprocess.Popen(
        command, cwd=ROOT, env=later.environment, stdout=-3, stderr=-3, start_new_session=True
    )
    end = time.monotonic() + PATIENCE
    while not kept.count(asked):
        assert time.monotonic() < end and running.poll() is None
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert kept.count("SELECT count(*) FROM core_upgrade WHERE ended IS NULL") == 1, (
        "it is known to be under way"
    )
    looked = json.loads(later.command("upgrade", "--check", "--json").stdout)
    assert "cut_off" in [each["code"] for each in looked["findings"]]
    done = later.command("upgrade", "--without-backup", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 0 and said["well"] and said["events_before"] == kept.told["events"], done.stderr
    assert kept.count(LATER) == 2


@pytest.mark.slow
def test_two_at_once_are_one(stand: Stand) -> None:
    from sauro.project.upgrade.doing import LOCK

    kept: Kept = stand(NEWEST, today=True)
    with kept.at.database() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        refused = kept.later().command("upgrade", "--without-backup")
        assert refused.returncode == 3 and kept.count(LATER) == 0


APPOINTED = """
from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor, Definition
from sauro.core.moment import now
today, office = local_day(now()), Actor.objects.filter(kind="position", type="quan-tri").first()
in_office, by_hand = new_id(), new_id()
for person in (in_office, by_hand):
    act(Ask("core.register_actor", PLATFORM, f"person:{person}", {"id": person, "kind": "person", "valid_from": today}))
act(Ask("core.appoint", PLATFORM, "in-office", {"person": in_office, "valid_from": today}, subject=office.id))
role = Definition.objects.get(kind="role", code="administrator", state="published")
grant = {"holder": by_hand, "role": role.id, "scope": "all", "purpose": "operate", "basis": role.basis or "appointed"}
act(Ask("core.grant", PLATFORM, "by-hand", grant))
print(in_office, office.id, by_hand, role.version)
"""
OPENS = """
import sys
from uuid import UUID
from sauro.core.refusal import Refusal
from sauro.project.accounts import keeping
person, position = UUID(sys.argv[1]), UUID(sys.argv[2]) if sys.argv[2] else None
who = {"login": "moi.den", "identity": {"name": "Trần Văn Mới", "email": "moi@vidu.vn"}}
try:
    keeping.open_account(keeping.asked("core.open_account", who, person, sys.argv[3], None, position))
    print("opened")
except Refusal as refusal:
    print(refusal.code)
"""


SEALED = """
from django.db import connection
from sauro.core.journal import sealer
with connection.cursor() as cursor:
    while sealer.seal_once(cursor.connection):
        pass
"""


def test_a_newer_pack_gives_the_administrators_office_what_its_role_may_now_do(stand: Stand) -> None:
    """The administrator of 0.1.0 could open no account; `sauro pack load` brings the second version of the role."""
    kept = stand(NEWEST, today=True)
    in_office, office, by_hand, version = kept.at.script(APPOINTED).split()
    assert version == "1"
    assert kept.at.script(OPENS, in_office, office, "before").strip() == "no_grant"
    loaded = kept.at.command("pack", "load", "--json")
    assert loaded.returncode == 0 and json.loads(loaded.stdout)["acts"] > 0, loaded.stdout + loaded.stderr
    roles = "SELECT count(*) FROM core_definition WHERE kind = 'role' AND code = 'administrator' AND state = '{}' AND version = {}"
    assert kept.count(roles.format("superseded", 1)) == kept.count(roles.format("published", 2)) == 1
    # What somebody granted by hand is what they granted: it is not widened by a file.
    assert kept.at.script(OPENS, by_hand, "", "by hand").strip() == "no_grant"
    assert kept.at.script(OPENS, in_office, office, "after").strip() == "opened"
    events = kept.events()
    again = kept.at.command("pack", "load", "--json")
    assert again.returncode == 0 and kept.events() == events, "loaded once, it is loaded"
    # No worker runs here, and what waits for long would be told.
    kept.at.script(SEALED)
    kept.goes_on(kept.at)
