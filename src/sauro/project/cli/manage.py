"""`sauro manage`: Django's own commands, on a running database and as the role that each one needs."""

import argparse

from sauro.project.cli.command import Command, installation
from sauro.project.cli.language import _

AS_OWNER = {"migrate", "sqlmigrate", "dbshell"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Everything after the name goes to Django."""
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=_("a Django command with its arguments"))


def run(chosen: argparse.Namespace) -> int:
    """Run the Django command; `migrate` also applies the application's rights."""
    from django.core.management import execute_from_command_line

    with installation(current=False):
        from sauro.project import rights, schema

        first = next(iter(chosen.arguments), "help")
        if first not in AS_OWNER:
            execute_from_command_line(["sauro manage", *chosen.arguments])
            return 0
        with schema.as_owner():
            execute_from_command_line(["sauro manage", *chosen.arguments])
            if first == "migrate":
                rights.apply()
    return 0


COMMAND = Command("manage", lambda: _("Run one of Django's own commands."), run, configure)
