"""The files of deploy/, as the programs that read them take them; and slow clients before a real nginx."""

import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sauro.project.cli import parser
from tests.faults.installation import ROOT, free_port

DEPLOY = ROOT / "deploy"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
# Says how much it was sent; two threads, so that three slow bodies would hold it.
PAGES = """
def application(environ, start):
    sent = environ["wsgi.input"].read()
    said = f"{len(sent)} {environ.get('HTTP_X_FORWARDED_FOR')} {environ.get('HTTP_X_FORWARDED_PROTO')} {environ.get('HTTP_X_REQUEST_ID')}".encode()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]
"""


def ours(folder: Path, pages: int, plain: int, https: int) -> Path:
    """A whole configuration around the file as it stands, with the places that an operator changes changed."""
    text = (DEPLOY / "nginx" / "sauro.conf").read_text()
    for before, after in {
        "127.0.0.1:8000": f"127.0.0.1:{pages}", "/etc/ssl/sauro": str(folder), "/var/log/nginx": str(folder),
        "listen 80;": f"listen 127.0.0.1:{plain};", "listen 443 ": f"listen 127.0.0.1:{https} ",
    }.items():  # fmt: skip
        assert before in text, before
        text = text.replace(before, after)
    text = re.sub(r"\n *listen \[::\][^\n]*", "", text)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    whole = f"pid {folder}/pid;\nerror_log {folder}/main.log;\nworker_processes 1;\nuser root;\nevents {{ worker_connections 512; }}\nhttp {{\n{temporary}{text}}}\n"
    made = folder / "nginx.conf"
    made.write_text(whole)
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=dvc.example",
    ]
    subprocess.run([*command, "-keyout", folder / "key.pem", "-out", folder / "fullchain.pem"], check=True, capture_output=True)  # fmt: skip
    return made


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """nginx with our file, before a page server of two threads. Gives its HTTPS port and folder."""
    if not Path(NGINX).exists():
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("nginx")
    pages, plain, https = free_port(), free_port(), free_port()
    (folder / "slow_pages.py").write_text(PAGES)
    conf = ours(folder, pages, plain, https)
    tested = subprocess.run([NGINX, "-t", "-c", conf], capture_output=True, text=True, check=False)
    assert tested.returncode == 0 and "[warn]" not in tested.stderr, tested.stderr
    served = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--no-ws",
        "--http",
        "1",
        "--port",
        str(pages),
    ]
    behind = subprocess.Popen([*served, "--blocking-threads", "2", "slow_pages:application"], cwd=folder)
    before = subprocess.Popen([NGINX, "-c", conf, "-g", "daemon off;"])
    try:
        for port in (pages, https):
            answers(port)
        yield https, folder
    finally:
        for process in (before, behind):
            process.terminate()
            process.wait(20)


def answers(port: int) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 2).close()
            return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)


def line(port: int) -> ssl.SSLSocket:
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    return trust.wrap_socket(socket.create_connection(("127.0.0.1", port), 30), server_hostname="dvc.example")


def ask(port: int, head: str, body: bytes = b"") -> str:
    with line(port) as to:
        to.sendall(f"{head}\r\nHost: dvc.example\r\nConnection: close\r\n\r\n".encode() + body)
        said = b""
        while piece := to.recv(65536):
            said += piece
    return said.decode()


def test_slow_bodies_hold_up_nobody(front: tuple[int, Path]) -> None:
    port, _folder = front
    slow = [line(port) for _number in range(12)]
    for each in slow:
        each.sendall(b"POST / HTTP/1.1\r\nHost: dvc.example\r\nContent-Length: 1000\r\n\r\nabc")
    assert "200 OK" in ask(port, "GET / HTTP/1.1")
    for each in slow:
        each.close()


def test_a_large_body_passes_and_touches_no_disk(front: tuple[int, Path]) -> None:
    port, folder = front
    size = 8 * 1024 * 1024
    said = ask(port, f"POST / HTTP/1.1\r\nContent-Length: {size}", b"x" * size)
    assert "200 OK" in said and f"\r\n\r\n{size} " in said
    assert "buffered to a temporary file" not in (folder / "main.log").read_text()
    assert not [each for each in (folder / "client_body").rglob("*") if each.is_file()]


def test_too_large_is_refused_before_it_is_sent(front: tuple[int, Path]) -> None:
    assert "413" in ask(front[0], f"POST / HTTP/1.1\r\nContent-Length: {34 * 1024 * 1024}").splitlines()[0]


def test_the_visitor_s_address_is_the_last_one_and_the_log_has_none(front: tuple[int, Path]) -> None:
    port, folder = front
    said = ask(
        port, "GET /ho-so/bi-mat?q=Canary HTTP/1.1\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: http"
    )
    assert "203.0.113.7, 127.0.0.1 https" in said, (
        "what a visitor wrote stands before, and counts for nothing"
    )
    log = (folder / "sauro.json").read_text()
    assert '"status":200' in log
    assert "bi-mat" not in log and "Canary" not in log and "127.0.0.1" not in log and "203.0" not in log


def test_the_page_gets_the_number_of_the_log_and_none_that_a_visitor_wrote(front: tuple[int, Path]) -> None:
    port, folder = front
    said = ask(port, f"GET / HTTP/1.1\r\nX-Request-ID: {'0' * 32}")
    number = said.split()[-1]
    assert re.fullmatch("[0-9a-f]{32}", number) and number != "0" * 32
    assert f'"id":"{number}"' in (folder / "sauro.json").read_text()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_old_tls_is_not_spoken(front: tuple[int, Path], version: ssl.TLSVersion) -> None:
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    trust.set_ciphers("ALL:@SECLEVEL=0")
    trust.minimum_version = trust.maximum_version = version
    with socket.create_connection(("127.0.0.1", front[0]), 10) as plain:
        if version < ssl.TLSVersion.TLSv1_2:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                trust.wrap_socket(plain, server_hostname="dvc.example")
            return
        with trust.wrap_socket(plain, server_hostname="dvc.example") as to:
            assert to.version() == version.name.replace("_", ".")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_name_commands_that_exist_and_are_described(unit: Path) -> None:
    (named,) = re.findall(r"^ExecStart=/opt/sauro/var/venv/bin/sauro (.+)$", unit.read_text(), re.MULTILINE)
    chosen = parser().parse_args(named.replace("%i", "8000").split())
    assert f"## `sauro {chosen.command}`" in (ROOT / "docs" / "reference" / "commands.md").read_text()
    assert f"`{unit.name}`" in (ROOT / "docs" / "how-to" / "run-in-production.md").read_text()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_understood_and_shut_in(unit: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    here = tmp_path / unit.name.replace("@.", "@1.")
    program = tmp_path / "sauro"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    here.write_text(unit.read_text().replace("/opt/sauro/var/venv/bin/sauro", str(program)))
    told = subprocess.run([analyze, "verify", "--man=no", here], capture_output=True, text=True, check=False)
    about = [said for said in told.stderr.splitlines() if here.name in said]
    assert not about, told.stderr
    shut = [analyze, "security", "--offline=yes", "--threshold=25", "--no-pager", here]
    told = subprocess.run(shut, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-800:] + told.stderr
