"""`make reset`: deletes var/, after asking. Refuses while anything there is in use. Standard library only."""

import fcntl
import shutil
import sys
from pathlib import Path

VAR = Path(__file__).resolve().parents[1] / "var"


def in_use(folder: Path) -> bool:
    """Say whether an installation or one of its database servers runs from this folder."""
    for name in ("up.lock", "pg.users", "pgtest.users"):
        if not (folder / name).exists():
            continue
        with (folder / name).open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    return False


def main() -> int:
    """Ask, and delete. Gives 0 when everything is gone, 1 when nothing was deleted."""
    if not VAR.exists():
        print("There is no var/; nothing to delete.")
        return 0
    if in_use(VAR):
        print("Sáu Rõ, or a test run, uses var/ now. Stop it first; nothing was deleted.")
        return 1
    print(
        "This deletes everything in var/: the database, its keys, and all files sent in. It cannot be undone."
    )
    try:
        answer = input("Type yes to delete: ")
    except EOFError:
        answer = ""
    if answer.strip() != "yes":
        print("Nothing was deleted.")
        return 1
    shutil.rmtree(VAR)
    print("Deleted.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
