"""Addresses of the watching room."""

from django.urls import path

from sauro.watch.pages import behind, desk

app_name = "watch"
urlpatterns = [
    path("can-bo/dieu-hanh/", desk.desk, name="desk"),
    path("can-bo/dieu-hanh/<uuid:agency>/", desk.desk, name="desk_of"),
    path("can-bo/dieu-hanh/<uuid:agency>/ho-so/", behind.cases, name="cases"),
    path("can-bo/dieu-hanh/<uuid:agency>/trach-nhiem/", behind.answers, name="answers"),
]
