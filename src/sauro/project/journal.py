"""The journal as this installation runs it: its name, its verifier key, and where its files lie."""

from functools import cache
from pathlib import Path

from django.conf import settings

from sauro.core import note
from sauro.core.models import Instance
from sauro.core.note import Verifier
from sauro.core.vault import keyring


@cache
def origin() -> str:
    """Give the name under which checkpoints are signed: the installation's, fixed at its creation."""
    return Instance.objects.get(pk=1).name


def verifier() -> Verifier:
    """Give the public key that checkpoints of this installation must be signed with."""
    return note.verifier_of(origin(), keyring.current().checkpoint_key)


def published() -> Path:
    """Give the folder of the checkpoints that anybody may fetch and keep."""
    return Path(settings.SAURO_VAR) / "checkpoints"


def scratch() -> Path:
    """Give the folder where an interrupted replay can be continued."""
    return Path(settings.SAURO_VAR) / "replay"
