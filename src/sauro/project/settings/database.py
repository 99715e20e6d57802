"""Which database, and as whom.

The application connects as `sauro_app`, which may only insert into and read the journal's tables;
migrations run as `sauro_owner`. Without DATABASE_URL both reach the bundled server over a Unix socket.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sauro import __version__
from sauro.project.settings.table import WrongSetting, text

APPLICATION = "sauro_app"
OWNER = "sauro_owner"
READER = "sauro_read"
DATABASE = "sauro"

# sun_path holds 108 bytes with its closing zero; the socket's own name takes 14 of them.
LONGEST_SOCKET_FOLDER = 93


def socket_folder(data: Path) -> Path:
    """Give the folder of the socket of the bundled server whose data lies in `data`.

    Beside the data where the path is short enough for a Unix socket, else under the system's
    temporary folder, named by a digest of the path so that two checkouts never meet.
    """
    beside = data.with_name(data.name + "-socket")
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
        return beside
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"sauro-{os.geteuid()}-{digest}"


def bundled(data: Path, role: str, name: str = DATABASE) -> dict[str, Any]:
    """Give Django's description of a database on the bundled server."""
    return _described(
        {"NAME": name, "USER": role, "PASSWORD": "", "HOST": str(socket_folder(data)), "PORT": ""}
    )


def by_address(variable: str) -> dict[str, Any] | None:
    """Give Django's description of the database named by the setting, or None where it is empty."""
    address = text(variable)
    if not address:
        return None
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/") or port == -1:
        raise WrongSetting(
            f"{variable} is not a PostgreSQL address. Write it as postgresql://user:password@host:5432/database."
        )
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    described = _described(
        {
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(port or ""),
        }
    )
    described["OPTIONS"].update(options)
    return described


def _described(place: dict[str, str]) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        **place,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # By its name an upgrade sees which versions still run.
            "application_name": f"sauro {__version__}",
            # The doorway's prepared statements take arrays, for which PostgreSQL would plan anew at every use.
            "options": "-c plan_cache_mode=force_generic_plan",
        },
    }
