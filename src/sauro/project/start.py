"""Setting an installation up: database, schema, keys, static files, the pack and the demonstration."""

import contextlib
import fcntl
import hashlib
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from sauro.core import moment
from sauro.core.vault import erasure, keyring
from sauro.project import contents, postgres, schema
from sauro.project.cli.command import Stop
from sauro.project.cli.language import _, number
from sauro.project.cli.simulate import stages
from sauro.project.schema import missing_migrations as missing_migrations
from sauro.project.simulation.preload import preload
from sauro.project.supervisor import Program
from sauro.project.upgrade.record import may_be_done_by_up

Say = Callable[[str], None]


def refuse_unsafe_production() -> None:
    """Refuse to serve anything but a demonstration with development signatures or an open door."""
    if settings.DEMONSTRATION:
        return
    if settings.SAURO_SIGNER == "development":
        raise Stop(
            _(
                "SAURO_SIGNER is “development”: such signatures have no legal value. "
                "Set SAURO_SIGNER=external, or SAURO_PROFILE=demonstration to try things out."
            )
        )
    if not settings.SAURO_PUBLIC_URL.startswith("https://"):
        raise Stop(_("SAURO_PUBLIC_URL must begin with https:// outside a demonstration."))


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Hold the installation: a second `sauro up` on the same var folder is told so."""
    settings.SAURO_VAR.mkdir(parents=True, exist_ok=True)
    with (settings.SAURO_VAR / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(
                _("Sáu Rõ is already running from {folder}. Stop it first.").format(folder=settings.SAURO_VAR)
            ) from None
        lock.truncate(0)
        lock.write(f"{settings.SAURO_PUBLIC_URL}\n{settings.SAURO_EDGE_PORT}\n")
        lock.flush()
        yield


def serving_at() -> str:
    """Give the address of the `sauro up` that runs on this var folder, whatever port it was given; empty where none does."""
    return next(iter(_said_by_up()), "")


def edge_port() -> int:
    """Give the port of this machine's live edge: that of the `sauro up` that runs, or what the settings say; 0 for none."""
    said = _said_by_up()[1:2]
    return int(said[0]) if said else int(settings.SAURO_EDGE_PORT)


def _said_by_up() -> list[str]:
    """Address and port of the edge of the `sauro up` that holds the lock; empty where none does."""
    place = settings.SAURO_VAR / "up.lock"
    if not place.exists():
        return []
    with place.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return lock.read().splitlines()
    return []


@contextlib.contextmanager
def database() -> Iterator[None]:
    """The database, reachable: the bundled server is made and started where it is the one in use."""
    if not settings.USES_BUNDLED_POSTGRES:
        connection.ensure_connection()
        yield
        return
    server = postgres.Server(settings.BUNDLED_POSTGRES)
    server.begin()
    try:
        postgres.create_roles(server)
        postgres.create_database(server)
        yield
    finally:
        connections.close_all()
        server.end()


def prepare(say: Say) -> None:
    """Bring schema, keys, static files and contents up to date. Says what takes time."""
    from sauro.project.backup.restoring import refuse_half_restored

    refuse_half_restored()
    if missing := missing_migrations():
        if not may_be_done_by_up():
            raise Stop(
                _("This database was made by an older version. Upgrade it first: sauro upgrade --check")
            )
        say(_("Setting the database up ({count} migrations)…").format(count=number(len(missing))))
        schema.migrate()
    contents.found(say)
    refuse_resurrected()
    contents.fill(say)
    preload(say, stages())
    collect_static(say)
    connections.close_all()


def refuse_resurrected() -> None:
    """Refuse to serve a database that holds what was lawfully erased: it was restored from an older backup."""
    with connection.cursor() as cursor:
        found = erasure.check_erasure_list(cursor, keyring.current())
    if not found.may_serve:
        raise Stop(
            _(
                "This database holds {count} records that were lawfully erased: it was restored from an older backup. "
                "Erase them again before serving (docs/how-to/erase-personal-data.md)."
            ).format(count=number(len(found.resurrected)))
        )


def collect_static(say: Say, keep_old: bool = False) -> None:
    """Collect the static files once per set of them.

    Where other page servers of this folder may still serve those of an older version, these are kept.
    """
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    with (settings.SAURO_VAR / "static.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _collect_static(say, clear=not keep_old)


def _collect_static(say: Say, clear: bool) -> None:
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT / ".stamp"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    say(_("Collecting static files…"))
    call_command("collectstatic", interactive=False, clear=clear, verbosity=0)
    stamp.write_text(digest.hexdigest())


def port_is_free(host: str, port: int) -> bool:
    """Say whether nobody listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def pages(counts: Path) -> Program:
    """Give the page server; its processes count together in the folder `counts`."""
    from sauro.project import metrics

    host, port = settings.SAURO_HOST, settings.SAURO_PORT
    asked = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 — compared, not bound
    return Program(
        "pages",
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"),
            *("--host", host, "--port", str(port), "--workers", str(settings.SAURO_WEB_PROCESSES)),
            *("--blocking-threads", str(settings.SAURO_WEB_THREADS), "--backlog", "1024"),
            # Heads of requests have 64 KB and ten seconds; whoever keeps a line open and says nothing has as long.
            *("--http", "1", "--http1-buffer-size", "65536", "--http1-header-read-timeout", "10000"),
            *("--respawn-failed-workers", "--respawn-interval", "0.2", "--workers-kill-timeout", "10"),
            "sauro.project.wsgi:application",
        ],
        environment=metrics.shared(counts),
        ready=(asked, port, "/readyz", _served_name()),
    )


def _served_name() -> str:
    """Give a host name that pages are served under, so that who asks whether they are ready is not refused for its own."""
    return next((name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*"))), "127.0.0.1")


def processes() -> list[Program]:
    """Give the page server, the workers and the live edge of this installation."""
    worker = [sys.executable, "-m", "sauro.project.cli", "worker"]
    workers = (Program(f"worker-{number}", worker) for number in range(settings.SAURO_WORKERS))
    # Nobody waits for it: without it pages are as complete, and change when they are loaded again.
    edge = [Program("edge", [sys.executable, "-m", "sauro.project.edge"])] if settings.SAURO_EDGE_PORT else []
    return [pages(settings.SAURO_VAR), *workers, *edge]


def set_clock() -> None:
    """Set this process's clock as the settings say. Raises ClockRefused where it may only be the system's."""
    moment.go_ahead(timedelta(hours=settings.SAURO_CLOCK_AHEAD_HOURS))
