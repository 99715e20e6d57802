"""One birth registration through the doorway, from filing to the result in hand."""

from uuid import UUID

import pytest

from sauro.core.models import Commitment, Timer
from sauro.core.refusal import Refusal
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import ENTERED, Town

pytestmark = pytest.mark.django_db
A, B = "a" * 64, "b" * 64


def decide(town: Town, dossier: UUID) -> None:
    town.do(
        dossier, "serve.draft_decision", {"outcome": "granted", "paragraphs": ["Đồng ý."], "entries": ENTERED}
    )


def test_from_filing_to_result(town: Town) -> None:
    dossier = town.file()
    accepted = town.do(dossier, "serve.accept_dossier")
    assert accepted.answer["code"].endswith("-0001")
    promise = Commitment.objects.get(pk=dossier)
    assert promise.state == "assigned" and promise.due == promise.due_original
    assert {"half_time", "due_soon", "breach", "retention"} == set(
        Timer.objects.filter(commitment=dossier).values_list("kind", flat=True)
    )
    town.do(dossier, "serve.complete_step", {"step": "check"})
    decide(town, dossier)
    row = Dossier.objects.get(pk=dossier)
    assert (row.status, row.step) == (4, "sign")
    act_as_platform(dossier)
    town.do(dossier, "serve.sign_decision", {"file": str(dossier), "digest": B, "prepared": A})
    town.do(dossier, "serve.issue_result")
    town.do(dossier, "serve.return_result", {"how": "counter"})
    row, promise = Dossier.objects.get(pk=dossier), Commitment.objects.get(pk=dossier)
    assert (row.status, row.delivery, promise.state, promise.closed_how) == (
        10,
        "delivered",
        "closed",
        "satisfied",
    )
    assert promise.closer not in promise.doers


def act_as_platform(dossier: UUID) -> None:
    from sauro.core.doorway import Ask, act
    from sauro.core.doorway.genesis import PLATFORM

    act(
        Ask(
            "serve.prepare_signature",
            PLATFORM,
            f"prep{dossier}",
            {"file": str(dossier), "digest": A},
            subject=dossier,
        )
    )


def test_a_drafter_cannot_sign_under_another_office(town: Town) -> None:
    dossier = town.file()
    town.do(dossier, "serve.accept_dossier")
    town.do(dossier, "serve.complete_step", {"step": "check"})
    decide(town, dossier)
    act_as_platform(dossier)
    plan = Dossier.objects.get(pk=dossier).plan["positions"]
    town.officers[UUID(plan["sign"])] = town.officers[UUID(plan["draft"])]
    with pytest.raises(Refusal) as refused:
        town.do(dossier, "serve.sign_decision", {"file": str(dossier), "digest": B, "prepared": A})
    assert refused.value.code in ("doer_closes", "no_grant")


def test_a_supplement_stops_the_clock_and_the_answer_starts_it(town: Town) -> None:
    dossier = town.file()
    town.do(dossier, "serve.accept_dossier")
    town.do(dossier, "serve.complete_step", {"step": "check"})
    town.do(
        dossier,
        "serve.request_supplement",
        {"deficiencies": [{"item": "birth_notification", "reason": "Bản chụp bị mờ"}]},
    )
    course = Commitment.objects.get(pk=dossier).course
    assert course is not None and course["pauses"][0]["until"] is None
    from sauro.core.doorway import Ask, act

    act(Ask("serve.answer_supplement", town.citizen, "s", {"words": "Tôi gửi lại bản rõ."}, subject=dossier))
    promise = Commitment.objects.get(pk=dossier)
    assert promise.course is not None and promise.course["pauses"][0]["until"] is not None
    assert (
        promise.due_original is not None and promise.due is not None and promise.due >= promise.due_original
    )
