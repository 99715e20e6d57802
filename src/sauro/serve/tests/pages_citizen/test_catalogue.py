"""Finding a procedure: in everyday words, without diacritics, in both languages, as a stranger."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sauro.serve.queries import catalogue
from sauro.serve.tests.conftest import Town
from sauro.serve.tests.pages_citizen.conftest import Citizen

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("khai sinh", "1.001193"),
        ("KHAI  SINH", "1.001193"),
        ("Khai sinh", "1.001193"),
        ("giay khai sinh", "1.001193"),
        ("1.001193", "1.001193"),
        ("ket hon", "1.000894"),
        ("khai tu", "1.000656"),
    ],
)
def test_typed_without_diacritics_the_procedure_comes_first(
    town: Town, client: Client, typed: str, first: str
) -> None:
    html = client.get("/thu-tuc/", {"q": typed}).content.decode()
    found = [part.split('"')[0] for part in html.split('href="/thu-tuc/')[1:]]
    assert next(address for address in found if not address.startswith("?") and address) == f"{first}/"


def test_so_do_finds_the_land_procedures(town: Town, client: Client) -> None:
    html = client.get("/thu-tuc/", {"q": "so do"}).content.decode()
    land = {p.code for p in catalogue.procedures(date(2026, 11, 22)) if p.terms.field == "land"}
    assert land and any(f'href="/thu-tuc/{code}/"' in html for code in land)
    assert 'href="/thu-tuc/1.001193/"' not in html


def test_words_that_fit_nothing_lead_on(town: Town, client: Client) -> None:
    html = client.get("/thu-tuc/", {"q": "xyzzy"}).content.decode()
    assert 'href="/thu-tuc/"' in html and "xyzzy" in html


def test_filters_are_in_the_address_and_keep_what_was_typed(town: Town, client: Client) -> None:
    html = client.get("/thu-tuc/", {"q": "dat", "level": "province"}).content.decode()
    assert 'name="level" value="province"' in html and "q=dat&amp;level=commune" in html
    assert 'href="/thu-tuc/1.001193/"' not in html


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_procedure_has_its_page(town: Town, citizen: Citizen, language: str) -> None:
    for found in catalogue.procedures(date(2026, 11, 22)):
        html = citizen.get(f"/thu-tuc/{found.code}/", language)
        name = found.terms.name.vi if language == "vi" else found.terms.name.en
        assert name.replace("’", "") in html.replace("’", "").replace("&#x27;", "'").replace("&amp;", "&")
        assert f'href="/thu-tuc/{found.code}/nop/"' in html


def test_the_birth_page_says_what_how_long_and_how_much(town: Town, citizen: Citizen) -> None:
    html = citizen.get("/thu-tuc/1.001193/")
    assert "Giấy chứng sinh" in html and "60/2014/QH13" in html


def test_the_law_is_cited_in_the_language_of_the_page(citizen: Citizen) -> None:
    vietnamese, english = (citizen.get("/thu-tuc/1.001193/", language) for language in ("vi", "en"))
    assert "60/2014/QH13, Điều 11, 13, 14, 15, 16" in vietnamese
    assert "60/2014/QH13, Articles 11, 13, 14, 15, 16" in english and "Điều 11" not in english


def test_an_unknown_procedure_is_not_found(town: Town, client: Client) -> None:
    assert client.get("/thu-tuc/9.999999/").status_code == 404
    assert client.get("/thu-tuc/9.999999/nop/").status_code in (302, 404)


def test_starting_leads_to_sign_in_and_back(town: Town, client: Client) -> None:
    answer = client.get("/thu-tuc/1.001193/nop/?province=75")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/thu-tuc/1.001193/nop/%3Fprovince%3D75"


def test_a_paper_that_the_plainest_filing_needs_stands_before_the_exceptions(
    client: Client, town: Town
) -> None:
    client.cookies["sauro_language"] = "vi"
    html = client.get("/thu-tuc/1.001193/").content.decode()
    often, sometimes = html.split("Thường cần thêm")[1].split("Chỉ một số trường hợp")
    assert "Giấy chứng sinh" in often and "mang thai hộ" not in often and "mang thai hộ" in sometimes


def test_who_is_signed_in_stands_in_the_header_with_their_own_pages(citizen: Citizen, client: Client) -> None:
    header = citizen.get("/").split("<header")[1].split("</header>")[0]
    user = User.objects.get(pk=citizen.client.session["_auth_user_id"])
    assert user.username in header and 'href="/ho-so-cua-toi/"' in header and 'href="/thong-bao/"' in header
    assert "/ho-so-cua-toi/" not in client.get("/").content.decode().split("</header>")[0]
