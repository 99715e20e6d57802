"""Keep a small real database of this version, so that every later version proves that it can be upgraded.

    python -m tools.keep            writes tests/upgrade/kept/<version>.tar.xz

Made by the program itself through the doorway, in an installation of its own: a pack cut down to three communes, a
simulated month with a merger, a real filing that waits, and a deputy. Chance is seeded, so the same acts come out again;
ids, keys and the moments of today differ. Run it last before a release; a kept file is never written anew after it.
"""

import io
import json
import lzma
import os
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "tests" / "upgrade" / "kept"
COMMUNES = {"26041", "26020", "25993"}
PROVINCE = "75"
SIZE = {"seed": 57, "days": 30, "dossiers": 40, "tasks": 6}
FILED = {
    "subject_name": "Trần Thị Hoa", "subject_id": "075190000001", "subject_birth_date": "1990-02-03",
    "subject_birth_place": "Đồng Nai", "permanent_residence": "12 Lê Lợi", "residences": "2004-2026: 12 Lê Lợi",
    "lived_abroad": "no", "certificate_number": "one", "purpose": "Xin việc", "certificate_copies": "1", "filed_by": "self",
    "fee_group": "standard", "contact_phone": "0912345678",
}  # fmt: skip


def main() -> int:
    """Make the installation, live in it, and keep it."""
    var = Path(tempfile.mkdtemp(prefix="sauro-keep-"))
    os.environ.update(
        DJANGO_SETTINGS_MODULE="sauro.project.settings", SAURO_VAR=str(var), SAURO_PROVINCES=PROVINCE, SAURO_EDGE_PORT="0",
        SAURO_PROFILE="demonstration", SAURO_LANGUAGE="en", SAURO_PRELOAD="0",
    )  # fmt: skip
    os.environ.pop("DATABASE_URL", None)
    try:
        import django

        django.setup()
        from django.conf import settings

        from sauro import __version__
        from sauro.project import postgres, start

        # Nothing here outlives a crash anyway; it is made in a third of the time.
        server = postgres.Server(settings.BUNDLED_POSTGRES, postgres.FORGETFUL)
        server.begin()
        with start.database():
            _small()
            start.prepare(print)
            told = _live()
            dump = _dump()
        server.end()
        PLACE.mkdir(parents=True, exist_ok=True)
        file = PLACE / f"{__version__}.tar.xz"
        _write(file, var, dump, {"version": __version__, **told})
    finally:
        shutil.rmtree(var, ignore_errors=True)
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1024:.0f} KB, {told['events']} events")
    return 0


def _small() -> None:
    """A pack of a few communes: the rows of two thousand offices would prove no more."""
    from sauro.packs import administration, pack
    from sauro.project.simulation import nation

    whole = pack.Pack.organisations

    def few(self: pack.Pack, provinces: Any = None) -> Iterator[administration.Organisation]:
        for each in whole(self, provinces):
            wanted = {2: {PROVINCE}, 5: COMMUNES}.get(len(each.area))
            if wanted is None or each.area in wanted:
                yield each

    pack.Pack.organisations = few  # type: ignore[method-assign]
    nation.PER_COMMUNE = 10


def _live() -> dict[str, Any]:
    """What happens in it. Gives what must be found again."""
    from sauro.core.journal import checkpoints, database
    from sauro.core.journal.sealer import Sealer
    from sauro.core.models import Delegation, Event, Reorganisation
    from sauro.core.vault import keyring
    from sauro.project import journal
    from sauro.project.cli.progress import Stages
    from sauro.project.simulation import nation
    from sauro.serve.models import Dossier
    from sauro.steer.models import Task

    wanted = nation.Wanted(**SIZE, until=date.today() - timedelta(days=1), processes=1)  # noqa: DTZ011 — a day of history
    with nation.alone():
        told = nation.simulate(wanted, Stages({}))
    if told.refused:
        raise SystemExit(f"The simulation was refused: {told.reasons}")
    waiting = _file()
    _deputy()
    with database.connect() as own:
        while Sealer().seal_once(own):
            pass
        checkpoints.sign_checkpoint(
            own, keyring.current().checkpoint_key, journal.origin(), journal.published()
        )
    found = {
        "events": Event.objects.count(), "dossiers": Dossier.objects.count(), "tasks": Task.objects.count(),
        "delegations": Delegation.objects.count(), "mergers": Reorganisation.objects.filter(state="done").count(),
    }  # fmt: skip
    if not all(found.values()):
        raise SystemExit(f"Something is lacking in what was to be kept: {found}")
    return {**found, "waiting": str(waiting)}


