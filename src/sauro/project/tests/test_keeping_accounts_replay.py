"""Accounts leave in the journal who was registered, and nothing of a login that replay would have to rebuild (invariant I10)."""

from pathlib import Path

import pytest

from sauro.core.doorway import Ask
from sauro.core.journal import database
from sauro.core.journal.replay import replay_check
from sauro.core.journal.sealer import Sealer
from sauro.core.models import Event
from sauro.project.accounts import keeping
from sauro.project.tests.test_register import keeper

pytestmark = pytest.mark.django_db(transaction=True)


def test_replay_rebuilds_a_person_whose_account_was_opened_closed_and_reopened(tmp_path: Path) -> None:
    own, _client = keeper()
    identity = {"name": "Trần Văn Minh", "email": "minh@thu.example"}
    sent = Ask("core.open_account", own, "a", {"identity": identity, "login": "minh.tran"})
    who = keeping.open_account(sent).subject
    keeping.send_way_in(Ask("core.send_way_in", own, "b", {}, who))
    keeping.close_account(Ask("core.close_account", own, "c", {"reason": "other"}, who))
    keeping.reopen_account(Ask("core.reopen_account", own, "d", {"reason": "other"}, who))
    assert Event.objects.filter(subject=who).count() == 4
    with database.connect() as link:
        while Sealer().seal_once(link):
            pass
        report = replay_check(link, tmp_path)
    assert report.intact and report.compared, report.as_dict()
