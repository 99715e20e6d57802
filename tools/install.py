"""Installs a bundle that `sauro bundle` made, on a machine without internet: python3 install.py. Standard library only.

It lies at the top of the unpacked bundle, beside manifest.json. First it compares every file with the manifest, and writes
nothing unless all are as they were packed; then tools/bootstrap.py installs from the folder `wheels`.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("Sau Ro needs Python 3.11 or later; this is %d.%d." % sys.version_info[:2])

import hashlib
import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
FORM = 1
SHOWN = 20
PIECE = 1024 * 1024
AGAIN = (
    "Nothing was installed. Copy the bundle again, compare its SHA-256, and unpack it into an empty folder."
)


class Refused(Exception):
    """The bundle cannot be installed here; the message says why, and what to do."""


def this_python() -> dict[str, str]:
    """Give what compiled packages depend on."""
    number = "%d.%d" % sys.version_info[:2]
    return {"python": f"{sys.implementation.name} {number}", "platform": sysconfig.get_platform()}


def sha256(path: Path) -> str:
    """Give the file's digest without holding the file in memory."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def read(root: Path) -> dict[str, Any]:
    """Give the manifest. Raises Refused where there is none, or none that can be read."""
    try:
        said = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
        usable = said["form"] == FORM and all(isinstance(each, str) for each in said["files"].values())
    except FileNotFoundError:
        raise Refused(
            f"There is no {MANIFEST} beside this file: the bundle was not unpacked whole. {AGAIN}"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(f"{MANIFEST} cannot be read. {AGAIN}") from None
    if not usable or not said["files"]:
        raise Refused(f"{MANIFEST} is of a form that this installer does not know. {AGAIN}")
    return dict(said)


def check(root: Path) -> dict[str, Any]:
    """Compare this Python and every file with the manifest, and give it. Raises Refused."""
    said = read(root)
    here = this_python()
    if differs := [f"{said[what]}, and this is {here[what]}" for what in here if said[what] != here[what]]:
        words = "; ".join(differs)
        raise Refused(
            f"The packages of this bundle are for {words}. Nothing was installed. Use that Python, or make the bundle "
            "on a machine like this one."
        )
    wrong = []
    for name, digest in said["files"].items():
        path = root / name
        if not path.is_file():
            wrong.append(f"  lacking: {name}")
        elif sha256(path) != digest:
            wrong.append(f"  altered: {name}")
    # What the manifest does not name would be offered to pip, or imported, all the same.
    packed = set(said["files"])
    for folder in ("wheels", "src", "tools"):
        found = (path for path in sorted((root / folder).rglob("*")) if path.is_file())
        names = (path.relative_to(root).as_posix() for path in found if "__pycache__" not in path.parts)
        wrong += [f"  added: {name}" for name in names if name not in packed]
    if wrong:
        more = [f"  … and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
        raise Refused("\n".join(["This bundle is not what was packed:", *wrong[:SHOWN], *more, AGAIN]))
    return said


def main() -> int:
    """Check, then install."""
    root = Path(__file__).resolve().parent
    print("Comparing every file with the manifest…", flush=True)
    try:
        said = check(root)
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    print(f"  {len(said['files'])} files are as they were packed.", flush=True)
    done = subprocess.run([sys.executable, root / "tools" / "bootstrap.py", "run"], check=False)
    if done.returncode == 0:
        print(f"Sau Ro {said['version']} is installed. Next: {root / 'var' / 'venv' / 'bin' / 'sauro'} up")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
