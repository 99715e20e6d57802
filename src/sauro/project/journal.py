"""The journal as this installation runs it: its name, where its checkpoints lie, and the two examinations."""

from functools import cache
from pathlib import Path

from django.conf import settings

from sauro.core.models import Instance


@cache
def origin() -> str:
    """Give the name under which checkpoints are signed: the installation's, fixed at its creation."""
    return Instance.objects.get(pk=1).name


def published() -> Path:
    """Give the folder of the checkpoints that anybody may fetch and keep."""
    return Path(settings.SAURO_VAR) / "checkpoints"
