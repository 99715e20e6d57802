"""The gallery in Chromium: axe finds nothing, nothing overflows, the keyboard works, scripts are not needed."""

import shutil
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import expect, sync_playwright

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[4]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGES = [
    "/_components",
    "/_components/official",
    "/tiep-can/",
    "/cach-kiem-chung/",
    "/accounts/login/",
    "/none",
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=OPTIONS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, site):
    contexts = []

    def go(path, language="vi", width=1280, **options):
        contexts.append(
            browser.new_context(
                locale=language, viewport={"width": width, "height": 800}, base_url=site, **options
            )
        )
        page = contexts[-1].new_page()
        page.goto(path)
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing(visit, language, width):
    axe = (ROOT / "frontend/node_modules/axe-core/axe.min.js").read_text()
    page = visit("/tiep-can/", language, width, bypass_csp=True)
    for path in [*PAGES, "refused form"]:
        if path == "refused form":
            page.goto("/_components")
            page.locator("main form .govuk-button").first.click()
            page.wait_for_selector("[data-sr-errors]")
        else:
            page.goto(path)
        page.evaluate(axe)
        found = page.evaluate("axe.run()")
        assert found["passes"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == [], path
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), path


def test_nothing_breaks_the_policy(visit):
    page = visit("/tiep-can/")
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in ("/_components", "/_components/official"):
        page.goto(path, wait_until="networkidle")
    assert said == []


def test_errors_take_the_focus_and_lead_to_the_field(visit):
    page = visit("/_components")
    page.locator("main form .govuk-button").first.click()
    page.wait_for_selector("[data-sr-errors]")
    assert page.evaluate("document.activeElement.matches('[data-sr-errors]')")
    page.get_by_role("link", name="Nhập ngày sinh").click()
    assert page.evaluate("document.activeElement.id") == "id_born_day"
    page.get_by_role("link", name="Chọn giới tính").click()
    assert page.evaluate("document.activeElement.id") == "id_sex_0"


def test_a_button_pressed_twice_sends_once_until_the_page_is_shown_again(visit):
    page = visit("/_components")
    sent = page.evaluate("""() => {
        let sent = 0;
        window.addEventListener("submit", (event) => {
            if (!event.defaultPrevented) sent += 1;
            event.preventDefault();
        });
        const button = document.querySelector("main form .govuk-button");
        button.click();
        button.click();
        const once = sent;
        window.dispatchEvent(new Event("pageshow"));
        button.click();
        return [once, sent];
    }""")
    assert sent == [1, 2]


def test_characters_left_are_counted_as_the_server_counts_them(visit):
    page = visit("/_components")
    page.evaluate("""() => {
        const field = document.getElementById("id_note");
        field.value = "ễ".normalize("NFD").repeat(205);
        field.dispatchEvent(new Event("input"));
    }""")
    expect(page.locator("#id_note_count")).to_have_text("Thừa 5 ký tự")


def test_chosen_files_are_named_with_their_size(visit, tmp_path):
    large = tmp_path / "giay.pdf"
    with large.open("wb") as file:
        file.truncate(10_100_000)
    page = visit("/_components")
    page.set_input_files("#id_paper", large)
    expect(page.locator("#id_paper_files")).to_have_text("giay.pdf (10,1 MB) ▲ quá lớn: chọn tệp nhỏ hơn")


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.id")


def test_the_keyboard_walks_the_list_and_finds_the_search(visit):
    page = visit("/_components/official")
    for key, expected in [("j", "#row-0"), ("j", "#row-1"), ("k", "#row-0"), ("k", "#row-0")]:
        page.keyboard.press(key)
        assert focused(page) == expected
    page.keyboard.press("Enter")
    page.wait_for_url("**#row-0")
    page.keyboard.press("/")
    assert focused(page) == "q"
    assert page.locator("#q").input_value() == ""
    page.keyboard.type("j?k/")
    assert page.locator("#q").input_value() == "j?k/"
    assert not page.locator("dialog").is_visible()


@pytest.mark.parametrize(
    "press",
    [
        {"key": "j", "isComposing": True},
        {"key": "j", "keyCode": 229},
        {"key": "Process"},
        {"key": "j", "ctrlKey": True},
        {"key": "j", "altKey": True},
        {"key": "j", "metaKey": True},
    ],
)
def test_shortcuts_keep_still_while_vietnamese_is_composed(visit, press):
    page = visit("/_components/official")
    send = "press => document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...press}))"
    page.evaluate(send, press)
    assert focused(page) in ("", None)
    page.evaluate(send, {"key": "j"})
    assert focused(page) == "#row-0"


def test_shortcuts_can_be_switched_off(visit):
    page = visit("/_components/official")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    page.locator("label[for=keys-wanted]").click()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    assert focused(page) in ("", None)
    page.locator("[data-sr-keys-open]").click()
    expect(page.locator("#keys-wanted")).not_to_be_checked()


def test_everything_works_without_script(visit):
    page = visit("/_components", java_script_enabled=False)
    page.locator("main form .govuk-button").first.click()
    expect(page.get_by_role("link", name="Nhập họ và tên")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/_components/official")
    assert page.locator("tbody tr").count() == 50
