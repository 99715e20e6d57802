"""Signing in at another provider of identities (OpenID Connect), such as one shaped like VNeID.

The provider says who somebody is; what they may do here follows from the register alone. Who is not in it does not
come in, and nothing of what the provider said is kept: the person is found anew, by number, at each sign-in.
"""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import jwt
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from requests import RequestException

from sauro.core.ids import new_id
from sauro.core.models import Account
from sauro.core.refusal import Refusal
from sauro.core.vault import keyring
from sauro.core.vault.tokens import tokens_for
from sauro.project.accounts import events
from sauro.project.outgoing import Session
from sauro.project.settings.accounts import PROVIDER_ID
from sauro.web.refusals import answer

ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
_NUMBER = re.compile(r"[0-9]{12}")
_PERSONS = """
SELECT t.unit FROM core_token t JOIN core_actor a ON a.id = t.unit AND a.kind = 'person'
WHERE t.kind = 'number' AND t.token = %s LIMIT 2
"""


def nonce_for(state: str) -> str:
    """What the provider must repeat in its token. It follows from the state, which is good once and in one session."""
    return salted_hmac("sauro.oidc.nonce", state, algorithm="sha256").hexdigest()


class _Client(OAuth2Client):  # type: ignore[misc]  # allauth ships no types
    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:
        given = {**extra_params, "nonce": nonce_for(str(self.state))}
        url: str = super().get_redirect_url(authorization_url, scope, given)
        return url


class Provider(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth ships no types
    """allauth's client, and what it leaves to the transport: issuer, nonce and signature are always checked."""

    client_class = _Client

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's own description, which must be that of the configured issuer (OpenID Connect Discovery 4.3)."""
        found: dict[str, Any] = super().openid_config
        if str(found.get("issuer", "")).rstrip("/") != self.get_provider().app.settings["server_url"]:
            raise OAuth2Error("issuer")
        return found

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **more: Any) -> Any:
        """Accept only an answer of this issuer (RFC 9207) whose two sources speak of one person."""
        said = request.GET.get("iss")
        promised = self.openid_config.get("authorization_response_iss_parameter_supported")
        if (said or promised) and said != self.openid_config["issuer"]:
            raise OAuth2Error("issuer")
        if not more["response"].get("id_token"):
            raise OAuth2Error("id_token")
        found = super().complete_login(request, app, token, **more)
        data = found.account.extra_data
        if "userinfo" in data and data["userinfo"].get("sub") != data["id_token"].get("sub"):
            raise OAuth2Error("subject")
        return found

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        # allauth takes the algorithm from the token itself: only signatures with a public key are proofs here.
        if jwt.get_unverified_header(id_token).get("alg") not in ALGORITHMS:
            raise OAuth2Error("algorithm")
        found: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token, keys_url=self.openid_config["jwks_uri"], issuer=self.openid_config["issuer"],
            audience=app.client_id, lookup_kid=jwtkit.lookup_kid_jwk, verify_signature=True,
        )  # fmt: skip
        wanted = nonce_for(self.request.GET.get("state", ""))
        if not constant_time_compare(str(found.get("nonce", "")), wanted):
            raise OAuth2Error("nonce")
        return found


class Federated(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Lets in who is in the register, and nobody else; keeps nothing of what the provider said."""

    def get_requests_session(self) -> Session:
        """What the provider's description names is fetched with care: it may name anything."""
        return Session()

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Go on with the account of the person who was found; allauth's own table stays empty."""
        data = sociallogin.account.extra_data
        claim = self.get_provider(request, PROVIDER_ID).app.settings["person_claim"]
        said = str({**data.get("id_token", {}), **data.get("userinfo", {})}.get(claim, ""))
        user = user_with(said)
        if user is None:
            events.told("account.refused", reason="not_in_register")
            raise ImmediateHttpResponse(answer(request, unknown()))
        record_authentication(request, user, "socialaccount", provider=PROVIDER_ID)
        login = Login(user=user, redirect_url=sociallogin.get_redirect_url(request))
        raise ImmediateHttpResponse(perform_login(request, login))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, **more: Any
    ) -> None:
        """Say that it did not work."""
        raised = more.get("exception")
        events.told(
            "account.sign_in_failed", reason="provider", error=type(raised).__name__ if raised else "state"
        )
        raise ImmediateHttpResponse(failed(request))


def unknown() -> Refusal:
    """Why somebody whom the provider knows does not come in."""
    message = _(
        "You were recognised, but nobody with your personal number is in the register of this installation. "
        "Ask the person who manages accounts at your agency."
    )
    return Refusal("not_in_register", "accounts: register", message, status=403)


def user_with(number: str) -> User | None:
    """The account of the one person in the register who has this personal number; made if they have none yet."""
    if not _NUMBER.fullmatch(number):
        return None
    (token,) = tokens_for(keyring.current(), "number", number)
    with connection.cursor() as cursor:
        cursor.execute(_PERSONS, [token])
        persons = [person for (person,) in cursor.fetchall()]
    return _account(persons[0]) if len(persons) == 1 else None


def _account(person: UUID) -> User | None:
    """The login of a person of the register. It gives no right: those they have."""
    found = Account.objects.filter(person=person).select_related("user").first()
    if found is None:
        try:
            with transaction.atomic():
                user = User.objects.create_user(f"{PROVIDER_ID}-{new_id().hex[-10:]}")
                found = Account.objects.create(user=user, person=person)
        except IntegrityError:  # another request made it meanwhile
            found = Account.objects.select_related("user").get(person=person)
    return found.user


def _configured(provider_id: str) -> None:
    if not settings.SAURO_OIDC or provider_id != PROVIDER_ID:
        raise Http404


def sign_in(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Go to the provider. By a form only: no other site can begin it, nor say what is asked of the provider."""
    _configured(provider_id)
    if request.method != "POST":
        return render(request, "socialaccount/login.html", {"provider": settings.SAURO_OIDC})
    request.GET = QueryDict()
    return _went(request, OAuth2LoginView.adapter_view(Provider(request, provider_id)))


def come_back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """The provider's answer."""
    _configured(provider_id)
    return _went(request, OAuth2CallbackView.adapter_view(Provider(request, provider_id)))


def _went(request: HttpRequest, view: Callable[[HttpRequest], HttpResponseBase]) -> HttpResponseBase:
    """Do it; a provider that cannot be reached, or that answers what is no answer, is told as such."""
    try:
        return view(request)
    except (OAuth2Error, RequestException, jwt.PyJWTError, KeyError, ValueError) as raised:
        events.told("account.sign_in_failed", reason="provider", error=type(raised).__name__)
        return failed(request)


def failed(request: HttpRequest) -> HttpResponse:
    """That it did not work; which check failed is for the log."""
    return render(
        request, "socialaccount/authentication_error.html", {"provider": settings.SAURO_OIDC}, status=401
    )


OpenIDConnectProvider.oauth2_adapter_class = Provider
