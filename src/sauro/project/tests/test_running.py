"""`sauro doctor` on what lies and what serves: files and rows, backups, certificates; each with what to do."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sauro.core.ids import new_id
from sauro.core.models import StoredFile
from sauro.core.moment import now
from sauro.core.vault import keyring
from sauro.core.vault.cipher import new_unit
from sauro.core.vault.files import FileStore
from sauro.project.backup import making
from sauro.project.examination import machine, running
from sauro.project.standing import Standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> None:
    settings.SAURO_VAR, settings.SAURO_FILES = tmp_path, tmp_path / "files"


def kept() -> StoredFile:
    store, unit, file_id = FileStore.current(), new_unit(keyring.current(), new_id()), new_id()
    digest, size = store.put(unit.key, file_id, [b"body"])
    return StoredFile.objects.create(
        id=file_id, unit=unit.key.unit, name_part="n", digest=digest, size=size, media_type="x/y", scanned="clean",
        owner=new_id(), created=now(),
    )  # fmt: skip


def test_rows_without_files_and_files_without_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert running.orphans().state == "well"
    one, other = kept(), kept()
    assert running.orphans().state == "well"
    lying = FileStore.current().body(other.id)
    other.delete()
    assert running.orphans().state == "well", "its act may still come"
    monkeypatch.setattr("sauro.core.vault.files.ORPHANED_AFTER", -timedelta(seconds=5))
    found = running.orphans()
    assert found.state == "warning" and "1" in found.found and found.remedy
    lying.unlink()
    FileStore.current().body(one.id).unlink()
    found = running.orphans()
    assert found.state == "fault" and str(one.id) in found.found and "back-up-and-restore" in found.remedy


@pytest.mark.parametrize(
    ("hours", "lacking", "real", "state"),
    [(None, 0, True, "fault"), (None, 0, False, "well"), (1, 0, True, "well"), (1, 2, True, "warning"), (37, 0, True, "fault"), (37, 0, False, "warning")],
)  # fmt: skip
def test_the_age_of_the_last_backup(settings: Any, tmp_path: Path, hours: int | None, lacking: int, real: bool, state: str) -> None:  # fmt: skip
    settings.DEMONSTRATION = not real
    if hours is not None:
        making._remember(making.Last(datetime.now(UTC) - timedelta(hours=hours), str(tmp_path), 1, lacking))
    found = running.backup()
    assert found.state == state and bool(found.remedy) is (state != "well")


def test_where_nothing_is_served_nothing_needs_to_run() -> None:
    assert running.workers(Standing(), served=False).state == "warning"
    assert running.workers(Standing(lost=1), served=False).state == "fault"
    assert running.workers(Standing(), served=True).state == "fault"


def certificate(days: float) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begins = datetime.now(UTC) - timedelta(days=90)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(begins)
        .not_valid_after(datetime.now(UTC) + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return made.public_bytes(serialization.Encoding.PEM), secret


@pytest.fixture
def shown(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server that shows a certificate, trusted here, and the settings of an installation behind it."""
    import socket

    listening = socket.create_server(("localhost", 0))
    over = threading.Event()

    def show(days: float) -> None:
        public, secret = certificate(days)
        (tmp_path / "cert").write_bytes(public + secret)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(tmp_path / "cert")
        trusting = ssl.create_default_context(cafile=str(tmp_path / "cert"))
        monkeypatch.setattr("sauro.project.examination.machine.ssl.create_default_context", lambda: trusting)

        def serve() -> None:
            while not over.is_set():
                try:
                    line, _from = listening.accept()
                    server.wrap_socket(line, server_side=True).close()
                except OSError:
                    continue

        threading.Thread(target=serve, daemon=True).start()
        settings.SAURO_PUBLIC_URL = f"https://localhost:{listening.getsockname()[1]}"

    yield show
    over.set()
    listening.close()


@pytest.mark.parametrize(("days", "state"), [(80, "well"), (10, "warning"), (2, "fault"), (-1, "fault")])
def test_a_certificate_that_ends(shown: Any, days: float, state: str) -> None:
    shown(days)
    (found,) = machine.certificates()
    assert found.state == state and bool(found.remedy) is (state != "well"), found


def test_a_certificate_that_is_not_shown(settings: Any) -> None:
    settings.SAURO_PUBLIC_URL = "https://localhost:1"
    assert [found.state for found in machine.certificates()] == ["fault"]
    settings.SAURO_PUBLIC_URL = "http://127.0.0.1:8000"
    assert list(machine.certificates()) == []
