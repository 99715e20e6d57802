"""Addresses of the officials' pages."""

from django.urls import URLPattern, URLResolver, path

from sauro.serve.pages.officer import case, case_papers, counter, doing, filing, head, queue

urlpatterns: list[URLPattern | URLResolver] = [
    path("can-bo/ho-so/", queue.dossiers, name="queue"),
    path("can-bo/ho-so/tiep-nhan/", queue.accept_chosen, name="accept_chosen"),
    path("can-bo/ho-so/<uuid:dossier>/", case.case, name="case"),
    path("can-bo/ho-so/<uuid:dossier>/giay-to/<slug:kind>.pdf", case_papers.paper, name="case_paper"),
    path("can-bo/ho-so/<uuid:dossier>/tep/<uuid:file>/", case_papers.file, name="case_file"),
    path("can-bo/ho-so/<uuid:dossier>/<slug:verb>/", doing.do, name="case_act"),
    path("can-bo/quay/", counter.counter, name="counter"),
    path("can-bo/quay/<uuid:draft>/", filing.fill, name="counter_form"),
    path("can-bo/quay/<uuid:draft>/doc-lai/", filing.read_back, name="counter_read_back"),
    path("can-bo/quay/<uuid:draft>/bo/", filing.discard, name="counter_discard"),
    path("can-bo/lanh-dao/", head.overview, name="head"),
]
