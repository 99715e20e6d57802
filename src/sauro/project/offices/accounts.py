"""Accounts: who works here gets one, it is closed and opened again, and the way in is sent again."""

import re
import secrets
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sauro.core.ports.mail import MAILBOX
from sauro.core.refusal import Refusal
from sauro.project.accounts import keeping
from sauro.project.offices import directory, logins
from sauro.project.offices.forms import Asking, Choices
from sauro.project.offices.keeper import Keeper, for_keepers, may_open_accounts
from sauro.project.offices.words import CLOSING, OPENING
from sauro.web import forms
from sauro.web.shapes import Chip

LONGEST = 200
LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,38}[a-z0-9])")


class OpenForm(Asking):
    """Who somebody is, where their letter goes, and the name by which they sign in."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.add("name", django_forms.CharField(label=_("Full name"), max_length=100))
        self.add("email", django_forms.EmailField(label=_("E-mail address"), max_length=254, widget=django_forms.EmailInput, help_text=_("Their own at work. The letter with the link goes there, and later letters about the account.")))  # fmt: skip
        self.add("login", django_forms.CharField(label=_("User name"), max_length=40, help_text=_("By which they sign in: small letters without diacritics, figures, dots and hyphens, for example minh.tran. It never changes.")))  # fmt: skip
        self.add("number", forms.PersonalIdField(label=_("Personal identification number"), required=False, help_text=_("12 digits. Needed only by who signs in at another provider, such as VNeID.")))  # fmt: skip

    def clean_email(self) -> str:
        """Only what the mail server could carry."""
        return mailbox(self.cleaned_data["email"])

    def clean_login(self) -> str:
        """A name that everybody can type."""
        login = str(self.cleaned_data["login"]).strip().lower()
        if not LOGIN.fullmatch(login):
            raise django_forms.ValidationError(_("Write the user name in 3 to 40 small letters without diacritics, figures, dots and hyphens, for example minh.tran"))  # fmt: skip
        return login

    def payload(self) -> dict[str, Any]:
        """What the act is given."""
        said = dict(self.cleaned_data)
        login = said.pop("login")
        return {"identity": {name: text.strip() for name, text in said.items() if text}, "login": login}


class ReasonForm(Asking):
    """Why an account is closed, or opened again."""

    def __init__(self, data: Any, reasons: Choices) -> None:
        super().__init__(data)
        self.add("reason", django_forms.ChoiceField(label=_("Reason"), choices=reasons, widget=django_forms.RadioSelect), _("Choose the reason."))  # fmt: skip


class WayInForm(Asking):
    """Where the letter goes, if not where it went."""

    def __init__(self, data: Any, elsewhere: bool, needed: bool) -> None:
        super().__init__(data)
        if elsewhere:
            hint = "" if needed else _("Only if the first was wrong; left empty, it goes to the same again.")
            self.add("email", django_forms.EmailField(label=_("E-mail address") if needed else _("Another e-mail address"), required=needed, max_length=254, help_text=hint))  # fmt: skip

    def clean_email(self) -> str:
        """Only what the mail server could carry."""
        return mailbox(self.cleaned_data["email"]) if self.cleaned_data.get("email") else ""


def mailbox(address: str) -> str:
    """An address as it may be given to a mail server."""
    if not MAILBOX.fullmatch(address):
        raise django_forms.ValidationError(_("Enter an e-mail address such as ten@vidu.vn"))
    return address


@for_keepers(may_open_accounts)
def listed(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """Accounts of those who work here; searched, anybody's."""
    text, which = request.GET.get("q", "")[:LONGEST].strip(), request.GET.get("is", "")
    found, after = logins.listed(text, which, request.GET.get("after", "")[:150])
    words = {"with": _("With an office"), "without": _("Without an office"), "closed": _("Closed")}
    counts = {} if text else logins.counted()
    chips = [
        Chip(word, _query(q=text, **({} if which == code else {"is": code})), which == code, counts.get(code))
        for code, word in words.items()
    ]
    return render(request, "offices/accounts.html", {
        "here": "accounts", "official": keeper.official, "found": found, "text": text, "which": which, "chips": chips,
        "following": _query(q=text, after=after, **{"is": which}) if after else "", "opens": "core.open_account" in keeper.everywhere,
    })  # fmt: skip


