"""`sauro pack check` and `sauro pack load`: law as data, validated with file and line."""

import argparse
from pathlib import Path
from typing import Any

from sauro import packs
from sauro.project.cli.command import Command, Exit, Stop, give, installation, say, set_django_up
from sauro.project.cli.language import _, ngettext, number


def configure(parser: argparse.ArgumentParser) -> None:
    """The verb, and which pack."""
    parser.add_argument(
        "verb", choices=("check", "load"), help=_("check the files, or load them into the database")
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, help=_("folder of the pack (otherwise the Vietnamese one)")
    )
    parser.add_argument("--json", action="store_true", help=_("answer as one JSON object"))


def run(chosen: argparse.Namespace) -> int:
    """Check: exit 1 when a file has a fault. Load: checks first, then publishes what is new."""
    folder = chosen.folder or packs.VN
    if not (folder / "pack.yaml").is_file():
        raise Stop(_("{path} is not a pack: it has no pack.yaml.").format(path=folder), Exit.USAGE)
    set_django_up()
    from sauro.packs.check import check

    faults = [{"file": file, "line": line, "message": message} for file, line, message in check(folder)]
    if faults or chosen.verb == "check":
        return _tell(faults, chosen.json)
    with installation():
        from sauro.project import contents

        done = contents.load_pack(folder)
    if chosen.json:
        give({"well": True, "acts": done})
    else:
        say(ngettext("Loaded: {count} act.", "Loaded: {count} acts.", done).format(count=number(done)))
    return Exit.DONE


def _tell(faults: list[dict[str, Any]], json: bool) -> int:
    if json:
        give({"well": not faults, "faults": faults})
    else:
        for fault in faults:
            say("{file}:{line}: {message}".format(**fault))
        found = ngettext("{count} fault.", "{count} faults.", len(faults)).format(count=number(len(faults)))
        say(found if faults else _("The pack is in order."))
    return Exit.FAULT if faults else Exit.DONE


COMMAND = Command("pack", lambda: _("Check or load a data pack."), run, configure)
