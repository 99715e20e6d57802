"""Health of real processes: a sealer that stands still, a worker that is killed, a database that is gone."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.faults.installation import PATIENCE, Installation, _command_line


def asked(at: Installation, where: str = "/healthz") -> tuple[int, dict[str, Any]]:
    token = (at.var / "keys" / "operator-token").read_text().strip()
    request = urllib.request.Request(f"{at.url}{where}", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def faults(at: Installation) -> set[str]:
    status, said = asked(at)
    found = {each["code"] for each in said["checks"] if each["state"] == "fault"}
    assert status == (503 if found else 200)
    return found


def until(at: Installation, wanted: set[str]) -> None:
    end = time.monotonic() + PATIENCE
    while (found := faults(at)) != wanted:
        assert time.monotonic() < end, (found, wanted)
        time.sleep(0.5)


@pytest.fixture
def alone(own_folder: Path) -> Any:
    """One worker, so that its loss is seen."""
    made = Installation(own_folder)
    try:
        made.begin()
        yield made
    finally:
        made.end()


def test_what_stands_still_or_is_gone_is_told(alone: Installation) -> None:
    until(alone, set())
    (worker,) = [pid for pid in alone.processes() if "cli worker" in _command_line(pid)]
    os.kill(worker, signal.SIGSTOP)
    try:
        until(alone, {"worker"})
        assert asked(alone, "/readyz")[0] == 200, "pages are served all the same"
    finally:
        os.kill(worker, signal.SIGCONT)
    until(alone, set())
    os.kill(int((alone.var / "pg" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    try:
        until(alone, {"database"})
        assert asked(alone, "/readyz")[0] == 503 and asked(alone, "/livez")[0] == 200
    finally:
        time.sleep(0.5)
        server = alone.server
        server.begin()
        server.end()
    until(alone, set())
    # A duty that met the lost database is told for a minute.
    end = time.monotonic() + PATIENCE
    while (done := alone.command("doctor")).returncode:
        assert [line for line in done.stdout.splitlines() if line.startswith("✗ tiến trình nền")], done.stdout
        assert time.monotonic() < end, done.stdout
        time.sleep(2)
