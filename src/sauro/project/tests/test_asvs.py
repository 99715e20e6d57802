"""What OWASP ASVS asks and no other test holds; docs/reference/asvs.csv names each line's test."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from sauro.project import start
from sauro.project.cli.command import Stop
from sauro.project.settings.table import ROOT
from sauro.project.tests.people import PASSWORD, is_in, person, sign_in

COOKIES = """
import django; django.setup()
from django.conf import settings as s
from sauro.project.accounts import devices
from sauro.web.notices import _Cookie
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, _Cookie(None).cookie_name, devices.name())
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY)
print(s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE, s.LANGUAGE_COOKIE_SAMESITE)
"""


def test_under_https_cookies_belong_to_this_host_alone(tmp_path: Any) -> None:
    own = {"DJANGO_SETTINGS_MODULE": "sauro.project.settings", "SAURO_PUBLIC_URL": "https://dvc.example", "SAURO_VAR": str(tmp_path)}  # fmt: skip
    environment = {**os.environ, **own, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", COOKIES]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    names, flags, sites = (line.split() for line in said.splitlines())
    assert [name.partition("-")[0] for name in names] == ["__Host"] * 4 + ["__Secure"], names
    assert set(flags) == {"True"} and set(sites) == {"Lax"}


@pytest.mark.django_db
def test_passwords_are_judged_by_length_and_commonness_alone() -> None:
    for good in ("cảnh đồng lúa chín", "aaaaaaaaaabbbbbbbbbbcccccccccc", "x y z x y z q", "ngựa" * 40):
        validate_password(good)
    for bad in ("ngan-qua", "1q2w3e4r5t", "basketball"):
        with pytest.raises(ValidationError):
            validate_password(bad)


@pytest.mark.django_db
def test_a_password_is_taken_as_typed() -> None:
    user = person("nguyen-van")
    user.set_password("  Có Dấu Cách  ")
    user.save()
    for other in ("Có Dấu Cách", "  có dấu cách  "):
        stranger = Client()
        sign_in(stranger, "nguyen-van", other)
        assert not is_in(stranger), other
    own = Client()
    sign_in(own, "nguyen-van", "  Có Dấu Cách  ")
    assert is_in(own)


@pytest.mark.django_db
def test_a_new_password_takes_the_present_one() -> None:
    person("doi-mat-khau")
    browser = Client()
    sign_in(browser, "doi-mat-khau")
    new = {"password1": "canh-dong-lua-8", "password2": "canh-dong-lua-8"}
    browser.post("/accounts/password/change/", {"oldpassword": "khong-phai-dau", **new})
    assert User.objects.get(username="doi-mat-khau").check_password(PASSWORD)
    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    assert User.objects.get(username="doi-mat-khau").check_password("canh-dong-lua-8")


@pytest.mark.django_db
def test_passwords_may_be_pasted_and_kept_by_a_manager() -> None:
    page = Client().get("/accounts/login/").content.decode()
    (field,) = re.findall(r'<input[^>]*name="password"[^>]*>', page)
    assert 'type="password"' in field and 'autocomplete="current-password"' in field
    assert "onpaste" not in page and "maxlength" not in field


@pytest.mark.django_db
def test_a_closed_account_is_out_at_the_next_page() -> None:
    user = person("nghi-viec")
    browser = Client()
    sign_in(browser, "nghi-viec")
    assert is_in(browser) and browser.get("/accounts/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert browser.get("/accounts/")["Location"].startswith("/accounts/login/")


@pytest.mark.django_db
def test_signing_out_clears_the_browser() -> None:
    person("ra-ve")
    browser = Client()
    sign_in(browser, "ra-ve")
    assert "Clear-Site-Data" not in browser.get("/accounts/")
    assert browser.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(browser)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [".git/config", "static/../.git/config", ".env", "var/keys/django-secret", "static/%2e%2e/.git/config", "CHANGELOG.md"])  # fmt: skip
def test_nothing_of_the_source_is_served(path: str) -> None:
    assert Client().get(f"/{path}").status_code == 404


def test_nothing_but_a_demonstration_is_served_without_https(settings: Any) -> None:
    settings.DEMONSTRATION, settings.SAURO_SIGNER, settings.SAURO_PUBLIC_URL = False, "external", "http://dvc.example"  # fmt: skip
    with pytest.raises(Stop, match="https://"):
        start.refuse_unsafe_production()
    settings.SAURO_PUBLIC_URL = "https://dvc.example"
    start.refuse_unsafe_production()
