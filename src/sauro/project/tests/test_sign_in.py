"""Attempts to sign in are counted for all processes together, by the address from which they really come."""

import re

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings as given
from django.contrib.auth.models import User
from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.test import Client, RequestFactory

from sauro.core.models import Account, Actor
from sauro.project.settings.security import CACHE_TABLE
from sauro.serve.tests.conftest import Town, town  # noqa: F401 — a fixture

pytestmark = pytest.mark.django_db
ATTEMPT = {"login": "hoa-0912345678", "password": "khong-phai-mat-khau"}
ADDRESS = "203.0.113.77"


def counts() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT cache_key, value FROM {CACHE_TABLE}")
        return [(key, value) for key, value in cursor.fetchall()]


def refused_for_now(client: Client) -> bool:
    answer = client.post("/accounts/login/", ATTEMPT, REMOTE_ADDR=ADDRESS)
    if answer.status_code == 429:
        return True
    errors = answer.context["form"].errors.as_data().get("__all__", ())
    return any(error.code == "too_many_login_attempts" for error in errors)


def test_attempts_are_counted_where_every_process_sees_them(client: Client) -> None:
    assert isinstance(caches["default"], DatabaseCache)
    assert [refused_for_now(client) for _ in range(6)] == [False] * 5 + [True]
    assert refused_for_now(Client()), "whoever asks"
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {CACHE_TABLE}")
    assert not refused_for_now(Client()), "nothing else had counted"


def test_no_name_and_no_address_rests_in_the_counts(client: Client) -> None:
    client.post("/accounts/login/", ATTEMPT, REMOTE_ADDR=ADDRESS)
    kept = counts()
    assert kept
    assert all(re.fullmatch(r"[0-9a-f]{64}", key) for key, _value in kept)
    assert not any(secret in key + value for key, value in kept for secret in ("hoa", "203.0", "allauth"))


def test_nothing_else_is_kept_there(client: Client) -> None:
    assert "cache" not in given.SESSION_ENGINE and not any(
        "cache" in name.lower() for name in given.MIDDLEWARE if "django" in name
    )
    for address in ("/", "/thu-tuc/", "/thu-tuc/1.001193/", "/accounts/login/"):
        assert client.get(address).status_code == 200
    assert counts() == []
    cache.set("a", 1)
    assert len(counts()) == 1, "the count itself sees"


@pytest.mark.parametrize(
    ("proxies", "sent", "believed"),
    [
        (0, "198.51.100.1", ADDRESS),
        (0, "", ADDRESS),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "10.9.9.9, 198.51.100.1", "198.51.100.1"),
        (2, "10.9.9.9, 198.51.100.1, 192.0.2.5", "198.51.100.1"),
    ],
)
def test_only_configured_proxies_say_from_where_somebody_comes(settings, proxies, sent, believed):
    assert settings.ALLAUTH_TRUSTED_PROXY_COUNT == 0
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"x-forwarded-for": sent} if sent else {}
    request = RequestFactory().get("/", REMOTE_ADDR=ADDRESS, headers=headers)
    assert get_adapter().get_client_ip(request) == believed


def test_a_wrong_password_is_told_once(client: Client) -> None:
    html = client.post("/accounts/login/", ATTEMPT, REMOTE_ADDR="203.0.113.78").content.decode()
    said = (
        client.post("/accounts/login/", ATTEMPT, REMOTE_ADDR="203.0.113.78").context["form"].errors["__all__"]
    )
    assert "govuk-error-summary" in html and [html.count(words) for words in said] == [1]


@pytest.mark.django_db
def test_officials_come_to_what_is_theirs_to_do_and_citizens_to_their_dossiers(town: Town) -> None:  # noqa: F811 — the fixture
    town.staff(Actor.objects.get(kind="organisation", code="C26041").id)
    for person, leads in (
        (next(iter(town.officers.values())), "/can-bo/"),
        (town.citizen, "/ho-so-cua-toi/"),
    ):
        user = User.objects.create_user(f"u{person.hex[-8:]}", password="mot-mat-khau-dai")
        Account.objects.create(user=user, person=person)
        sent = {"login": user.username, "password": "mot-mat-khau-dai"}
        assert Client().post("/accounts/login/", sent)["Location"] == leads
        assert Client().post("/accounts/login/", {**sent, "next": "/thu-tuc/"})["Location"] == "/thu-tuc/"


def test_from_the_first_page_a_sign_in_leads_to_ones_own(client: Client) -> None:
    assert 'href="/accounts/login/"' in client.get("/").content.decode()
    assert 'href="/accounts/login/?next=%2Ftiep-can%2F"' in client.get("/tiep-can/").content.decode()
