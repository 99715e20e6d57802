"""python -m bench.loader [--dossiers N] [--communes N]: a database of N dossiers, kept as a template for the page benchmark.

Real cases are done by the doorway in a small installation (bench/loading/base.py); each is then copied under fresh
identities, in its weight, with events, leaves, tiles, state and personal text in one transaction a batch
(bench/loading/copying.py). `sauro verify` and `sauro replay --check` must pass on what comes out.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import postgres
from bench.loading.multiply import say
from bench.paths import share
from bench.result import KEPT, ROOT

DOSSIERS, COMMUNES, CITIZENS = 1_000_000, 100, 5_000


def template_name(dossiers: int) -> str:
    return f"dossiers_{dossiers}"


def facts_file(dossiers: int) -> Path:
    return KEPT / f"{template_name(dossiers)}.json"


def ensure(dossiers: int = DOSSIERS, communes: int = 0) -> str:
    """The name of the template database with so many dossiers; it is built where it is not there yet."""
    postgres.start()
    name = template_name(dossiers)
    if not postgres.exists(name) or not facts_file(dossiers).exists():
        build(dossiers, communes)
    return name


def build(dossiers: int, communes: int = 0) -> dict[str, Any]:
    """Build the database beside its final name, so that one that is cut short is never taken for whole.

    Without a number of communes each gets ten thousand dossiers; few communes make large agencies.
    """
    half, began = f"{template_name(dossiers)}__half", time.monotonic()
    # The one that stands goes first: its keys lie where the new one's will, and there may not be room for both.
    facts_file(dossiers).unlink(missing_ok=True)
    postgres.drop(template_name(dossiers))
    address = postgres.create(half, owner="sauro_owner")
    communes = communes or max(2, min(COMMUNES, dossiers // 10_000))
    citizens = max(20, min(CITIZENS, dossiers // 200))
    seeds_file = KEPT / "seeds.json"
    KEPT.mkdir(parents=True, exist_ok=True)
    say(f"an installation with seeds in {communes} communes, {citizens} citizens")
    command = [
        sys.executable,
        "-m",
        "bench.loading.base",
        address,
        str(seeds_file),
        str(communes),
        str(citizens),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    told = json.loads(seeds_file.read_text())
    base = time.monotonic() - began
    command = [sys.executable, "-m", "bench.loading.multiply", address, str(seeds_file), str(dossiers)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    copied = json.loads(done.stdout.splitlines()[-1])
    facts = {"dossiers": dossiers, "base_s": base, **copied, "communes": communes}
    facts["citizens"] = [person for person, _grant in told["citizens"][:50]]
    postgres.rename(half, template_name(dossiers))
    facts_file(dossiers).write_text(json.dumps(facts, indent=1))
    return facts


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.loader", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=DOSSIERS)
    parser.add_argument(
        "--communes", type=int, default=0, help="how many share them (0: one for each 10,000)"
    )
    parser.add_argument("--again", action="store_true", help="build it anew although it stands")
    asked = parser.parse_args(arguments)
    postgres.start()
    if asked.again:
        build(asked.dossiers, asked.communes)
    print(ensure(asked.dossiers, asked.communes))
    return 0


if __name__ == "__main__":
    share()
    sys.exit(main())
