"""The process as viewflow's quick start shows it: a proxy of Process with jsonstore fields."""

from viewflow import jsonstore
from viewflow.workflow.models import Process


class DossierProcess(Process):
    answers = jsonstore.JSONField(default=dict)
    code = jsonstore.CharField(max_length=40, blank=True)
    decision = jsonstore.CharField(max_length=200, blank=True)

    class Meta:
        proxy = True
        app_label = "viewflow_case"
