"""Contested reads are what replay rebuilds, without the ledger that they speak of (invariant I10)."""

from pathlib import Path

import pytest

from sauro.core.journal import database
from sauro.core.journal.replay import replay_check
from sauro.core.journal.sealer import Sealer
from sauro.core.models import Contest
from sauro.core.tests.tampering import tamper
from sauro.project.tests.test_reads import Read
from sauro.serve.tests.conftest import Town, town  # noqa: F401 — a fixture

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_contest_is_rebuilt_from_its_events(town: Town, tmp_path: Path) -> None:  # noqa: F811
    read = Read(town)
    contest = read.contest()
    read.ask(contest)
    read.explain(contest)
    read.answer(contest, "unjustified", consequence="reminded")
    tamper("DELETE FROM core_access")
    with database.connect() as link:
        while Sealer().seal_once(link):
            pass
        report = replay_check(link, tmp_path)
    assert report.intact and report.compared, report.as_dict()
    assert report.rows["core_contest"] == 1
    Contest.objects.update(outcome="justified", consequence="")
    with database.connect() as link:
        assert not replay_check(link, tmp_path / "again").intact
