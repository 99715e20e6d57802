"""A refusal is kept in a transaction of its own: what was refused is rolled back, that it was refused is not (invariant I8)."""

from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from django.test import Client

from sauro.core.ids import new_id
from sauro.core.models import Commitment, Event
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import Town, office
from sauro.serve.tests.pages_officer.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Bản chụp bị mờ, xin gửi lại"


@pytest.fixture
def officer(town: Town, settings: Any, tmp_path: Path) -> Client:
    """Who examines, in a town with one dossier that waits to be accepted."""
    settings.SAURO_FILES, settings.SAURO_KEYS = tmp_path / "files", tmp_path / "keys"
    return signed_in(town.officers[office(town.file(), "check")])


def kept_elsewhere(person: UUID) -> list[tuple[str, str, int]]:
    """The refusals of a person as another connection sees them: what was committed, and nothing else."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        return other.execute(
            "SELECT action, code, count(*) FROM core_refusal WHERE person = %s AND rule <> '' GROUP BY 1, 2 ORDER BY 1, 2",
            [person],
        ).fetchall()


def test_what_is_refused_over_http_is_kept_by_itself(officer: Client, town: Town) -> None:
    dossier = Dossier.objects.get().id
    person = town.officers[office(dossier, "check")]
    events, version = Event.objects.count(), Commitment.objects.get(pk=dossier).version
    address = f"/can-bo/ho-so/{dossier}/"
    sent = {"key": new_id().hex, "version": version}
    assert officer.post(f"{address}accept/", sent).status_code == 403
    assert kept_elsewhere(person) == [("serve.accept_dossier", "no_grant", 1)]
    # A step that is another office's: its own rule, after the authority was found and the rows were locked.
    town.do(dossier, "serve.accept_dossier", {}, step="receive")
    town.do(dossier, "serve.complete_step", {"step": "check"})
    version = Commitment.objects.get(pk=dossier).version
    events = Event.objects.count()
    stopped = {"key": new_id().hex, "version": version, "stop-reason": WORDS}
    assert officer.post(f"{address}stop/", stopped).status_code == 403
    guessed = new_id()
    assert officer.get(f"/can-bo/ho-so/{guessed}/").status_code == 404
    assert (
        officer.post(
            "/can-bo/ho-so/tiep-nhan/", {"key": new_id().hex, "chosen": [str(dossier), str(guessed)]}
        ).status_code
        == 200
    )
    assert kept_elsewhere(person) == [
        ("serve.accept_dossier", "no_grant", 2), ("serve.accept_dossier", "not_found", 1),
        ("serve.read_dossier", "not_found", 1), ("serve.stop_dossier", "no_grant", 1),
    ]  # fmt: skip
    assert Event.objects.count() == events and Commitment.objects.get(pk=dossier).version == version