def _query(**parts: str) -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in parts.items() if value})
    return f"?{query.urlencode()}" if query else reverse("accounts")


@for_keepers(may_open_accounts)
def new(request: HttpRequest, keeper: Keeper) -> HttpResponse:
    """The form by which somebody gets an account."""
    form, status = OpenForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _do(request, keeper, "core.open_account", form.payload())
            except Refusal as refusal:
                forms.refuse(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("The account is made."))
                return redirect("account_of", made)
    context = {
        "here": "accounts",
        "official": keeper.official,
        "form": form,
        "key": _key(request),
    }
    return render(request, "offices/account_new.html", context, status=status)


def _do(request: HttpRequest, keeper: Keeper, action: str, payload: dict[str, Any], subject: UUID | None = None) -> UUID:  # fmt: skip
    who = keeper.reader.person, _key(request), subject, keeper.reader.position
    return keeping.DOES[action](keeping.asked(action, payload, *who)).subject


def _key(request: HttpRequest) -> str:
    return request.POST.get("key", "")[:64] or secrets.token_hex(16)


@for_keepers(may_open_accounts)
def one(request: HttpRequest, keeper: Keeper, person: UUID) -> HttpResponse:
    """One account: how it stands, what became of the letter, the offices, and what was done with it."""
    return _page(request, keeper, _login(person))


def _login(person: UUID) -> logins.Login:
    found = logins.one(person)
    if found is None:
        raise Http404
    return found


@require_POST
@for_keepers(may_open_accounts)
def change(request: HttpRequest, keeper: Keeper, person: UUID, verb: str) -> HttpResponse:
    """One act about an account: done, or the page again with what stood in the way."""
    found = _login(person)
    form = _forms(found, request.POST).get(verb)
    if form is None:
        raise Http404
    action, done = {
        "close": ("core.close_account", _("Closed. Nobody signs in with it any more, and whoever was signed in is out.")),
        "reopen": ("core.reopen_account", _("Open again. They choose a new password by the link of a letter.")),
        "send": ("core.send_way_in", _("The letter is written anew.")),
    }[verb]  # fmt: skip
    if not form.is_valid():
        return _page(request, keeper, found, {verb: form}, status=422)
    try:
        _do(request, keeper, action, form.cleaned_data, person)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        forms.refuse(form, refusal)
        return _page(request, keeper, found, {verb: form}, status=refusal.status, rule=refusal.rule)
    messages.success(request, done)
    return redirect("account_of", person)


def _forms(found: logins.Login, data: Any = None) -> dict[str, Asking]:
    """The forms of the page; each is tried whatever the state, so that the doorway says what stands in the way."""
    return {
        "close": ReasonForm(data, list(CLOSING.items())), "reopen": ReasonForm(data, list(OPENING.items())),
        "send": WayInForm(data, found.unused or not found.addressed, not found.addressed),
    }  # fmt: skip


def _page(request: HttpRequest, keeper: Keeper, found: logins.Login, tried: dict[str, Asking] | None = None, *, status: int = 200, rule: str = "") -> HttpResponse:  # fmt: skip
    done, text = logins.history(found.person), request.GET.get("office", "")[:LONGEST].strip()
    agencies = directory.search(keeper.seen, text).lines[:5] if text else []
    return render(request, "offices/account.html", {
        "here": "accounts", "official": keeper.official, "found": found, "done": done, "letter": logins.letter(found, done),
        "forms": {**_forms(found), **(tried or {})}, "tried": next(iter((tried or {}).values()), None), "verb": next(iter(tried or {}), ""),
        "rule": rule, "key": secrets.token_hex(16), "own": found.person == keeper.reader.person, "sends": settings.SAURO_SENDS_MAIL,
        "text": text, "agencies": [(line, directory.offices(line.id)) for line in agencies], "may": keeper.everywhere,
        "appoints": "core.appoint" in keeper.may,
    }, status=status)  # fmt: skip
