"""Where somebody is signed in: the list, ending one or all others, and word of a sign-in from a new browser.

Kept of each is what its holder recognises it by, and no more: the family of the browser and the system, and the
network's address without its last part.
"""

import contextlib
import ipaddress
import re
from importlib import import_module
from typing import Any

from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from sauro.core.moment import now
from sauro.project.accounts import events, letters

TOLD = "new_sign_in"
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"), ("Cốc Cốc", r"coc_coc_browser/"), ("Opera", r"OPR/"), ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"), ("Chrome", r"(?:HeadlessChrome|Chrome|CriOS|Chromium)/"), ("Safari", r"Version/.*Safari/"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", r"Android"), ("iPhone", r"iPhone"), ("iPad", r"iPad"), ("Windows", r"Windows"), ("ChromeOS", r"CrOS"),
    ("macOS", r"Macintosh"), ("Linux", r"Linux"),
)  # fmt: skip


def device(agent: str) -> str:
    """The family of a browser and of its system, of the long line that a browser sends."""
    known = [
        next((name for name, mark in kinds if re.search(mark, agent)), "") for kinds in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, known))


def network(address: str) -> str:
    """An address without what tells one machine of a network from another."""
    found = ipaddress.ip_address(address)
    wide = ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False)
    return str(wide.network_address)


@receiver(pre_save, sender=UserSession)
def keep_little(instance: UserSession, **more: Any) -> None:
    """Before a session is noted: what is finer than its holder needs is left out."""
    instance.ip = network(instance.ip)
    if " · " not in instance.user_agent:
        instance.user_agent = device(instance.user_agent)


@login_required
def devices(request: HttpRequest) -> HttpResponseBase:
    """The list; sent back with ``session``, it ends that one, else all others."""
    user = request.user
    assert isinstance(user, User)
    if request.method == "POST":
        chosen = request.POST.get("session", "")
        if chosen.isascii() and chosen.isdigit():
            end_sessions(request, list(UserSession.objects.filter(user_id=user.pk, pk=int(chosen[:18]))))
            events.told("account.session_ended", user, kind="one")
        else:
            end_other_sessions(request, user)
            events.told("account.session_ended", user, kind="others")
        messages.success(request, _("Done. Whoever was signed in there is signed out now."))
        return redirect("usersessions_list")
    request.session.pop(TOLD, None)
    if not UserSession.objects.filter(session_key=request.session.session_key).exists():
        UserSession.objects.create_from_request(request)
    known = sorted(UserSession.objects.purge_and_list(user), key=lambda one: one.created_at, reverse=True)
    rows = [(one, one.session_key == request.session.session_key) for one in known]
    return render(request, "usersessions/usersession_list.html", {"rows": rows, "others": len(rows) > 1})


def tell_of_new_sign_in(request: HttpRequest, user: User) -> None:
    """Tell all other sessions, and by letter, that a browser that was never seen has signed in."""
    others = UserSession.objects.filter(user_id=user.pk).exclude(session_key=request.session.session_key)
    word = {"at": now().isoformat(), "device": device(request.META.get("HTTP_USER_AGENT", ""))}
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for other in others:
        session = store(other.session_key)
        if session.get("_auth_user_id") == str(user.pk):
            session[TOLD] = word
            # It may have ended meanwhile.
            with contextlib.suppress(UpdateError):
                session.save()
    letters.queue("new_sign_in", user.pk)


def forget_ended() -> int:
    """Daily: sessions that are over leave nothing behind (invariant I9). Gives 0: nothing more is to be done at once."""
    # By the system's clock, as Django wrote it: a demonstration's own may run ahead.
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return 0
