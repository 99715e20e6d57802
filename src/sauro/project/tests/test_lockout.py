"""Failed attempts are limited, tell nothing, and keep nobody out of their own account for ever."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sauro.project.accounts.devices import COOKIE
from sauro.project.tests.people import PASSWORD, is_in, person, sign_in

pytestmark = pytest.mark.django_db


def tried(login: str, times: int, address: str = "198.51.100.9") -> list[Any]:
    """Somebody tries wrong passwords, each time in a fresh browser."""
    return [sign_in(Client(), login, "sai-mat-khau-roi", REMOTE_ADDR=address) for _time in range(times)]


def codes(answer: Any) -> list[str]:
    return [error.code for error in answer.context["form"].errors.as_data()["__all__"]]


def test_whether_there_is_an_account_is_not_told() -> None:
    person("co-that")
    real, made_up = tried("co-that", 7), tried("khong-co", 7, "198.51.100.10")
    assert [codes(one) for one in real] == [codes(one) for one in made_up]
    assert codes(real[0]) == ["username_password_mismatch"] and codes(real[6]) == ["too_many_login_attempts"]
    for one, other in zip(real, made_up, strict=True):
        assert one.status_code == other.status_code
        assert one.context["form"].errors.as_text() == other.context["form"].errors.as_text()


def test_from_many_addresses_the_account_stays_shut_even_to_the_right_password() -> None:
    person("tu-nhieu-noi")
    for number in range(5):
        tried("tu-nhieu-noi", 1, f"198.51.100.{number}")
    stranger = Client()
    assert codes(sign_in(stranger, "tu-nhieu-noi", PASSWORD, REMOTE_ADDR="198.51.100.77")) == [
        "too_many_login_attempts"
    ]
    assert not is_in(stranger)


def test_a_strangers_tries_do_not_keep_the_holder_out() -> None:
    person("can-bo-ban")
    own = Client(REMOTE_ADDR="203.0.113.5")
    sign_in(own, "can-bo-ban")
    own.post("/accounts/logout/")
    tried("can-bo-ban", 8)
    tried("can-bo-ban", 12, "203.0.113.5")  # from the same network, too
    sign_in(own, "can-bo-ban")
    assert is_in(own)


def test_a_known_browser_has_few_tries_too() -> None:
    person("may-quen")
    own = Client()
    sign_in(own, "may-quen")
    own.post("/accounts/logout/")
    for _try in range(5):
        sign_in(own, "may-quen", "sai-mat-khau-roi")
    assert codes(sign_in(own, "may-quen")) == ["too_many_login_attempts"]
    other = Client()
    sign_in(other, "may-quen")
    assert is_in(other), "these tries are the browser's own"


def test_the_mark_of_a_browser_is_for_one_account_and_one_password() -> None:
    person("chu-may"), person("muc-tieu")
    thief = Client()
    sign_in(thief, "chu-may")
    thief.post("/accounts/logout/")
    tried("muc-tieu", 5)
    assert codes(sign_in(thief, "muc-tieu")) == ["too_many_login_attempts"], "a mark of another account"
    user = User.objects.get(username="chu-may")
    user.set_password("mat-khau-moi-toanh")
    user.save()
    tried("chu-may", 5)
    assert codes(sign_in(thief, "chu-may")) == ["too_many_login_attempts"], "a mark of an old password"
    thief.cookies[COOKIE] = thief.cookies[COOKIE].value[:-2] + "xx"
    assert codes(sign_in(thief, "chu-may")) == ["too_many_login_attempts"], "a forged mark"


def test_the_log_says_what_happened_and_not_to_whom(caplog: pytest.LogCaptureFixture) -> None:
    person("nhat-ky-0912345678")
    with caplog.at_level(logging.INFO):
        browser = Client()
        sign_in(browser, "nhat-ky-0912345678", "sai-mat-khau-roi")
        sign_in(browser, "nhat-ky-0912345678")
        browser.post("/accounts/logout/")
    said = " ".join(str(record.msg) for record in caplog.records)
    for event in ("account.sign_in_failed", "account.signed_in", "account.signed_out"):
        assert event in said
    assert "0912345678" not in said and PASSWORD not in said and "127.0.0.1" not in said
