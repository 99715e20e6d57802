"""`sauro worker`: the background process alone, for an installation that supervises its own processes."""

import argparse

from sauro.project.cli.command import Command, installation
from sauro.project.cli.language import _


def run(chosen: argparse.Namespace) -> int:
    """Work until SIGTERM or Ctrl-C."""
    with installation():
        from sauro.project import worker

        worker.work()
    return 0


COMMAND = Command(
    "worker",
    lambda: _("Run the background process: journal sealer, timers, mail, documents."),
    run,
)
