"""What acts wrote of tasks is what replay rebuilds (invariant I10)."""

from pathlib import Path

import pytest

from sauro.core.journal import database
from sauro.core.journal.replay import replay_check
from sauro.core.journal.sealer import Sealer
from sauro.steer.models import Task
from sauro.steer.tests.conftest import State, in_days

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_cascade_of_tasks_is_rebuilt_from_its_events(state: State, tmp_path: Path) -> None:
    task = state.working()
    part = state.hand("ministry", task, "province", 3_333)
    state.do("province", "accept_task", task=part)
    state.hand("province", part, "department", 3_333)
    until = {"until": in_days(150), "reason": "Chờ cơ sở dữ liệu quốc gia", "decision": state.instrument}
    state.do("secretary", "extend_task", until, task)
    other = state.working(code="KH-2")
    state.report("ministry", other)
    state.show("ministry", other)
    state.do("verifier", "close_task", task=other)
    with database.connect() as link:
        while Sealer().seal_once(link):
            pass
        report = replay_check(link, tmp_path)
    assert report.intact and report.compared, report.as_dict()
    rows = {
        name: report.rows[name]
        for name in ("steer_task", "steer_paragraph", "steer_report", "steer_evidence")
    }
    assert rows == {"steer_task": 4, "steer_paragraph": 5, "steer_report": 1, "steer_evidence": 1}
    Task.objects.filter(pk=part).update(progress=99)
    with database.connect() as link:
        assert not replay_check(link, tmp_path / "again").intact
