"""Signing in at another provider: who is in the register comes in; whatever does not fit is refused."""

import logging
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.mfa.totp.internal import auth
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from sauro.core.models import Account, Holding
from sauro.project.settings import accounts as chosen
from sauro.project.settings import security
from sauro.project.settings.table import WrongSetting
from sauro.project.tests.people import is_in, person
from sauro.project.tests.provider import CLIENT, SECRET, Provider, provider

pytestmark = pytest.mark.django_db
NUMBER = "000190000777"
BEGIN, BACK = "/accounts/oidc/login/", "/accounts/oidc/login/callback/"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def vneid(running: Provider, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Provider:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    given = {"ISSUER": running.issuer, "CLIENT": CLIENT, "SECRET_FILE": str(secret)}
    for name, value in given.items():
        monkeypatch.setenv(f"SAURO_OIDC_{name}", value)
    settings.SAURO_OIDC = chosen.provider(https=False)
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.SAURO_OIDC]}}
    running.spoil, running.signing = {}, running.key
    for kept in (running.asked, running.refused, running.codes):
        kept.clear()
    running.is_(NUMBER)
    return running


def begin(browser: Client, **sent: str) -> str:
    """Go to the provider, sign in there, and give the address by which one is sent back."""
    led = browser.post(BEGIN, sent)["Location"]
    back: str = requests.get(led, allow_redirects=False, timeout=10).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def come(**sent: str) -> tuple[Client, Any]:
    browser = Client()
    return browser, browser.get(begin(browser, **sent))


def test_who_is_in_the_register_comes_in(vneid: Provider) -> None:
    user = person("lien-thong", office=True, name="Nguyễn Thị Canary", number=NUMBER)
    browser, answer = come(next="/can-bo/")
    assert answer["Location"] == "/can-bo/" and browser.get("/can-bo/").status_code == 200
    assert browser.session["_auth_user_id"] == str(user.pk)
    (asked,) = vneid.asked
    assert asked["scope"].split() and set(asked["scope"].split()) == {"openid", "profile"}
    assert len(asked["state"]) >= 16 and asked["nonce"] != asked["state"] and not vneid.refused


def test_the_sign_in_page_offers_it_and_lets_the_form_go_there(vneid: Provider) -> None:
    page = Client().get("/accounts/login/")
    assert "Đăng nhập bằng VNeID" in page.content.decode() and BEGIN in page.content.decode()
    policy = security.policy("", chosen.origin_of(chosen.provider(https=False)))
    assert policy["DIRECTIVES"]["form-action"] == ["'self'", vneid.issuer]
    assert Client().get(BEGIN).status_code == 200, "a link begins nothing: it asks"


def test_who_has_no_login_yet_gets_one_without_any_right(vneid: Provider) -> None:
    user = person("chua-co", name="Nguyễn Thị Canary", number=NUMBER)
    whose = Account.objects.get(user=user).person
    Account.objects.filter(user=user).delete()
    # Not user.delete(): that would look into Django's tables of groups, which the program's role cannot change.
    User.objects.filter(pk=user.pk)._raw_delete("default")
    browser, _answer = come()
    assert is_in(browser)
    made = Account.objects.get(person=whose).user
    assert (
        not made.has_usable_password()
        and not made.is_staff
        and not Holding.objects.filter(person=whose).exists()
    )
    come()
    assert Account.objects.filter(person=whose).count() == 1


@pytest.mark.parametrize(
    "number", ["000190000778", "", "0001900007", "000190000777 OR 1=1", "００0190000777"]
)
def test_who_is_not_in_the_register_is_refused_and_told_why(vneid: Provider, number: str) -> None:
    person("nguoi-khac", number=NUMBER)
    vneid.is_(number)
    before = User.objects.count()
    browser, answer = come()
    assert answer.status_code == 403 and "sổ của hệ thống này" in answer.content.decode()
    assert not is_in(browser) and User.objects.count() == before


def test_nothing_of_what_it_says_is_kept(vneid: Provider, caplog: pytest.LogCaptureFixture) -> None:
    person("khong-giu", name="Nguyễn Thị Canary", number=NUMBER)
    with caplog.at_level(logging.DEBUG):
        browser, _answer = come()
        vneid.is_("000190000779")
        come()
    assert is_in(browser) and not SocialAccount.objects.exists() and not SocialToken.objects.exists()
    kept = str(dict(browser.session))
    assert NUMBER not in kept and "Canary" not in kept and vneid.claims["sub"] not in kept
    said = " ".join(str(record.msg) for record in caplog.records if record.name.startswith("sauro"))
    assert "account.refused" in said and "0001900007" not in said and "Canary" not in said
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM auth_user WHERE auth_user::text LIKE %s", ["%Canary%"])
        assert cursor.fetchone() == (0,)


def test_the_second_factor_is_asked_here_too(vneid: Provider) -> None:
    user = person("hai-buoc", number=NUMBER)
    auth.TOTP.activate(user, auth.generate_totp_secret())
    browser, answer = come()
    assert answer["Location"] == "/accounts/2fa/authenticate/" and not is_in(browser)


def test_citizens_do_not_come_into_a_back_office_by_it(vneid: Provider, settings: Any) -> None:
    settings.SAURO_CITIZEN_ACCOUNTS = False
    person("cong-dan", number=NUMBER)
    browser, answer = come()
    assert answer.status_code == 403 and not is_in(browser)


def refused(answer: Any, browser: Client) -> bool:
    return answer.status_code == 401 and not is_in(browser)


