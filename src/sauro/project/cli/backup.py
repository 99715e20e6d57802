"""`sauro backup`, `sauro backup-key` and `sauro restore`."""

import argparse
from datetime import datetime
from pathlib import Path

from sauro.project.cli.command import Command, Exit, Stop, give, installation, say, set_django_up
from sauro.project.cli.language import _, number
from sauro.project.cli.progress import Stages

SHOWN = 20


def _stages() -> Stages:
    return Stages({"database": _("Database (bytes)"), "files": _("Files (bytes)")})


def configure_key(parser: argparse.ArgumentParser) -> None:
    """The file of the secret."""
    parser.add_argument(
        "file", type=Path, help=_("new file for the secret key; keep it away from this machine")
    )


def run_key(chosen: argparse.Namespace) -> int:
    """Make the administrator's key; nothing of the installation is touched."""
    from sauro.project.backup import keys

    public = keys.make(chosen.file)
    say(f"SAURO_BACKUP_RECIPIENT={public}")
    return Exit.DONE


def configure_backup(parser: argparse.ArgumentParser) -> None:
    """Where to, for which key, and where the keys go."""
    parser.add_argument("folder", type=Path, metavar="DIR", help=_("folder in which the backup is made"))
    parser.add_argument(
        "--recipient", metavar="KEY", help=_("public key of backups (otherwise SAURO_BACKUP_RECIPIENT)")
    )
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="DIR2",
        help=_("copy the keys and the erasure list to this folder, kept apart"),
    )
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run_backup(chosen: argparse.Namespace) -> int:
    """Back up while everything goes on. Exit 1 when bodies of files were lacking or damaged before it."""
    with installation():
        from django.conf import settings

        from sauro.core.journal.checkpoints import HistoryChanged
        from sauro.project.backup import making

        recipient = chosen.recipient or settings.SAURO_BACKUP_RECIPIENT
        try:
            made = making.back_up(chosen.folder.absolute(), recipient, chosen.keys, _stages())
        except HistoryChanged:
            raise Stop(
                _(
                    "The journal does not continue what was signed before. Run `sauro verify`; nothing was backed up."
                ),
                Exit.FAULT,
            ) from None
        same_disk = chosen.folder.stat().st_dev == settings.SAURO_VAR.stat().st_dev
    said = made.manifest
    if chosen.json:
        give(made.answer())
        return Exit.FAULT if said.lacking else Exit.DONE
    say(
        _("Backed up to {folder}: {events} events, {files} files, {size} MB, as of {moment}.").format(
            folder=made.folder,
            events=number(said.leaves + said.waiting),
            files=number(said.files),
            size=number(said.bytes / 1024**2, 1),
            moment=_moment(said.taken),
        )
    )
    if made.keys:
        say(
            _("The keys and the erasure list are in {folder}; older copies there were destroyed.").format(
                folder=made.keys
            )
        )
    else:
        say(_("The keys are not in it. Keep their copy apart: --keys DIR2, after each erasure too."))
    if same_disk:
        say(_("It lies on the same disk as the installation: carry it to another machine."))
    if said.lacking:
        say(
            _("✗ {count} files were lacking or damaged before. Run `sauro doctor`.").format(
                count=number(said.lacking)
            )
        )
    return Exit.FAULT if said.lacking else Exit.DONE


def configure_restore(parser: argparse.ArgumentParser) -> None:
    """Which backup, by which key, with which keys; or only whether it is whole."""
    parser.add_argument("folder", type=Path, metavar="BACKUP", help=_("folder of the backup"))
    parser.add_argument(
        "--identity", type=Path, metavar="FILE", help=_("file of the secret key that `sauro backup-key` made")
    )
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="DIR2",
        help=_("folder with the newest copy of the keys and the erasure list"),
    )
    parser.add_argument("--check", action="store_true", help=_("only check that the backup is whole"))
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run_restore(chosen: argparse.Namespace) -> int:
    """Exit 0 when everything was restored and verified, 1 when something was altered or is lacking."""
    set_django_up()
    from sauro.project import start
    from sauro.project.backup import restoring

    if chosen.check:
        found = restoring.check(chosen.folder.absolute(), chosen.identity)
        if chosen.json:
            give({"well": True, "taken": found.taken, "leaves": found.leaves, "files": found.files})
        else:
            say(_("The backup of {moment} is whole.").format(moment=_moment(found.taken)))
        return Exit.DONE
    if chosen.identity is None:
        raise Stop(_("Give the file of the secret key with --identity."), Exit.USAGE)
    if not chosen.folder.is_dir():
        raise Stop(
            _("There is no folder {path}. Is its disk mounted?").format(path=chosen.folder), Exit.USAGE
        )
    with start.only_one(), start.database():
        tell = (lambda _line: None) if chosen.json else say
        made = restoring.restore(chosen.folder.absolute(), chosen.identity, chosen.keys, tell, _stages())
    if chosen.json:
        give(made.answer())
        return Exit.DONE if made.well else Exit.FAULT
    for finding in made.report.findings.kept[:SHOWN]:
        say(f"✗ {finding.sentence}")
    if left := made.report.findings.count - len(made.report.findings.kept[:SHOWN]):
        say(_("… and {count} more.").format(count=number(left)))
    counts = {
        _("✗ {count} announced erasures are undecided: docs/how-to/erase-personal-data.md"): made.undecided,
        _("✗ {count} files are not what their rows say."): made.wrong_files,
        _("✗ {count} master keys are lacking: what they wrapped cannot be read."): made.lacking_keys,
    }
    for words, count in counts.items():
        if count:
            say(words.format(count=number(count)))
    said = made.manifest
    words = _(
        "Restored as of {moment}: {events} events, {files} files; {erased} erased again by the erasure list."
    )
    say(
        words.format(
            moment=_moment(said.taken),
            events=number(said.leaves + said.waiting),
            files=number(said.files),
            erased=number(made.erased_again),
        )
    )
    say(_("Everything agrees.") if made.well else _("Something was changed or is lacking; see above."))
    say(_("What was done after that moment is not in it. Next: sauro replay --check, then sauro up."))
    return Exit.DONE if made.well else Exit.FAULT


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


KEY = Command("backup-key", lambda: _("Make the key that opens backups."), run_key, configure_key)
BACKUP = Command(
    "backup", lambda: _("Back everything up, sealed, while it goes on."), run_backup, configure_backup
)
RESTORE = Command(
    "restore", lambda: _("Restore a backup onto an empty machine."), run_restore, configure_restore
)
