"""In a back office citizens have no accounts: they are not offered any, and refused who come all the same."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Account, Definition, Holding
from sauro.project.settings import accounts as chosen
from sauro.project.tests.people import is_in, person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def back_office(settings: Any) -> None:
    settings.SAURO_PROFILE, settings.SAURO_CITIZEN_ACCOUNTS = "back-office", False


def test_nothing_is_offered(back_office: None) -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert "/accounts/signup/" not in page and "Cổng Dịch vụ công quốc gia" in page
    assert "/accounts/signup/" not in Client().get("/").content.decode()


def test_nobody_makes_an_account(back_office: None) -> None:
    sent = {"username": "tu-mo", "password1": "mat-khau-rat-dai-8", "password2": "mat-khau-rat-dai-8"}
    for answer in (Client().get("/accounts/signup/"), Client().post("/accounts/signup/", sent)):
        assert "Ở đây không mở tài khoản" in answer.content.decode()
    assert not User.objects.filter(username="tu-mo").exists()


def test_a_citizen_does_not_come_in_and_an_official_does(back_office: None) -> None:
    person("cong-dan"), person("can-bo", office=True)
    User.objects.create_user("vo-danh", password="mat-khau-rat-dai-7")
    citizen, official, nobody = Client(), Client(), Client()
    answer = sign_in(citizen, "cong-dan")
    assert (
        answer.status_code == 403
        and "Người dân và doanh nghiệp không đăng nhập ở đây" in answer.content.decode()
    )
    assert not is_in(citizen)
    assert sign_in(nobody, "vo-danh").status_code == 403 and not is_in(nobody)
    sign_in(official, "can-bo")
    assert is_in(official)


def test_who_holds_a_right_of_their_own_comes_in(back_office: None) -> None:
    user = person("quan-tri")
    role = Definition.objects.get(kind="role", code="administrator", state="published")
    holder = Account.objects.get(user=user).person
    payload = {"holder": holder, "role": role.id, "scope": "all", "purpose": "administrator", "basis": "test"}
    act(Ask("core.grant", PLATFORM, f"right:{holder}", payload))
    browser = Client()
    sign_in(browser, "quan-tri")
    assert is_in(browser)


def test_who_leaves_office_is_out_at_the_next_page(back_office: None) -> None:
    user = person("thoi-viec", office=True)
    browser = Client()
    sign_in(browser, "thoi-viec")
    assert is_in(browser)
    Holding.objects.filter(person=Account.objects.get(user=user).person).update(valid_to=date(2026, 1, 2))
    assert browser.get("/accounts/").status_code == 403
    assert browser.get("/accounts/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("profile", "said", "wanted"),
    [
        ("demonstration", "by-profile", False), ("back-office", "by-profile", True), ("national", "by-profile", True),
        ("demonstration", "required", True), ("back-office", "offered", False),
    ],
)  # fmt: skip
def test_the_second_factor_follows_the_profile_unless_it_is_said(
    monkeypatch: pytest.MonkeyPatch, profile: str, said: str, wanted: bool
) -> None:
    monkeypatch.setenv("SAURO_SECOND_FACTOR", said)
    assert chosen.second_factor(profile) is wanted
