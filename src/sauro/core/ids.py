"""Identifiers: UUID version 7 (RFC 9562 §5.7).

They are made by the program, so that an event can name its rows before any of them is written, and they grow with
time, so that indexes stay compact. They are never positions: only ``leaf_index`` orders events.
"""

import os
import time
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


def new_id() -> UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    high = random_bits >> 68  # 12 bits
    low = random_bits & ((1 << 62) - 1)
    return UUID(int=(milliseconds & ((1 << 48) - 1)) << 80 | _VERSION_7 | high << 64 | _VARIANT | low)
