"""The desks that a dossier goes over: each officer sits in the office of the step, and does what the step asks for."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sauro.packs import lines
from tests.journeys.conftest import ROOT, Visit, go, sign_in
from tests.journeys.entries import fill_entries
from tests.journeys.test_whole import PATIENCE, do, open_form

PACK = ROOT / "src" / "sauro" / "packs" / "vn"
OFFICERS = {
    "mot-cua-tinh": "motcua", "mot-cua-xa": "motcua", "vien-chuc-chi-nhanh-vpdk": "chuyenvien",
    "tu-phap-ho-tich": "chuyenvien", "dia-chinh-xay-dung": "chuyenvien", "cong-chuc-thue": "chuyenvien",
    "truong-phong-kinh-te-xa": "truongphong", "giam-doc-chi-nhanh-vpdk": "lanhdao", "chu-tich-xa": "lanhdao",
}  # fmt: skip
"""Who holds the office of a step in the demonstration."""

TAX = "1500000"


@dataclass
class Desk:
    """The offices through which the dossier goes; each officer sits in the office of the step."""

    visit: Callable[..., Visit]
    code: str
    dossier: str
    language: str
    width: int
    when_asked_to_pay: Callable[[], None] = lambda: None
    officers: dict[str, Visit] = field(default_factory=dict)
    officer: Visit = field(init=False)
    step: dict[str, Any] = field(init=False)

    def walk(self, *steps: str) -> None:
        """Through these steps, one after the other."""
        for step in steps:
            self.take(step)
            self.finish()

    def take(self, step: str) -> None:
        """Sit down in the office of this step, which the dossier must have reached."""
        self.step = next(one for one in pack(f"procedures/{self.code}")["steps"] if one["id"] == step)
        login = OFFICERS[self.step["position"]]
        if login not in self.officers:
            self.officers[login] = self.visit(self.language, self.width)
            sign_in(self.officers[login], login)
        self.officer = self.officers[login]
        self.sit(self.step["position"])
        self.look()
        assert self.step["name"][self.language] in self.officer.page.locator("main").inner_text()

    def sit(self, position: str) -> None:
        """Choose the office, by its name as the page shows it."""
        names = {one["code"]: one["name"][self.language] for one in pack("positions")["positions"]}
        self.officer.open("/can-bo/")
        chooser = self.officer.page.locator("select[name=position]")
        option = next(
            o
            for o in chooser.locator("option").all()
            if o.inner_text().strip().startswith(f"{names[position]},")
        )
        if option.get_attribute("selected") is None:
            chooser.select_option(value=option.get_attribute("value"))
            go(self.officer, chooser.locator("xpath=ancestor::form").locator("button"))

    def look(self) -> None:
        self.officer.open(f"/can-bo/ho-so/{self.dossier}/")

    def press(self, verb: str) -> None:
        """Do it; a step is done when its form is gone."""
        do(self.officer, verb, "")
        errors = self.officer.page.locator(".govuk-error-summary")
        assert errors.count() == 0, errors.inner_text()

    def finish(self) -> None:
        """What the step asks for."""
        page = self.officer.page
        match self.step["action"]:
            case "serve.accept_dossier":
                self.press("accept")
            case "serve.assign_dossier":
                self.press("assign")
            case "serve.complete_step":
                open_form(self.officer, "complete")
                page.fill("[name=complete-note]", "Đã kiểm tra, khớp với hồ sơ địa chính.")
                self.press("complete")
            case "serve.request_payment":
                self.pay()
            case "serve.draft_decision":
                open_form(self.officer, "draft")
                page.check("[name=draft-outcome][value=granted]")
                page.fill(
                    "[name=draft-paragraphs]",
                    "Đủ điều kiện theo quy định; đề nghị cấp kết quả cho người nộp.",
                )
                fill_entries(page, self.code)
                self.press("draft")
            case "serve.sign_decision":
                self.sign()
            case "serve.issue_result":
                self.press("issue")
            case "serve.return_result":
                self.press("hand-over")

    def pay(self) -> None:
        """The sum is named, paid, recorded; only then the step is done."""
        page = self.officer.page
        open_form(self.officer, "request-payment")
        page.fill("[name=request-payment-amount]", TAX)
        do(self.officer, "request-payment", "62-land-payment")
        self.when_asked_to_pay()
        open_form(self.officer, "record-payment")
        page.fill("[name=record-payment-receipt]", "BL-2026/000123")
        do(self.officer, "record-payment", "63-land-receipt")
        self.press("complete")

    def ask(self, reason: str) -> None:
        """Ask the applicant for something, once."""
        page = self.officer.page
        open_form(self.officer, "supplement")
        page.locator("[name=supplement-item-0]").select_option("certificate_serial")
        page.fill("[name=supplement-reason-0]", reason)
        self.press("supplement")

    def resume(self) -> None:
        """Go on, unless the answer has done it already."""
        self.look()
        if self.officer.page.locator("details#resume").count():
            self.press("resume")
            self.look()

    def sign(self) -> None:
        """Once the worker has prepared the paper: each point is checked, and it is signed."""
        page, patience = self.officer.page, time.monotonic() + PATIENCE
        while not page.locator("details#sign form").count():
            assert time.monotonic() < patience, page.locator("#acts").inner_text()
            time.sleep(1)
            self.look()
        open_form(self.officer, "sign")
        for box in page.locator("details#sign input[type=checkbox]").all():
            box.check()
        self.press("sign")


@cache
def pack(name: str) -> Any:
    """A file of the pack: what the steps and offices are called."""
    return lines.load(PACK / f"{name}.yaml")[0]
