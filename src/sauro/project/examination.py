"""The checks of `sauro doctor`. Each looks at one thing and never changes any."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sauro.project.cli.command import Stop, set_django_up
from sauro.project.cli.language import _, number
from sauro.project.settings.table import ROOT, WrongSetting

State = Literal["well", "warning", "fault"]
LEAST_FREE = 2 * 1024**3
LONGEST_LAG = 1000
LARGEST_SKEW = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw, and what to do about it (empty when all is well)."""

    check: str
    state: State
    found: str
    remedy: str = ""

    def answer(self) -> dict[str, Any]:
        """Give it for a program."""
        return asdict(self)


def examine() -> list[Finding]:
    """Run every check, in the order in which one depends on another."""
    findings = [python(), disk()]
    try:
        set_django_up()
    except WrongSetting as wrong:
        return [
            *findings,
            Finding(_("configuration"), "fault", str(wrong), _("Correct it in the environment.")),
        ]
    findings += [configuration(), signer(), *keys(), front_end()]
    findings += list(of_database())
    return findings


def python() -> Finding:
    """Which Python runs this."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(_("Python"), "well", version)


def disk() -> Finding:
    """Room for the database, the files and the journal."""
    place = Path(os.environ.get("SAURO_VAR") or ROOT / "var")
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    text = _("{size} GB free in {folder}").format(size=number(free / 1024**3, 1), folder=place)
    if free < LEAST_FREE:
        return Finding(_("disk"), "fault", text, _("Free at least 2 GB, or move SAURO_VAR to a larger disk."))
    return Finding(_("disk"), "well", text)


def configuration() -> Finding:
    """Whether the settings fit the profile."""
    from django.conf import settings

    from sauro.project import start

    # A port given to `sauro up` is known to that process alone.
    address = start.serving_at() or settings.SAURO_PUBLIC_URL
    text = _("profile {profile}, pages at {address}").format(profile=settings.SAURO_PROFILE, address=address)
    if not settings.DEMONSTRATION and not settings.SAURO_PUBLIC_URL.startswith("https://"):
        return Finding(_("configuration"), "fault", text, _("Set SAURO_PUBLIC_URL to an https:// address."))
    if settings.SAURO_PUBLIC_URL.startswith("https://") and not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        remedy = _("Set SAURO_TRUSTED_PROXIES: until then all visitors share one limit of sign-in attempts.")
        return Finding(_("configuration"), "warning", text, remedy)
    if not settings.DEMONSTRATION and not settings.SAURO_CLAMD:
        remedy = _("Set SAURO_CLAMD: until then every file that is sent in stays in quarantine.")
        return Finding(_("configuration"), "warning", text, remedy)
    return Finding(_("configuration"), "well", text)


def signer() -> Finding:
    """Development signatures have no legal value and belong in a demonstration only."""
    from django.conf import settings

    if settings.SAURO_SIGNER != "development":
        return Finding(_("signatures"), "well", settings.SAURO_SIGNER)
    if settings.DEMONSTRATION:
        return Finding(
            _("signatures"),
            "warning",
            _("development key, without legal value"),
            _("Fine for a demonstration."),
        )
    return Finding(
        _("signatures"), "fault", _("development key, without legal value"), _("Set SAURO_SIGNER=external.")
    )


def keys() -> Iterator[Finding]:
    """The keys are there, and readable by nobody else."""
    from django.conf import settings

    folder: Path = settings.SAURO_KEYS
    if not folder.is_dir() or not any(folder.iterdir()):
        yield Finding(
            _("keys"),
            "fault",
            _("no keys in {folder}").format(folder=folder),
            _("Run `sauro up` once, or restore the folder from its own backup."),
        )
        return
    places = [folder, *folder.iterdir()]
    if open_ones := [place.name for place in places if stat.S_IMODE(place.stat().st_mode) & 0o077]:
        remedy = _("Run: chmod -R go= {folder}").format(folder=folder)
        yield Finding(
            _("keys"),
            "fault",
            _("open to other accounts: {names}").format(names=", ".join(open_ones)),
            remedy,
        )
        return
    yield Finding(
        _("keys"), "well", _("{count} files in {folder}").format(count=number(len(places) - 1), folder=folder)
    )


def front_end() -> Finding:
    """The pages' styles and scripts are built."""
    built = Path(__file__).resolve().parents[1] / "web" / "static" / "dist"
    if built.is_dir() and any(built.rglob("*.css")):
        return Finding(_("front end"), "well", _("built"))
    return Finding(_("front end"), "fault", _("not built"), _("Run: make run (it builds the front end)"))


