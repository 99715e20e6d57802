"""Reorganisation day: two communes become one at midnight, with thousands of open dossiers and hundreds of tasks.

The evening before, the administrator looks at what moves and decides it. Then the installation goes on a day later by
its own reckoning: its worker carries the merger out, and everybody finds their work, their dossier, their numbers.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import ROOT, Served, Visit, demonstration, go, press, shot, sign_in, visits
from tests.journeys.crowd import DOSSIERS, GOES, STAYS, TASKS
from tests.journeys.test_whole import PATIENCE, take_office

pytestmark = pytest.mark.browser

PAGE = "/can-bo/sap-xep/"
PART = {"vi": "Phòng Tư pháp Long Bình", "en": "Division of Justice of Long Bình"}
SPOKEN = {"en": 1280, "vi": 360}
WORDS = {
    "vi": {"chair": "Chủ tịch Ủy ban nhân dân", "deputy": "Phó Chủ tịch", "off": "đã hủy", "planned": "đã định", "registrar": "hộ tịch", "was": "trước đây"},
    "en": {"chair": "Chairperson of the Commune", "deputy": "Vice Chairperson", "off": "called off", "planned": "planned", "registrar": "civil status", "was": "formerly"},
}  # fmt: skip


def sauro(served: Served, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command on the installation that is being served."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SAURO_", "DJANGO_", "DATABASE_"))}
    environment = {**kept, "SAURO_VAR": str(served.var), "SAURO_PROVINCES": "75"}
    command = [sys.executable, "-m", "sauro.project.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def morning(browser: Browser) -> Iterator[tuple[Callable[..., Visit], Served, dict[str, Any]]]:
    """The evening before, in both languages (the first is called off again); then it is the day after."""
    with demonstration() as made:
        served = made.begin()
        filled = sauro(served, "manage", "shell", "-c", "from tests.journeys.crowd import fill; fill()")
        assert filled.returncode == 0, filled.stderr[-3000:]
        known = json.loads(filled.stdout.splitlines()[-1])
        with visits(served, browser) as visit:
            for language, width in SPOKEN.items():
                evening(visit(language, width), known, call_off=language == "en")
        made.end()
        served = made.begin(SAURO_CLOCK_AHEAD_HOURS="24")
        with visits(served, browser) as visit:
            yield visit, served, known


def evening(administrator: Visit, known: dict[str, Any], *, call_off: bool) -> None:
    words, page = WORDS[administrator.language], administrator.page
    names = {area: said[administrator.language] for area, said in known["names"].items()}
    sign_in(administrator, "quantri")
    administrator.open(PAGE)
    go(administrator, "main a[href$='/moi/']")
    for area in (GOES, STAYS):
        page.fill("#q", names[area])
        go(administrator, "button[name=search]")
        page.check(f"[name=absorbed][value='{known['ids'][area]}']")
    page.uncheck(f"[name=absorbed][value='{known['ids'][STAYS]}']")
    page.check(f"[name=into][value='{known['ids'][STAYS]}']")
    page.select_option("[name=basis]", "202/2025/QH15")
    page.check("[name=when][value=day]")
    tomorrow = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date() + timedelta(days=1)
    for part in ("day", "month", "year"):
        page.fill(f"[name=effective_{part}]", str(getattr(tomorrow, part)))
    shot(administrator, "140-choose")
    press(administrator, 0)
    look(administrator, names)
    decide(administrator, names, words)
    press(administrator)
    assert words["planned"] in page.locator("main").inner_text()
    shot(administrator, "142-planned")
    if call_off:
        go(administrator, "main form[action$='/huy/'] button")
        assert words["off"] in page.locator("main").inner_text()
        shot(administrator, "143-called-off")


def figures(text: str) -> list[int]:
    """The numbers of a line, whatever separates thousands."""
    return [int(re.sub(r"\D", "", one)) for one in re.findall(r"\d[\d.,]*", text)]


def look(administrator: Visit, names: dict[str, str]) -> None:
    """Everything that is open is counted, before anything moves."""
    page = administrator.page
    row = page.locator("main table").first.locator("tbody tr", has_text=names[GOES]).first
    cells = [figures(text)[0] for text in row.locator("td.govuk-table__cell--numeric").all_inner_texts()]
    assert cells[0] == DOSSIERS + 1 and cells[2] == TASKS, cells
    shot(administrator, "141-preview")


def decide(administrator: Visit, names: dict[str, str], words: dict[str, str]) -> None:
    """The chairperson of the commune that goes becomes that of both; who was it, deputy."""
    page = administrator.page
    mine, theirs = (
        page.locator("main form .govuk-form-group", has=page.locator("label", has_text=re.compile(f"{words['chair']}.*{re.escape(names[area])}")))
        for area in (GOES, STAYS)
    )  # fmt: skip
    choose(mine, words["chair"], names[STAYS])
    choose(theirs, words["deputy"], names[STAYS])
    page.check("[name=sure]")
    shot(administrator, "141-decide", page.locator("[name=sure]"))


def choose(group: Any, office: str, organisation: str) -> None:
    options = group.locator("option").all()
    found = next(
        one for one in options if one.inner_text().startswith(office) and organisation in one.inner_text()
    )
    group.locator("select").select_option(found.get_attribute("value"))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_morning_after(
    morning: tuple[Callable[..., Visit], Served, dict[str, Any]], language: str
) -> None:
    visit, _served, known = morning
    names = {area: said[language] for area, said in known["names"].items()}
    width = SPOKEN[language]
    see_what_moved(visit(language, width), names)
    keep_working(visit(language, width), known, names)
    head_both(visit(language, width), names)
    be_told(visit(language, width), known, names)
    stranger = visit(language, width)
    stranger.open(f"/xac-thuc/{known['reference']}/")
    said = stranger.page.locator("main").inner_text()
    assert known["code"] in said and names[STAYS] in said and names[GOES] in said
    shot(stranger, "149-old-code")


def see_what_moved(administrator: Visit, names: dict[str, str]) -> None:
    """The worker carried it out, though nobody was there at midnight."""
    page = administrator.page
    sign_in(administrator, "quantri")
    patience = time.monotonic() + PATIENCE
    while True:
        administrator.open(PAGE)
        if page.locator("main tbody .sr-status--on_time, main tbody .sr-status--on-time").count():
            break
        assert time.monotonic() < patience, page.locator("main").inner_text()
        time.sleep(1)
    go(
        administrator,
        page.locator("main tbody tr", has=page.locator(".sr-status--on_time, .sr-status--on-time"))
        .locator("a")
        .first,
    )
    row = page.locator("main table tbody tr", has_text=names[STAYS]).first
    cells = [figures(text)[0] for text in row.locator("td").all_inner_texts()]
    assert cells[:2] == [2 * DOSSIERS + 1, 2 * TASKS], cells
    shot(administrator, "144-what-moved")


def keep_working(officer: Visit, known: dict[str, Any], names: dict[str, str]) -> None:
    """The registrar of the commune that went finds the same dossiers, in the office that took over."""
    sign_in(officer, "chuyenvien")
    take_office(officer, f"{WORDS[officer.language]['registrar']}.*{place(names[STAYS])}")
    officer.open(f"/can-bo/ho-so/?mine=1&q={known['reference']}")
    expect(officer.page.locator(f"main a[href*='{known['dossier']}']").first).to_be_visible()
    shot(officer, "145-queue")
    officer.open("/can-bo/ho-so/?mine=1")
    assert officer.page.locator("main table tbody tr").count() >= 30


def head_both(head: Visit, names: dict[str, str]) -> None:
    """The chairperson heads both communes' work: its dossiers, and its tasks under the name of the successor."""
    page = head.page
    sign_in(head, "lanhdao")
    take_office(head, f"{WORDS[head.language]['chair']}.*{place(names[STAYS])}")
    head.open("/can-bo/lanh-dao/")
    assert 2 * DOSSIERS + 1 in figures(page.locator("main").inner_text())
    shot(head, "146-head")
    head.open("/can-bo/nhiem-vu/")
    said = page.locator("main").inner_text()
    assert 2 * TASKS in figures(said)
    assert (
        f"{WORDS[head.language]['was']}: {names[GOES]}" in said
        or f"{WORDS[head.language]['was']} {names[GOES]}" in said
    )
    shot(head, "147-tasks")


