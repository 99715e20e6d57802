"""The five real land procedures, each with its own papers, questions, fees and steps, from filing to the signed result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from tests.journeys.conftest import Visit, press, shot
from tests.journeys.desk import TAX, Desk
from tests.journeys.filling import SCAN, file

pytestmark = pytest.mark.browser

LAND = {"certificate_serial": "BA 123456", "plot_number": "Thửa 214, tờ bản đồ số 18", "plot_area": "120"}


@dataclass(frozen=True)
class Case:
    """One procedure: what the person answers, the steps it then takes, and what it costs online (in dong)."""

    code: str
    language: str
    width: int
    answers: Mapping[str, str]
    steps: str
    fee: str = ""
    supplement: str = ""
    papers: Sequence[str] = field(default=())


CASES = [
    Case("1.012783", "en", 1280, {**LAND, "holder_kind": "household", "covers": "land", "reason": "survey", "measured_area": "135"},
         "receive compare finance draft sign update issue hand_over", "769,500", papers=("certificate", "survey_extract")),
    Case("1.012784", "vi", 1280, {**LAND, "holder_kind": "household", "operation": "split", "new_plots": "2", "change_kind": "new", "covers": "land", "extra_certificates": "1"},
         "receive assign conditions drawing draft sign issue hand_over", "503.500", papers=("drawing", "certificate")),
    Case("1.012786", "vi", 360, {**LAND, "holder_kind": "household", "covers": "both", "survey_again": "no", "lost_story": "Mất khi chuyển nhà từ Biên Hòa về Trấn Biên."},
         "receive check post draft sign issue hand_over", supplement="Chưa ghi số phát hành; nếu có bản sao, xin gửi kèm."),
    Case("1.012812", "vi", 360, {"other_name": "Lê Văn Cường", "other_address": "14 Lê Lợi", "plot_number": "Thửa 215", "dispute_kind": "boundary",
         "dispute_story": "Hai nhà chưa thống nhất được ranh giới giữa hai thửa.", "wish": "Cùng đo lại và cắm mốc."},
         "receive notify verify council meeting draft sign issue hand_over", papers=("land_papers",)),
    Case("1.013988", "en", 360, {**LAND, "agent_files": "no", "covers": "land", "debt_kind": "levy", "change_kind": "noted", "plot_place": "ward"},
         "receive draft sign update issue hand_over", papers=("certificate", "debt_paid")),
]  # fmt: skip
# One in every run, the longest; all five in `make test-slow`.
WALKS = [pytest.param(c, id=c.code, marks=[pytest.mark.slow] if at else []) for at, c in enumerate(CASES)]


@pytest.mark.parametrize("case", WALKS)
def test_a_land_procedure_from_filing_to_the_signed_result(visit: Callable[..., Visit], case: Case) -> None:
    citizen = visit(case.language, case.width)
    dossier = file(citizen, case.code, case.answers, lambda page: look(page, case))
    desk = Desk(
        visit, case.code, dossier, case.language, case.width, lambda: see_what_to_pay(citizen, dossier)
    )
    asked = False
    for step in case.steps.split():
        desk.take(step)
        if case.supplement and desk.step["kind"] == "examine" and not asked:
            asked = True
            desk.ask(case.supplement)
            answer(citizen, dossier)
            desk.resume()
        desk.finish()
    citizen.open(f"/ho-so-cua-toi/{dossier}/")
    shot(citizen, f"64-land-{case.code}-returned")
    result = f"{citizen.served.url}/ho-so-cua-toi/{dossier}/giay-to/result.pdf"
    got = citizen.page.context.request.get(result)
    assert got.status == 200 and got.body().startswith(b"%PDF")


def look(person: Visit, case: Case) -> None:
    """Before it is sent: its own papers were attached, and it says what it costs."""
    attached = person.page.locator("main").inner_text().count(str(SCAN["name"]))
    assert attached >= max(1, len(case.papers)) or not case.papers, attached
    assert case.fee in person.page.locator("main").inner_text()
    shot(person, f"60-land-{case.code}-check")


def see_what_to_pay(person: Visit, dossier: str) -> None:
    """The applicant sees the sum, and that the clock stands still."""
    person.open(f"/ho-so-cua-toi/{dossier}/")
    section = person.page.locator("section:has(#to-pay)").inner_text()
    assert "".join(filter(str.isdigit, section)) == TAX
    assert person.page.locator(".sr-promise .sr-status--paused").count() == 1
    shot(person, "63-land-to-pay")


def answer(person: Visit, dossier: str) -> None:
    """The applicant sends what was asked for."""
    person.open(f"/ho-so-cua-toi/{dossier}/")
    shot(person, "61-land-supplement")
    for slot in person.page.locator("main [type=file]").all():
        slot.set_input_files(SCAN)
    person.page.fill("#words", "Tôi gửi kèm bản sao.")
    press(person)
    assert person.page.locator("#supplement").count() == 0
