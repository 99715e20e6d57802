"""A kept database on a real server, as often as it is wanted."""

import json
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

from sauro.project import postgres
from sauro.project.settings.database import DATABASE, OWNER
from tests.faults.installation import ROOT, Installation

KEPT = sorted((Path(__file__).parent / "kept").glob("*.tar.xz"))
GO_ON = """
import os, sys, django
django.setup()
from uuid import UUID
from sauro.core.doorway import Ask, act
from sauro.core.models import Holding
from sauro.serve.models import Dossier
row = Dossier.objects.get(pk=UUID(sys.argv[1]))
position = UUID(row.plan["positions"][row.step])
person = Holding.objects.filter(position=position, valid_to=None).values_list("person", flat=True)[0]
act(Ask("serve.accept_dossier", person, "goes-on", {}, row.id, position))
print(Dossier.objects.get(pk=row.id).step)
"""
RIGHTS = """
from sauro.project import rights, schema
with schema.as_owner():
    rights.apply()
"""


TODAY = "from sauro.project import schema\nschema.migrate()"


@dataclass
class Kept:
    """An installation that holds a kept database, and what must be found in it."""

    at: Installation
    told: dict[str, Any]

    def later(self, settings: str = "settings") -> Installation:
        """The same installation with a later version of the program."""
        more = {"DJANGO_SETTINGS_MODULE": f"tests.upgrade.later.{settings}"}
        return Installation(self.at.var, self.at.port, {**self.at.settings, **more})

    def count(self, question: str) -> int:
        with self.at.database() as db:
            row = db.execute(question).fetchone()  # type: ignore[call-overload]
        assert row is not None
        return int(row[0])

    def events(self) -> int:
        return self.count("SELECT count(*) FROM core_event")

    def goes_on(self, at: Installation) -> None:
        """What waited is accepted by who holds the office, under this version; then everything still agrees."""
        own = {"DJANGO_SETTINGS_MODULE": "sauro.project.settings", **at.environment}
        done = subprocess.run(
            [sys.executable, "-c", GO_ON, self.told["waiting"]], cwd=ROOT, env=own, capture_output=True, text=True, check=False
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        assert self.events() > self.told["events"]
        latest = str(at.var / "checkpoints" / "latest.txt")
        for command in (["replay", "--check", "--fresh"], ["verify", "--against", latest]):
            checked = at.command(*command, "--json")
            assert checked.returncode == 0, checked.stdout[-3000:] + checked.stderr[-3000:]
            assert json.loads(checked.stdout)["findings"] == []


class Stand(Protocol):
    """Puts a kept database in place: as it was kept, or with the tables of today's version."""

    def __call__(self, file: Path, *, today: bool = False) -> Kept: ...


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[Path, postgres.Server]]:
    """One server for all of them; it forgets on a crash, which makes it fast."""
    var = Path(tempfile.mkdtemp(prefix="sauro-upgrade-"))
    made = postgres.Server(var / "pg", postgres.FORGETFUL)
    made.begin()
    try:
        postgres.create_roles(made)
        yield var, made
    finally:
        made.end()
        shutil.rmtree(var, ignore_errors=True)


@pytest.fixture
def stand(server: tuple[Path, postgres.Server]) -> Stand:
    """Give a function that puts a kept database, its keys and its checkpoints in place, as they were kept."""

    def made(file: Path, *, today: bool = False) -> Kept:
        var, running = server
        for name in ("keys", "checkpoints", "replay"):
            shutil.rmtree(var / name, ignore_errors=True)
        (var / "keys").mkdir(mode=0o700)
        with lzma.open(file) as packed, tarfile.open(fileobj=packed) as archive:
            archive.extractall(var, filter="data")
        for folder in (var / "keys").rglob("*"):
            os.chmod(folder, 0o700 if folder.is_dir() else 0o600)
        at = Installation(var)
        template = f"kept_{file.name.removesuffix('.tar.xz')}"
        with psycopg.connect(running.address(), autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")  # type: ignore[call-overload]
        if postgres.create_database(running, template):
            load(running, template, (var / "database.sql").read_bytes())
        postgres.create_database(running, DATABASE, template)
        at.script(TODAY if today else RIGHTS)
        return Kept(at, json.loads((var / "kept.json").read_text()))

    return made


def load(running: postgres.Server, name: str, dump: bytes) -> None:
    psql = [
        str(postgres.programs() / "psql"),
        "-X",
        "-q",
        "--set=ON_ERROR_STOP=1",
        "--single-transaction",
        "-d",
    ]
    done = subprocess.run([*psql, running.address(name, OWNER)], input=dump, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
