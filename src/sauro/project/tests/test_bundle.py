"""A bundle: the same files give the same bytes, and what was altered on the way is refused before anything is written."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from sauro.project import bundle

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = "import pathlib, sys\n(pathlib.Path(__file__).parents[1] / 'installed').write_text(sys.argv[1])\n"


@pytest.fixture
def contents(tmp_path: Path) -> dict[str, Path]:
    """A bundle of a few files, whose bootstrap only leaves a mark."""
    made = tmp_path / "made"
    texts = {
        "tools/bootstrap.py": SCRIPT,
        "wheels/a-1-py3-none-any.whl": "a wheel",
        "src/sauro/chữ.txt": "chữ",
        "docs/index.md": "# Documents\n",
    }
    for name, text in texts.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text, encoding="utf-8")
    os.chmod(made / "docs/index.md", 0o755)
    return {"install.py": ROOT / "tools" / "install.py", **{name: made / name for name in texts}}


def unpacked(contents: dict[str, Path], tmp_path: Path) -> Path:
    bundle.pack("sauro-x", contents, tmp_path / "x.tar.gz")
    with tarfile.open(tmp_path / "x.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "sauro-x"


def run(root: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, root / "install.py"], capture_output=True, text=True, check=False)


def test_the_same_files_make_the_same_archive_whenever_they_were_written(contents, tmp_path):
    bundle.pack("sauro-x", contents, tmp_path / "one")
    os.utime(contents["docs/index.md"], (1, 1))
    bundle.pack("sauro-x", contents, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with tarfile.open(tmp_path / "one") as archive:
        members = archive.getmembers()
    assert members[0].name == "sauro-x/manifest.json"
    assert {(each.uid, each.gid, each.mtime, each.uname) for each in members} == {(0, 0, 0, "")}
    assert {each.name: each.mode for each in members}["sauro-x/docs/index.md"] == 0o755


def test_a_whole_bundle_is_installed(contents, tmp_path):
    root = unpacked(contents, tmp_path)
    done = run(root)
    assert done.returncode == 0, done.stderr
    assert (root / "installed").read_text() == "run"
    assert "5 files are as they were packed" in done.stdout


def _cut(root: Path) -> None:
    (root / "wheels/a-1-py3-none-any.whl").write_text("a whe")


def _lose(root: Path) -> None:
    (root / "docs/index.md").unlink()


def _add(root: Path) -> None:
    (root / "wheels/b-1-py3-none-any.whl").write_text("another")


def _no_manifest(root: Path) -> None:
    (root / "manifest.json").unlink()


def _half_manifest(root: Path) -> None:
    text = (root / "manifest.json").read_text()
    (root / "manifest.json").write_text(text[: len(text) // 2])


def _other_python(root: Path) -> None:
    said = json.loads((root / "manifest.json").read_text())
    (root / "manifest.json").write_text(json.dumps({**said, "python": "cpython 3.9"}))


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_cut, "altered: wheels/a-1-py3-none-any.whl"),
        (_lose, "lacking: docs/index.md"),
        (_add, "added: wheels/b-1-py3-none-any.whl"),
        (_no_manifest, "There is no manifest.json"),
        (_half_manifest, "manifest.json cannot be read"),
        (_other_python, "are for cpython 3.9, and this is cpython"),
    ],
)
def test_what_is_not_as_packed_is_refused_and_nothing_installed(contents, tmp_path, harm, words):
    root = unpacked(contents, tmp_path)
    harm(root)
    done = run(root)
    assert done.returncode == 1
    assert words in done.stderr and "Nothing was installed" in done.stderr and "Traceback" not in done.stderr
    assert not (root / "installed").exists()


def test_a_truncated_archive_unpacked_in_part_says_what_is_lacking(contents, tmp_path):
    """The manifest comes first, and so does the installer: whoever overlooks tar's error is told by them."""
    root = unpacked(contents, tmp_path)
    for name in ("docs", "wheels"):
        shutil.rmtree(root / name)
    done = run(root)
    assert done.returncode == 1 and "lacking: wheels/a-1-py3-none-any.whl" in done.stderr


def test_everything_that_runs_is_packed_and_nothing_that_was_made_here():
    names = dict(bundle.source(ROOT))
    assert {"install.py", "Makefile", "LICENSE", "requirements/base.txt", "tools/bootstrap.py"} <= set(names)
    assert {
        "src/sauro/web/static/dist/manifest.json",
        "src/sauro/web/locale/vi/LC_MESSAGES/django.mo",
    } <= set(names)
    assert any(name.startswith("src/sauro/packs/vn/procedures/") for name in names)
    made = {"node_modules", "__pycache__", "venv", "keys", "pg", ".git"}
    assert not [name for name in names if made & set(name.split("/"))]
    assert {name for name in names if name.startswith("var/")} == {
        "var/stamps/frontend",
        "var/stamps/translations",
    }
