"""The background process: the journal's sealer and checkpoints, its consumers, the timers, and queued jobs.

Any number of worker processes may run: each kind of work takes its own lock in the database. Nothing that
fails here ends the process; it is logged and begun again, later each time.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec

import structlog
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from procrastinate import App
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.django_connector import DjangoConnector

from sauro.core import tallying, timers
from sauro.core.journal import checkpoints, consumers, database, sealer
from sauro.core.moment import now
from sauro.core.vault import erasure, keeping, keyring
from sauro.core.vault.files import FileStore, sweep
from sauro.project import heart, journal, traces
from sauro.project.accounts import sessions
from sauro.project.limits import rates
from sauro.project.reorganisation import carrying
from sauro.project.settings import logs
from sauro.project.simulation import nation, pace, preload
from sauro.project.start import set_clock
from sauro.serve import drafts
from sauro.steer import counting, lists
from sauro.watch import editions, measuring

log = structlog.get_logger()

LONGEST_PAUSE = 10.0
STALLED_AFTER = 30.0
JOBS_AT_ONCE = 2
DAILY = 24 * 60 * 60.0
FAR_BEHIND = 2_000
"""Sealed events that are not counted yet."""

Duty = Callable[[threading.Event], None]
"""Works until the event is set."""


def duties() -> dict[str, Duty]:
    """Give what this process does beside queued jobs, by name."""
    return {
        "sealer": seal,
        "consumers": follow,
        "checkpoints": every(5.0, sign_checkpoint),
        "timers": every(1.0, fire_due),
        "splits": every(5.0, carrying.step),
        "stalled_jobs": every(STALLED_AFTER / 2, retry_stalled_jobs),
        "counts": every(0.25, counting.fold),
        "empty_counts": every(DAILY, counting.settle),
        "tallies": every(5.0, tallying.fold),
        "editions": every(30.0, publish_due),
        "vault": every(DAILY, settle_vault),
        "quarantine": every(30.0, keeping.rescan),
        "task_lists": every(DAILY, lists.discard_old),
        "sessions": every(DAILY, sessions.forget_ended),
        "limits": every(600.0, rates.forget),
        **({"pace": every(60 / settings.SAURO_PACE, pace.Pace().step)} if pace.wanted() else {}),
        **({"simulation": preload.make_rest} if preload.rest() else {}),
    }


def publish_due() -> int:
    """Publish an edition that is due, unless ninety simulated days still wait to be counted: it would stand for an hour."""
    behind = settings.DEMONSTRATION and consumers.lag(measuring.CONSUMER.name) > FAR_BEHIND
    return 0 if behind else editions.publish_due()


def fire_due() -> int:
    """Fire what is due, unless a simulation acts in the past: its own timers fire on its own clock meanwhile."""
    return 0 if nation.under_way() else timers.fire_due()


def seal(over: threading.Event) -> None:
    """Give committed events their place in the journal."""
    sealer.run(database.connect, over, settings.SAURO_SEAL_EVERY_MS / 1000)


def follow(over: threading.Event) -> None:
    """Let every application's `reactions.CONSUMERS` read the sealed events."""
    followers = [consumers.Follower(each, time.monotonic) for each in all_consumers()]
    consumers.follow(followers, over)


def all_consumers() -> Sequence[consumers.Consumer]:
    """Give the consumers that the applications declare in their `reactions` module."""
    found: list[consumers.Consumer] = []
    for application in apps.get_app_configs():
        name = f"{application.name}.reactions"
        if application.name.startswith("sauro.") and find_spec(name) is not None:
            found += getattr(import_module(name), "CONSUMERS", ())
    return found


def sign_checkpoint() -> int:
    """Sign the present tree where it grew. Gives 0: nothing more is to be done at once."""
    with database.connect() as own:
        key = keyring.current().checkpoint_key
        checkpoints.sign_checkpoint(own, key, journal.origin(), journal.published())
    return 0


def every(seconds: float, step: Callable[[], int]) -> Duty:
    """Repeat the step, at once while it gives more than 0, else after a pause of `seconds`."""

    def repeat(over: threading.Event) -> None:
        while not over.is_set():
            close_old_connections()
            if not step():
                over.wait(seconds)

    return repeat


def settle_vault() -> int:
    """End erasures that were cut off; remove bodies of files that no act refers to, and drafts left behind. Gives 0."""
    store = FileStore(settings.SAURO_FILES)
    with connection.cursor() as cursor:
        erasure.settle(cursor, keyring.current(), store)
        sweep(cursor, store, now())
    drafts.discard_old()
    return 0


def retry_stalled_jobs() -> int:
    """Queue again the jobs whose worker was killed. Gives how many."""
    return asyncio.run(_retry_stalled_jobs())


async def _retry_stalled_jobs() -> int:
    async with _own_connections().open_async() as app:
        stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER))
        for job in stalled:
            await app.job_manager.retry_job(job)
    return len(stalled)


def _own_connections() -> App:
    # A copy: the original keeps Django's connection, so that what a step queues commits with its own writes.
    assert isinstance(jobs.connector, DjangoConnector)
    return jobs.with_connector(jobs.connector.get_worker_connector())


def keep(name: str, duty: Duty, over: threading.Event, own: heart.Heart) -> None:
    """Do the duty until `over`; begin it again after a failure, later each time."""
    watched = own.watched(name, over)
    failures = 0
    while not over.is_set():
        began = time.monotonic()
        try:
            duty(watched)
        except Exception:
            failures = 1 if time.monotonic() - began > LONGEST_PAUSE else failures + 1
            own.failed(name, failures)
            log.exception("worker.duty_failed", name=name, attempt=failures)
        finally:
            connection.close()
        over.wait(min(LONGEST_PAUSE, 0.2 * 2**failures))


def work() -> None:
    """Do everything until SIGTERM or SIGINT; what is under way is finished first."""
    set_clock()
    logs.shut()
    over = threading.Event()
    own = heart.Heart()
    all_duties = {**duties(), "heart": every(heart.EVERY, own.beat)}
    threads = [
        threading.Thread(target=keep, args=(name, duty, over, own), name=name, daemon=True)
        for name, duty in all_duties.items()
    ]
    for thread in threads:
        thread.start()
    log.info("worker.started", count=len(threads))
    try:
        asyncio.run(_run_jobs(_own_connections()))
    finally:
        over.set()
        for thread in threads:
            thread.join(timeout=15)
        with contextlib.suppress(DatabaseError):
            own.end()
        log.info("worker.stopped")


async def _run_jobs(app: App) -> None:
    async with app.open_async():
        await app.run_worker_async(
            concurrency=JOBS_AT_ONCE,
            fetch_job_polling_interval=1.0,
            shutdown_graceful_timeout=10.0,
            delete_jobs="successful",
            task_middleware=traces.around_jobs(),
        )
