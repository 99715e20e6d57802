"""What a name that is not there may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST = 16
"""So many names are listed; of more, only those that look alike."""


def near(name: str, names: Iterable[str]) -> str:
    """Give the end of a message: the names that there are, or those like ``name``; empty where none is."""
    known = sorted(names)
    if 0 < len(known) <= MOST:
        return f"; there are {', '.join(known)}"
    alike = get_close_matches(name, known, n=3)
    return f"; did you mean {' or '.join(alike)}?" if alike else ""
