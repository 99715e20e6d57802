"""Reading ahead: the server prepares the next rows while the last ones are worked on."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def ahead(fetch: Callable[[], list[Any]]) -> Iterator[list[Any]]:
    """What ``fetch`` gives, call after call, until it gives nothing; one call is always under way.

    ``fetch`` runs in a thread of its own, one call at a time.
    """
    with ThreadPoolExecutor(1, "ahead") as thread:
        following = thread.submit(fetch)
        while rows := following.result():
            following = thread.submit(fetch)
            yield rows
