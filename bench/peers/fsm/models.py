"""The dossier as django-fsm-2's README shows one: ConcurrentTransitionMixin, and save() inside atomic()."""

from django.db import models
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition


class Dossier(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    state = FSMField(default="new", protected=True)
    answers = models.JSONField(default=dict)
    code = models.CharField(max_length=40, blank=True)
    decision = models.CharField(max_length=200, blank=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "fsm_case"

    @transition(field=state, source="new", target="submitted")
    def submit(self) -> None: ...

    @transition(field=state, source="submitted", target="accepted")
    def accept(self) -> None:
        self.code = f"H26-{self.pk}"

    @transition(field=state, source="accepted", target="drafted")
    def draft(self) -> None:
        self.decision = "granted"

    @transition(field=state, source="drafted", target="signed")
    def sign(self) -> None: ...

    @transition(field=state, source="signed", target="returned")
    def return_result(self) -> None: ...


class Audit(models.Model):
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE)
    person = models.CharField(max_length=100)
    transition = models.CharField(max_length=100)
    source = models.CharField(max_length=100)
    target = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True)
    objects: "models.Manager[Audit]"

    class Meta:
        app_label = "fsm_case"
