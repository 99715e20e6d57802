"""What an installation holds from its first day: its founding act, its keys, the pack, the demonstration."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from sauro.core.doorway import genesis
from sauro.core.vault import keyring
from sauro.project.cli.command import Stop
from sauro.project.cli.language import _

Say = Callable[[str], None]


def found(say: Say) -> None:
    """Make the keys and found the installation, once. Refuses when the keys of a founded one are missing."""
    founded = _is_founded()
    if not keyring.exists(settings.SAURO_KEYS):
        if founded:
            raise Stop(
                _(
                    "The keys of this database are not in {folder}. Without them nothing personal can be read. "
                    "Restore the folder from its own backup, or set SAURO_KEYS to where they are."
                ).format(folder=settings.SAURO_KEYS)
            )
        keyring.create(settings.SAURO_KEYS)
    if not founded:
        say(_("Founding the installation…"))
        host = urlsplit(settings.SAURO_PUBLIC_URL).hostname or "localhost"
        genesis.found(f"{host}/{settings.SAURO_PROFILE}", demonstration=settings.DEMONSTRATION)


def _is_founded() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM core_instance")
        return cursor.fetchone() is not None
