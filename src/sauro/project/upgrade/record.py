"""What the database says of itself: which version made it what it is, and which versions are at work on it."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from sauro import __version__
from sauro.core.models import Upgrade
from sauro.core.moment import now

TABLE = Upgrade._meta.db_table

_AT_WORK = """
SELECT application_name, count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'sauro %%' AND pid <> ALL (%s) GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Working:
    """Sessions of one version in the database."""

    name: str
    sessions: int


def last() -> Upgrade | None:
    """The last upgrade that came to its end; None before the first."""
    return Upgrade.objects.exclude(ended=None).order_by("-id").first() if _known() else None


def cut_off() -> Upgrade | None:
    """The upgrade that began and has not ended."""
    return Upgrade.objects.filter(ended=None).order_by("id").first() if _known() else None


def begin(events: int) -> Upgrade:
    """Note that an upgrade begins, or go on with the one that was cut off: its count of events is the one that holds."""
    found = cut_off()
    if found is None:
        return Upgrade.objects.create(version=__version__, began=now(), events=events)
    if found.version != __version__:
        found.version = __version__
        found.save(update_fields=["version"])
    return found


def end(upgrade: Upgrade) -> None:
    """Note that it has ended and was proven."""
    upgrade.ended = now()
    upgrade.save(update_fields=["ended"])


def keep() -> None:
    """Note that the schema is this version's, where that is new: of a first set-up, or of a database that was restored."""
    found = last()
    if found is None or found.version != __version__:
        moment = now()
        Upgrade.objects.create(version=__version__, began=moment, ended=moment, events=0)


def at_work(own: list[int]) -> list[Working]:
    """Whose sessions are in this database, without those of the processes ``own``."""
    with connection.cursor() as cursor:
        # Inside a transaction PostgreSQL would go on telling what it saw first.
        cursor.execute("SELECT pg_backend_pid() FROM pg_stat_clear_snapshot()")
        mine = [*own, cursor.fetchone()[0]]
        cursor.execute(_AT_WORK, [mine])
        return [Working(*row) for row in cursor.fetchall()]


def _known() -> bool:
    """A database that nothing was set up in has no such table."""
    return TABLE in connection.introspection.table_names()


def founded() -> bool:
    """Whether acts were ever done in this database."""
    if "core_event" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM core_event)")
        return bool(cursor.fetchone()[0])


def may_be_done_by_up() -> bool:
    """Whether `sauro up` may upgrade by itself: what holds real acts is upgraded by who has a way back."""
    return bool(settings.DEMONSTRATION) or not founded()
