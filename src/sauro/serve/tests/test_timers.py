"""What a dossier's end does to its timers, by any act that ends it, alone and in a batch; and what it leaves alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from sauro.core import moment, timers
from sauro.core.doorway import Ask, Outcome, act, act_many
from sauro.core.ids import new_id
from sauro.core.journal import database
from sauro.core.journal.consumers import SealedEvent
from sauro.core.journal.replay import replay_check
from sauro.core.journal.sealer import Sealer
from sauro.core.models import Actor, Commitment, Event, Timer
from sauro.serve import reactions
from sauro.serve.models import Notice
from sauro.serve.tests.conftest import ENTERED, Town, office
from sauro.serve.tests.test_journey import A, B, act_as_platform, decide

WORDS = "Bản chụp bị mờ, không đọc được"
CLOCK = {"half_time", "due_soon", "breach"}


def live(dossier: UUID) -> set[str]:
    waiting = Timer.objects.filter(commitment=dossier, fired_at=None, cancelled_at=None)
    return set(waiting.values_list("kind", flat=True))


def accepted(town: Town) -> UUID:
    dossier = town.file()
    town.do(dossier, "serve.accept_dossier")
    assert live(dossier) == CLOCK | {"retention"}
    return dossier


def withdrawing(town: Town, dossier: UUID) -> Ask:
    return Ask("serve.withdraw_dossier", town.citizen, f"w{dossier}", {}, dossier)


def stopping(town: Town, dossier: UUID) -> Ask:
    town.do(dossier, "serve.complete_step", {"step": "check"})
    seat = office(dossier, "sign")
    return Ask("serve.stop_dossier", town.officers[seat], f"s{dossier}", {"reason": WORDS}, dossier, seat)


def signing(town: Town, dossier: UUID) -> Ask:
    town.do(dossier, "serve.complete_step", {"step": "check"})
    decide(town, dossier)
    act_as_platform(dossier)
    seat = office(dossier, "sign")
    seen = {"file": str(dossier), "digest": B, "prepared": A}
    return Ask("serve.sign_decision", town.officers[seat], f"g{dossier}", seen, dossier, seat)


ENDINGS = (withdrawing, stopping, signing)


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ENDINGS)
def test_an_end_cancels_the_timers_of_the_clock_in_the_same_act(town: Town, ending: Any) -> None:
    dossier, other = accepted(town), accepted(town)
    done = act(ending(town, dossier))
    assert live(dossier) == {"retention"} and live(other) == CLOCK | {"retention"}
    assert set(Timer.objects.filter(event=done.event).values_list("kind", flat=True)) == CLOCK
    body = orjson.loads(bytes(Event.objects.get(pk=done.event).body))
    told = [image for table, _op, image in body["changes"] if table == "core_timer"]
    assert {image["kind"] for image in told} == CLOCK
    assert {image["cancelled_at"] for image in told} == {body["recorded"]}


@pytest.mark.django_db
def test_a_timer_that_had_its_moment_stays_as_it_was(town: Town) -> None:
    dossier = accepted(town)
    Timer.objects.filter(commitment=dossier, kind="half_time").update(fired_at="2026-01-02T00:00:00Z")
    before = Timer.objects.get(commitment=dossier, kind="half_time")
    act(withdrawing(town, dossier))
    assert Timer.objects.get(pk=before.pk).event == before.event and live(dossier) == {"retention"}


@pytest.mark.django_db
def test_what_stops_the_clock_forgets_not_how_long_it_is_kept(town: Town) -> None:
    dossier = accepted(town)
    town.do(dossier, "serve.complete_step", {"step": "check"})
    lack = {"deficiencies": [{"item": "birth_notification", "reason": WORDS, "guidance": ""}]}
    town.do(dossier, "serve.request_supplement", lack)
    assert live(dossier) == {"retention"}
    act(Ask("serve.answer_supplement", town.citizen, "a", {"words": "Đã gửi lại"}, dossier))
    assert "retention" in live(dossier) and live(dossier) & CLOCK


@pytest.mark.django_db(transaction=True)
def test_a_batch_of_ends_leaves_what_its_events_say(town: Town, tmp_path: Path) -> None:
    dossiers = [accepted(town) for _ in range(4)]
    asks = [ending(town, dossier) for ending, dossier in zip(ENDINGS, dossiers, strict=False)]
    seat = office(dossiers[3], "draft")
    draft = {"outcome": "granted", "paragraphs": ["Đồng ý."], "entries": ENTERED}
    town.do(dossiers[3], "serve.complete_step", {"step": "check"})
    asks.append(Ask("serve.draft_decision", town.officers[seat], f"d{new_id()}", draft, dossiers[3], seat))
    done = act_many(asks)
    assert all(isinstance(result, Outcome) for result in done), done
    assert [live(dossier) for dossier in dossiers] == [{"retention"}] * 3 + [CLOCK | {"retention"}]
    with database.connect() as link:
        while Sealer().seal_once(link):
            pass
        report = replay_check(link, tmp_path)
    assert report.intact and report.compared, report.as_dict()
    assert report.rows["core_timer"] >= 16


@pytest.mark.django_db
def test_a_batch_of_moments_is_told_to_the_offices_and_a_breach_to_the_head(town: Town) -> None:
    dossiers = [accepted(town) for _ in range(3)]
    act(withdrawing(town, dossiers[2]))
    later = datetime.now(UTC) + timedelta(days=9)
    with moment.simulated(lambda: later):
        timers.fire_due()
    told = [
        SealedEvent(at, e.id, e.name, e.person, e.position, e.subject, e.recorded, bytes(e.body))
        for at, e in enumerate(Event.objects.filter(name="core.fire_timer", subject__in=dossiers))
    ]
    reactions.tell(told)
    for dossier in dossiers[:2]:
        promise = Commitment.objects.get(pk=dossier)
        assert promise.position is not None
        holder = town.officers[promise.position]
        heads = {
            town.officers[id_]
            for id_ in Actor.objects.filter(organisation=promise.lead, head=True).values_list("id", flat=True)
        }
        said = set(Notice.objects.filter(dossier=dossier).values_list("person", "kind"))
        assert said == {
            (holder, "half_time"),
            (holder, "due_soon"),
            *((each, "breached") for each in {holder, *heads}),
        }
    assert not Notice.objects.filter(dossier=dossiers[2]).exists()
