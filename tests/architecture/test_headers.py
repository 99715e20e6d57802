"""What browsers are told to refuse is told in pages, errors, refusals, API and static files alike."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from sauro.project import urls
from sauro.project.limits.rates import Rate

pytestmark = pytest.mark.django_db
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
POLICY = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")  # fmt: skip
FILE = {"sandbox", "default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"}
"""The policy of a file to keep: nothing in it runs or loads, whatever a browser makes of it."""
INLINE = re.compile(
    r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>\s*[^<\s]|\sstyle=\"|\son[a-z]+=\"|javascript:",
    re.IGNORECASE,
)


def failing(request: Any) -> None:
    raise RuntimeError


def giving(request: Any) -> HttpResponse:
    answer = HttpResponse(b"<script>", content_type=request.GET["kind"])
    if how := request.GET.get("how"):
        answer["Content-Disposition"] = how
    return answer


urlpatterns = [*urls.urlpatterns, path("_fails", failing), path("_gives", giving)]
handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)


def told(answer: Any, where: str) -> None:
    """Assert that the answer says all that a browser needs to know."""
    for name, value in ALWAYS.items():
        assert answer.get(name) == value, (where, answer.status_code, name)
    policy = answer.get("Content-Security-Policy", "")
    if answer.get("Content-Disposition", "").startswith("attachment"):
        assert {part.strip() for part in policy.split(";")} == FILE, (where, policy)
    else:
        for part in POLICY:
            assert part in policy, (where, answer.status_code, policy)
        assert "sandbox" not in policy, where
    assert "unsafe" not in policy and "*" not in policy and "http:" not in policy.replace("http://127", ""), (
        where
    )
    assert "Access-Control-Allow-Origin" not in answer, where
    if body := b"".join(answer) if answer.streaming else answer.content:
        kind = answer["Content-Type"]
        assert "charset=utf-8" in kind.lower() or not kind.startswith("text/"), (where, kind)
        if kind.startswith("text/html"):
            assert not (found := INLINE.search(body.decode())), (where, found)


def errors() -> Iterator[tuple[str, int, dict[str, Any]]]:
    yield "/khong-co/", 404, {}
    yield "/thu-tuc/?q=%00", 400, {}
    yield "/_fails", 500, {}
    yield "/accounts/login/", 413, {"method": "POST", "CONTENT_LENGTH": str(2**40)}
    yield "/accounts/login/", 403, {"method": "POST"}
    yield "/api/khong-co", 404, {}
    yield "/api/dossiers", 405, {"method": "PUT"}


@pytest.mark.parametrize(("address", "status", "asked"), list(errors()), ids=lambda value: str(value))
def test_errors_say_it_too(settings: Any, address: str, status: int, asked: dict[str, Any]) -> None:
    settings.ROOT_URLCONF = __name__
    more = {"method": "GET", **asked}
    answer = Client(raise_request_exception=False, enforce_csrf_checks=True).generic(
        more.pop("method"), address, **more
    )
    assert answer.status_code == status
    told(answer, address)


def test_a_refusal_for_asking_too_often_says_it_too(settings: Any) -> None:
    settings.SAURO_RATES = dict.fromkeys(settings.SAURO_RATES, Rate(1, 1))
    answers = [Client().get("/thu-tuc/?q=a") for _time in range(2)]
    assert answers[1].status_code == 429
    told(answers[1], "429")


def test_static_files_say_it_too() -> None:
    address = re.search(r'(?:href|src)="(/static/[^"]+)"', Client().get("/").content.decode())
    assert address is not None
    answer = Client().get(address[1])
    assert answer.status_code == 200
    told(answer, address[1])


def test_over_https_browsers_are_told_to_stay_there(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    for address in ("/", "/khong-co/", "/livez", "/api/procedures"):
        assert Client().get(address, secure=True)["Strict-Transport-Security"] == "max-age=31536000", address


@pytest.mark.parametrize(
    "kind", ["image/svg+xml", "text/csv; charset=utf-8", "application/pdf", "application/xhtml+xml", "text/xml; charset=utf-8", "IMAGE/SVG+XML"]
)  # fmt: skip
def test_whatever_is_no_page_is_a_file_that_can_do_nothing(settings: Any, kind: str) -> None:
    settings.ROOT_URLCONF = __name__
    answer = Client().get("/_gives", {"kind": kind})
    assert answer["Content-Disposition"] == "attachment"
    told(answer, kind)
    named = Client().get("/_gives", {"kind": kind, "how": 'inline; filename="a.pdf"'})
    assert named["Content-Disposition"] == 'attachment; filename="a.pdf"'
    told(named, kind)


@pytest.mark.parametrize(
    "kind", ["text/html; charset=utf-8", "application/json", "text/plain; charset=utf-8"]
)
def test_what_is_shown_is_no_file(settings: Any, kind: str) -> None:
    settings.ROOT_URLCONF = __name__
    assert "Content-Disposition" not in Client().get("/_gives", {"kind": kind})
