"""What the database says of itself: schema, rights, clock, erasures; and, behind it, what runs."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sauro.project.cli.command import Stop
from sauro.project.cli.language import _, number
from sauro.project.examination import guard
from sauro.project.examination.finding import Finding, one

LARGEST_SKEW = 2.0


def of_database() -> Iterator[Finding]:
    """The database answers; then its schema, rights and clock, what was erased, and what runs."""
    from django.db import DatabaseError

    from sauro.project import postgres, start
    from sauro.project.examination import running

    try:
        with start.database():
            yield Finding("database", _("database"), "well", _version())
            yield from checks()
            yield from running.of_running(served=bool(start.serving_at()))
    except (DatabaseError, postgres.NoServer, Stop) as error:
        remedy = _("Check DATABASE_URL, and that PostgreSQL runs.")
        yield Finding("database", _("database"), "fault", str(error).strip().splitlines()[0], remedy)


def checks() -> Iterator[Finding]:
    """Every check of a database that answers."""
    for check in (migrations, role, *guard.OF_DATABASE, clock, erasures, orphans):
        yield _safely(check)


def _safely(check: Callable[[], Finding]) -> Finding:
    from django.db import DatabaseError

    try:
        return check()
    except DatabaseError as error:
        remedy = _("Bring the database up to date first: sauro up")
        return Finding(check.__name__, check.__name__, "fault", str(error).strip().splitlines()[0], remedy)


def _version() -> str:
    return f"PostgreSQL {one('SHOW server_version')}"


def migrations() -> Finding:
    """The schema is the one this version needs."""
    from sauro.project import start

    missing = start.missing_migrations()
    if missing:
        return Finding(
            "schema",
            _("schema"),
            "fault",
            _("{count} migrations missing").format(count=number(len(missing))),
            _("Run: sauro upgrade --check (a new database: sauro up)"),
        )
    return Finding("schema", _("schema"), "well", _("up to date"))


def role() -> Finding:
    """The application may add to the journal, and may not change it."""
    from sauro.project.rights import ADDED_ONLY

    may = [
        table
        for table in ADDED_ONLY
        if one(f"SELECT has_table_privilege('{table}', 'UPDATE') OR has_table_privilege('{table}', 'DELETE')")
    ]
    # Who read what: a read that goes on is counted on its row, and nothing else of it changes.
    if one(
        "SELECT has_table_privilege('core_access', 'DELETE') OR has_column_privilege('core_access', 'reader', 'UPDATE')"
    ):
        may.append("core_access")
    if may:
        remedy = _("Connect as sauro_app, not as the owner or a superuser; then run: sauro manage migrate")
        return Finding(
            "rights", _("rights"), "fault", _("may change {tables}").format(tables=", ".join(may)), remedy
        )
    return Finding("rights", _("rights"), "well", _("the journal is insert-only for this role"))


def clock() -> Finding:
    """This machine and the database agree on the time."""
    there: datetime = one("SELECT clock_timestamp()")
    skew = abs((datetime.now(UTC) - there).total_seconds())
    text = _("{seconds} s apart from the database").format(seconds=number(skew, 1))
    if skew > LARGEST_SKEW:
        return Finding("clock", _("clock"), "fault", text, _("Synchronise both machines' clocks (NTP)."))
    return Finding("clock", _("clock"), "well", text)


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
            "erasures",
            _("erasures"),
            "fault",
            str(refused),
            _("Restore the folder of the keys from its own backup."),
        )
    if found.resurrected:
        text = _("{count} units that were lawfully erased can be read again").format(
            count=number(len(found.resurrected))
        )
        remedy = _("Do not serve this database. Erase them again: docs/how-to/erase-personal-data.md")
        return Finding("erasures", _("erasures"), "fault", text, remedy)
    if found.unsettled:
        text = _("{count} erasures still have files or keys to destroy").format(
            count=number(len(found.unsettled))
        )
        return Finding("erasures", _("erasures"), "warning", text, _("A worker finishes them: sauro worker"))
    if found.undecided:
        text = _("{count} units were announced for erasure and never erased").format(
            count=number(len(found.undecided))
        )
        remedy = _("Ask for their erasure again, or withdraw it: docs/how-to/erase-personal-data.md")
        return Finding("erasures", _("erasures"), "warning", text, remedy)
    return Finding("erasures", _("erasures"), "well", _("the list and the database agree"))


def orphans() -> Finding:
    """Everything that is open belongs to somebody who stands today, whatever was merged."""
    from sauro.core.queries import orphans as owners

    found = owners.count()
    if not found.count:
        return Finding("orphans", _("owners"), "well", _("everything that is open has one"))
    text = _("{organisations} organisations or offices, {commitments} open promises and {grants} grants belong to nobody").format(
        organisations=number(found.actors), commitments=number(found.commitments + found.offices), grants=number(found.grants)
    )  # fmt: skip
    remedy = _("Find out which merger left them, and move them: docs/how-to/merge-agencies.md")
    return Finding("orphans", _("owners"), "fault", text, remedy)
