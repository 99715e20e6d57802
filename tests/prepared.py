"""An installation of one province as `sauro up --prepare` leaves it, set up once for a test run and copied to who needs one of their own."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "var" / "prepared"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
PATIENCE = 300.0


def put(var: Path, environment: Mapping[str, str]) -> None:
    """Fill an empty state folder; one that has a database stays as it is."""
    if (var / "pg").exists() or environment.get("SAURO_PROVINCES") != "75" or "DATABASE_URL" in environment:
        return
    PLACE.mkdir(parents=True, exist_ok=True)
    mine = PLACE / RUN
    with (PLACE / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mine.exists():
            for old in PLACE.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            half = PLACE / f"{RUN}.half"
            _set_up(half, {**environment, "SAURO_VAR": str(half), "SAURO_EDGE_PORT": "0"})
            half.rename(mine)
    # cp keeps owners: the database's files belong to the account that its server runs under.
    subprocess.run(["cp", "-a", f"{mine}/.", str(var)], check=True)


def _set_up(var: Path, environment: Mapping[str, str]) -> None:
    var.mkdir()
    command = [sys.executable, "-m", "sauro.project.cli", "up", "--prepare"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
