"""Our side of `cases`: five acts through the doorway, all invariants on; with OURS=many a thousand at a time."""

import os
from typing import Any
from uuid import UUID

import psycopg

from bench.client import Outside, serve
from bench.ours import installation
from bench.ours.cast import Cast, assemble
from bench.ours.steps import ACTS, OUTSIDE, STEPS, ask, rendered

CHUNK = 1_000


class Ours:
    packages = ("django", "psycopg", "orjson", "msgspec", "cryptography")
    cast: Cast

    def __init__(self) -> None:
        self.many = os.environ.get("OURS") == "many"
        self.warm_up = CHUNK if self.many else 5
        self.outside = Outside()

    def prepare(self, address: str) -> None:
        installation.build(address)
        assemble()

    def open(self, address: str, client: int) -> None:
        installation.enter(address)
        self.cast = assemble()

    def carry(self, first: int, cases: int) -> None:
        if self.many:
            for start in range(first, first + cases, CHUNK):
                self._together(range(start, min(start + CHUNK, first + cases)))
        else:
            for number in range(first, first + cases):
                self._alone(number)

    def _alone(self, number: int) -> None:
        from sauro.core.doorway import act
        from sauro.core.ids import new_id

        dossier = new_id()
        for step in STEPS:
            asked = ask(self.cast, step, dossier, number)
            if step == OUTSIDE:
                with self.outside:
                    rendered([dossier])
                    act(asked)
            else:
                act(asked)

    def _together(self, numbers: range) -> None:
        from sauro.core.doorway import act_many
        from sauro.core.ids import new_id

        dossiers: list[UUID] = [new_id() for _ in numbers]
        for step in STEPS:
            asks = [ask(self.cast, step, d, n) for d, n in zip(dossiers, numbers, strict=True)]
            if step == OUTSIDE:
                with self.outside:
                    rendered(dossiers)
                    _accepted(act_many(asks))
            else:
                _accepted(act_many(asks))

    def verify(self, address: str) -> dict[str, int]:
        with psycopg.connect(address) as link:
            row = link.execute(
                "SELECT count(*) FILTER (WHERE d.status = 10 AND c.state = 'closed' AND d.code IS NOT NULL), count(*),"
                " (SELECT count(*) FROM core_event WHERE name = ANY(%s))"
                " FROM serve_dossier d JOIN core_commitment c ON c.id = d.id",
                [list(ACTS)],
            ).fetchone()
        assert row is not None
        return dict(zip(("finished", "begun", "steps"), row, strict=True))


def _accepted(results: list[Any]) -> None:
    refused = [result for result in results if isinstance(result, Exception)]
    if refused:
        raise refused[0]


if __name__ == "__main__":
    serve(Ours())
