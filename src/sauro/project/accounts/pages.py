"""One's own account: what protects it, and the ways to change that."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from sauro.project.accounts.addresses import address_of
from sauro.project.accounts.standing import standing


@login_required
def home(request: HttpRequest) -> HttpResponseBase:
    """What there is, each with the page on which it is changed."""
    user = request.user
    assert isinstance(user, User)
    found = standing(user.pk)
    shown = {
        "address": address_of(user.pk),
        "sends_mail": settings.SAURO_SENDS_MAIL,
        "password": user.has_usable_password(),
        "passkeys": Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count(),
        "codes": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
        "offer": found is not None and found.official and not found.second_factor,
    }
    return render(request, "account/home.html", shown)
