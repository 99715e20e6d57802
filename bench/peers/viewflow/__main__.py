"""Five steps of a viewflow process. With VIEWFLOW=code the steps are Handle tasks, else tasks of people (View)."""

import os
from typing import Any

from django.core.management import call_command

from bench.client import answers, serve
from bench.peers.settings import configure

APPS = ("viewflow", "viewflow.workflow", "bench.peers.viewflow.apps.ViewflowCase")
STEPS = ("accept", "draft", "sign", "hand_over")


class Viewflow:
    packages = ("django", "django-viewflow", "psycopg")
    warm_up = 5
    officer: Any

    def prepare(self, address: str) -> None:
        configure(address, *APPS)
        call_command("migrate", verbosity=0)
        from django.contrib.auth.models import User

        User.objects.create_superuser("officer")

    def open(self, address: str, client: int) -> None:
        configure(address, *APPS)
        from django.contrib.auth.models import User

        self.officer = User.objects.get(username="officer")

    def carry(self, first: int, cases: int) -> None:
        from bench.peers.viewflow.flows import CodeFlow, PeopleFlow

        by_code = os.environ.get("VIEWFLOW") == "code"
        chosen = CodeFlow if by_code else PeopleFlow
        for number in range(first, first + cases):
            process = chosen.submit.run(answers=answers(number))
            for name in STEPS:
                step = getattr(chosen, name)
                task = step.flow_class.task_class.objects.get(process_id=process.pk, flow_task=step)
                if by_code:
                    step.run(task)
                else:
                    self._by_person(name, task)

    def _by_person(self, name: str, task: Any) -> None:
        """What viewflow's own POST handlers do for a person, without the web request around it."""
        with task.activation() as activation:
            if not activation.flow_task.can_assign(self.officer, task):
                raise PermissionError(name)
            activation.assign(self.officer)
            activation.start(None)
            if name == "accept":
                activation.process.code = f"H26-{activation.process.pk}"
            if name == "draft":
                activation.process.decision = "granted"
            if name in ("accept", "draft"):
                activation.process.save()
            activation.execute()

    def verify(self, address: str) -> dict[str, int]:
        configure(address, *APPS)
        from viewflow.workflow.models import Task

        from bench.peers.viewflow.models import DossierProcess

        done = DossierProcess.objects.filter(status="DONE", data__decision="granted", data__has_key="code")
        steps = Task.objects.filter(status="DONE").exclude(flow_task_type="END").count()
        return {"finished": done.count(), "begun": DossierProcess.objects.count(), "steps": steps}


if __name__ == "__main__":
    serve(Viewflow())
