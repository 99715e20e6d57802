"""A real installation on a folder of its own: set up by `sauro up`, served by its own processes, and killed at will."""

import contextlib
import http.client
import http.cookiejar
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from sauro.project import postgres
from sauro.project.settings.database import DATABASE
from tests import prepared

ROOT = Path(__file__).parents[2]
PATIENCE = 240.0
DOUBLED, AGAIN = 0.2, 0.2
"""Parts of the requests that are sent twice at once, and after which an old one comes again."""
RECORD = {
    "subject_name": "Trần Thị Hoa", "subject_id": "075190000001", "subject_birth_date": "1990-02-03",
    "subject_birth_place": "Đồng Nai", "permanent_residence": "12 Lê Lợi", "residences": "2004-2026: 12 Lê Lợi",
    "lived_abroad": "no", "certificate_number": "one", "purpose": "Xin việc", "certificate_copies": "1", "filed_by": "self",
    "fee_group": "standard", "contact_phone": "0912345678",
}  # fmt: skip
"""A request for a judicial record: online it needs no papers."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Installation:
    """One installation: its folder, its processes, and ways to ask it things from outside."""

    var: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    up: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("SAURO_", "DJANGO_", "DATABASE_", "PYTEST"))
        }
        own = {
            "SAURO_VAR": str(self.var),
            "SAURO_PROVINCES": "75",
            "SAURO_PORT": str(self.port),
            "SAURO_EDGE_PORT": "0",
            # Few clients, all from here, ask as fast as they can.
            "SAURO_RATES": "write=0/0 sign_in=0/0 search=0/0 export=0/0 api=0/0",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }
        return {**kept, **own, **self.settings}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def server(self) -> postgres.Server:
        return postgres.Server(self.var / "pg", postgres.DURABLE)

    @property
    def password(self) -> str:
        lines = (self.var / "demonstration-accounts.txt").read_text(encoding="utf-8").splitlines()
        return next(line.split()[1] for line in lines if line.startswith("password"))

    def command(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run a `sauro` command on it."""
        command = [sys.executable, "-m", "sauro.project.cli", *arguments]
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def script(self, text: str, *arguments: str) -> str:
        """Run Python with its settings; returns what it prints. The server must be up."""
        head = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'sauro.project.settings'\nimport django; django.setup()\n"
        done = subprocess.run(
            [sys.executable, "-c", head + text, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    def begin(self) -> None:
        """`sauro up`, until its pages answer."""
        prepared.put(self.var, self.environment)
        with (self.var / "said.txt").open("ab") as out:
            command = [sys.executable, "-m", "sauro.project.cli", "up"]
            self.up = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=out, stderr=out, start_new_session=True
            )
        end = time.monotonic() + PATIENCE
        while not self.answers():
            assert self.up.poll() is None, (self.var / "said.txt").read_text()[-4000:]
            assert time.monotonic() < end, (self.var / "said.txt").read_text()[-4000:]
            time.sleep(0.3)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def end(self) -> None:
        if self.up is None:
            return
        self.up.send_signal(signal.SIGINT)
        try:
            self.up.wait(60)
        except subprocess.TimeoutExpired:
            for pid in [*self.processes(), self.up.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.up = None

    def processes(self) -> list[int]:
        """Every process below `sauro up`: page servers, their workers, and the background workers."""
        assert self.up is not None
        parents: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError, ValueError):
                text = stat.read_text()
                parents.setdefault(int(text.rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
        found, waiting = [], [self.up.pid]
        while waiting:
            for child in parents.get(waiting.pop(), []):
                found.append(child)
                waiting.append(child)
        return found

    def kill_one(self, rng: random.Random, what: str = "") -> None:
        """kill -9 of one process whose command line holds ``what``; the bundled PostgreSQL is no child of `sauro up`."""
        chosen = [pid for pid in self.processes() if what in _command_line(pid)]
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(rng.choice(chosen), signal.SIGKILL)

    def kill_postgres(self) -> None:
        """kill -9 of the postmaster, and a new start."""
        os.kill(int((self.var / "pg" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        time.sleep(0.5)
        server = self.server
        server.begin()
        server.end()

    @contextlib.contextmanager
    def database(self, role: str = postgres.SUPERUSER) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.server.address(DATABASE, role), autocommit=True) as connection:
            yield connection


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


class Client:
    """One signed-in citizen's program: files, and asks again under the same key until it has an answer."""

    def __init__(self, installation: Installation, login: str = "nguoidan") -> None:
        self.at = installation
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.login = login

    def sign_in(self) -> None:
        page = self._open("/accounts/login/").decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found is not None
        form = {"csrfmiddlewaretoken": found[1], "login": self.login, "password": self.at.password}
        self._open(
            "/accounts/login/",
            urllib.parse.urlencode(form).encode(),
            {"Referer": f"{self.at.url}/accounts/login/"},
        )
        assert any(cookie.name == "sessionid" for cookie in self.jar)

    def file(self, key: str, answers: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({"procedure": "2.000488", "area": "26041", "answers": answers}).encode()
        token = next(cookie.value for cookie in self.jar if cookie.name == "csrftoken")
        head = {"Content-Type": "application/json", "Idempotency-Key": key, "X-CSRFToken": token or ""}
        answer: dict[str, Any] = json.loads(self._open("/api/dossiers", body, head))
        return answer

    def file_until_answered(self, key: str, answers: dict[str, Any], over: float) -> dict[str, Any]:
        """Whatever breaks in between. A refusal is an answer nobody expects here, and is raised."""
        while True:
            try:
                return self.file(key, answers)
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    raise AssertionError(f"{error.code}: {error.read().decode()}") from error
            except (OSError, http.client.HTTPException):
                pass
            assert time.monotonic() < over, "no answer in time"
            time.sleep(0.2)

    def _open(self, path: str, body: bytes | None = None, head: dict[str, str] | None = None) -> bytes:
        request = urllib.request.Request(self.at.url + path, body, head or {})
        with self.opener.open(request, timeout=30) as answer:
            read: bytes = answer.read()
            return read


def load(
    installation: Installation,
    answers: dict[str, Any],
    clients: int,
    enough: threading.Event,
    acknowledged: dict[str, str],
    name: str,
) -> list[threading.Thread]:
    """Clients that file until ``enough``; every acknowledged key with its dossier goes into ``acknowledged``.

    Some requests are sent twice at once, and some old ones come again after newer ones; each is answered as the first
    time. The keys begin with ``name``: of two tests on one installation each counts its own.
    """

    def work(client: Client, number: int) -> None:
        count, rng = 0, random.Random()

        def file(key: str) -> str:
            return str(client.file_until_answered(key, answers, time.monotonic() + PATIENCE)["dossier"])

        with ThreadPoolExecutor(2) as twice:
            while not enough.is_set():
                key = f"{name}-{number}-{count:06d}"
                told = set(twice.map(file, [key] * (2 if rng.random() < DOUBLED else 1)))
                assert len(told) == 1, f"{key} was answered with {told}"
                acknowledged[key] = told.pop()
                if rng.random() < AGAIN:
                    old = f"{name}-{number}-{rng.randrange(count + 1):06d}"
                    assert file(old) == acknowledged[old], f"{old} was answered otherwise when it came again"
                count += 1

    threads = []
    for number in range(clients):
        client = Client(installation)
        client.sign_in()
        threads.append(threading.Thread(target=work, args=(client, number)))
    for thread in threads:
        thread.start()
    return threads
