"""Addresses of the watching room."""

from django.urls import path

from sauro.watch.pages import behind, desk, doubts, index766, indicators, public

app_name = "watch"
urlpatterns = [
    path("so-lieu/", public.nation, name="nation"),
    path("so-lieu/ky/", public.editions_list, name="editions"),
    path("so-lieu/ky/<int:number>/", public.edition, name="edition"),
    path("so-lieu/nghi-van/", doubts.doubts, name="doubts"),
    path("so-lieu/nghi-van/<uuid:finding>/", doubts.rule, name="rule"),
    path("so-lieu/tinh/<str:area>/", public.province, name="province"),
    path("so-lieu/<slug:code>/", indicators.indicator, name="indicator"),
    path("can-bo/dieu-hanh/", desk.desk, name="desk"),
    path("can-bo/dieu-hanh/<uuid:agency>/", desk.desk, name="desk_of"),
    path("can-bo/dieu-hanh/<uuid:agency>/ho-so/", behind.cases, name="cases"),
    path("can-bo/dieu-hanh/<uuid:agency>/766/", index766.index766, name="index766"),
    path("can-bo/dieu-hanh/<uuid:agency>/trach-nhiem/", behind.answers, name="answers"),
]