def be_told(citizen: Visit, known: dict[str, Any], names: dict[str, str]) -> None:
    """The person reads where their dossier is now, under the code that it always had."""
    sign_in(citizen, "nguoidan")
    citizen.open(f"/ho-so-cua-toi/{known['dossier']}/")
    said = citizen.page.locator("main").inner_text()
    assert known["code"] in said and names[STAYS] in said and names[GOES] in said
    shot(citizen, "148-now-at")


def place(committee: str) -> str:
    """What offices' names hold of it."""
    return re.escape(re.sub(r"^(Ủy ban nhân dân|People[’']s Committee of) ", "", committee))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_then_a_part_leaves(
    morning: tuple[Callable[..., Visit], Served, dict[str, Any]], language: str
) -> None:
    """Planned and called off in the one language; in the other carried out at once, with two thousand dossiers."""
    visit, _served, known = morning
    administrator = visit(language, SPOKEN[language])
    at_once = language == "en"
    split(administrator, known, at_once=at_once)
    page = administrator.page
    if not at_once:
        shot(administrator, "174-split-planned")
        go(administrator, "main form[action$='/huy/'] button")
        assert WORDS[language]["off"] in page.locator("main").inner_text()
        return
    patience = time.monotonic() + PATIENCE
    while page.locator("main .sr-status--near").count():
        assert time.monotonic() < patience, page.locator("main").inner_text()
        time.sleep(1)
        page.reload()
    row = page.locator("main table tbody tr", has_text=PART[language]).first
    assert figures(row.locator("td").first.inner_text()) == [2 * DOSSIERS + 1]
    shot(administrator, "175-what-left")
    registrar = visit(language, SPOKEN[language])
    sign_in(registrar, "chuyenvien")
    take_office(registrar, f"{WORDS[language]['registrar']}.*{PART[language]}")
    registrar.open(f"/can-bo/ho-so/?mine=1&q={known['reference']}")
    expect(registrar.page.locator(f"main a[href*='{known['dossier']}']").first).to_be_visible()
    citizen = visit(language, SPOKEN[language])
    sign_in(citizen, "nguoidan")
    citizen.open(f"/ho-so-cua-toi/{known['dossier']}/")
    assert PART[language] in citizen.page.locator("main").inner_text()
    shot(citizen, "176-handed-over")


