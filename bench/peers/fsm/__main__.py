"""Five transitions, each reloaded, saved and audited in a transaction of its own."""

from django.core.management import call_command
from django.db import transaction

from bench.client import answers, serve
from bench.peers.settings import configure

TRANSITIONS = ("accept", "draft", "sign", "return_result")


class Fsm:
    packages = ("django", "django-fsm-2", "psycopg")
    warm_up = 5

    def prepare(self, address: str) -> None:
        configure(address, "django_fsm", "bench.peers.fsm.apps.FsmCase")
        call_command("migrate", run_syncdb=True, verbosity=0)

    def open(self, address: str, client: int) -> None:
        configure(address, "django_fsm", "bench.peers.fsm.apps.FsmCase")

    def carry(self, first: int, cases: int) -> None:
        for number in range(first, first + cases):
            dossier = self._submit(number)
            for name in TRANSITIONS:
                self._step(dossier, name)

    def _submit(self, number: int) -> int:
        from bench.peers.fsm.models import Audit, Dossier

        with transaction.atomic():
            dossier = Dossier(answers=answers(number))
            dossier.submit()
            dossier.save()
            Audit.objects.create(
                dossier=dossier, person="citizen", transition="submit", source="new", target=dossier.state
            )
        return int(dossier.pk)

    def _step(self, pk: int, name: str) -> None:
        from bench.peers.fsm.models import Audit, Dossier

        with transaction.atomic():
            dossier = Dossier.objects.get(pk=pk)
            source = dossier.state
            getattr(dossier, name)()
            dossier.save()
            Audit.objects.create(
                dossier=dossier, person="officer", transition=name, source=source, target=dossier.state
            )

    def verify(self, address: str) -> dict[str, int]:
        configure(address, "django_fsm", "bench.peers.fsm.apps.FsmCase")
        from bench.peers.fsm.models import Audit, Dossier

        finished = Dossier.objects.filter(state="returned", decision="granted").exclude(code="").count()
        return {"finished": finished, "begun": Dossier.objects.count(), "steps": Audit.objects.count()}


if __name__ == "__main__":
    serve(Fsm())
