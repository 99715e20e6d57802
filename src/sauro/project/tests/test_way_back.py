"""The way back in by mail: an address that was confirmed, a link that works once, and the same answer to everybody."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from sauro.core import moment
from sauro.core.models import Account
from sauro.project.accounts import addresses, letters
from sauro.project.tests.people import PASSWORD, is_in, person, sign_in
from sauro.project.tests.post import Post, post_office

pytestmark = pytest.mark.django_db
ADDRESS = "Ngo.Thi-Canary@thu.example"
NEW = "mat-khau-moi-hoan-toan-9"
FORGOT, ASKED = "/accounts/password/reset/", "/accounts/password/reset/done/"


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    with post_office() as office:
        settings.SAURO_SENDS_MAIL, settings.SAURO_PUBLIC_URL = True, "http://testserver"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS, settings.DEFAULT_FROM_EMAIL = False, "khong-tra-loi@sauro.example"
        yield office


def queued() -> list[dict[str, Any]]:
    """The letters that wait, as the queue keeps them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE queue_name = 'letters' RETURNING id, args")
        rows = sorted(cursor.fetchall())
    return [json.loads(args) if isinstance(args, str) else args for _id, args in rows]


def carry() -> None:
    """Do what the worker does with the letters that wait."""
    for job in queued():
        letters.send_account_letter(**job)


def with_address(login: str, post: Post, address: str = ADDRESS) -> tuple[User, Client]:
    """Somebody who has entered an address and confirmed it by the link of the letter."""
    user, browser = person(login), Client()
    sign_in(browser, login)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert browser.post("/accounts/address/", {"email": address}).status_code == 302
    assert addresses.address_of(user.pk) == "", "not before it is confirmed"
    carry()
    assert Client().get(post.link()).status_code == 200 and addresses.address_of(user.pk) == "", (
        "looking confirms nothing"
    )
    assert Client().post(post.link()).status_code == 302
    assert addresses.address_of(user.pk) == address
    post.letters.clear()
    return user, browser


def set_new(browser: Client, link: str) -> Any:
    """Open a letter's link and set a new password."""
    opened = browser.get(link)
    where = opened["Location"] if opened.status_code == 302 else link
    return browser.post(where, {"password1": NEW, "password2": NEW})


def test_an_address_is_confirmed_by_its_letter_and_once(post: Post) -> None:
    _user, browser = with_address("dia-chi", post)
    browser.post("/accounts/address/", {"email": "khac@thu.example"})
    carry()
    to = [letter[0] for letter in post.letters]
    assert to == ["khac@thu.example", ADDRESS], "the old address hears of it"
    link = post.link(0)
    assert Client().post(link).status_code == 302
    assert Client().post(link).status_code == 404 and Client().get(link).status_code == 404


def test_a_link_to_confirm_is_old_after_a_day_and_nobody_elses(post: Post) -> None:
    user = person("mot-ngay")
    addresses.ask_to_confirm(user.pk, ADDRESS)
    key = addresses.confirm_key(user.pk)
    other = person("nguoi-khac")
    addresses.ask_to_confirm(other.pk, "khac@thu.example")
    stolen = f"{addresses.confirm_key(other.pk).partition('-')[0]}-{key.partition('-')[2]}"
    assert addresses.awaiting(key) and not addresses.awaiting(stolen)
    assert not any(map(addresses.awaiting, ("", "-", "x-", "zzzzzzzzzz-a", f"{key}x", "1" * 400)))
    with moment.simulated(lambda: datetime.now(UTC) + timedelta(days=1, minutes=1)):
        assert addresses.awaiting(key) is None


def test_no_address_rests_in_the_clear(post: Post) -> None:
    user, browser = with_address("kin", post)
    browser.post("/accounts/address/", {"email": "Khac.Canary@thu.example"})
    Client().post(FORGOT, {"email": ADDRESS})
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE lower(t::text) LIKE %s', ["%canary%"])
            assert cursor.fetchone() == (0,), table
    row = Account.objects.get(user=user)
    for column in (row.email, row.pending, row.email_token):
        assert column and b"anary" not in bytes(column).lower()


