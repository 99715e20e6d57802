"""`sauro doctor` on what keeps strangers out: each check is seen well and seen wrong, and says what to do."""

import socket
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from sauro.project.cli.language import speaking
from sauro.project.examination import database, guard, machine
from sauro.project.limits.rates import Rate
from sauro.project.settings.database import OWNER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def real(settings: Any) -> Iterator[None]:
    """An installation for real people, as it should stand."""
    settings.DEMONSTRATION, settings.DEBUG = False, False
    settings.SAURO_PUBLIC_URL, settings.ALLOWED_HOSTS = "https://dvc.example", ["dvc.example", "127.0.0.1"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME, settings.SECURE_HSTS_SECONDS = "__Host-sessionid", 31_536_000
    settings.SAURO_SECOND_FACTOR_REQUIRED = True
    settings.SAURO_RATES = {"write": Rate(60, 600), "search": Rate(60, 600)}
    settings.SAURO_SENDS_MAIL, settings.EMAIL_HOST = True, "mail.example"
    with speaking("en"):
        yield


WRONG = [
    ("debugging", {"DEBUG": True}, "fault", "are on"),
    ("hosts", {"ALLOWED_HOSTS": ["dvc.example", "*"]}, "fault", "*"),
    ("hosts", {"ALLOWED_HOSTS": ["dvc.example", ".example"]}, "fault", ".example"),
    ("hosts", {"ALLOWED_HOSTS": ["127.0.0.1"]}, "fault", "127.0.0.1"),
    ("cookies", {"SESSION_COOKIE_SECURE": False}, "fault", "plain HTTP"),
    ("cookies", {"CSRF_COOKIE_SECURE": False}, "fault", "plain HTTP"),
    ("cookies", {"SESSION_COOKIE_HTTPONLY": False}, "fault", "plain HTTP"),
    ("cookies", {"SESSION_COOKIE_NAME": "sessionid"}, "fault", "plain HTTP"),
    ("cookies", {"SECURE_HSTS_SECONDS": 0}, "fault", "plain HTTP"),
    ("second_factor", {"SAURO_SECOND_FACTOR_REQUIRED": False}, "warning", "not required"),
    ("limits", {"SAURO_RATES": {"write": Rate(60, 0), "search": Rate(1, 1)}}, "warning", "none for write"),
    ("limits", {"SAURO_RATES": {"write": Rate(0, 60), "search": Rate(1, 1)}}, "warning", "none for write"),
    ("mail", {"SAURO_SENDS_MAIL": False}, "warning", "no mail"),
    ("scanner", {"SAURO_CLAMD": ""}, "warning", "stay shut"),
]


@pytest.mark.parametrize(("check", "set_so", "state", "said"), WRONG)
def test_what_is_set_wrong_is_told(
    settings: Any, check: str, set_so: dict[str, Any], state: str, said: str
) -> None:
    if check != "scanner":
        before = getattr(guard, check)()
        assert (before.state, before.remedy) == ("well", ""), before
    for name, value in set_so.items():
        setattr(settings, name, value)
    found = getattr(guard, check)()
    assert (found.state, found.code) == (state, check) and said in found.found and found.remedy
    settings.DEMONSTRATION = True
    assert getattr(guard, check)().state == ("warning" if check == "debugging" else "well")


class Clamd(threading.Thread):
    """Answers one scan."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self.door, self.answer = socket.create_server(("127.0.0.1", 0)), answer
        self.start()

    def run(self) -> None:
        with self.door, self.door.accept()[0] as asked:
            heard = b""
            while not heard.endswith(bytes(4)):
                heard += asked.recv(1000)
            asked.sendall(self.answer)


@pytest.mark.parametrize(
    ("answer", "state"), [(b"stream: OK\0", "well"), (b"INSTREAM size limit exceeded. ERROR\0", "fault")]
)
def test_the_scanner_is_asked(settings: Any, answer: bytes, state: str) -> None:
    clamd = Clamd(answer)
    port = clamd.door.getsockname()[1]
    settings.SAURO_CLAMD = f"127.0.0.1:{port}"
    assert guard.scanner().state == state
    clamd.join()
    found = guard.scanner()
    assert found.state == "fault" and "ConnectionRefused" in found.found and found.remedy, "it has gone"


@pytest.mark.parametrize(("said", "state"), [(0, "well"), (5, "warning"), (None, "well")])
def test_a_clock_that_follows_nobody_is_told(
    monkeypatch: pytest.MonkeyPatch, said: int | None, state: str
) -> None:
    assert guard.clock_state() is None or 0 <= guard.clock_state() <= 5  # type: ignore[operator]
    monkeypatch.setattr(guard, "clock_state", lambda: said)
    found = guard.synchronised()
    assert found.state == state and bool(found.remedy) is (state != "well")


def test_the_role_of_this_program_has_no_powers() -> None:
    found = guard.powers()
    assert found.state == "well" and found.found.startswith("sauro_app")


GIVEN = {
    "member": f"GRANT {OWNER} TO {{role}}",
    "database": "ALTER DATABASE {name} OWNER TO {role}",
    "table": "CREATE TABLE stray_table (); ALTER TABLE stray_table OWNER TO {role}",
}


@pytest.mark.parametrize("power", ["SUPERUSER", "CREATEROLE", "CREATEDB", "REPLICATION", "BYPASSRLS", *GIVEN])
def test_a_role_with_powers_is_a_fault(settings: Any, power: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = settings.DATABASES["default"]
    role = f"strong_{uuid.uuid4().hex[:8]}"
    administrator = connection.cursor().execute("SELECT rolname FROM pg_roles WHERE oid = 10").fetchone()[0]
    with psycopg.connect(
        host=place["HOST"], dbname=place["NAME"], user=administrator, autocommit=True
    ) as link:
        name = link.info.dbname
        link.execute(f"CREATE ROLE {role} LOGIN {power if power.isupper() else ''}")
        try:
            link.execute(GIVEN.get(power, "SELECT 1").format(role=role, name=name))
            with psycopg.connect(host=place["HOST"], dbname=place["NAME"], user=role, autocommit=True) as own:
                monkeypatch.setattr(guard, "one", lambda question: own.execute(question).fetchone()[0])  # type: ignore[index]
                found = guard.powers()
        finally:
            link.execute(f"REASSIGN OWNED BY {role} TO {OWNER}")
            link.execute("DROP TABLE IF EXISTS stray_table")
            link.execute(f"DROP ROLE {role}")
    assert (
        found.state == "fault"
        and (power if power.isupper() else "OWNER") in found.found
        and role in found.found
        and "roles.sql" in found.remedy
    )


@pytest.mark.parametrize(
    ("encrypted", "mode", "state"),
    [(False, "verify-full", "fault"), (True, "require", "warning"), (True, None, "warning"), (True, "verify-full", "well")],
)  # fmt: skip
def test_a_line_to_another_machine(settings: Any, encrypted: bool, mode: str | None, state: str, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    assert guard.line().found == "on this machine"
    place = settings.DATABASES["default"]
    options = {**place["OPTIONS"], "sslmode": mode} if mode else {}
    monkeypatch.setitem(place, "OPTIONS", options)
    found = guard.judged_line(encrypted)
    assert found.state == state and bool(found.remedy) is (state != "well")


def test_the_doctor_looks_at_all_of_it() -> None:
    codes = {each.code for each in (*machine.of_machine(), *database.checks())}
    wanted = {"debugging", "hosts", "cookies", "second_factor", "limits", "mail", "scanner", "time_server", "database_role", "database_line"}  # fmt: skip
    assert wanted <= codes