def _file() -> UUID:
    """A citizen files, and nobody has looked at it yet."""
    from sauro.core.doorway import Ask, act
    from sauro.core.doorway.decide import local_day
    from sauro.core.ids import new_id
    from sauro.core.moment import now
    from sauro.core.queries import definitions
    from sauro.packs.load import id_of
    from sauro.serve.queries.places import places_for
    from sauro.serve.rules.procedures import procedure

    found = definitions.in_force("procedure", "2.000488", local_day(now()))
    assert found is not None
    places = places_for(found.compiled(procedure), "26041", 2)
    assert places is not None
    payload = {
        "id": new_id(), "definition": found.id, "received_by": places.received_by, "competent": places.competent,
        "involved": places.involved, "area": "26041", "channel": 2, "answers": FILED, "simulated": False,
    }  # fmt: skip
    return act(Ask("serve.submit_dossier", id_of("demonstration/nguoidan"), "kept", payload)).subject


def _deputy() -> None:
    """The head of an office is away, and somebody of the same place acts for them."""
    from sauro.core.doorway import Ask, act
    from sauro.core.doorway.decide import local_day
    from sauro.core.models import Actor, Holding
    from sauro.core.moment import now
    from sauro.packs.load import id_of

    today = local_day(now())
    head = id_of("demonstration/lanhdao")
    offices = Actor.objects.filter(kind="position", code__startswith="C26041")
    chair = offices.get(code="C26041/chu-tich-xa")
    others = Holding.objects.filter(position__in=offices.values("id")).exclude(person=head)
    deputy = others.order_by("position", "person")[0]
    payload = {
        "deputy": deputy.person, "deputy_position": deputy.position,
        "roles": ["competent_authority"], "reason": "mission", "valid_from": today, "valid_to": today + timedelta(days=30),
    }  # fmt: skip
    act(Ask("core.delegate", head, "kept", payload, chair.id, chair.id))


def _dump() -> bytes:
    from psycopg import Cursor

    from sauro.core.journal import database
    from sauro.project.backup import dump

    with database.connect() as own, own.transaction(), Cursor(own) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = cursor.execute(
            "SELECT pg_export_snapshot(), current_setting('server_version_num')::int"
        ).fetchone()
        assert row is not None
        pieces = []
        with dump.dumping(*row) as stream:
            while piece := stream.read(dump.PIECE):
                pieces.append(piece)
    return zlib.decompress(b"".join(pieces), 31)


def _write(file: Path, var: Path, dump: bytes, told: dict[str, Any]) -> None:
    """One archive: the rows, the keys (good for nothing else), what was published, and what must be found again."""
    bodies = {"database.sql": dump, "kept.json": json.dumps(told, indent=1).encode()}
    for name in ("keys", "checkpoints"):
        for path in sorted((var / name).rglob("*")):
            if path.is_file() and path.suffix != ".lock":
                bodies[path.relative_to(var).as_posix()] = path.read_bytes()
    with lzma.open(file, "wb", preset=6) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        for name, body in sorted(bodies.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(body), 0o600
            archive.addfile(entry, io.BytesIO(body))


if __name__ == "__main__":
    sys.exit(main())
