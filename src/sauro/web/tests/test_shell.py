"""The frame of every page: language, banner, skip link, and nothing inline."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client

PAGES = [
    "/_components",
    "/_components/official",
    "/tiep-can/",
    "/cach-kiem-chung/",
    "/accounts/login/",
    "/none",
]


def templates():
    for app in apps.get_app_configs():
        if app.name.startswith("sauro."):
            yield from Path(app.path).glob("templates/**/*.html")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_its_frame(page):
    html = Client().get(page).content.decode()
    assert '<html lang="vi"' in html
    assert 'href="#main"' in html
    assert html.count('id="main"') == 1
    assert html.count("<h1") == 1
    assert re.search(r"<title>\s*\S.*–\s*Sáu Rõ</title>", html)
    assert "dữ liệu mô phỏng, không có giá trị pháp lý" in html
    assert 'href="/tiep-can/"' in html


def test_how_to_verify_promises_only_what_is_checked():
    """Whether a paper still stands, or a certificate was revoked, is not looked at anywhere."""
    html = Client().get("/cach-kiem-chung/").content.decode()
    citizens, experts = html.split("Dành cho bộ phận công nghệ thông tin")
    assert "còn hiệu lực" not in html and "bị thu hồi" in citizens
    assert "sauro verify" in experts and "sauro verify" not in citizens
    assert "sr-status--on-time" in citizens and "sr-status--late" in citizens and "mã QR" in citizens


def test_only_a_demonstration_shows_its_banner_and_the_gallery(settings):
    settings.SAURO_PROFILE = "national"
    settings.DEBUG = False
    assert "mô phỏng" not in Client().get("/tiep-can/").content.decode()
    assert Client().get("/_components").status_code == 404


def test_the_language_is_switched_without_script_and_keeps_the_page():
    client = Client(enforce_csrf_checks=True)
    html = client.get("/tiep-can/?from=here").content.decode()
    assert 'name="next" value="/tiep-can/?from=here"' in html
    answer = client.post("/i18n/set", {"language": "en", "next": "/tiep-can/?from=here"})
    assert (answer.status_code, answer["Location"]) == (302, "/tiep-can/?from=here")
    html = client.get("/tiep-can/?from=here").content.decode()
    assert '<html lang="en"' in html
    assert 'value="vi" lang="vi">Tiếng Việt' in html


def test_the_language_switch_never_leads_elsewhere():
    answer = Client().post("/i18n/set", {"language": "en", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert Client().get("/i18n/set").status_code == 405


def test_no_template_holds_an_inline_script_style_or_handler():
    checked = list(templates())
    assert len(checked) > 40
    for path in checked:
        source = path.read_text()
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)", source), path
        assert not re.search(r"""\s(?:style|on(?!ly=)[a-z]+)\s*=\s*["']""", source), path


def test_a_citizens_page_loads_nothing_of_the_officials():
    assert "/official-" not in Client().get("/_components").content.decode()
    assert "/official-" in Client().get("/_components/official").content.decode()


def test_the_policy_allows_no_inline_code():
    policy = Client().get("/tiep-can/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
