"""Claims, what was found about them and how it was ruled are what replay rebuilds (invariant I10)."""

from pathlib import Path

import pytest

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.journal import database
from sauro.core.journal.replay import replay_check
from sauro.core.journal.sealer import Sealer
from sauro.core.models import Conflict, Observation
from sauro.packs.ids import indicator_id
from sauro.watch import claims
from sauro.watch.tests.test_claims import EXPECTED, Seats, journal, ruled
from sauro.watch.tests.test_claims import seats as seats

pytestmark = pytest.mark.django_db(transaction=True)


def test_claims_and_findings_are_rebuilt_from_their_events(seats: Seats, tmp_path: Path) -> None:
    claims.find(journal())
    row = Conflict.objects.get(rule="two_claims")
    assert ruled(seats, "ministry", row, "upheld", row.claims[0]) is None
    claim = Observation.objects.get(indicator=indicator_id("cybersecurity_shortage"))
    act(Ask("core.withdraw_claim", PLATFORM, "w", {"reason": "x"}, claim.id))
    with database.connect() as link:
        while Sealer().seal_once(link):
            pass
        report = replay_check(link, tmp_path)
    assert report.intact and report.compared, report.as_dict()
    assert report.rows["core_conflict"] == len(EXPECTED)
    assert report.rows["core_observation"] == Observation.objects.count() > 40
    Conflict.objects.filter(pk=row.id).update(said={"values": []})
    with database.connect() as link:
        assert not replay_check(link, tmp_path / "again").intact
