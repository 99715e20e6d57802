"""What runs: the sealer, the workers, their queues, the edge; and what lies: files, backups."""

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from sauro.project import standing, start
from sauro.project.cli.language import _, number
from sauro.project.examination.finding import Finding, State, one
from sauro.project.standing import Standing

LATE_SEAL = 30.0
LATE_JOB = 15 * 60.0
LATE_TIMER = 5 * 60.0
FAR_BEHIND = 1000
OLD_BACKUP = timedelta(hours=36)
# A duty that has not come round for so long is stuck; the others wait for a day between two rounds.
WATCHED = {"sealer": 15.0, "consumers": 120.0, "checkpoints": 60.0, "timers": 120.0, "counts": 60.0}
MOST_FILES = 20_000


def of_running(served: bool) -> Iterator[Finding]:
    """Every check of what runs and of what lies. `served`: pages are served now, so that all of it must run."""
    try:
        now = standing.measure()
    except DatabaseError as error:
        remedy = _("Bring the database up to date first: sauro up")
        yield Finding("running", _("processes"), "fault", str(error).strip().splitlines()[0], remedy)
        return
    yield workers(now, served)
    yield sealer(now)
    yield from queues(now)
    yield edge(served)
    yield orphans()
    yield backup()


def workers(now: Standing, served: bool) -> Finding:
    """A worker runs, and each of its duties comes round. Where nothing is served, none needs to."""
    name, remedy = _("workers"), _("Start a worker (sauro worker) and read its log.")
    if not now.workers:
        if now.lost or served:
            return Finding(
                "worker", name, "fault", _("none is running; one has stopped without taking leave"), remedy
            )
        return Finding("worker", name, "warning", _("none is running"), _("Serve with `sauro up`, or start `sauro worker`."))  # fmt: skip
    stuck = [
        duty for duty, longest in WATCHED.items() if duty in now.duties and now.duties[duty].seconds > longest
    ]
    failing = [duty for duty, found in now.duties.items() if found.failures]
    text = _("{count} running").format(count=number(now.workers))
    if stuck or failing:
        text = _("{count} running; in trouble: {duties}").format(
            count=number(now.workers), duties=", ".join(sorted({*stuck, *failing}))
        )
        return Finding("worker", name, "fault", text, _("Read the worker's log, then restart it."))
    if now.lost:
        return Finding("worker", name, "warning", _("{count} running; {lost} stopped without taking leave within a day").format(count=number(now.workers), lost=number(now.lost)), _("Read the log of the one that stopped."))  # fmt: skip
    return Finding("worker", name, "well", text)


def sealer(now: Standing) -> Finding:
    """Committed events get their place in the journal without delay."""
    name = _("sealer")
    text = _("{count} events wait for the sealer").format(count=number(now.waiting))
    duty = now.duties.get("sealer")
    if now.waiting and now.waiting_seconds > LATE_SEAL:
        text = _("{count} events wait for the sealer, the oldest for {seconds} s").format(
            count=number(now.waiting), seconds=number(now.waiting_seconds)
        )
        return Finding("sealer", name, "fault" if now.workers else "warning", text, _("Start a worker (sauro worker) and read its log."))  # fmt: skip
    if now.workers and (duty is None or duty.seconds > WATCHED["sealer"]):
        return Finding(
            "sealer", name, "fault", _("it has stopped"), _("Read the worker's log, then restart it.")
        )
    return Finding("sealer", name, "well", text)


def queues(now: Standing) -> Iterator[Finding]:
    """Jobs, reactions and timers are not left lying."""
    waiting = sum(count for (_queue, status), count in now.jobs.items() if status == "todo")
    failed = sum(count for (_queue, status), count in now.jobs.items() if status == "failed")
    text = _("{count} jobs wait, {failed} failed for good").format(
        count=number(waiting), failed=number(failed)
    )
    state: State = "warning" if failed or now.jobs_seconds > LATE_JOB else "well"
    remedy = _("Read the worker's log for their reasons; more workers (SAURO_WORKERS) where they only wait.")
    yield Finding("jobs", _("jobs"), state, text, remedy if state != "well" else "")
    behind = {name: lag for name, lag in now.reactions.items() if lag > FAR_BEHIND}
    text = _("{count} events behind at most").format(count=number(max(now.reactions.values(), default=0)))
    names = ", ".join(sorted(behind))
    # After a simulation, an import or a long stop they have much to read: that alone is no fault.
    remedy = _(
        "Look again in some minutes. If the count does not fall, an event that cannot be digested stops {names}: look for journal.consumer_stuck in the worker's log."
    ).format(names=names)
    yield Finding(
        "reactions", _("reactions"), "warning" if behind else "well", text, remedy if behind else ""
    )
    late = now.timers > 0 and now.timers_seconds > LATE_TIMER
    text = _("{count} are due").format(count=number(now.timers))
    remedy = _("Start a worker (sauro worker) and read its log.")
    yield Finding("timers", _("timers"), "warning" if late else "well", text, remedy if late else "")


