"""A bundle made here is installed and serves pages where there is no network at all."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.faults.installation import free_port

ROOT = Path(__file__).parents[2]
LOOPBACK = "import fcntl, socket, struct\nfcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sH14s', b'lo', 1, b''))\n"
"""SIOCSIFFLAGS, IFF_UP: a new network namespace begins with its own address down."""
LOOK = """
import pathlib, subprocess, sys, time, urllib.error, urllib.request
root, port = pathlib.Path(sys.argv[1]), sys.argv[2]
sauro = root / "var/venv/bin/sauro"
up = subprocess.Popen([sauro, "up", "--port", port])
try:
    for _ in range(300):
        assert up.poll() is None, "sauro up ended"
        try:
            page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read().decode()
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5)
            break
        except OSError:
            time.sleep(1)
    style = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}{style}").status == 200
    print("served", "Sáu Rõ" in page)
    print("doctor", subprocess.run([sauro, "doctor"], stdout=subprocess.DEVNULL).returncode)
finally:
    up.terminate()
    up.wait(60)
"""


def without_network() -> list[str]:
    """Give what to put before a command so that it reaches nothing; empty where this machine does not allow it."""
    try:
        tried = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False)
    except OSError:
        return []
    return [] if tried.returncode else ["unshare", "-n"]


@pytest.mark.slow
def test_a_bundle_serves_without_a_network(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SAURO_", "DJANGO_", "DATABASE_"))}
    made = subprocess.run(
        [sys.executable, "-m", "sauro.project.cli", "bundle", str(tmp_path / "carried")],
        env={**kept, "PYTHONPATH": str(ROOT / "src"), "SAURO_LANGUAGE": "en"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (archive,) = (tmp_path / "carried").iterdir()
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path, filter="data")
    (root,) = tmp_path.glob("sauro-*")

    alone = without_network()
    # Where namespaces are not allowed, at least pip may not ask; a folder of packages that this machine names is of no use.
    there = {
        **kept,
        "PIP_INDEX_URL": "http://127.0.0.1:1/",
        "PIP_FIND_LINKS": "/nowhere",
        "HOME": str(tmp_path),
    }
    there |= {"SAURO_LANGUAGE": "en", "SAURO_PROVINCES": "75", "SAURO_EDGE_PORT": "0"}
    python = [Path(sys.base_prefix) / "bin" / "python3"]
    if alone:
        online = subprocess.run(
            [*alone, *python, "-c", "import socket; socket.create_connection(('1.1.1.1', 443), 5)"],
            capture_output=True, check=False,
        )  # fmt: skip
        assert b"unreachable" in online.stderr

    done = subprocess.run(
        [*alone, *python, root / "install.py"], env=there, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    script = (LOOPBACK if alone else "") + LOOK
    said = subprocess.run(
        [*alone, *python, "-c", script, root, str(free_port())],
        env=there,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "served True" in said.stdout and "doctor 0" in said.stdout, (
        said.stdout[-3000:] + said.stderr[-3000:]
    )