def of_database() -> Iterator[Finding]:
    """The database answers; then its schema, its clock, its roles, and the journal's sealer."""
    from django.db import DatabaseError

    from sauro.project import postgres, start

    try:
        with start.database():
            yield Finding(_("database"), "well", _version())
            for check in (migrations, role, sealer, clock, erasures):
                yield _safely(check)
    except (DatabaseError, postgres.NoServer, Stop) as error:
        remedy = _("Check DATABASE_URL, and that PostgreSQL runs.")
        yield Finding(_("database"), "fault", str(error).strip().splitlines()[0], remedy)


def _safely(check: Callable[[], Finding]) -> Finding:
    from django.db import DatabaseError

    try:
        return check()
    except DatabaseError as error:
        remedy = _("Bring the database up to date first: sauro up")
        return Finding(check.__name__, "fault", str(error).strip().splitlines()[0], remedy)


def _one(question: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
    return row[0] if row else None


def _version() -> str:
    return f"PostgreSQL {_one('SHOW server_version')}"


def migrations() -> Finding:
    """The schema is the one this version needs."""
    from sauro.project import start

    missing = start.missing_migrations()
    if missing:
        return Finding(
            _("schema"),
            "fault",
            _("{count} migrations missing").format(count=number(len(missing))),
            _("Run: sauro up"),
        )
    return Finding(_("schema"), "well", _("up to date"))


def role() -> Finding:
    """The application may add to the journal, and may not change it."""
    from sauro.project.schema import INSERT_ONLY

    may = [
        table
        for table in INSERT_ONLY
        if _one(
            f"SELECT has_table_privilege('{table}', 'UPDATE') OR has_table_privilege('{table}', 'DELETE')"
        )
    ]
    if may:
        remedy = _("Connect as sauro_app, not as the owner or a superuser; then run: sauro manage migrate")
        return Finding(_("rights"), "fault", _("may change {tables}").format(tables=", ".join(may)), remedy)
    return Finding(_("rights"), "well", _("the journal is insert-only for this role"))


def sealer() -> Finding:
    """Committed events get their place in the journal without delay."""
    waiting = _one(
        "SELECT count(*) FROM core_event e WHERE NOT EXISTS (SELECT 1 FROM core_leaf l WHERE l.event_id = e.id)"
    )
    text = _("{count} events wait for the sealer").format(count=number(waiting))
    if waiting > LONGEST_LAG:
        return Finding(_("sealer"), "fault", text, _("Start a worker (sauro worker) and read its log."))
    return Finding(
        _("sealer"), "warning" if waiting else "well", text, _("A worker seals them.") if waiting else ""
    )


def clock() -> Finding:
    """This machine and the database agree on the time."""
    there: datetime = _one("SELECT clock_timestamp()")
    skew = abs((datetime.now(UTC) - there).total_seconds())
    text = _("{seconds} s apart from the database").format(seconds=number(skew, 1))
    if skew > LARGEST_SKEW:
        return Finding(_("clock"), "fault", text, _("Synchronise both machines' clocks (NTP)."))
    return Finding(_("clock"), "well", text)


def erasures() -> Finding:
    """The list of what was lawfully erased and the database agree."""
    from django.db import connection

    from sauro.core.vault import erasure, keyring
    from sauro.core.vault.keyfiles import KeyringRefused

    try:
        with connection.cursor() as cursor:
            found = erasure.check_erasure_list(cursor, keyring.current())
    except KeyringRefused as refused:
        return Finding(
            _("erasures"), "fault", str(refused), _("Restore the folder of the keys from its own backup.")
        )
    if found.resurrected:
        text = _("{count} units that were lawfully erased can be read again").format(
            count=number(len(found.resurrected))
        )
        remedy = _("Do not serve this database. Erase them again: docs/how-to/erase-personal-data.md")
        return Finding(_("erasures"), "fault", text, remedy)
    if found.unsettled:
        text = _("{count} erasures still have files or keys to destroy").format(
            count=number(len(found.unsettled))
        )
        return Finding(_("erasures"), "warning", text, _("A worker finishes them: sauro worker"))
    if found.undecided:
        text = _("{count} units were announced for erasure and never erased").format(
            count=number(len(found.undecided))
        )
        remedy = _("Ask for their erasure again, or withdraw it: docs/how-to/erase-personal-data.md")
        return Finding(_("erasures"), "warning", text, remedy)
    return Finding(_("erasures"), "well", _("the list and the database agree"))
