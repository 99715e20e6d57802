"""The `sauro` command: one subcommand per file of this folder."""

import argparse
import sys
from collections.abc import Sequence

from sauro import __version__
from sauro.project.cli import (
    backup,
    bundle,
    demo,
    doctor,
    edge,
    manage,
    pack,
    replay,
    simulate,
    transfer,
    up,
    upgrade,
    verify,
    web,
    worker,
)
from sauro.project.cli.command import Command, Exit, Stop
from sauro.project.cli.language import _

COMMANDS: tuple[Command, ...] = (
    up.COMMAND,
    web.COMMAND,
    worker.COMMAND,
    edge.COMMAND,
    demo.COMMAND,
    simulate.COMMAND,
    pack.COMMAND,
    verify.COMMAND,
    replay.COMMAND,
    doctor.COMMAND,
    backup.BACKUP,
    backup.RESTORE,
    backup.KEY,
    upgrade.COMMAND,
    bundle.COMMAND,
    transfer.IMPORT,
    transfer.EXPORT,
    manage.COMMAND,
)


def parser() -> argparse.ArgumentParser:
    """Give the parser of the whole command line."""
    root = argparse.ArgumentParser(prog="sauro", description=_("Runs and checks an installation of Sáu Rõ."))
    root.add_argument("--version", action="version", version=f"sauro {__version__}")
    under = root.add_subparsers(dest="command", metavar=_("COMMAND"), required=True)
    for command in COMMANDS:
        summary = command.summary()
        below = under.add_parser(command.name, help=summary, description=summary)
        command.configure(below)
        below.set_defaults(run=command.run)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Gives the exit code; errors become one sentence on standard error."""
    chosen = parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except Stop as stop:
        return _end(str(stop), stop.code)
    except KeyboardInterrupt:
        return _end(_("Interrupted."), Exit.INTERRUPTED)
    except BrokenPipeError:
        return Exit.INTERRUPTED
    except Exception as error:
        known = _known(error)
        if known is None:
            raise
        return _end(*known)


def _end(sentence: str, code: Exit) -> int:
    sys.stderr.write(f"sauro: {sentence}\n")
    return int(code)


def _known(error: Exception) -> tuple[str, Exit] | None:
    """Give the sentence and code for an error that an operator can put right, or None for a defect of ours."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    from sauro.core.refusal import Refusal
    from sauro.core.vault.keyfiles import KeyringRefused
    from sauro.project.postgres import NoServer
    from sauro.project.settings.table import WrongSetting

    if isinstance(error, WrongSetting | NoServer | ImproperlyConfigured | KeyringRefused):
        return str(error), Exit.ENVIRONMENT
    if isinstance(error, OperationalError):
        reason = str(error).strip().splitlines()[0]
        return (
            _("The database does not answer ({reason}). Check DATABASE_URL, then run `sauro doctor`.").format(
                reason=reason
            ),
            Exit.ENVIRONMENT,
        )
    if isinstance(error, PermissionError):
        return (
            _("No permission for {path}. Run as the account that owns it.").format(path=error.filename),
            Exit.ENVIRONMENT,
        )
    if isinstance(error, Refusal):
        return f"{error.message} ({error.rule})", Exit.REFUSED
    return None
