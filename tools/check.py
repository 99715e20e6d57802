"""`make check`: everything that a machine can say about the code without running it. One line for each check."""

import contextlib
import io
import logging
import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VAR = ROOT / "var"
BIN = Path(sys.executable).parent


def _program(*command: str) -> list[str]:
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return (done.stdout + done.stderr).strip().splitlines() or ["failed"] if done.returncode else []


def style() -> list[str]:
    """Ruff's rules."""
    return _program("ruff", "check", "--quiet", "--output-format=concise", ".")


def form() -> list[str]:
    """Ruff's formatting."""
    return _program("ruff", "format", "--check", "--quiet", ".") and [
        "Some files are not formatted; run make fix"
    ]


def types() -> list[str]:
    """mypy --strict with django-stubs."""
    return _program("mypy", "--cache-dir", str(VAR / "mypy"), "--no-error-summary")


def layers() -> list[str]:
    """import-linter's contracts, without a single exception."""
    from importlinter.cli import lint_imports

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    ignored = [
        f"the contract {each['id']} ignores imports" for each in contracts if each.get("ignore_imports")
    ]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        broken = lint_imports(
            config_filename=str(ROOT / "pyproject.toml"), cache_dir=str(VAR / "import-linter")
        )
    return ignored + (said.getvalue().splitlines() if broken else [])


def translations() -> list[str]:
    """Complete catalogues."""
    from tools import messages

    return messages.faults()


def migrations() -> list[str]:
    """No model without its migration."""
    from django.core.management import call_command

    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1, stdout=said)
    except SystemExit:
        return [*said.getvalue().splitlines(), "A migration is missing; run sauro manage makemigrations"]
    return []


def sizes() -> list[str]:
    """Files and functions of a size that can be read."""
    from tools import sizes as measured

    return measured.faults()


def documentation() -> list[str]:
    """Settings and commands documented, links that lead somewhere."""
    from tools import links, reference

    return [*reference.undeclared(), *reference.faults(), *links.faults()]


def packages() -> list[str]:
    """Every locked package under a licence that is permitted (the list of them is checked as documentation)."""
    from tools import sbom

    return sbom.faults()


CHECKS: tuple[Callable[[], list[str]], ...] = (
    style,
    form,
    sizes,
    layers,
    migrations,
    translations,
    documentation,
    packages,
    types,
)


def main() -> int:
    """Run every check. Gives 1 when one of them found a fault."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sauro.project.settings.testing"
    import warnings

    import django

    warnings.simplefilter("ignore")
    django.setup()
    logging.disable(logging.INFO)
    found_any = False
    for check in CHECKS:
        began = time.monotonic()
        try:
            faults = check()
        except Exception as error:  # a check that cannot run is a fault, and the others still run
            faults = [f"{type(error).__name__}: {error}"]
        mark = "✗" if faults else "✓"
        print(
            f"{mark} {check.__name__:14} {time.monotonic() - began:6.1f} s  {(check.__doc__ or '').strip()}",
            flush=True,
        )
        for fault in faults:
            print(f"    {fault}")
        found_any = found_any or bool(faults)
    return 1 if found_any else 0


if __name__ == "__main__":
    sys.exit(main())