def split(administrator: Visit, known: dict[str, Any], *, at_once: bool) -> None:
    """The office of the commune loses the births to a division that is founded, and the registrar goes with them."""
    page, language = administrator.page, administrator.language
    sign_in(administrator, "quantri")
    administrator.open(PAGE)
    go(administrator, "main a[href$='/tach/']")
    page.fill("#of_q", f"C{STAYS}.VP")
    go(administrator, "main form button")
    go(administrator, page.locator("main ul a").first)
    page.check("[name=procedures][value='1.001193']")
    page.fill("[name=code]", f"C{STAYS}.TP")
    for spoken, name in PART.items():
        page.fill(f"[name=name_{spoken}]", name)
    page.select_option("[name=basis]", "202/2025/QH15")
    page.check(f"[name=when][value={'now' if at_once else 'day'}]")
    day = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date() + timedelta(days=9)
    for part in ("day", "month", "year"):
        page.fill(f"[name=effective_{part}]", str(getattr(day, part)))
    shot(administrator, "172-split-choose")
    press(administrator, 0)
    row = page.locator("main table").first.locator("tbody tr").first
    assert figures(row.locator("td").first.inner_text()) == [2 * DOSSIERS + 1]
    shot(administrator, "173-split-preview")
    there = page.locator(
        "main form .govuk-form-group",
        has=page.locator("label", has_text=re.compile(WORDS[language]["registrar"], re.IGNORECASE)),
    )
    for one in there.all():
        choices = one.locator("option").all()
        found = next(
            o for o in choices if re.search(WORDS[language]["registrar"], o.inner_text(), re.IGNORECASE)
        )
        one.locator("select").select_option(found.get_attribute("value"))
    page.check("[name=sure]")
    shot(administrator, "173-split-decide", page.locator("[name=sure]"))
    press(administrator, 0)


def test_nothing_is_orphaned_and_replay_is_equal(
    morning: tuple[Callable[..., Visit], Served, dict[str, Any]],
) -> None:
    _visit, served, _known = morning
    found = json.loads(sauro(served, "doctor", "--json").stdout)
    orphans = next(each for each in found["findings"] if each["code"] == "orphans")
    assert orphans["state"] == "well", orphans
    replayed = sauro(served, "replay", "--check", "--json")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
