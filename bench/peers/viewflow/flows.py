"""Submit, accept, draft, sign, return, twice: as tasks of people (View) and as tasks driven by code (Handle)."""

from typing import Any

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.flow import views

from bench.peers.viewflow.models import DossierProcess


class PeopleFlow(flow.Flow):
    """Every step after the submission is a View task: a permission, an owner, assigned, started, finished."""

    process_class = DossierProcess
    lock_impl = lock.select_for_update_lock

    submit = flow.StartHandle(this.on_submit).Next(this.accept)
    accept = (
        flow.View(views.UpdateProcessView.as_view(fields=["code"]))
        .Permission("auth.add_user")
        .Next(this.draft)
    )
    draft = (
        flow.View(views.UpdateProcessView.as_view(fields=["decision"]))
        .Permission("auth.add_user")
        .Next(this.sign)
    )
    sign = (
        flow.View(views.UpdateProcessView.as_view(fields=[])).Permission("auth.add_user").Next(this.hand_over)
    )
    hand_over = (
        flow.View(views.UpdateProcessView.as_view(fields=[])).Permission("auth.add_user").Next(this.end)
    )
    end = flow.End()

    def on_submit(self, activation: Any, answers: dict[str, str]) -> Any:
        activation.process.answers = answers
        return activation.process


class CodeFlow(flow.Flow):
    """Every step is a Handle task run from code: the least that viewflow writes for a step; no owner, no permission."""

    process_class = DossierProcess
    lock_impl = lock.select_for_update_lock

    submit = flow.StartHandle(this.on_submit).Next(this.accept)
    accept = flow.Handle(this.on_accept).Next(this.draft)
    draft = flow.Handle(this.on_draft).Next(this.sign)
    sign = flow.Handle(this.on_sign).Next(this.hand_over)
    hand_over = flow.Handle(this.on_hand_over).Next(this.end)
    end = flow.End()

    def on_submit(self, activation: Any, answers: dict[str, str]) -> Any:
        activation.process.answers = answers
        return activation.process

    def on_accept(self, activation: Any) -> None:
        activation.process.code = f"H26-{activation.process.pk}"
        activation.process.save()

    def on_draft(self, activation: Any) -> None:
        activation.process.decision = "granted"
        activation.process.save()

    def on_sign(self, activation: Any) -> None: ...

    def on_hand_over(self, activation: Any) -> None: ...