def edge(served: bool = True) -> Finding:
    """The live edge answers, where this machine has one."""
    name = _("live edge")
    if not start.edge_port():
        return Finding(
            "edge", name, "well", _("none on this machine; pages change when they are loaded again")
        )
    found = ask_edge()
    if found is not None and found.get("status") == "ready":
        text = _("{count} streams open").format(count=number(int(found.get("streams", 0))))
        return Finding("edge", name, "well", text)
    text = _("it cannot reach the database") if found else _("it does not answer")
    if not served:
        return Finding("edge", name, "warning", text, _("Serve with `sauro up`."))
    return Finding("edge", name, "fault", text, _("`sauro up` restarts it; read its log. Pages still work, and change when they are loaded again."))  # fmt: skip


def ask_edge() -> dict[str, Any] | None:
    """What the edge of this machine says of itself; None where nobody answers."""
    host = "127.0.0.1" if settings.SAURO_HOST in ("0.0.0.0", "::") else settings.SAURO_HOST  # noqa: S104 — compared, not bound
    line = http.client.HTTPConnection(host, start.edge_port(), timeout=1)
    try:
        line.request("GET", "/readyz")
        found: dict[str, Any] = json.loads(line.getresponse().read(10_000))
        return found
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        line.close()


def orphans() -> Finding:
    """Files without a row, after a day in which their act may still have come; rows without a file. The newest of them."""
    from sauro.core.moment import now
    from sauro.core.vault.files import ORPHANED_AFTER, FileStore

    store, name = FileStore.current(), _("files")
    lying = [file_id for file_id, _path in islice(store.older_than(now() - ORPHANED_AFTER), MOST_FILES)]
    without_row = one(
        "SELECT count(*) FROM unnest(%s::uuid[]) AS f(id) WHERE NOT EXISTS (SELECT FROM core_file r WHERE r.id = f.id)",
        [lying],
    )
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            # One without a name has no body of its own: it stands for a specimen of the demonstration.
            "SELECT id FROM core_file WHERE name_part <> '' AND unit NOT IN (SELECT unit FROM core_erasure) ORDER BY id DESC LIMIT %s",
            [MOST_FILES],
        )
        without_body = [file_id for (file_id,) in cursor.fetchall() if not store.has(file_id)]
    if without_body:
        text = _("{count} have no body on the disk, for example {id}").format(
            count=number(len(without_body)), id=without_body[0]
        )
        remedy = _("Restore them from a backup: docs/how-to/back-up-and-restore.md")
        return Finding("files", name, "fault", text, remedy)
    if without_row:
        text = _("{count} belong to no act").format(count=number(without_row))
        return Finding("files", name, "warning", text, _("A worker removes them once a day: sauro worker"))
    return Finding("files", name, "well", _("each body has its row, each row its body"))


def backup() -> Finding:
    """When the last backup was made from this machine."""
    from sauro.project.backup import making

    name, found = _("backup"), making.last()
    state: State = "well" if settings.DEMONSTRATION else "fault"
    remedy = _("Back up every night: docs/how-to/back-up-and-restore.md")
    if found is None:
        return Finding(
            "backup", name, state, _("none was made from this machine"), remedy if state != "well" else ""
        )
    age = datetime.now(UTC) - found.taken
    text = _("{hours} hours old, in {folder}").format(
        hours=number(age.total_seconds() / 3600, 1), folder=found.folder
    )
    if found.lacking:
        return Finding(
            "backup", name, "warning", text, _("Files were lacking when it was made: see “files”.")
        )
    if age > OLD_BACKUP:
        return Finding("backup", name, "warning" if settings.DEMONSTRATION else "fault", text, remedy)
    if not Path(found.folder).is_dir():
        return Finding("backup", name, "well", _("{text}; it was carried away").format(text=text))
    return Finding("backup", name, "well", text)
