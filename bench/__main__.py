"""python -m bench NAME|all [--runs N] [--size F]: run one benchmark or all, print the table, keep var/bench/NAME.json."""

import argparse
import ast
import importlib
import subprocess
import sys
import time
from pathlib import Path

from bench.machine import machine
from bench.paths import share
from bench.result import ROOT, Settings, keep, table

HERE = Path(__file__).resolve().parent


def names() -> list[str]:
    """Modules of this folder that state a TITLE, found without importing them."""
    return sorted(path.stem for path in HERE.glob("*.py") if _has_title(path))


def _has_title(path: Path) -> bool:
    return any(
        isinstance(node, ast.Assign | ast.AnnAssign) and "TITLE" in ast.unparse(node).partition("=")[0]
        for node in ast.parse(path.read_text()).body
    )


def measure(name: str, settings: Settings) -> None:
    before = machine()
    module = importlib.import_module(f"bench.{name}")
    print(f"\n{name}: {module.TITLE}")
    started = time.monotonic()
    result = module.run(settings)
    print(f"{result.work}\n\n{table(result.columns, result.rows)}")
    for ratio, value in result.ratios.items():
        print(f"{ratio}: {value:.2f}")
    for note in result.notes:
        print(f"- {note}")
    path = keep(name, module.TITLE, settings, result, before)
    print(f"{time.monotonic() - started:.0f} s, {settings.runs} runs; kept in {path.relative_to(ROOT)}")


def main() -> int:
    known = names()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "name", choices=[*known, "all"], metavar="NAME", help=f"all, or one of: {', '.join(known)}"
    )
    parser.add_argument(
        "--runs", type=int, default=5, help="interleaved rounds; figures are medians (default 5)"
    )
    parser.add_argument(
        "--size", type=float, default=1.0, help="multiplies the work, for a quick look (default 1)"
    )
    asked = parser.parse_args()
    share()
    if asked.name != "all":
        measure(asked.name, Settings(runs=asked.runs, size=asked.size))
        return 0
    # Each in a process of its own: what one imports or sets up must not meet the next.
    options = ["--runs", str(asked.runs), "--size", str(asked.size)]
    return max(
        subprocess.run([sys.executable, "-m", "bench", name, *options], check=False).returncode
        for name in known
    )


if __name__ == "__main__":
    sys.exit(main())
