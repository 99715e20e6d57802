"""Backup under load, kill -9 of it, restore on an empty machine: what was acknowledged is there, what was erased is not."""

import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.installation import PATIENCE, RECORD, ROOT, Installation, load
from tests.faults.test_killed import everything_sealed_and_signed

FILE = """
import sys
from uuid import UUID
from sauro.core.models import Account
from sauro.serve import files
person = Account.objects.get(user__username="nguoidan").person
for dossier in sys.argv[1:]:
    files.keep(UUID(dossier), person, "giấy.pdf", b"%PDF-1.4\\n%%EOF\\n" * 50_000, "application/pdf")
"""
ERASE = """
import sys
from uuid import UUID
from sauro.core.actions.erasure import erase_unit
from sauro.core.doorway import Ask
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.vault.files import FileStore
unit = UUID(sys.argv[1])
erase_unit(Ask("core.erase", PLATFORM, f"erase:{unit}", {"unit": unit, "basis": "test"}), FileStore.current())
"""
LEFT = """
SELECT (SELECT count(*) FROM core_unit_key WHERE unit = %(unit)s),
  (SELECT count(*) FROM core_token WHERE unit = %(unit)s),
  (SELECT count(*) FROM core_personal WHERE unit = %(unit)s AND ciphertext <> ''),
  (SELECT count(*) FROM core_event WHERE name = 'core.erase' AND subject = %(unit)s)
"""


class Places:
    """Where backups, keys and the administrator's key lie."""

    def __init__(self, folder: Path) -> None:
        self.out, self.apart, self.identity = folder / "out", folder / "apart", folder / "identity"
        self.out.mkdir()
        self.apart.mkdir()

    def recipient(self, at: Installation) -> str:
        made = at.command("backup-key", str(self.identity))
        assert made.returncode == 0, made.stderr
        return made.stdout.strip().partition("=")[2]

    def back_up(self, at: Installation, recipient: str) -> dict[str, Any]:
        done = at.command(
            "backup", str(self.out), "--recipient", recipient, "--keys", str(self.apart), "--json"
        )
        assert done.returncode == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def restore(self, at: Installation, backup: str, *more: str) -> "subprocess.CompletedProcess[str]":
        return at.command(
            "restore", backup, "--identity", str(self.identity), "--keys", str(self.apart), *more
        )


def backed_up_under_load(installation: Installation, places: Places) -> tuple[dict[str, Any], dict[str, str]]:
    """A backup while three clients file. Gives it, and what was acknowledged before it began."""
    recipient, acknowledged, enough = places.recipient(installation), dict[str, str](), threading.Event()
    threads = load(installation, RECORD, 3, enough, acknowledged, "backup")
    end = time.monotonic() + PATIENCE
    try:
        while len(acknowledged) < 6:
            assert time.monotonic() < end and any(thread.is_alive() for thread in threads)
            time.sleep(0.02)
        installation.script(FILE, *list(acknowledged.values())[:3])
        before = dict(acknowledged)
        made = places.back_up(installation, recipient)
        assert len(acknowledged) > len(before), "acts went on while the backup ran"
    finally:
        enough.set()
        for thread in threads:
            thread.join(PATIENCE)
    return made, before


