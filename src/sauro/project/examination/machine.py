"""What this machine, its settings and its folders say."""

import shutil
import ssl
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sauro.project.cli.language import _, number
from sauro.project.examination import guard
from sauro.project.examination.finding import Finding

LEAST_FREE = 2 * 1024**3
FULL = 256 * 1024**2
"""With less than this nothing more is taken in: PostgreSQL must still be able to end what it has begun."""


def of_machine() -> Iterator[Finding]:
    """Every check of the machine, once the settings can be read."""
    yield from disks()
    yield configuration()
    yield from guard.of_settings()
    yield signer()
    yield from keys()
    yield from certificates()
    yield front_end()


def python() -> Finding:
    """Which Python runs this."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", _("Python"), "well", version)


def disks() -> Iterator[Finding]:
    """Room for the database, the files and the journal: one finding for each disk."""
    from django.conf import settings

    known = set()
    for place in (Path(settings.SAURO_VAR), Path(settings.SAURO_FILES)):
        there = next(each for each in (place, *place.parents) if each.exists())
        if there.stat().st_dev not in known:
            known.add(there.stat().st_dev)
            yield disk(there)


def disk(place: Path) -> Finding:
    """Room on one disk."""
    free = shutil.disk_usage(place).free
    text = _("{size} GB free in {folder}").format(size=number(free / 1024**3, 1), folder=place)
    if free >= LEAST_FREE:
        return Finding("disk", _("disk"), "well", text)
    remedy = _("Free at least 2 GB, or move SAURO_VAR to a larger disk.")
    return Finding("disk", _("disk"), "fault" if free < FULL else "warning", text, remedy)


def configuration() -> Finding:
    """Whether the settings fit the profile."""
    from django.conf import settings

    from sauro.project import start

    # A port given to `sauro up` is known to that process alone.
    address = start.serving_at() or settings.SAURO_PUBLIC_URL
    text = _("profile {profile}, pages at {address}").format(profile=settings.SAURO_PROFILE, address=address)
    if not settings.DEMONSTRATION and not settings.SAURO_PUBLIC_URL.startswith("https://"):
        return Finding(
            "configuration",
            _("configuration"),
            "fault",
            text,
            _("Set SAURO_PUBLIC_URL to an https:// address."),
        )
    if settings.SAURO_PUBLIC_URL.startswith("https://") and not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        remedy = _("Set SAURO_TRUSTED_PROXIES: until then all visitors share one limit of sign-in attempts.")
        return Finding("configuration", _("configuration"), "warning", text, remedy)
    if not settings.DEMONSTRATION and not settings.SAURO_CLAMD:
        remedy = _("Set SAURO_CLAMD: until then every file that is sent in stays in quarantine.")
        return Finding("configuration", _("configuration"), "warning", text, remedy)
    return Finding("configuration", _("configuration"), "well", text)


def signer() -> Finding:
    """Development signatures have no legal value and belong in a demonstration only."""
    from django.conf import settings

    if settings.SAURO_SIGNER != "development":
        return Finding("signatures", _("signatures"), "well", settings.SAURO_SIGNER)
    if settings.DEMONSTRATION:
        return Finding(
            "signatures",
            _("signatures"),
            "warning",
            _("development key, without legal value"),
            _("Fine for a demonstration."),
        )
    return Finding(
        "signatures",
        _("signatures"),
        "fault",
        _("development key, without legal value"),
        _("Set SAURO_SIGNER=external."),
    )


def keys() -> Iterator[Finding]:
    """The keys are there, and readable by nobody else."""
    from django.conf import settings

    folder: Path = settings.SAURO_KEYS
    if not folder.is_dir() or not any(folder.iterdir()):
        yield Finding(
            "keys",
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
            "keys",
            _("keys"),
            "fault",
            _("open to other accounts: {names}").format(names=", ".join(open_ones)),
            remedy,
        )
        return
    yield Finding(
        "keys",
        _("keys"),
        "well",
        _("{count} files in {folder}").format(count=number(len(places) - 1), folder=folder),
    )


def front_end() -> Finding:
    """The pages' styles and scripts are built."""
    built = Path(__file__).resolve().parents[2] / "web" / "static" / "dist"
    if built.is_dir() and any(built.rglob("*.css")):
        return Finding("front_end", _("front end"), "well", _("built"))
    return Finding(
        "front_end", _("front end"), "fault", _("not built"), _("Run: make run (it builds the front end)")
    )


CERTIFICATE_ENDS_IN = 21


def certificates() -> Iterator[Finding]:
    """The certificate of the public address, as a visitor's browser gets it."""
    from urllib.parse import urlsplit

    from django.conf import settings

    public = urlsplit(settings.SAURO_PUBLIC_URL)
    if public.scheme != "https" or not public.hostname:
        return
    name = _("certificate")
    try:
        ends = certificate_end(public.hostname, public.port or 443)
    except (OSError, ValueError) as error:
        remedy = _("Look at the reverse proxy: visitors of {address} meet the same.").format(
            address=settings.SAURO_PUBLIC_URL
        )
        yield Finding("certificate", name, "fault", str(error), remedy)
        return
    days = (ends - datetime.now(UTC)).days
    text = _("of {host}, valid for {days} more days").format(host=public.hostname, days=number(days))
    if days < CERTIFICATE_ENDS_IN:
        remedy = _("Renew the certificate at the reverse proxy, and let it be renewed by itself.")
        yield Finding("certificate", name, "fault" if days < 3 else "warning", text, remedy)
    else:
        yield Finding("certificate", name, "well", text)


def certificate_end(host: str, port: int, context: ssl.SSLContext | None = None) -> datetime:
    """Until when the certificate that a server shows is valid. Raises OSError where it is not trusted or not shown."""
    import socket

    trusting = context or ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=5) as line,
        trusting.wrap_socket(line, server_hostname=host) as safe,
    ):
        shown = safe.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
