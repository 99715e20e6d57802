"""Whoever signs up is a person who may file; and where sign-up is closed, nobody becomes one."""

import pytest
from django.test import Client

from sauro.core.models import Account, Grant

pytestmark = pytest.mark.django_db
FORM = {"username": "hoa", "password1": "mot-mat-khau-dai-2026", "password2": "mot-mat-khau-dai-2026"}


def test_signing_up_makes_a_person_who_may_file(client: Client) -> None:
    answer = client.post("/accounts/signup/", FORM)
    assert answer.status_code == 302
    person = Account.objects.get(user__username="hoa").person
    assert Grant.objects.filter(holder=person, scope="own").count() == 1
    assert client.get("/ho-so-cua-toi/").status_code == 200


def test_where_sign_up_is_closed_nobody_becomes_a_person(client: Client, settings: object) -> None:
    settings.SAURO_CITIZEN_ACCOUNTS = False  # type: ignore[attr-defined]  # pytest-django's fixture is untyped
    before = Account.objects.count()
    client.post("/accounts/signup/", FORM)
    assert Account.objects.count() == before
