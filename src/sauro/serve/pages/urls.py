"""Where the pages of the one-stop room are found."""

from django.urls import URLPattern, URLResolver

from sauro.serve.pages.citizen.urls import urlpatterns as citizen
from sauro.serve.pages.officer.urls import urlpatterns as officer

app_name = "serve"
urlpatterns: list[URLPattern | URLResolver] = [*citizen, *officer]
