"""The journal at work: canonical bytes, sealing, replay with comparison, verification, a proof. No peer does this."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg
import psycopg.types.json
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import postgres
from bench.machine import versions
from bench.result import Result, Settings
from sauro.core.canonical import canonical
from sauro.core.ids import new_id
from sauro.core.journal import checkpoints, proofs, schema
from sauro.core.journal.replay import replay_check
from sauro.core.journal.sealer import Sealer
from sauro.core.journal.tables import JOURNALLED, PERSONAL, TableSpec, row_image
from sauro.core.journal.verify import verify
from sauro.core.note import verifier_of

TITLE = "canonical bytes, sealing, replay and verification of the journal"
CASES = 40_000
STEPS = ("submit", "accept", "draft", "sign", "return")
AIM = 20_000
PROOFS = 20
DATABASE = "replay"
ORIGIN = "bench.example/journal"
START = datetime(2025, 7, 1, 3, tzinfo=UTC)

COMMITMENT = TableSpec(
    "commitment",
    ("id",),
    (
        ("id", "uuid"), ("event", "uuid"), ("kind", "text"), ("version", "integer"), ("state", "text"),
        ("definition", "uuid"), ("task", "text"), ("position", "uuid"), ("lead", "uuid"), ("course", "jsonb"),
        ("due_original", "timestamptz"), ("due", "timestamptz"), ("output", "text"), ("instrument", "uuid"),
        ("authority_grant", "uuid"), ("reported", "text"), ("evidenced", "text"), ("extensions", "integer"),
        ("parent", "uuid"), ("doers", "uuid[]"), ("opened_at", "timestamptz"), ("finished_at", "timestamptz"),
        ("closed_at", "timestamptz"), ("closer", "uuid"), ("closed_how", "text"), ("unit", "uuid"),
        ("retention", "text"), ("retain_until", "date"), ("simulated", "boolean"),
    ),
)  # fmt: skip
TIMER = TableSpec(
    "timer",
    ("id",),
    (
        ("id", "uuid"), ("event", "uuid"), ("commitment", "uuid"), ("kind", "text"), ("due_at", "timestamptz"),
        ("fired_at", "timestamptz"), ("cancelled_at", "timestamptz"),
    ),
)  # fmt: skip
JOURNAL = """
CREATE TABLE core_event (id uuid PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), name text NOT NULL,
  person uuid NOT NULL, position uuid, grant_id uuid, subject uuid, key text NOT NULL, request bytea,
  recorded timestamptz NOT NULL, body bytea NOT NULL, UNIQUE (person, name, key));
