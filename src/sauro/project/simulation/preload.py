"""What a demonstration begins with: ninety simulated days, made once, before it is served for the first time."""

from collections.abc import Callable

from django.conf import settings

from sauro.core.models import Instance
from sauro.project.cli.language import _, number
from sauro.project.cli.progress import Stages
from sauro.project.simulation import nation

SEED, DAYS, TASKS = 57, 90, 1_298


def preload(say: Callable[[str], None], stages: Stages) -> None:
    """Simulate as many dossiers as the setting says, once for each installation. One that was cut off goes on."""
    dossiers = settings.SAURO_PRELOAD
    stamp = settings.SAURO_VAR / "stamps" / "preload"
    whose = str(Instance.objects.get(pk=1).created)
    if not settings.DEMONSTRATION or not dossiers or (stamp.exists() and stamp.read_text() == whose):
        return
    say(_("Simulating {days} days of a nation ({dossiers} dossiers, {tasks} tasks)…").format(
        days=number(DAYS), dossiers=number(dossiers), tasks=number(TASKS)
    ))  # fmt: skip
    with nation.alone():
        told = nation.simulate(nation.Wanted(SEED, DAYS, dossiers, TASKS), stages)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(whose)
    say(_("Simulated: {acts} acts in {seconds} s, {refused} of them refused.").format(
        acts=number(told.acts), seconds=number(round(told.seconds)), refused=number(told.refused)
    ))  # fmt: skip
