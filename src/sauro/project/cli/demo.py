"""`sauro demo`: fills an empty demonstration with its accounts and examples."""

import argparse

from sauro.project.cli.command import Command, installation, say
from sauro.project.cli.language import _


def run(chosen: argparse.Namespace) -> int:
    """Load what is missing; run again, it adds nothing."""
    with installation():
        from sauro.project import contents

        contents.fill(say)
    return 0


COMMAND = Command("demo", lambda: _("Fill the demonstration with its accounts and examples."), run)
