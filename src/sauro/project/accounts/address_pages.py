"""Pages of the address: entered and confirmed by its holder; and the form by which one gets back in."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.forms import ResetPasswordForm
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sauro.core.ports.mail import MAILBOX
from sauro.core.refusal import Refusal
from sauro.project.accounts import events, letters
from sauro.project.accounts.addresses import (
    address_of,
    ask_to_confirm,
    awaiting,
    confirm,
    pending_of,
    remove,
    users_with,
)
from sauro.web.forms.accounts import InOurWords
from sauro.web.forms.base import Form


class ResetPassword(InOurWords, ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """Asks for an address, and says the same whether an account has it or not."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.label()

    def clean_email(self) -> str:
        """Look for accounts; that there is none is no error."""
        address: str = self.cleaned_data["email"]
        self.users = users_with(address)
        return address

    def save(self, request: HttpRequest, **more: Any) -> str:
        """Queue a letter for each account, and for none one that is never written: both take the same steps."""
        for user in [user.pk for user in self.users] or [letters.NOBODY]:
            letters.queue("reset", user)
        events.told("account.reset_asked")
        address: str = self.cleaned_data["email"]
        return address


class AddressForm(Form):
    """One address for letters about the account."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        """Only what the mail server could carry."""
        address: str = self.cleaned_data["email"]
        if not MAILBOX.fullmatch(address):
            raise forms.ValidationError(_("Enter an e-mail address such as ten@vidu.vn"))
        return address


@login_required
@reauthentication_required(app="allauth.mfa", enabled=lambda request: request.method != "POST")  # type: ignore[untyped-decorator]
def address(request: HttpRequest) -> HttpResponseBase:
    """The address of one's account: entered, confirmed by letter, changed, removed."""
    user = request.user
    assert user.pk is not None
    if request.method == "POST" and not did_recently_reauthenticate(request):
        # What was typed is not carried through the password's page: it would rest in the session.
        return redirect("account_address")
    form = AddressForm(request.POST if request.method == "POST" and "remove" not in request.POST else None)
    if request.method == "POST" and "remove" in request.POST:
        remove(user.pk)
        messages.success(request, _("The address is forgotten."))
        return redirect("account_address")
    if form.is_valid():
        if not ratelimit.consume(request, action="manage_email", user=user):
            raise Refusal(
                "too_many_letters",
                "accounts: letters",
                _("Too many attempts. Wait a few minutes, then try again."),
                status=429,
            )
        ask_to_confirm(user.pk, form.cleaned_data["email"])
        letters.queue("confirm", user.pk)
        letters.queue("address_entered", user.pk)
        events.told("account.address_entered", user)
        return redirect("account_address")
    shown = {"form": form, "address": address_of(user.pk), "pending": pending_of(user.pk).get("email", "")}
    return render(request, "account/address.html", shown)


def confirm_address(request: HttpRequest, key: str) -> HttpResponseBase:
    """What a letter's link opens: a page with one button. Programs that follow links in letters confirm nothing."""
    found = awaiting(key)
    if found is not None and request.method == "POST":
        user, address = found
        confirm(user, address)
        events.told("account.address_confirmed", User(pk=user))
        messages.success(request, _("Letters about your account now come to this address."))
        return redirect("account_home" if request.user.is_authenticated else "account_login")
    status = 200 if found else 404
    return render(request, "account/address_confirm.html", {"found": bool(found)}, status=status)