@pytest.mark.parametrize(
    ("where", "spoil"),
    [
        ("token", lambda said: said.update(nonce="0" * 64)),
        ("token", lambda said: said.pop("nonce")),
        ("token", lambda said: said.update(iss="http://localhost:1")),
        ("token", lambda said: said.update(aud="somebody-else")),
        ("token", lambda said: said.update(exp=int(time.time()) - 60)),
        ("answer", lambda said: said.update(iss="http://localhost:1")),
        ("answer", lambda said: said.update(iss=None)),
        ("answer", lambda said: said.update(state="a-state-nobody-asked-with")),
        ("answer", lambda said: said.update(code="a-code-nobody-was-given")),
        ("discovery", lambda said: said.update(issuer="http://localhost:1")),
        ("userinfo", lambda said: said.update(sub="somebody-else")),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(vneid: Provider, where: str, spoil: Any) -> None:
    person("khong-khop", number=NUMBER)
    browser = Client()
    if where == "discovery":
        vneid.spoil = {where: spoil}
        assert refused(browser.post(BEGIN), browser)
        return
    vneid.spoil = {where: spoil}
    assert refused(browser.get(begin(browser)), browser)
    vneid.spoil = {}
    assert is_in(come()[0]), "unspoilt, it fits"


def test_a_token_that_another_key_signed_is_refused(vneid: Provider) -> None:
    person("khoa-la", number=NUMBER)
    vneid.signing = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    browser = Client()
    assert refused(browser.get(begin(browser)), browser)


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_a_token_under_another_kind_of_key_is_refused(
    vneid: Provider, algorithm: str, monkeypatch: Any
) -> None:
    """The public key taken for a shared secret, or no key at all: the token does not choose what proves it."""
    person("thuat-toan", number=NUMBER)
    made = jwt.encode

    def other(claims: dict[str, Any], _key: Any, **more: Any) -> str:
        key = "x" * 64 if algorithm == "HS256" else ""
        return made(claims, key, algorithm=algorithm, headers=more.get("headers"))

    monkeypatch.setattr("sauro.project.tests.provider.jwt.encode", other)
    browser = Client()
    assert refused(browser.get(begin(browser)), browser)


@pytest.mark.parametrize("named", ["jwks_uri", "token_endpoint", "userinfo_endpoint"])
def test_what_a_provider_names_inside_our_network_is_not_fetched(vneid: Provider, named: str) -> None:
    person("ben-trong", number=NUMBER)
    vneid.spoil = {
        "discovery": lambda said: said.update({named: said[named].replace("localhost", "127.0.0.1")})
    }
    browser = Client()
    assert refused(browser.get(begin(browser)), browser)
    vneid.spoil = {}
    assert is_in(come()[0]), "unspoilt, it fits"


def test_an_answer_is_good_in_the_session_that_asked_and_once(vneid: Provider) -> None:
    person("mot-phien", number=NUMBER)
    asked, other = Client(), Client()
    back = begin(asked)
    assert refused(other.get(back), other), "login CSRF: somebody else's answer"
    asked.get(back)
    assert is_in(asked)
    asked.post("/accounts/logout/")
    assert refused(asked.get(back), asked), "again"


def test_a_token_of_one_sign_in_does_not_fit_another(vneid: Provider) -> None:
    """A stolen code of the victim, put into the thief's own sign-in: the nonce and the verifier are the thief's."""
    person("nan-nhan", number=NUMBER)
    victim, thief = Client(), Client()
    stolen = parse_qs(urlsplit(begin(victim)).query)["code"][0]
    own = begin(thief)
    mixed = own.replace(parse_qs(urlsplit(own).query)["code"][0], stolen)
    assert refused(thief.get(mixed), thief) and "verifier" in vneid.refused


def test_a_provider_that_is_down_is_told_as_such(vneid: Provider, settings: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://localhost:{probe.getsockname()[1]}"
    app = {**settings.SAURO_OIDC, "settings": {**settings.SAURO_OIDC["settings"], "server_url": nobody}}
    settings.SAURO_OIDC = app
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    browser = Client()
    assert refused(browser.post(BEGIN), browser)


def test_a_link_cannot_say_what_is_asked_of_the_provider(vneid: Provider) -> None:
    browser = Client()
    led = browser.post(
        f"{BEGIN}?auth_params=redirect_uri%3Dhttps://xau.example&scope=everything&process=connect"
    )["Location"]
    asked = parse_qs(urlsplit(led).query)
    assert asked["redirect_uri"] == [f"http://testserver{BACK}"] and "everything" not in asked["scope"][0]


def test_it_leads_nowhere_else(vneid: Provider) -> None:
    person("di-dau", number=NUMBER)
    _browser, answer = come(next="https://xau.example/")
    assert answer["Location"] == "/ho-so-cua-toi/"


def test_without_settings_there_is_no_such_page() -> None:
    assert Client().post(BEGIN).status_code == 404 and Client().get(BACK).status_code == 404
    assert Client().post("/accounts/khac/login/").status_code == 404
    assert BEGIN not in Client().get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    ("issuer", "client", "https"),
    [
        ("ftp://x", "c", False),
        ("http://id.example", "c", True),
        ("https://", "c", True),
        ("https://id.example?x=1", "c", True),
        ("https://id.example", "", True),
    ],
)
def test_half_a_provider_is_refused(
    monkeypatch: pytest.MonkeyPatch, issuer: str, client: str, https: bool
) -> None:
    monkeypatch.setenv("SAURO_OIDC_ISSUER", issuer)
    monkeypatch.setenv("SAURO_OIDC_CLIENT", client)
    with pytest.raises(WrongSetting, match="SAURO_OIDC_"):
        chosen.provider(https)
