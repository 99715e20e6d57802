"""python -m bench.loading.steering ADDRESS CARRIED: an installation with one cascade of tasks, six deep.

A real cascade is done by the doorway (bench/loading/planting.py) and copied by COPY under fresh identities, events, leaves,
tiles, state and sealed words of each batch in one transaction (bench/loading/cascade.py). ``CARRIED`` of the ten parts of
each task of the upper levels are carried on: ten make 1,111,111 tasks. Prints one JSON line.
"""

import json
import queue
import sys
import threading
import time
from typing import Any

import psycopg

from bench.loading.base import settle
from bench.loading.cascade import STATE, Copier, cut
from bench.loading.copying import Lines, Tree, finish, without_indexes, write
from bench.loading.multiply import say
from bench.loading.offices import Offices
from bench.loading.planting import LEVELS, Planted, Planting
from bench.ours import installation

HEADS, BATCH = 400, 8_000
# As counting.RECOUNT, with each task's part of the whole reckoned once, not for each of its scopes.
_COUNTED = """
INSERT INTO steer_count (scope, stage, shown, late, due, count, whole, done)
SELECT scope, stage, shown, late, coalesce(due, 'infinity'), count(*), sum((part).whole), sum((part).done)
FROM (SELECT t.scopes, t.stage, t.shown, t.late, t.due, steer_parts(t, 1) AS part FROM steer_task t OFFSET 0) t, unnest(scopes) AS scope
WHERE stage <> 'draft' GROUP BY 1, 2, 3, 4, 5
"""


def main() -> None:
    address, carried = sys.argv[1], int(sys.argv[2])
    began = time.monotonic()
    installation.build(address)
    offices = Offices()
    heads = offices.heads(HEADS)
    secretary, verifier = (
        offices.seat("VN.VPTW", "thu-ky-chi-dao"),
        offices.seat("VN.VPTW", "tham-dinh-nhiem-vu"),
    )
    say("a cascade of real tasks")
    seed = Planting(heads, secretary, verifier).plant()
    settle()
    base = time.monotonic() - began
    with psycopg.connect(address, autocommit=True) as link:
        copier, seconds = _multiply(link, address, seed, heads, carried)
        began = time.monotonic()
        say("counts and statistics")
        with link.transaction():
            link.execute("TRUNCATE steer_delta, steer_count")
            link.execute(_COUNTED)
        finish(link)
    print(
        json.dumps(
            {
                "tasks": copier.tasks, "events_copied": copier.events, "base_s": base, "copy_s": seconds,
                "counts_s": time.monotonic() - began, "root": copier.root.decode(), "secretary": str(secretary[2]),
                "heads": [[str(head.organisation), str(head.person), str(head.position)] for head in heads],
            }
        )
    )  # fmt: skip


def _multiply(
    link: psycopg.Connection[Any], address: str, seed: Planted, heads: list[Any], carried: int
) -> tuple[Copier, float]:
    from sauro.core.vault import keyring

    keys, paths = keyring.current(), _paths(seed)
    blocks = [[cut(link, path, keys) for path in level] for level in paths]
    copier = Copier(blocks, heads, keys, Tree(link), carried)
    began = time.monotonic()
    with without_indexes(link, ["core_event", *(table for table, _column in STATE)]):
        # Counted at the end, all at once.
        link.execute("ALTER TABLE steer_task DISABLE TRIGGER steer_task_counted")
        with _Writer(address, copier) as writer:
            copier.grow(writer.take, BATCH)
        link.execute("ALTER TABLE steer_task ENABLE TRIGGER steer_task_counted")
        say(
            f"{copier.tasks:,} tasks and {copier.events:,} events in {time.monotonic() - began:.0f} s; indexes"
        )
    return copier, time.monotonic() - began


def _paths(seed: Planted) -> list[list[list[Planted]]]:
    """By level, the paths to the tasks that are blocks: one on the upper levels, ten on the last but one."""
    path, made = [seed], []
    for _level in range(LEVELS - 1):
        made.append([list(path)])
        path.append(path[-1].parts[0])
    made.append([[*path[:-1], task] for task in path[-2].parts])
    return made


class _Writer:
    """Writes in a thread of its own: the server takes one batch in while the next is made."""

    def __init__(self, address: str, copier: Copier) -> None:
        self.address, self.copier = address, copier
        self.began = time.monotonic()
        self.failed: Exception | None = None
        self.waiting: queue.Queue[Lines | None] = queue.Queue(maxsize=1)
        self.thread = threading.Thread(target=self._work)

    def __enter__(self) -> "_Writer":
        self.thread.start()
        return self

    def __exit__(self, *_wrong: object) -> None:
        self.waiting.put(None)
        self.thread.join()
        if self.failed is not None:
            raise self.failed

    def take(self, lines: Lines) -> None:
        if self.failed is not None:
            raise self.failed
        self.waiting.put(lines)
        spent = time.monotonic() - self.began
        print(f"\r{self.copier.tasks:>9,} tasks, {self.copier.events:,} events, {spent:.0f} s ", end="", file=sys.stderr, flush=True)  # fmt: skip

    def _work(self) -> None:
        with psycopg.connect(self.address, autocommit=True) as link:
            link.execute("SET synchronous_commit = off")
            while (lines := self.waiting.get()) is not None:
                if self.failed is not None:
                    continue  # the maker is told at its next batch
                try:
                    write(link, self.copier.columns, lines)
                except Exception as wrong:
                    self.failed = wrong


if __name__ == "__main__":
    main()
