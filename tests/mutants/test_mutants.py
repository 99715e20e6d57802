"""Every invariant has patches that break it, and a test that must notice.

A patch begins with ``# Invariant: I3`` and ``# Killed-by: <pytest node>``, then a unified diff against the root. The
fast tests see that each applies and is named; the slow one applies each to a copy and demands that its test fails.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATCHES = sorted(Path(__file__).parent.glob("*.patch"))
INVARIANTS = {f"I{number}" for number in range(1, 13)}


def heads(patch: Path) -> tuple[set[str], str]:
    """The invariants a patch breaks, and the test that must fail with it."""
    lines = patch.read_text(encoding="utf-8").splitlines()
    said = dict(re.findall(r"^# ([A-Z][A-Za-z-]+): (.+)$", "\n".join(lines[:6]), re.MULTILINE))
    return set(re.findall(r"I\d+", said.get("Invariant", ""))), said.get("Killed-by", "").strip()


def applied(patch: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    # Outside a work tree git applies to plain files, whatever is committed there or not.
    environment = {
        **os.environ,
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "GIT_DIR": str(folder / "nowhere"),
    }
    command = ["git", "apply", *options, str(patch)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def paths_of(patch: Path) -> set[str]:
    return set(re.findall(r"^--- a/(\S+)", patch.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_invariant_has_a_mutant() -> None:
    assert set().union(*(heads(patch)[0] for patch in PATCHES)) == INVARIANTS


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_patch_applies_and_names_its_invariant_and_its_test(patch: Path, tmp_path: Path) -> None:
    invariants, node = heads(patch)
    assert invariants and invariants <= INVARIANTS
    file, _, name = node.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
    assert name.split("[")[0].split("::")[-1] in functions, f"there is no test {node}"
    for path in paths_of(patch):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    assert paths_of(patch)
    done = applied(patch, tmp_path)
    assert done.returncode == 0, done.stderr
    assert all((tmp_path / path).read_bytes() != (ROOT / path).read_bytes() for path in paths_of(patch))


def copy_of_the_tree(folder: Path) -> Path:
    """The files that git knows or would know, as they stand."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)
    return folder


@pytest.fixture(scope="session")
def var() -> Iterator[Path]:
    """A test server of the mutants' own: what they founded would crowd out the templates of the others."""
    made = Path(tempfile.mkdtemp(prefix="sauro-mutants-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def run(folder: Path, node: str, var: Path) -> subprocess.CompletedProcess[str]:
    """The named test alone, on the code of ``folder``."""
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "src"), str(folder)]),
        "SAURO_VAR": str(var), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "", node]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_mutant_is_killed_by_the_test_it_names(patch: Path, tmp_path: Path, var: Path) -> None:
    folder = copy_of_the_tree(tmp_path / "tree")
    node = heads(patch)[1]
    began = time.monotonic()
    done = applied(patch, folder)
    assert done.returncode == 0, done.stderr
    found = run(folder, node, var)
    # 1: a test failed. Anything else (nothing collected, an error of pytest's own) proves nothing.
    assert found.returncode == 1, (
        f"{patch.stem} survived {node} ({time.monotonic() - began:.0f} s):\n{found.stdout[-3000:]}"
    )
    assert re.search(r"^FAILED |^ERROR ", found.stdout, re.MULTILINE), found.stdout[-3000:]
    assert " failed" in found.stdout, found.stdout[-3000:]