def test_backup_under_load_and_restore_on_an_empty_machine(
    installation: Installation, own_folder: Path
) -> None:
    places = Places(own_folder)
    made, before = backed_up_under_load(installation, places)
    assert made["lacking"] == 0 and made["files"] >= 3
    everything_sealed_and_signed(installation)
    # Erased after the backup: the list knows, the backup does not.
    erased = next(iter(before.values()))
    installation.script(ERASE, erased)
    later = places.back_up(installation, Path(places.identity).read_text().split()[3])
    assert later["files"] == made["files"] - 1 and len(list(places.apart.iterdir())) == 1

    machine = Installation(own_folder / "machine")
    machine.var.mkdir()
    copied = next(places.apart.iterdir())
    kept = (copied / "vault" / "erased.list").rename(own_folder / "erased.list")
    refused = places.restore(machine, made["folder"])
    assert refused.returncode == 3 and "erased.list" in refused.stderr, refused.stderr
    kept.rename(copied / "vault" / "erased.list")

    done = places.restore(machine, made["folder"], "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["well"] and said["erased_again"] == 1 and said["files"] == made["files"]
    try:
        machine.server.begin()
        with machine.database() as db:
            filed = dict(db.execute("SELECT key, subject::text FROM core_event WHERE name = 'serve.submit_dossier'").fetchall())  # fmt: skip
            assert before.items() <= filed.items(), "what was acknowledged before the backup is there"
            assert db.execute(LEFT, {"unit": erased}).fetchone() == (0, 0, 0, 1), "and what was erased is not"
            assert db.execute("SELECT count(*) FROM django_session").fetchone() == (0,), (
                "no sign-in comes back"
            )
        assert len(list((machine.var / "files").glob("*/*"))) == made["files"] - 1
        for command in (["replay", "--check", "--fresh"], ["verify", "--against", str(machine.var / "checkpoints" / "latest.txt")]):  # fmt: skip
            checked = machine.command(*command, "--json")
            assert checked.returncode == 0, checked.stdout[-3000:] + checked.stderr
        again = places.restore(machine, made["folder"])
        assert again.returncode == 3 and "--keys" in again.stderr, "only onto an empty machine"
        assert machine.command("up", "--prepare").returncode == 0, "what was restored may be served"
    finally:
        machine.server.end()


def test_what_had_no_place_yet_gets_it(own_folder: Path) -> None:
    """A backup is taken between an act and its sealing, and restored long after: that is no finding."""
    places = Places(own_folder)
    never_served, machine = Installation(own_folder / "first"), Installation(own_folder / "machine")
    for at in (never_served, machine):
        at.var.mkdir()
    assert never_served.command("up", "--prepare").returncode == 0
    made = places.back_up(never_served, places.recipient(never_served))
    assert made["leaves"] == 0 and made["waiting"] > 1000
    done = places.restore(machine, made["folder"], "--json")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    said = json.loads(done.stdout)
    assert said["verified"]["events"] == made["waiting"] and said["verified"]["waiting"] == 0


def test_a_restore_that_was_killed_is_run_again(installation: Installation, own_folder: Path) -> None:
    places = Places(own_folder)
    made = places.back_up(installation, places.recipient(installation))
    machine = Installation(own_folder / "machine")
    machine.var.mkdir()
    mark = machine.var / "restore.unfinished"
    command = [sys.executable, "-m", "sauro.project.cli", "restore", made["folder"]]
    command += ["--identity", str(places.identity), "--keys", str(places.apart)]
    for pause in (0.0, 0.6):
        running = subprocess.Popen(command, cwd=ROOT, env=machine.environment, stdout=-3, stderr=-3, start_new_session=True)  # fmt: skip
        end = time.monotonic() + PATIENCE
        while not mark.exists() and running.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.005)
        time.sleep(pause)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        if not mark.exists():
            pytest.skip("the restore was faster than its end")
        served = machine.command("up", "--prepare")
        assert served.returncode == 3 and "sauro restore" in served.stderr, (
            "nothing is served that is half restored"
        )
    done = places.restore(machine, made["folder"], "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["well"], done.stdout + done.stderr
    assert not mark.exists()


def test_a_backup_that_was_killed_is_never_taken_for_one(
    installation: Installation, own_folder: Path
) -> None:
    places = Places(own_folder)
    recipient = places.recipient(installation)
    command = [sys.executable, "-m", "sauro.project.cli", "backup", str(places.out), "--recipient", recipient]
    for _attempt in range(5):
        running = subprocess.Popen(command, cwd=ROOT, env=installation.environment, stdout=-3, stderr=-3)
        while running.poll() is None and not list(places.out.glob(".unfinished-*/database.sealed")):
            time.sleep(0.002)
        running.kill()
        running.wait()
        if left := list(places.out.glob(".unfinished-*")):
            break
    else:
        pytest.skip("every backup was faster than its end")
    whole = list(places.out.glob("sauro-*"))
    checked = installation.command("restore", str(left[0]), "--check")
    assert checked.returncode == 2 and str(left[0]) in checked.stderr
    made = places.back_up(installation, recipient)
    assert sorted(places.out.iterdir()) == sorted([*whole, Path(made["folder"])]), (
        "what was left behind is gone"
    )
    checked = installation.command("restore", made["folder"], "--check", "--identity", str(places.identity))
    assert checked.returncode == 0, checked.stderr


def test_a_disk_that_fills_up_keeps_nothing_of_it(installation: Installation, own_folder: Path) -> None:
    """The system refuses to write on in the middle: nothing is left, the earlier backup stays, the next one is made."""
    places = Places(own_folder)
    recipient = places.recipient(installation)
    made = places.back_up(installation, recipient)
    command = [sys.executable, "-m", "sauro.project.cli", "backup", str(places.out), "--recipient", recipient]
    refused = subprocess.run(
        command, cwd=ROOT, env=installation.environment, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000)),
    )  # fmt: skip
    assert refused.returncode == 3 and refused.stderr.count("\n") == 1, refused.stderr
    assert str(places.out) in refused.stderr
    assert list(places.out.iterdir()) == [Path(made["folder"])]
    assert installation.command("restore", made["folder"], "--check").returncode == 0


def test_the_guide_runs_as_it_is_written(installation: Installation, own_folder: Path) -> None:
    """Every command of the guide, in its order, on folders of this test: the first machine backs up, another restores."""
    page = (ROOT / "docs" / "how-to" / "back-up-and-restore.md").read_text(encoding="utf-8")
    # The trial at the end is the same again, on the first machine.
    guide, _trial = page.split("Try it twice a year")
    lines = re.findall(r"^\$ var/venv/bin/sauro (.*)$", guide, re.MULTILINE)
    machine = Installation(own_folder / "machine")
    for folder in ("mnt/backup", "mnt/keys", "media/safe", "machine"):
        (own_folder / folder).mkdir(parents=True)
    given: dict[str, str] = {}
    ran = []
    for line in lines:
        made = next((own_folder / "mnt/backup").glob("sauro-*"), None)
        line = re.sub(r"/mnt/backup/sauro-\S+", str(made), line)
        line = re.sub(r"(?<![\w/])/(mnt|media)/", rf"{own_folder}/\1/", line)
        arguments = shlex.split(line)
        at = installation if made is None or "--check" in arguments[2:] else machine
        done = at.command(*(["up", "--prepare"] if arguments == ["up"] else arguments), **given)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        if arguments[0] == "backup-key":
            name, _is, value = done.stdout.strip().partition("=")
            given[name] = value
        ran.append(arguments[0])
    assert ran == ["backup-key", "backup", "restore", "restore", "replay", "up"]
