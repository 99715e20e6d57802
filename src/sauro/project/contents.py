"""What an installation holds from its first day: its founding act, its keys, the pack, the demonstration."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from sauro import packs
from sauro.core.doorway import genesis
from sauro.core.models import Instance
from sauro.core.vault import keyring
from sauro.project import demonstration, schema
from sauro.project.cli.command import Exit, Stop
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


def fill(say: Say) -> None:
    """Load the Vietnamese pack where it is not loaded in its present form. Run again, it adds only what is new."""
    stamp = settings.SAURO_VAR / "stamps" / "pack"
    wanted = _pack_digest(packs.VN)
    if not stamp.exists() or stamp.read_text() != wanted:
        say(_("Loading the pack…"))
        load_pack(packs.VN)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted)
        schema.count_what_was_loaded()
    if settings.DEMONSTRATION:
        demonstration.fill(say)


def is_loaded(folder: Path) -> bool:
    """Whether the pack was loaded from here in its present form."""
    stamp = settings.SAURO_VAR / "stamps" / "pack"
    return stamp.exists() and stamp.read_text() == _pack_digest(folder)


def load_pack(folder: Path) -> int:
    """Load a pack through the doorway, with progress. Gives how many acts were done."""
    from sauro.packs.load import PackRefused, load
    from sauro.packs.pack import read
    from sauro.project.cli.progress import Stages

    stages = Stages(
        {
            "definitions": _("Definitions"),
            "instruments": _("Legal instruments"),
            "organisations": _("Organisations"),
            "positions": _("Positions"),
            "grants": _("Grants"),
        }
    )
    try:
        return load(read(folder), stages, settings.SAURO_PROVINCES or None)
    except PackRefused as refused:
        raise Stop(_("The pack cannot be loaded:\n{faults}").format(faults=refused), Exit.REFUSED) from None


def _pack_digest(folder: Path) -> str:
    # The database's founding is part of it: a new database is filled although the files are the same.
    digest = hashlib.sha256(str(Instance.objects.get(pk=1).created).encode())
    digest.update(",".join(sorted(settings.SAURO_PROVINCES)).encode())
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