def test_what_the_answer_says_is_the_same_for_an_address_that_nobody_has(post: Post) -> None:
    with_address("co-dia-chi", post)
    answers, jobs = [], []
    for address in (ADDRESS, ADDRESS.lower(), "khong-ai@thu.example"):
        answer = Client().post(FORGOT, {"email": address})
        answers.append((answer.status_code, answer["Location"], Client().get(ASKED).content.count(b"@")))
        jobs.append([sorted(job) for job in queued()])
    assert answers == [(302, ASKED, 0)] * 3
    assert jobs[0] == jobs[1] == jobs[2] == [["key", "kind", "user"]]


def test_the_way_back_and_its_link_once(post: Post) -> None:
    user, other = with_address("quen", post)
    Client().post(FORGOT, {"email": ADDRESS.upper()})
    Client().post(FORGOT, {"email": ADDRESS})
    carry()
    assert [letter[0] for letter in post.letters] == [ADDRESS] * 2
    first, second = post.link(0), post.link(1)
    browser = Client()
    assert set_new(browser, first)["Location"] == "/accounts/password/reset/key/done/"
    assert not is_in(browser), "one signs in with it"
    assert not is_in(other), "whoever was signed in is out"
    assert not is_in_after(sign_in, "quen", PASSWORD) and is_in_after(sign_in, "quen", NEW)
    for link in (first, second):
        assert set_new(Client(), link).context["token_fail"] is True, "used, and the other with it"
    carry()
    assert "Mật khẩu của bạn đã đổi" in [letter[1] for letter in post.letters]
    user.refresh_from_db()
    assert user.check_password(NEW)


def is_in_after(sign: Any, login: str, password: str) -> bool:
    browser = Client()
    sign(browser, login, password)
    return is_in(browser)


def test_a_link_is_old_after_an_hour_and_after_another_address(
    post: Post, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _browser = with_address("mot-gio", post)
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    kept = addresses.reset_key(user)
    link = f"/accounts/password/reset/key/{kept['uidb36']}/{kept['key']}/"
    tokens = addresses.ResetTokens()
    assert tokens.check_token(user, kept["key"])
    late = tokens._now() + timedelta(seconds=3601)
    monkeypatch.setattr(addresses.ResetTokens, "_now", lambda self: late)
    assert not tokens.check_token(user, kept["key"])
    monkeypatch.undo()
    addresses.confirm(user.pk, "khac@thu.example")
    assert set_new(Client(), link).context["token_fail"] is True


def test_the_second_factor_is_still_asked(post: Post) -> None:
    user, _browser = with_address("van-hoi", post)
    auth.TOTP.activate(user, auth.generate_totp_secret())
    Client().post(FORGOT, {"email": ADDRESS})
    carry()
    browser = Client()
    set_new(browser, post.link())
    assert not is_in(browser)
    assert sign_in(browser, "van-hoi", NEW)["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(browser)


def test_who_was_kept_out_by_others_comes_back_in_by_mail(post: Post) -> None:
    user, _browser = with_address("bi-khoa", post)
    for number in range(6):
        sign_in(Client(), "bi-khoa", "sai-mat-khau-roi", REMOTE_ADDR=f"198.51.100.{number}")
    assert not is_in_after(sign_in, "bi-khoa", PASSWORD)
    user.refresh_from_db()
    kept = addresses.reset_key(user)
    set_new(Client(), f"/accounts/password/reset/key/{kept['uidb36']}/{kept['key']}/")
    assert is_in_after(sign_in, "bi-khoa", NEW)


def test_letters_are_few(post: Post) -> None:
    with_address("it-thu", post)
    said = [Client().post(FORGOT, {"email": ADDRESS}).status_code for _time in range(7)]
    assert said == [302] * 5 + [429] * 2
    assert len(queued()) == 5


@pytest.mark.parametrize(
    "wrong", ["khong-phai", "a@b", "a\r\nBcc: x@y.vn@thu.vn", "hai@thu.vn,ba@thu.vn", ""]
)
def test_what_is_no_address_is_refused(post: Post, wrong: str) -> None:
    browser = Client()
    person("sai-thu")
    sign_in(browser, "sai-thu")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert browser.post("/accounts/address/", {"email": wrong}).status_code == 200
    assert queued() == []


def test_an_address_is_entered_only_by_who_shows_the_password_again(post: Post) -> None:
    person("de-mo")
    browser = Client()
    sign_in(browser, "de-mo")
    assert browser.get("/accounts/address/")["Location"].startswith("/accounts/reauthenticate/?next=")
    browser.post("/accounts/address/", {"email": ADDRESS})
    assert queued() == [] and ADDRESS not in str(dict(browser.session))
