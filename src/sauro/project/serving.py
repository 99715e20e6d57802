"""What a page server's process does before its first request, so that each takes less of the processor.

Our page servers give each request one thread of a fixed pool and run no event loop in it (ADR 0035).
"""

import gc
import sys
import threading
from typing import Any

from django.db import connections
from django.urls import base as addresses
from django.utils import timezone
from django.utils.translation import trans_real

NEW_OBJECTS = 50_000
"""So many more containers made than freed start a look for cycles; the interpreter's own number is 700."""
SWITCH = 0.001
"""Seconds after which a thread that computes lets another go on; the interpreter's own number is 0.005. A page waits for
the database many times, and after each answer once more for whoever computes meanwhile."""
PLACES: tuple[tuple[Any, str], ...] = (
    (trans_real, "_active"),
    (timezone, "_active"),
    (addresses, "_prefixes"),
    (addresses, "_urlconfs"),
    (connections, "_connections"),
)


def prepare() -> None:
    """Keep what is of one request with its thread, and leave what was loaded out of every later look for garbage."""
    _threads()
    sys.setswitchinterval(SWITCH)
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 100)


def _threads() -> None:
    """Let Django's language, time zone, address prefix and connections live in plain thread locals.

    Its own are asgiref's, which also work in coroutines and look for a running event loop at each access. Whoever
    serves pages from coroutines one day must not call this.
    """
    for place, name in PLACES:
        getattr(place, name)  # An AttributeError here says that Django has moved it.
        setattr(place, name, threading.local())
