"""Addresses of the citizen's pages."""

from django.urls import URLPattern, URLResolver, path

from sauro.serve.pages.citizen import answering, catalogue, filing, inbox, mine, place, sending, verify

urlpatterns: list[URLPattern | URLResolver] = [
    path("", catalogue.home, name="home"),
    path("thu-tuc/", catalogue.procedures, name="procedures"),
    path("thu-tuc/<str:code>/", catalogue.procedure, name="procedure"),
    path("thu-tuc/<str:code>/nop/", place.start, name="start"),
    path("nop/<uuid:draft>/tep/", filing.attach, name="attach"),
    path("nop/<uuid:draft>/kiem-tra/", sending.check, name="check"),
    path("nop/<uuid:draft>/bo/", filing.discard, name="discard"),
    path("nop/<uuid:draft>/<slug:section>/", filing.section, name="section"),
    path("ho-so/<uuid:dossier>/da-nop/", sending.done, name="done"),
    path("ho-so-cua-toi/", mine.dossiers, name="my_dossiers"),
    path("ho-so-cua-toi/<uuid:dossier>/", mine.dossier, name="my_dossier"),
    path("ho-so-cua-toi/<uuid:dossier>/bo-sung/", answering.answer, name="answer"),
    path("ho-so-cua-toi/<uuid:dossier>/rut/", mine.withdraw, name="withdraw"),
    path("ho-so-cua-toi/<uuid:dossier>/giay-to/<slug:kind>.pdf", mine.paper, name="my_paper"),
    path("ho-so-cua-toi/<uuid:dossier>/tep/<uuid:file>", mine.file, name="my_file"),
    path("thong-bao/", inbox.notices, name="inbox"),
    path("xac-thuc/", verify.ask, name="verify_ask"),
    path("xac-thuc/<str:code>/", verify.show, name="verify"),
    path("nhat-ky/", verify.journal, name="journal"),
    path("nhat-ky/checkpoint", verify.checkpoint, name="checkpoint"),
]
