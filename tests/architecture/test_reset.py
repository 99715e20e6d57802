import subprocess
import sys
from pathlib import Path

from tools import reset

ROOT = Path(__file__).resolve().parents[2]


def _ask(monkeypatch, folder, answer):
    monkeypatch.setattr(reset, "VAR", folder)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    return reset.main()


def test_only_yes_deletes(monkeypatch, tmp_path):
    folder = tmp_path / "var"
    (folder / "pg").mkdir(parents=True)
    for answer in ("", "y", "no"):
        assert _ask(monkeypatch, folder, answer) == 1
        assert folder.exists()
    assert _ask(monkeypatch, folder, "yes") == 0
    assert not folder.exists()


def test_nothing_is_deleted_while_it_is_in_use(monkeypatch, tmp_path):
    folder = tmp_path / "var"
    folder.mkdir()
    hold = "import fcntl,sys; f=open(sys.argv[1],'a'); fcntl.flock(f, fcntl.LOCK_SH); print(1, flush=True); input()"
    command = [sys.executable, "-c", hold, str(folder / "pg.users")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdout.readline()
        assert _ask(monkeypatch, folder, "yes") == 1
        other.communicate(b"\n")
    assert folder.exists()


def test_every_target_is_explained():
    listed = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "test-slow", "check", "fix", "docs", "bench", "reset"):
        assert f"make {target} " in listed
