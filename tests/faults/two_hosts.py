"""Two hosts, a database and a proxy, each in a network namespace of its own, joined by a bridge: as in a province."""

import contextlib
import ctypes
import http.client
import http.cookies
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from sauro.project import postgres
from sauro.project.settings.database import APPLICATION, DATABASE, OWNER
from tests.faults.installation import RECORD, ROOT, _command_line

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
PATIENCE = 120.0
NET = f"198.18.{os.getpid() % 250}"
FRONT, DATA, FIRST, SECOND, VISITORS = (f"{NET}.{number}" for number in (1, 10, 11, 12, 254))
SYSCTL = ROOT / "deploy" / "nginx" / "sysctl.conf"
PASSWORD = "only-for-this-test"
CLONE_NEWNET = 0x40000000


def lacking() -> str:
    """Why there can be no two hosts here; empty where there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None or not Path(NGINX).exists():
        return "ip or nginx is not installed: apt-get install iproute2 nginx-light"
    if subprocess.run(
        ["ip", "netns", "add", f"sr-{os.getpid()}-try"], capture_output=True, check=False
    ).returncode:
        return "network namespaces cannot be made here (ip netns add is refused)"
    _ip("netns", "del", f"sr-{os.getpid()}-try")
    return ""


def _ip(*words: str) -> str:
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=True).stdout


@dataclass
class Place:
    """One network namespace with one address on the bridge."""

    name: str
    address: str
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def netns(self) -> str:
        return f"sr-{os.getpid()}-{self.name}"

    def make(self, bridge: str) -> None:
        outer, inner = f"{bridge}{self.name[0]}", f"{bridge}{self.name[0]}i"
        _ip("netns", "add", self.netns)
        _ip("link", "add", outer, "type", "veth", "peer", "name", inner)
        _ip("link", "set", inner, "netns", self.netns)
        _ip("link", "set", outer, "master", bridge, "up")
        _ip("-n", self.netns, "link", "set", "lo", "up")
        _ip("-n", self.netns, "addr", "add", f"{self.address}/24", "dev", inner)
        _ip("-n", self.netns, "link", "set", inner, "up")
        self.outer = outer

    def inside(self, do: Callable[[], Any]) -> Any:
        """Do it in a thread that has gone into the namespace; what it starts stays there."""
        told: list[Any] = []

        def run() -> None:
            with Path(f"/run/netns/{self.netns}").open() as door:
                if ctypes.CDLL(None, use_errno=True).setns(door.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            told.append(do())

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        assert told, "see the traceback of the thread"
        return told[0]

    def pids(self) -> list[int]:
        return [int(pid) for pid in _ip("netns", "pids", self.netns).split()]

    def goes_dark(self) -> None:
        """What a host does that loses its power: nothing more comes from it, not even that its lines are closed."""
        # For a second it answers nothing, so that requests are surely under way there; then it is gone.
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        time.sleep(1)
        _ip("link", "set", self.outer, "down")
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self.running.values():
            process.wait(20)
        _ip("netns", "del", self.netns)


@dataclass
class Province:
    """What the tests ask: two hosts, what they share, and the proxy before them."""

    folder: Path
    hosts: tuple[Place, Place] = field(default_factory=lambda: (Place("a", FIRST), Place("b", SECOND)))
    data: Place = field(default_factory=lambda: Place("d", DATA))
    front: Place = field(default_factory=lambda: Place("f", FRONT))
    nginx: subprocess.Popen[bytes] | None = None

    @property
    def bridge(self) -> str:
        return f"sr{os.getpid() % 100000}"

    @property
    def server(self) -> postgres.Server:
        listening = {"listen_addresses": f"'{DATA}'", "password_encryption": "'scram-sha-256'", "tcp_keepalives_idle": "5",
                     "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3", "tcp_user_timeout": "12000"}  # fmt: skip
        return postgres.Server(self.folder / "pg", {**postgres.DURABLE, **listening})

    def environment(self, host: Place, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAURO_", "DJANGO_", "DATABASE_", "PYTEST"))}  # fmt: skip
        return {
            **kept,
            "SAURO_VAR": str(self.folder / host.name),
            "SAURO_KEYS": str(self.folder / "shared" / "keys"),
            "SAURO_FILES": str(self.folder / "shared" / "files"),
            "DATABASE_URL": f"postgresql://{APPLICATION}:{PASSWORD}@{DATA}:5432/{DATABASE}",
            "SAURO_PROVINCES": "75",
            "SAURO_HOST": host.address,
            "SAURO_HOSTS": f"{FRONT},{FIRST},{SECOND},127.0.0.1",
            "SAURO_PUBLIC_URL": f"https://{FRONT}",
            "SAURO_EDGE_URL": f"https://{FRONT}/edge",
            "SAURO_EDGE_PORT": "8001",
            "SAURO_TRUSTED_PROXIES": "1",
            "SAURO_RATES": "write=0/0 sign_in=0/0 search=0/5 export=0/0 api=0/0",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            **more,
        }

    def sauro(self, host: Place, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command on a host to its end."""
        command = ["ip", "netns", "exec", host.netns, sys.executable, "-m", "sauro.project.cli", *words]
        return subprocess.run(command, cwd=ROOT, env=self.environment(host, **more), capture_output=True, text=True, timeout=600, check=False)  # fmt: skip

    def script(self, host: Place, text: str, *words: str) -> str:
        head = "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'sauro.project.settings'\nimport django; django.setup()\n"
        command = ["ip", "netns", "exec", host.netns, sys.executable, "-c", head + text, *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment(host), capture_output=True, text=True, timeout=300, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def start(self, host: Place, what: str, *words: str) -> None:
        """Start a unit as systemd does: pages and edge say by sd_notify when they are ready, and are waited for."""
        place = self.folder / f"notify-{host.name}"
        place.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.bind(str(place))
            line.settimeout(PATIENCE)
            with (self.folder / f"{host.name}-{what}.log").open("ab") as out:
                command = [
                    "ip",
                    "netns",
                    "exec",
                    host.netns,
                    sys.executable,
                    "-m",
                    "sauro.project.cli",
                    what,
                    *words,
                ]
                host.running[what] = subprocess.Popen(
                    command, cwd=ROOT, env=self.environment(host, NOTIFY_SOCKET=str(place)), stdout=out, stderr=out
                )  # fmt: skip
            if what != "worker":
                assert line.recv(100) == b"READY=1"

    def restart(self, host: Place, what: str, *words: str) -> None:
        """`systemctl restart` of one unit."""
        host.running[what].send_signal(signal.SIGTERM)
        assert host.running[what].wait(60) is not None
        self.start(host, what, *words)

    @contextlib.contextmanager
    def database(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.server.address(DATABASE), autocommit=True) as link:
            yield link

    def password(self) -> str:
        lines = (self.folder / "a" / "demonstration-accounts.txt").read_text(encoding="utf-8").splitlines()
        return next(line.split()[1] for line in lines if line.startswith("password"))

    def logs(self) -> str:
        return "\n".join(
            f"{log.name}: {log.read_text()[-3000:]}" for log in sorted(self.folder.glob("*.log"))
        )

    def worker_pids(self, host: Place) -> list[int]:
        return [pid for pid in host.pids() if "cli worker" in _command_line(pid)]


@contextlib.contextmanager
def province(folder: Path) -> Iterator[Province]:
    """Make all of it, and take all of it away."""
    made = Province(folder)
    folder.chmod(0o755)
    places = (*made.hosts, made.data, made.front)
    try:
        _ip("link", "add", made.bridge, "type", "bridge")
        _ip("addr", "add", f"{VISITORS}/24", "dev", made.bridge)
        _ip("link", "set", made.bridge, "up")
        for place in places:
            place.make(made.bridge)
        _set_database_up(made)
        owner = f"postgresql://{OWNER}:{PASSWORD}@{DATA}:5432/{DATABASE}"
        done = made.sauro(made.hosts[0], "up", "--prepare", SAURO_OWNER_DATABASE_URL=owner)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        for host in made.hosts:
            made.start(host, "web", "--port", "8000")
            made.start(host, "worker")
            made.start(host, "edge")
        made.nginx = _before_them(made)
        yield made
    finally:
        if made.nginx is not None:
            made.nginx.terminate()
            made.nginx.wait(20)
        with contextlib.suppress(Exception):
            made.server._control("stop", "-m", "immediate")
        for place in places:
            with contextlib.suppress(Exception):
                place.remove()
        subprocess.run(["ip", "link", "del", made.bridge], capture_output=True, check=False)


def _set_database_up(made: Province) -> None:
    """PostgreSQL over TCP, with passwords, and with the roles of the file for administrators."""
    server = made.server
    made.data.inside(lambda: server.begin() is None)
    hba = made.folder / "pg" / "pg_hba.conf"
    hba.write_text(f"local all all trust\nhost {DATABASE} {APPLICATION},{OWNER} {NET}.0/24 scram-sha-256\n")
    roles = [
        postgres.programs() / "psql",
        "-X",
        "-q",
        "-d",
        server.address(),
        "-f",
        ROOT / "deploy" / "postgresql" / "roles.sql",
    ]
    subprocess.run(roles, check=True)
    with psycopg.connect(server.address(), autocommit=True) as link:
        for role in (OWNER, APPLICATION):
            link.execute(f"ALTER ROLE {role} PASSWORD '{PASSWORD}'")
        link.execute("SELECT pg_reload_conf()")


def _before_them(made: Province) -> subprocess.Popen[bytes]:
    """nginx with our file: the second host's lines made real, as an operator does."""
    folder, front = made.folder, ["ip", "netns", "exec", made.front.netns]
    subprocess.run([*front, "sysctl", "-q", "-p", SYSCTL], check=True)
    text = (ROOT / "deploy" / "nginx" / "sauro.conf").read_text()
    text, found = re.subn(r"# (server 10\.0\.0\.12:)", r"\1", text)
    assert found == 6
    for before, after in {"server 127.0.0.1:": f"server {FIRST}:", "10.0.0.12": SECOND, "/etc/ssl/sauro": str(folder),
                          "/var/log/nginx": str(folder), "listen 80;": f"listen {FRONT}:80;", "listen 443 ": f"listen {FRONT}:443 "}.items():  # fmt: skip
        assert before in text, before
        text = text.replace(before, after)
    text = re.sub(r"\n *listen \[::\][^\n]*", "", text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    conf = folder / "nginx.conf"
    conf.write_text(
        f"pid {folder}/nginx.pid;\nerror_log {folder}/nginx-main.log;\nworker_processes 2;\nuser root;\n"
        f"events {{ worker_connections 512; }}\nhttp {{\n{temporary}{text}}}\n"
    )
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=dvc.example",
         "-keyout", folder / "key.pem", "-out", folder / "fullchain.pem"], check=True, capture_output=True
    )  # fmt: skip
    return subprocess.Popen([*front, NGINX, "-c", conf, "-g", "daemon off;"])


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Visitor:
    """A browser's cookies, and requests that are sent exactly once: through the proxy, or to one host."""

    def __init__(self, password: str = "") -> None:
        self.cookies: dict[str, str] = {}
        self._password = password

    def ask(
        self, path: str, body: bytes | None = None, head: dict[str, str] | None = None, at: str = ""
    ) -> Answer:
        """Ask the host with this address, as the proxy would, or the proxy. Raises OSError or HTTPException."""
        said = {"Host": FRONT, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                "Referer": f"https://{FRONT}{path}", **(head or {})}  # fmt: skip
        line: http.client.HTTPConnection
        if at:
            line = http.client.HTTPConnection(at, 8000, timeout=70)
            said |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        else:
            trust = ssl.create_default_context()
            trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
            line = http.client.HTTPSConnection(FRONT, 443, timeout=70, context=trust)
        try:
            line.request("GET" if body is None else "POST", path, body, said)
            answer = line.getresponse()
            for given in answer.headers.get_all("Set-Cookie", []):
                self.cookies |= {name: each.value for name, each in http.cookies.SimpleCookie(given).items()}
            return Answer(answer.status, dict(answer.headers), answer.read())
        finally:
            line.close()

    def sign_in(self, at: str = "", name: str = "nguoidan") -> None:
        page = self.ask("/accounts/login/", at=at).text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found is not None
        form = {"csrfmiddlewaretoken": found[1], "login": name, "password": self._password}
        answer = self.ask("/accounts/login/", urllib.parse.urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}, at)  # fmt: skip
        assert answer.status == 302 and "__Host-sessionid" in self.cookies, (answer.status, answer.text[:500])

    def file(self, key: str, at: str = "") -> Answer:
        """One filing under a key, once."""
        body = json.dumps({"procedure": "2.000488", "area": "26041", "answers": RECORD}).encode()
        head = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-CSRFToken": self.cookies["__Host-csrftoken"],
        }
        return self.ask("/api/dossiers", body, head, at)


def until(true: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.1)
