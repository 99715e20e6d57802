"""A demonstration, served as anybody serves it, and a browser to walk through it.

`sauro up` starts once for the session on a state folder of its own and is stopped as a person stops it; a journey that
moves the clock has one to itself. Every picture that a journey takes is also looked at by axe. With SAURO_SCREENSHOTS=1 the pictures go to docs/images/journey.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests import prepared

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "images" / "journey"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LONGEST_START = 240
LONGEST_PICTURE, COLOURS = (1300, 1900), 16
"""In pixels: on a desk, on a phone."""


WAYS = [
    ("vi", 360, True), ("en", 1280, False),
    pytest.param("en", 1280, True, marks=pytest.mark.slow), pytest.param("vi", 1280, False, marks=pytest.mark.slow),
]  # fmt: skip
"""Language, width, with script or without: each in every run of the longest journeys, and every pair of them in test-slow."""


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


class Demonstration:
    """`sauro up` on a folder of its own, which is gone at the end; it may be stopped and go on with other settings.

    The folder is not one of pytest's: every start of pytest closes those of earlier ones to all others, and the
    account that PostgreSQL runs under could then not be told to stop.
    """

    def __init__(self) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="sauro-journeys-"))
        self.said = self.var / "said.txt"
        self._port, self._edge_port = free_port(), free_port()
        self._program: subprocess.Popen[bytes] | None = None

    def begin(self, **settings: str) -> Served:
        """Serve, and wait until it is ready."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SAURO_", "DJANGO_", "DATABASE_"))}
        # One province is enough to walk through, and is there in seconds.
        own = {"SAURO_VAR": str(self.var), "SAURO_PROVINCES": "75", "SAURO_EDGE_PORT": str(self._edge_port)}
        environment = {**kept, **own, **settings}
        prepared.put(self.var, environment)
        command = [sys.executable, "-m", "sauro.project.cli", "up", "--port", str(self._port)]
        with self.said.open("a") as out:
            self._program = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
            )
        url = f"http://127.0.0.1:{self._port}"
        _wait(url, self._program, self.said)
        lines = (self.var / "demonstration-accounts.txt").read_text().splitlines()
        password = next(line.split()[1] for line in lines if line.startswith("password"))
        return Served(url, self.var, password, self.said)

    def end(self) -> None:
        """Stop it with Ctrl-C, as a person does."""
        if self._program is None:
            return
        self._program.send_signal(signal.SIGINT)
        try:
            self._program.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(self._program.pid, signal.SIGKILL)
            raise
        finally:
            self._program = None


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    """A demonstration that is stopped and removed at the end, whatever happened."""
    made = Demonstration()
    try:
        yield made
    finally:
        made.end()
        shutil.rmtree(made.var, ignore_errors=True)


@pytest.fixture(scope="package")
def served() -> Iterator[Served]:
    """One demonstration for all journeys that leave its clock alone."""
    with demonstration() as made:
        yield made.begin()


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


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed behind the journeys: while Playwright's loop runs, Django refuses the database to whatever comes next."""
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield started
        started.close()


@pytest.fixture
def visit(served: Served, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Make a person's browser: `visit("vi", 360)`, `visit("en", 1280, script=False)`."""
    with visits(served, browser) as make:
        yield make


@contextmanager
def visits(served: Served, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Makes people's browsers, and closes them at the end."""
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

    try:
        yield make
    finally:
        for context in contexts:
            context.close()


def sign_in(visit: Visit, login: str) -> None:
    """Sign in on the page that asks for it, or open that page first."""
    if "/accounts/login/" not in visit.page.url:
        visit.open("/accounts/login/")
    visit.page.fill("[name=login]", login)
    visit.page.fill("[name=password]", visit.served.password)
    go(visit, "main form:has([name=password]) button")


def go(visit: Visit, what: Locator | str) -> None:
    """Click what leads to a page, and wait until it is there: until then the old one can still be read, or none."""
    with visit.page.expect_navigation():
        (visit.page.locator(what) if isinstance(what, str) else what).click()


def press(visit: Visit, at: int = 0) -> None:
    """Press the page's main button (the first of its form), and wait for the next page."""
    go(visit, visit.page.locator("main form button.govuk-button:not(.govuk-button--secondary)").nth(at))


def shot(visit: Visit, name: str, about: Locator | None = None) -> None:
    """Take the picture where pictures are asked for; and look at the page: axe, width, one heading, its language.

    ``about`` is what the picture is for: of a page that is longer than a picture, the part around it is taken.
    """
    page = visit.page
    assert page.locator("h1").count() == 1, name
    assert page.locator("html").get_attribute("lang") == visit.language
    if visit.script:
        assert axe(visit) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= visit.width, (
            f"{name} is wider than the screen"
        )
    if os.environ.get("SAURO_SCREENSHOTS") == "1":
        form = f"{visit.language}-{visit.width}{'' if visit.script else '-noscript'}"
        _keep(page.screenshot(full_page=True), PICTURES / f"{name}-{form}.png", _middle(about))


def _middle(about: Locator | None) -> int:
    box = about.bounding_box() if about else None
    return int(box["y"] + box["height"] / 2 + about.evaluate("() => window.scrollY")) if about and box else 0


def _keep(body: bytes, path: Path, middle: int) -> None:
    """Small enough for a repository: few colours, and of a very long page the part that it is about."""
    with Image.open(BytesIO(body)) as taken:
        longest = min(taken.height, LONGEST_PICTURE[taken.width < 640])
        top = max(0, min(middle - longest // 2, taken.height - longest))
        part = taken.convert("RGB").crop((0, top, taken.width, top + longest))
    path.parent.mkdir(parents=True, exist_ok=True)
    # The colours that the page itself uses, not averages of them: late must not look like on time.
    counted = part.getcolors(part.width * part.height) or []
    most = [colour for _count, colour in sorted(counted, reverse=True)]
    strong = [colour for colour in most if max(colour) - min(colour) > 80]
    palette = Image.new("P", (1, 1))
    palette.putpalette([level for colour in [*most[:COLOURS], *strong[:COLOURS]] for level in colour])
    part.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


def axe(visit: Visit) -> list[str]:
    """What axe finds on the page: rule and element."""
    visit.page.evaluate(AXE.read_text())
    result = visit.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{v['id']}: {node['html'][:160]}" for v in result["violations"] for node in v["nodes"]]
