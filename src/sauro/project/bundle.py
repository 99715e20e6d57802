"""One archive with everything that an installation needs: for a machine without internet.

Source as it lies here, the front end and the translations built, every package of the lock as a wheel, and a manifest of
SHA-256 that `install.py` (tools/install.py) checks before it writes anything. The same inputs give the same bytes, so
two people can compare what they made. Decision: docs/decisions/0030-supply-chain.md.
"""

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sauro import __version__
from sauro.project.cli.command import Stop
from sauro.project.cli.language import _

Say = Callable[[str], None]

FOLDERS = ("deploy", "docs", "frontend", "requirements", "src", "tools")
PAGES = ("*.md", "LICENSE", "Makefile", "pyproject.toml", "publiccode.yml")
MADE = {"node_modules", "__pycache__", "var", ".git"}
STAMPS = ("frontend", "translations")
"""Of what is built here already: tools/bootstrap.py sees there that nothing is left to build."""
FORM = 1
_ANYBODY_MAY_RUN = 0o111


@dataclass(frozen=True, slots=True)
class Bundle:
    """An archive that was made."""

    path: Path
    sha256: str
    bytes: int
    files: int
    packages: int

    def answer(self) -> dict[str, str | int]:
        """Give what a program wants to know."""
        return {
            "path": str(self.path), "sha256": self.sha256, "bytes": self.bytes, "files": self.files, "packages": self.packages,
        }  # fmt: skip


def make(root: Path, folder: Path, say: Say) -> Bundle:
    """Write the archive of the installation at `root` into `folder`. Raises Stop; a half-made archive does not stay."""
    folder.mkdir(parents=True, exist_ok=True)
    say(_("Building what is out of date…"))
    _run([sys.executable, str(root / "tools" / "bootstrap.py"), "run"])
    name = f"sauro-{__version__}-{sys.implementation.cache_tag}-{sysconfig.get_platform()}"
    with tempfile.TemporaryDirectory(prefix=".sauro-bundle-", dir=folder) as scratch:
        wheels = Path(scratch) / "wheels"
        say(_("Fetching the packages of the lock…"))
        fetch(root / "requirements" / "base.txt", wheels)
        contents = {
            **dict(source(root)),
            **{f"wheels/{each.name}": each for each in sorted(wheels.iterdir())},
        }
        say(_("Packing…"))
        half = Path(scratch) / "archive"
        pack(name, contents, half)
        place = folder / f"{name}.tar.gz"
        half.replace(place)
        packages = len(list(wheels.iterdir()))
    return Bundle(place, _sha256(place), place.stat().st_size, len(contents), packages)


def source(root: Path) -> Iterator[tuple[str, Path]]:
    """Give every file that is packed from the installation itself, by its name in the archive."""
    yield "install.py", root / "tools" / "install.py"
    for pattern in PAGES:
        for path in sorted(root.glob(pattern)):
            yield path.name, path
    for name in FOLDERS:
        for folder, below, names in os.walk(root / name):
            below[:] = sorted(each for each in below if each not in MADE)
            for path in (Path(folder, each) for each in sorted(names)):
                if path.is_file() and path.suffix != ".pyc":
                    yield path.relative_to(root).as_posix(), path
    for stamp in STAMPS:
        yield f"var/stamps/{stamp}", root / "var" / "stamps" / stamp


def fetch(lock: Path, wheels: Path) -> None:
    """Fetch every package of the lock as a wheel; pip compares each with the lock's hashes."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--disable-pip-version-check",
        "--no-input",
        "--quiet",
    ]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(lock), "-d", str(wheels)]
    _run(command)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-3:]
        words = _("No bundle was made: {reason}. This machine must reach a package index.")
        raise Stop(words.format(reason=" ".join(last).rstrip(".")))


def pack(name: str, contents: dict[str, Path], place: Path) -> None:
    """Write the archive: the manifest first, so that whoever unpacks a part of it learns what is lacking."""
    manifest = {
        "form": FORM,
        "version": __version__,
        "python": f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}",
        "platform": sysconfig.get_platform(),
        "files": {each: _sha256(path) for each, path in sorted(contents.items())},
    }
    body = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    # Neither names of accounts nor times: the same files make the same archive.
    with (
        place.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        archive.addfile(_member(f"{name}/manifest.json", len(body), False), io.BytesIO(body))
        for each, path in contents.items():
            found = path.stat()
            with path.open("rb") as opened:
                archive.addfile(
                    _member(f"{name}/{each}", found.st_size, bool(found.st_mode & _ANYBODY_MAY_RUN)), opened
                )


def _member(name: str, size: int, runs: bool) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o755 if runs else 0o644
    return member


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
