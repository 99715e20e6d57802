"""A page with a live part, for tests: how many people the journal knows, for who may list dossiers."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path, reverse

from sauro.core.models import Actor
from sauro.core.queries.visibility import Reader, grants_of
from sauro.project.urls import urlpatterns as ours
from sauro.web import live
from sauro.web.people import signed_in

ACTION = "serve.list_dossiers"
TOPICS = ("journal",)
PART = """<p>There are <a id="people" href="#people">{{ people }}</a> people.</p>
<div id="scrolled" class="sr-overflow"><ul>{% for name in names %}<li id="n{{ name }}">{{ name }}</li>{% endfor %}</ul></div>
<details id="more"><summary>More</summary><input id="typed"></details>"""
PAGE = """{% extends "web/official.html" %}{% load sauro %}{% block title %}Live{% endblock %}
{% block content %}<h1 class="govuk-heading-l">Live</h1>{% live part %}{% endblock %}"""
TEMPLATES = {"live/part.html": PART, "live/page.html": PAGE}


def shown(reader: Reader) -> dict[str, Any]:
    if not grants_of(reader, ACTION):
        raise PermissionDenied
    people = Actor.objects.filter(kind="person").count()
    return {"people": people, "names": range(people, 0, -1)}


@signed_in
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    part = live.part(request, reader, TOPICS, reverse("live_part"), "live/part.html", shown(reader))
    return render(request, "live/page.html", {"part": part})


@signed_in
def part(request: HttpRequest, reader: Reader) -> HttpResponse:
    return live.fragment(request, reader, TOPICS, "live/part.html", shown(reader))


urlpatterns: list[URLPattern | URLResolver] = [
    path("live/", page, name="live_page"), path("live/part/", part, name="live_part"), *ours
]  # fmt: skip
handler403 = "sauro.web.errors.forbidden"