CREATE INDEX ON core_event (xid);
CREATE INDEX ON core_event (subject, recorded);
CREATE TABLE core_leaf (leaf_index bigint PRIMARY KEY, event_id uuid NOT NULL UNIQUE, hash bytea NOT NULL);
CREATE TABLE core_tile (level int, index bigint, hash bytea NOT NULL, PRIMARY KEY (level, index));
CREATE TABLE core_checkpoint (size bigint PRIMARY KEY, root bytea NOT NULL, note text NOT NULL, created timestamptz NOT NULL);
CREATE TABLE core_personal (unit uuid, part text, version int, ciphertext bytea, digest bytea, PRIMARY KEY (unit, part));
"""
EVENT = "COPY core_event (id, name, person, position, grant_id, subject, key, recorded, body) FROM STDIN"


@dataclass
class Timings:
    """Seconds of each kind of work, one per run: on the clock, and of this process's and the server's processors."""

    clock: dict[str, list[float]] = field(default_factory=dict)
    ours: dict[str, list[float]] = field(default_factory=dict)
    server: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, what: str, work: Callable[[], Any]) -> Any:
        before = time.perf_counter(), time.process_time(), postgres.server_cpu()
        found = work()
        after = time.perf_counter(), time.process_time(), postgres.server_cpu()
        for row, start, end in zip((self.clock, self.ours, self.server), before, after, strict=True):
            row.setdefault(what, []).append(end - start)
        return found

    def seconds(self, what: str) -> float:
        return median(self.clock[what])

    def row(self, name: str, what: str, count: int) -> list[str]:
        """Per item: microseconds of both processors; and items a second on the clock."""
        ours, server = (1e6 * median(each[what]) / count for each in (self.ours, self.server))
        return [name, f"{ours:,.1f}", f"{server:,.1f}", f"{count / self.seconds(what):,.0f}"]


def run(settings: Settings) -> Result:
    postgres.start()
    address = postgres.create(DATABASE)
    JOURNALLED.clear()
    JOURNALLED.update({spec.name: spec for spec in (COMMITMENT, TIMER, PERSONAL)})
    key = Ed25519PrivateKey.generate()
    cases = max(200, int(CASES * settings.size))
    timings = Timings()
    with psycopg.connect(address, autocommit=True) as link, TemporaryDirectory() as folder:
        raw = load(link, cases)
        events = cases * len(STEPS)
        timings.measure("seal", lambda: _seal(link))
        checkpoints.sign_checkpoint(link, key, ORIGIN)
        work = Path(folder)
        for turn in range(settings.runs):
            timings.measure("canonical", lambda: [canonical(value) for value in raw])
            report = timings.measure("replay", lambda: replay_check(link, work))
            assert report.intact and report.compared and report.events == events, report.as_dict()
            report = timings.measure("verify", lambda: verify(link, [verifier_of(ORIGIN, key)], work))
            assert report.intact and report.covered == [events], report.as_dict()
            place = events * turn // settings.runs
            timings.measure("proof", partial(_prove, link, place))
        rows = sum(report.rows.values())
    postgres.drop(DATABASE)
    return _result(timings, events, rows, len(raw))


def _result(timings: Timings, events: int, rows: int, sample: int) -> Result:
    rate = events / timings.seconds("replay")
    kinds = {
        "canonical bytes of an event": ("canonical", sample),
        "seal an event": ("seal", events),
        "replay --check, an event": ("replay", events),
        "verify, an event": ("verify", events),
        "inclusion proof": ("proof", PROOFS),
    }
    return Result(
        work=f"{events:,} events of {len(STEPS)}-step cases, which leave {rows:,} rows of state in three tables",
        columns=["", "client CPU µs", "server CPU µs", "per second"],
        rows=[timings.row(name, *kind) for name, kind in kinds.items()],
        ours={
            name: {
                "per_second": count / timings.seconds(what),
                "client_cpu_us": 1e6 * median(timings.ours[what]) / count,
            }
            for name, (what, count) in kinds.items()
        },
        ratios={f"replay --check over the aim of {AIM:,} events/s": rate / AIM},
        versions=versions("psycopg", "orjson", "msgspec", "cryptography"),
        conditions=postgres.facts(),
        notes=["No peer keeps a journal from which its state can be rebuilt, so the aim stands in for one."],
    )


def _prove(link: psycopg.Connection[Any], place: int) -> None:
    for _ in range(PROOFS):
        proofs.inclusion(link, leaf_index=place)


def _seal(link: psycopg.Connection[Any]) -> None:
    sealer = Sealer()
    while sealer.seal_once(link):
        pass


def load(link: psycopg.Connection[Any], cases: int) -> list[dict[str, Any]]:
    """Write events and the state that follows from them; returns a sample of event bodies before they are bytes."""
    link.execute(JOURNAL)
    link.execute(schema.SEQUENCE_SQL)
    for spec in (COMMITMENT, TIMER):
        columns = ", ".join(f"{name} {kind}" for name, kind in spec.columns)
        link.execute(f"CREATE TABLE {spec.name} ({columns}, PRIMARY KEY (id))")
    sample: list[dict[str, Any]] = []
    state: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in JOURNALLED}
    with link.cursor() as cursor, cursor.copy(EVENT) as copy:
        for number in range(cases):
            for body in _case(number):
                for table, _op, image in body["changes"]:
                    state[table][JOURNALLED[table].key(image)] = image
                if len(sample) < 2_000:
                    sample.append(body)
                copy.write_row(
                    [body["id"], body["name"], body["person"], body["position"], body["grant"], body["subject"],
                     body["key"], body["recorded"], canonical(body)]
                )  # fmt: skip
    for name, rows in state.items():
        _write(link, JOURNALLED[name], rows)
    link.execute("VACUUM ANALYZE")
    return sample


def _write(link: psycopg.Connection[Any], spec: TableSpec, rows: dict[str, dict[str, Any]]) -> None:
    names = list(spec.names)
    if spec.commits:
        names.append("ciphertext")
    with link.cursor() as cursor, cursor.copy(f"COPY {spec.name} ({', '.join(names)}) FROM STDIN") as copy:
        for image in rows.values():
            # An image leaves out what is NULL.
            bound = [_bound(kind, image.get(name)) for name, kind in spec.columns]
            copy.write_row(bound + ([b"sealed"] if spec.commits else []))


def _bound(kind: str, value: Any) -> Any:
    if value is not None and kind == "bytea":
        return bytes.fromhex(value)
    return psycopg.types.json.Jsonb(value) if value is not None and kind == "jsonb" else value


def _case(number: int) -> Iterator[dict[str, Any]]:
    """The five events of one case."""
    id_, unit, officer = new_id(), new_id(), UUID(int=number % 500 + 1)
    opened = START + timedelta(seconds=number)
    row: dict[str, Any] = {
        "id": id_, "event": None, "kind": "dossier", "version": 0, "state": "filed", "definition": UUID(int=number % 12),
        "task": "Giải quyết hồ sơ đăng ký khai sinh", "position": officer, "lead": UUID(int=7), "course": None,
        "due_original": None, "due": None, "output": "Giấy khai sinh", "instrument": UUID(int=3), "authority_grant": UUID(int=4),
        "reported": "none", "evidenced": "none", "extensions": 0, "parent": None, "doers": [], "opened_at": opened,
        "finished_at": None, "closed_at": None, "closer": None, "closed_how": None, "unit": unit, "retention": "civil-status",
        "retain_until": None, "simulated": True,
    }  # fmt: skip
    timers = [
        {"id": new_id(), "event": None, "commitment": id_, "kind": kind, "due_at": opened + timedelta(days=days),
         "fired_at": None, "cancelled_at": None}
        for kind, days in (("half", 3), ("breach", 6))
    ]  # fmt: skip
    for step, name in enumerate(STEPS):
        event, at = new_id(), opened + timedelta(hours=step)
        row |= {"event": event, "version": step + 1, "doers": [officer] * min(step, 1), "state": _STATE[step]}
        if step == 1:
            row |= {"due": at + timedelta(days=5), "due_original": at + timedelta(days=5), "course": _COURSE}
        if step == len(STEPS) - 1:
            row |= {"finished_at": at, "closed_at": at, "closer": UUID(int=9), "closed_how": "satisfied"}
        changes = [["commitment", "put", row_image(COMMITMENT, row)]]
        if step == 1:
            changes += [["timer", "put", row_image(TIMER, {**timer, "event": event})] for timer in timers]
        if step == 0:
            personal = {"unit": unit, "part": "applicant", "version": 1, "digest": sha256(b"sealed").digest()}
            changes.append(["core_personal", "put", row_image(PERSONAL, personal)])
        yield {
            "v": 1, "id": event, "name": f"serve.{name}", "person": officer, "position": officer, "on_behalf": None,
            "grant": UUID(int=4), "purpose": "process", "basis": "61/2018/NĐ-CP", "subject": id_, "occurred": at,
            "recorded": at, "key": str(event), "data": {"answer": {"code": f"000.00.01-250701-{number:06}"}},
            "changes": changes, "erased": [],
        }  # fmt: skip


_STATE = ("filed", "assigned", "assigned", "assigned", "closed")
_COURSE = {
    "unit": "hours",
    "length": 40,
    "pauses": [],
    "calendar": "vn-2025",
    "started": "2025-07-01T04:00:00.000000Z",
}
