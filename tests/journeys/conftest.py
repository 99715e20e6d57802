"""A demonstration, served as anybody serves it, and a browser to walk through it.

`sauro up` starts once for the session on a state folder of its own and is stopped as a person stops it. Every
picture that a journey takes is also looked at by axe. With SAURO_SCREENSHOTS=1 the pictures go to docs/images/journey.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "images" / "journey"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LONGEST_START = 240


@dataclass
class Served:
    """A running demonstration: where it is, where its state lies, and the password of its accounts."""

    url: str
    var: Path
    password: str
    said: Path = field(default=Path())


@dataclass
class Visit:
    """One person's browser: its page, its language and width; script may be off."""

    page: Page
    served: Served
    language: str
    width: int
    script: bool

    def open(self, address: str) -> None:
        self.page.goto(self.served.url + address)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`sauro up`, ready; stopped with Ctrl-C at the end, after which nothing of it may run on."""
    var, port = tmp_path_factory.mktemp("sauro"), free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SAURO_", "DJANGO_", "DATABASE_"))
    }
    # One province is enough to walk through, and is there in seconds.
    environment |= {"SAURO_VAR": str(var), "SAURO_PROVINCES": "75"}
    said = var / "said.txt"
    with said.open("w") as out:
        command = [sys.executable, "-m", "sauro.project.cli", "up", "--port", str(port)]
        program = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, program, said)
        lines = (var / "demonstration-accounts.txt").read_text().splitlines()
        yield Served(url, var, next(line.split()[1] for line in lines if line.startswith("password")), said)
    finally:
        program.send_signal(signal.SIGINT)
        try:
            program.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)
            raise


def _wait(url: str, program: subprocess.Popen[bytes], said: Path) -> None:
    patience = time.monotonic() + LONGEST_START
    while time.monotonic() < patience:
        if program.poll() is not None:
            raise RuntimeError(f"sauro up ended:\n{said.read_text()[-4000:]}")
        try:
            with urlopen(f"{url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.5)
    raise RuntimeError(f"sauro up was not ready in time:\n{said.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield started
        started.close()


@pytest.fixture
def visit(served: Served, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Make a person's browser: `visit("vi", 360)`, `visit("en", 1280, script=False)`."""
    contexts = []

    def make(language: str = "vi", width: int = 360, *, script: bool = True) -> Visit:
        # The page's own policy forbids foreign script; axe must get in all the same.
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=script, bypass_csp=True
        )
        context.add_cookies([{"name": "sauro_language", "value": language, "url": served.url}])
        context.set_default_timeout(20_000)
        contexts.append(context)
        return Visit(context.new_page(), served, language, width, script)

    yield make
    for context in contexts:
        context.close()


def sign_in(visit: Visit, login: str) -> None:
    """Sign in on the page that asks for it, or open that page first."""
    if "/accounts/login/" not in visit.page.url:
        visit.open("/accounts/login/")
    visit.page.fill("[name=login]", login)
    visit.page.fill("[name=password]", visit.served.password)
    visit.page.click("main form button")


def press(visit: Visit, at: int = 0) -> None:
    """Press the page's main button (the first of its form), and wait for the next page."""
    visit.page.locator("main form button.govuk-button:not(.govuk-button--secondary)").nth(at).click()
    visit.page.wait_for_load_state()


def shot(visit: Visit, name: str) -> None:
    """Take the picture where pictures are asked for; and look at the page: axe, width, one heading, its language."""
    page = visit.page
    assert page.locator("h1").count() == 1, name
    assert page.locator("html").get_attribute("lang") == visit.language
    if visit.script:
        assert axe(visit) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= visit.width, (
            f"{name} is wider than the screen"
        )
    if os.environ.get("SAURO_SCREENSHOTS") == "1":
        PICTURES.mkdir(parents=True, exist_ok=True)
        form = f"{visit.language}-{visit.width}{'' if visit.script else '-noscript'}"
        page.screenshot(path=PICTURES / f"{name}-{form}.png", full_page=True)


def axe(visit: Visit) -> list[str]:
    """What axe finds on the page: rule and element."""
    visit.page.evaluate(AXE.read_text())
    result = visit.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{v['id']}: {node['html'][:160]}" for v in result["violations"] for node in v["nodes"]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys go to one process: they share one served demonstration."""
    for item in items:
        if "tests/journeys" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("journeys"))
