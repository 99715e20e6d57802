"""The guided walk: in a demonstration only, as its simulated accounts only, moved on by what is really done."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sauro.core.ids import new_id
from sauro.core.models import Account
from sauro.packs.load import id_of
from sauro.project.walk.routes import CITIZEN, OFFICER, WALKS
from sauro.serve.tests.conftest import Town, town  # noqa: F401 — a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration(settings: Any) -> None:
    """The simulated citizen's account, in a demonstration."""
    settings.SAURO_PROFILE, settings.SAURO_SECOND_FACTOR_REQUIRED = "demonstration", False
    user = User.objects.create_user(CITIZEN.login, password="mot-mat-khau-dai")
    Account.objects.create(user=user, person=id_of(f"demonstration/{CITIZEN.login}"))


def begin(client: Client, name: str = CITIZEN.name) -> Any:
    return client.post(f"/dan-duong/{name}/", {"do": "begin"})


def strip(client: Client, page: str = "/tiep-can/") -> Any:
    return client.get(page).context["guide"].strip


@pytest.mark.parametrize("profile", ["national", "back-office"])
def test_elsewhere_there_is_none(demonstration: None, settings: Any, client: Client, profile: str) -> None:
    settings.SAURO_PROFILE = profile
    for name in WALKS:
        assert client.get(f"/dan-duong/{name}/").status_code == 404
        assert begin(client, name).status_code == 404
    assert "_auth_user_id" not in client.session
    assert "/dan-duong/" not in client.get("/").content.decode()


def test_where_a_second_factor_is_asked_for_nobody_comes_in_without(demonstration: None, settings: Any, client: Client) -> None:  # fmt: skip
    settings.SAURO_SECOND_FACTOR_REQUIRED = True
    assert begin(client).status_code == 404 and "_auth_user_id" not in client.session


def test_an_account_that_only_bears_the_name_is_not_entered(demonstration: None, client: Client) -> None:
    user = User.objects.create_user(OFFICER.login, password="mot-mat-khau-dai")
    Account.objects.create(user=user, person=new_id())
    assert begin(client, OFFICER.name).status_code == 404 and "_auth_user_id" not in client.session


def test_the_first_page_offers_it_without_a_session(demonstration: None, client: Client) -> None:
    answer = client.get("/")
    assert not answer.cookies
    assert all(f"/dan-duong/{name}/" in answer.content.decode() for name in WALKS)
    assert strip(client) is None


def test_it_goes_on_is_left_and_taken_up(demonstration: None, town: Town, client: Client) -> None:  # noqa: F811 — the fixture
    assert begin(client)["Location"] == "/thu-tuc/1.001193/"
    assert strip(client).at == 0
    assert strip(client, "/thu-tuc/1.001193/").at == 1, "what was asked was opened"
    assert strip(client).at == 1, "and that is remembered"
    client.post("/dan-duong/nguoi-dan/", {"do": "next"})
    assert strip(client).at == 2
    client.post("/dan-duong/nguoi-dan/", {"do": "leave"})
    assert strip(client) is None and client.get("/").context["guide"].left.at == 2
    client.post("/dan-duong/nguoi-dan/", {"do": "take-up"})
    assert strip(client).at == 2


def test_an_example_fills_the_form_in_so_that_it_can_be_filed(
    demonstration: None, town: Town, client: Client, settings: Any, tmp_path: Any  # noqa: F811 — the fixture
) -> None:  # fmt: skip
    settings.SAURO_FILES, settings.SAURO_KEYS = tmp_path / "files", tmp_path / "keys"
    begin(client)
    for _one in range(2):
        client.post("/dan-duong/nguoi-dan/", {"do": "next"})
    check = client.post("/dan-duong/nguoi-dan/", {"do": "example"})["Location"]
    seen = client.get(check)
    assert not seen.context["problems"] and seen.context["guide"].strip.at == 3


def test_next_never_leads_out_of_the_site(demonstration: None, town: Town, client: Client) -> None:  # noqa: F811 — the fixture
    begin(client)
    client.post("/dan-duong/nguoi-dan/", {"do": "next"})
    answer = client.post("/dan-duong/nguoi-dan/", {"do": "next", "next": "https://example.org/"})
    assert answer["Location"] == "/"
