"""Addresses of the shell, under `web:`."""

from django.urls import path

from sauro.web import home, pages, people

app_name = "web"
urlpatterns = [
    path("i18n/set", pages.switch_language, name="language"),
    path("tiep-can/", pages.accessibility, name="accessibility"),
    path("cach-kiem-chung/", pages.how_to_verify, name="how_to_verify"),
    path("can-bo/", home.today, name="today"),
    path("can-bo/chuc-vu/", people.choose_office, name="choose_office"),
    path("_components", pages.components, name="components"),
    path("_components/official", pages.components, {"frame": "official"}, name="components_official"),
]
