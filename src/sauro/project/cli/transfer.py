"""`sauro import` and `sauro export`: filings in bulk from a file, and the facts of dossiers out of the platform."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from sauro.project.cli.command import Command, Exit, Stop, give, installation, say
from sauro.project.cli.language import _, number


def configure_import(parser: argparse.ArgumentParser) -> None:
    """The file, in whose name, and whether only to check."""
    parser.add_argument("file", type=Path, help=_("JSON Lines: one filing a line"))
    parser.add_argument("--as", dest="login", required=True, help=_("account of the officer who files them"))
    parser.add_argument("--dry-run", action="store_true", help=_("read and check, file nothing"))
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run_import(chosen: argparse.Namespace) -> int:
    """File every line; exit 1 when any was refused. Running the same file again files nothing twice."""
    if not chosen.file.is_file():
        raise Stop(_("There is no file {path}.").format(path=chosen.file), Exit.USAGE)
    with installation():
        from sauro.core.models import Account
        from sauro.core.queries.visibility import Reader
        from sauro.serve.transfer import import_filings, summary
        from sauro.web.people import offices_of

        person = Account.objects.filter(user__username=chosen.login).values_list("person", flat=True).first()
        if person is None:
            raise Stop(_("There is no account {login}.").format(login=chosen.login), Exit.USAGE)
        held = offices_of(person)
        reader = Reader(person, held[0].position if held else None)
        results = list(import_filings(reader, chosen.file, dry_run=chosen.dry_run))
    if chosen.json:
        give({"results": [asdict(result) for result in results], "summary": summary(results)})
    else:
        for result in results:
            if result.outcome == "refused":
                place = ": ".join(part for part in (f"{chosen.file}:{result.line}", result.key) if part)
                say(f"{place}: {result.reason} ({result.rule})")
        say(_told(summary(results)))
    return Exit.FAULT if any(result.outcome == "refused" for result in results) else Exit.DONE


def _told(counted: Mapping[str, int]) -> str:
    words = {
        "filed": _("filed"),
        "repeated": _("filed before"),
        "checked": _("checked"),
        "refused": _("refused"),
    }
    parts = [f"{words[outcome]}: {number(counted[outcome])}" for outcome in words if outcome in counted]
    return ", ".join(parts) or _("The file has no lines.")


def configure_export(parser: argparse.ArgumentParser) -> None:
    """The file to write."""
    parser.add_argument("file", type=Path, help=_("CSV file to write"))


def run_export(chosen: argparse.Namespace) -> int:
    """Write the non-personal facts of every dossier."""
    with installation():
        from sauro.serve.transfer import export_dossiers

        try:
            count = export_dossiers(chosen.file)
        except OSError as error:
            raise Stop(
                _("Cannot write {path}: {why}.").format(path=chosen.file, why=error.strerror)
            ) from None
    say(_("Wrote {count} dossiers to {path}.").format(count=number(count), path=chosen.file))
    return Exit.DONE


IMPORT = Command("import", lambda: _("File dossiers in bulk from a file."), run_import, configure_import)
EXPORT = Command("export", lambda: _("Write the facts of dossiers to a file."), run_export, configure_export)
