"""The floor: two hand-written statements in BEGIN…COMMIT per step, no check, no grant, no clock, no proof."""

import json
import uuid

import psycopg

from bench.client import STEPS, answers, serve

SCHEMA = """
CREATE TABLE dossier (id uuid PRIMARY KEY, state text NOT NULL, answers jsonb NOT NULL, changed timestamptz NOT NULL);
CREATE TABLE audit (id bigserial PRIMARY KEY, dossier uuid NOT NULL, step text NOT NULL, person text NOT NULL, at timestamptz NOT NULL);
CREATE INDEX ON audit (dossier);
"""


class RawSql:
    packages = ("psycopg",)
    warm_up = 5
    link: psycopg.Connection

    def prepare(self, address: str) -> None:
        with psycopg.connect(address, autocommit=True) as link:
            link.execute(SCHEMA)

    def open(self, address: str, client: int) -> None:
        self.link = psycopg.connect(address, autocommit=True, prepare_threshold=1)

    def carry(self, first: int, cases: int) -> None:
        for number in range(first, first + cases):
            dossier = uuid.uuid4()
            for step in STEPS:
                with self.link.transaction():
                    self._step(dossier, step, number)

    def _step(self, dossier: uuid.UUID, step: str, number: int) -> None:
        if step == "submit":
            self.link.execute(
                "INSERT INTO dossier VALUES (%s, %s, %s, now())", (dossier, step, json.dumps(answers(number)))
            )
        else:
            self.link.execute("UPDATE dossier SET state = %s, changed = now() WHERE id = %s", (step, dossier))
        self.link.execute(
            "INSERT INTO audit (dossier, step, person, at) VALUES (%s, %s, %s, now())",
            (dossier, step, "officer"),
        )

    def verify(self, address: str) -> dict[str, int]:
        with psycopg.connect(address) as link:
            row = link.execute(
                "SELECT count(*) FILTER (WHERE state = 'return'), count(*), (SELECT count(*) FROM audit) FROM dossier"
            ).fetchone()
        assert row is not None
        return dict(zip(("finished", "begun", "steps"), row, strict=True))


if __name__ == "__main__":
    serve(RawSql())
