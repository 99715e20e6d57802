"""Addresses of the steering room."""

from django.urls import path

from sauro.steer.pages import board, doing, drafting, evidence, instruments, lists, ranking, task, warnings

app_name = "steer"
urlpatterns = [
    path("can-bo/nhiem-vu/", board.board, name="board"),
    path("can-bo/nhiem-vu/canh-bao/", warnings.warned, name="warnings"),
    path("can-bo/nhiem-vu/xep-hang/", ranking.ranking, name="ranking"),
    path("can-bo/nhiem-vu/moi/", drafting.draft, name="draft"),
    path("can-bo/nhiem-vu/nhap/", lists.listed, name="lists"),
    path("can-bo/nhiem-vu/nhap/<uuid:list>/", lists.list_of_tasks, name="list"),
    path("can-bo/nhiem-vu/nhap/<uuid:list>/cot/", lists.list_columns, name="list_columns"),
    path("can-bo/nhiem-vu/nhap/<uuid:list>/ket-qua.xlsx", lists.list_file, name="list_file"),
    path("can-bo/nhiem-vu/van-ban/", instruments.listed, name="instruments"),
    path("can-bo/nhiem-vu/van-ban/moi/", instruments.register, name="register"),
    path("can-bo/nhiem-vu/van-ban/<uuid:instrument>/", instruments.instrument, name="instrument"),
    path("can-bo/nhiem-vu/<uuid:task>/", task.task, name="task"),
    path("can-bo/nhiem-vu/<uuid:task>/sua/", drafting.amend, name="amend"),
    path("can-bo/nhiem-vu/<uuid:task>/giao-tiep/", drafting.hand, name="hand"),
    path("can-bo/nhiem-vu/<uuid:task>/tep/<uuid:file>/", evidence.file, name="file"),
    path("can-bo/nhiem-vu/<uuid:task>/<slug:verb>/", doing.do, name="act"),
]
