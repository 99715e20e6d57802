"""Refusals and errors as pages and as problem documents."""

import pytest
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils import translation

from sauro.core.refusal import Refusal
from sauro.web import errors
from sauro.web.refusals import Difference, conflict


def refusing(request, status):
    details = {"retry_after": 30} if status == 429 else {}
    raise Refusal("some_code", "Article 7 of the Rule", "Do this instead", status=status, details=details)


def failing(request):
    raise RuntimeError("secret of the database")


def colliding(request):
    refusal = Refusal("stale", "I12", "Read it again", status=409)
    return conflict(request, refusal, [Difference("Fee", "10", "20")], "/now")


urlpatterns = [
    path("refuse/<int:status>", refusing),
    path("api/refuse/<int:status>", refusing),
    path("fail", failing),
    path("collide", colliding),
    path("", include("sauro.web.urls")),
]
handler400 = "sauro.web.errors.bad_request"
handler403 = "sauro.web.errors.forbidden"
handler404 = "sauro.web.errors.not_found"
handler500 = "sauro.web.errors.server_error"


@pytest.fixture(autouse=True)
def _these_addresses(settings):
    settings.ROOT_URLCONF = __name__


@pytest.mark.parametrize("status", [403, 404, 409, 422, 429])
def test_a_refusal_is_a_page_that_says_the_rule_and_what_to_do(status):
    answer = Client().get(f"/refuse/{status}")
    page = answer.content.decode()
    assert answer.status_code == status
    assert "Do this instead" in page
    if status != 404:
        assert "Article 7 of the Rule" in page


def test_too_many_requests_says_when_to_come_back():
    answer = Client(headers={"accept-language": "en"}).get("/refuse/429")
    assert answer["Retry-After"] == "30"
    assert "You can go on in 30 seconds." in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "headers"), [("/api/refuse/403", {}), ("/refuse/403", {"accept": "application/json"})]
)
def test_a_program_gets_a_problem_document(address, headers):
    answer = Client(headers=headers).get(address)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:sauro:refusal:some_code",
        "title": "some_code",
        "status": 403,
        "detail": "Do this instead",
        "rule": "Article 7 of the Rule",
        "field": None,
    }


def test_a_conflict_shows_both_versions():
    answer = Client(headers={"accept-language": "en"}).get("/collide")
    page = answer.content.decode()
    assert answer.status_code == 409
    for shown in (
        "What you wrote",
        "What stands now",
        '<td class="govuk-table__cell">10</td>',
        'href="/now"',
    ):
        assert shown in page


def test_an_unknown_page_is_answered_in_the_readers_language():
    for language, words in (("vi", "Không tìm thấy trang"), ("en", "Page not found")):
        answer = Client(headers={"accept-language": language}).get("/nothing-here")
        assert answer.status_code == 404
        assert words in answer.content.decode()


def test_a_failure_is_told_in_both_languages_without_its_secret():
    answer = Client(raise_request_exception=False).get("/fail")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Hệ thống gặp sự cố" in page
    assert "Something went wrong on our side" in page
    assert "secret" not in page


def test_a_forged_form_is_refused_with_its_rule():
    answer = Client(enforce_csrf_checks=True, headers={"accept-language": "en"}).post("/_components", {})
    assert answer.status_code == 403
    assert "Nothing was sent. Go back" in answer.content.decode()


def test_pages_without_a_refusal_still_name_a_rule():
    request = RequestFactory().get("/x")
    with translation.override("en"):
        assert "without a grant and a purpose" in errors.forbidden(request).content.decode()
        assert errors.bad_request(request).status_code == 400
