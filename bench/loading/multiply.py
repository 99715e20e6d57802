"""python -m bench.loading.multiply ADDRESS FILE DOSSIERS: copy the seeds of FILE until so many dossiers stand there."""

import json
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench.loading.copying import copy_all, finish, without_indexes
from bench.loading.seed import take
from bench.ours import installation


def main() -> None:
    address, file, dossiers = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    installation.enter(address)
    print(json.dumps(multiply(address, json.loads(file.read_text()), dossiers)))


def multiply(address: str, told: dict[str, Any], dossiers: int) -> dict[str, float]:
    """Copy each seed in its weight. Returns how many events were written, and the seconds it took."""
    from sauro.core.vault import keyring

    keys = keyring.current()
    pool = [(person.encode(), grant.encode()) for person, grant in told["citizens"]]
    with psycopg.connect(address, autocommit=True) as link:
        seeds = [(take(link, UUID(each["dossier"]), keys, pool[0]), each["weight"]) for each in told["seeds"]]
        began, done = time.monotonic(), (0, 0)
        tables = sorted({table for seed, _ in seeds for table in seed.rows} | {"core_event"})
        with without_indexes(link, tables):
            for done in copy_all(link, seeds, dossiers - len(seeds), keys, pool):
                _progress(done[0], dossiers, time.monotonic() - began)
            written = time.monotonic() - began
            say(f"{done[0]:,} dossiers and {done[1]:,} events in {written:.0f} s; indexes")
        finish(link)
    return {"events_copied": done[1], "copy_s": written, "indexes_s": time.monotonic() - began - written}


def say(sentence: str) -> None:
    print(f"\r{sentence}", file=sys.stderr, flush=True)


def _progress(done: int, total: int, seconds: float) -> None:
    left = seconds / done * (total - done)
    print(
        f"\r{done:>9,} of {total:,} dossiers, about {left:.0f} s left ", end="", file=sys.stderr, flush=True
    )


if __name__ == "__main__":
    main()
