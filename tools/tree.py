"""The files of the project itself: nothing that was made, installed or downloaded."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MADE = {"var", "node_modules", ".git", "dist", "__pycache__", "build"}


def files(root: Path, suffixes: Collection[str]) -> Iterator[Path]:
    """Give every file below `root` with one of the suffixes, in order."""
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if name not in MADE)
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix in suffixes:
                yield path
