"""deploy/rsyslog, as a real rsyslog runs it: from a real journal, over TLS, to a server that goes away and comes back.

The journal and rsyslog run in a namespace of mounts of their own, so the machine's own journal is not touched.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.installation import ROOT, free_port

RSYSLOG = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"
JOURNALD = "/lib/systemd/systemd-journald"
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not Path(RSYSLOG).exists() or not Path(JOURNALD).exists(),
    reason="needs root, systemd-journald and: apt-get install rsyslog rsyslog-gnutls",
)
SERVER = """
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/name" PermittedPeer="{peer}")
global(workDirectory="{folder}/server" DefaultNetstreamDriverCAFile="{folder}/ca.pem"
       DefaultNetstreamDriverCertFile="{folder}/siem.pem" DefaultNetstreamDriverKeyFile="{folder}/siem-key.pem")
input(type="imtcp" port="{port}" address="127.0.0.1" SupportOctetCountedFraming="on")
template(name="as_it_came" type="string" string="%hostname% %app-name%\\t%msg%\\n")
action(type="omfile" file="{folder}/received" template="as_it_came")
"""
# One journal of its own, written by a program called `sauro`, one by another, and nginx's file.
MACHINE = """
set -e
mkdir -p /run/systemd /run/log /var/log/journal
for place in /run/systemd /run/log /var/log/journal; do mount -t tmpfs none $place; done
mkdir -p /run/systemd/journal
{journald} &
journal=$!
until [ -S /run/systemd/journal/stdout ]; do sleep 0.1; done
{rsyslog} -n -i {folder}/sender.pid -f {folder}/sender.conf &
sender=$!
while read -r name line; do printf '%s\\n' "$line" | systemd-cat -t "$name"; done
kill $sender; wait $sender || true
kill $journal; wait $journal || true
"""


def certificate(folder: Path, name: str, authority: str = "ca") -> None:
    """A key and a certificate of `name`.example."""
    if not (folder / f"{authority}.pem").exists():
        made = ["-x509", "-subj", f"/CN={authority}", "-out", folder / f"{authority}.pem"]
        openssl(
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-keyout",
            folder / f"{authority}-key.pem",
            *made,
        )
    named = ["-subj", f"/CN={name}.example", "-addext", f"subjectAltName=DNS:{name}.example"]
    asked = folder / f"{name}.csr"
    openssl(
        "req", "-newkey", "rsa:2048", "-nodes", *named, "-keyout", folder / f"{name}-key.pem", "-out", asked
    )
    signed = [
        "-CA",
        folder / f"{authority}.pem",
        "-CAkey",
        folder / f"{authority}-key.pem",
        "-CAcreateserial",
    ]
    openssl(
        "x509",
        "-req",
        "-in",
        asked,
        *signed,
        "-days",
        "2",
        "-copy_extensions",
        "copy",
        "-out",
        folder / f"{name}.pem",
    )


def openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class Trial:
    """A machine that sends and a server that receives."""

    def __init__(self, folder: Path, shown_by_server: str = "siem") -> None:
        self.folder, self.port = folder, free_port()
        (folder / "server").mkdir()
        (folder / "sender").mkdir()
        for name in {"siem", "log-sender", shown_by_server}:
            certificate(folder, name)
        text = (ROOT / "deploy" / "rsyslog" / "sauro.conf").read_text()
        for before, after in {
            'target="siem.example"': 'target="127.0.0.1"', "6514": str(self.port), "siem-ca.pem": "ca.pem",
            "/etc/ssl/sauro": str(folder), "/var/log/nginx": str(folder),
        }.items():  # fmt: skip
            assert before in text, before
            text = text.replace(before, after)
        (folder / "sender.conf").write_text(f'global(workDirectory="{folder}/sender")\n{text}')
        server = SERVER.format(folder=folder, port=self.port, peer="log-sender.example")
        (folder / "server.conf").write_text(server.replace("siem", shown_by_server))
        self.server: subprocess.Popen[bytes] | None = None
        machine = MACHINE.format(journald=JOURNALD, rsyslog=RSYSLOG, folder=folder)
        self.machine = subprocess.Popen(
            ["unshare", "-m", "bash", "-c", machine], stdin=subprocess.PIPE, text=True
        )

    def serve(self) -> None:
        command = [RSYSLOG, "-n", "-i", self.folder / "server.pid", "-f", self.folder / "server.conf"]
        self.server = subprocess.Popen(command)

    def go_away(self) -> None:
        assert self.server
        self.server.terminate()
        self.server.wait(20)

    def write(self, name: str, line: str) -> None:
        assert self.machine.stdin
        self.machine.stdin.write(f"{name} {line}\n")
        self.machine.stdin.flush()

    def received(self) -> list[list[str]]:
        place = self.folder / "received"
        return [line.split("\t") for line in place.read_text().splitlines()] if place.exists() else []

    def waits_for(self, *events: str) -> list[list[str]]:
        end = time.monotonic() + 60
        while not all(any(f'"{event}"' in line[1] for line in self.received()) for event in events):
            assert time.monotonic() < end, self.received()
            time.sleep(0.2)
        return self.received()

    def end(self) -> None:
        assert self.machine.stdin
        self.machine.stdin.close()
        self.machine.wait(30)
        if self.server and self.server.poll() is None:
            self.go_away()


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    made = Trial(tmp_path)
    try:
        yield made
    finally:
        made.end()


def said(event: str) -> str:
    return json.dumps({"event": event, "level": "info", "name": "Đồng Nai"}, ensure_ascii=False)


def test_lines_of_the_program_and_of_nginx_arrive_whole_and_nobody_elses(trial: Trial) -> None:
    trial.serve()
    trial.write("sshd", said("not.ours"))
    trial.write("sauro", said("worker.started"))
    (trial.folder / "sauro.json").write_text('{"status":200,"id":"of.nginx"}\n')
    trial.waits_for("worker.started", "of.nginx")
    trial.write("sauro", said("last"))
    found = trial.waits_for("last")
    assert json.loads(next(line[1] for line in found if "worker.started" in line[1]))["name"] == "Đồng Nai"
    assert {line[0].split()[1] for line in found} == {"sauro", "sauro-nginx"}
    assert "not.ours" not in str(found)


def test_what_is_written_while_the_server_is_away_comes_after(trial: Trial) -> None:
    trial.serve()
    trial.write("sauro", said("before"))
    trial.waits_for("before")
    trial.go_away()
    # The first line after a line has broken is the one that TCP may lose: the acknowledgement is the kernel's.
    for number in range(20):
        trial.write("sauro", said(f"away.{number}"))
        time.sleep(0.1)
    trial.serve()
    trial.write("sauro", said("after"))
    found = str(trial.waits_for("after", "away.19"))
    lost = [number for number in range(20) if f'"away.{number}"' not in found]
    assert lost in ([], [0]), lost


def test_nothing_is_told_to_a_server_of_another_name(tmp_path: Path) -> None:
    trial = Trial(tmp_path, shown_by_server="other")
    try:
        trial.serve()
        trial.write("sauro", said("secret"))
        time.sleep(8)
        assert not trial.received()
    finally:
        trial.end()
