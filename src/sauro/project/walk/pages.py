"""The page of a walk: what one will do and as whom; it signs in as that simulated account, goes on, leaves, takes up."""

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from sauro.core.models import Account
from sauro.packs.load import id_of
from sauro.project import demonstration
from sauro.project.walk import examples, guide
from sauro.project.walk.guide import Strip
from sauro.project.walk.routes import CITIZEN, OFFICER, WALKS, Walk
from sauro.web.people import CHOSEN, person_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def walk(request: HttpRequest, name: str) -> HttpResponse:
    """One walk. Outside a demonstration there is none."""
    found = WALKS.get(name)
    if found is None or found not in guide.offered():
        raise Http404
    going = guide.kept(request).get("name") == name
    if request.method == "POST":
        if going and request.POST.get("do", "begin") != "begin":
            return _go(request, found, request.POST["do"])
        return _begin(request, found)
    role = next(role for role in demonstration.PEOPLE if role.login == found.login)
    context = {
        "walk": found,
        "steps": found.steps[:-1],
        "role": role,
        "name": role.identity["name"],
        "going": going,
    }
    return render(request, "walk/walk.html", context)


def _begin(request: HttpRequest, found: Walk) -> HttpResponse:
    user = _account(found)
    if request.user.pk != user.pk:
        login(request, user, backend=BACKEND)
    request.session.pop(CHOSEN, None)
    if found is OFFICER:
        examples.to_examine()
    guide.begin(request, found)
    first = Strip(found, 0)
    return redirect(first.href if found is CITIZEN else reverse("web:today"))


def _account(found: Walk) -> User:
    """The simulated account of that name: the one that the demonstration made, and no other that bears its login."""
    person = id_of(f"demonstration/{found.login}")
    account = Account.objects.filter(person=person, user__username=found.login).select_related("user").first()
    if account is None or not account.user.is_active:
        raise Http404
    return account.user


def _go(request: HttpRequest, found: Walk, do: str) -> HttpResponse:
    """On to the next step, out of the walk, back into it, or with an example."""
    at = guide.kept(request)["at"]
    strip = Strip(found, at)
    if do == "leave":
        guide.move(request, off=True)
        return redirect(reverse("serve:home") + "#walks")
    if do == "take-up":
        guide.move(request, off=False)
        return redirect(strip.href or reverse("web:today" if found is not CITIZEN else "serve:my_dossiers"))
    person = person_of(request)
    if do == "example" and strip.step.example and person == id_of(f"demonstration/{found.login}"):
        return redirect("serve:check", draft=examples.begun(person).id)
    guide.move(request, at=at + 1)
    following = Strip(found, guide.kept(request)["at"])
    return redirect(following.href or _same(request) or reverse("serve:home"))


def _same(request: HttpRequest) -> str:
    """The page on which the button was pressed."""
    back = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if allowed else ""
