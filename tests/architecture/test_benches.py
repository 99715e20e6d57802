"""Every benchmark still runs, on a small part of its work. What it measures there is of no interest."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import names

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"pages": "0.0005", "steer": "0.0005"}


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_a_benchmark_runs(name: str) -> None:
    # The Python that this environment was made from: an environment cannot make another one.
    subprocess.run([sys._base_executable, "tools/bootstrap.py", "bench"], cwd=ROOT, check=True)  # type: ignore[attr-defined]
    command = [
        str(ROOT / "var" / "bench-venv" / "bin" / "python"), "-m", "bench", name, "--runs", "1",
        "--size", SIZES.get(name, "0.01"),
    ]  # fmt: skip
    # One at a time, whatever runs the tests: they share a server, and one of them crashes it on purpose.
    with (ROOT / "var" / "bench.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{name}:" in ran.stdout and "kept in var/bench/" in ran.stdout
