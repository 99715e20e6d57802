"""Typed shapes of data, made ready before several threads share them."""

from typing import TypeVar

import msgspec

T = TypeVar("T", bound=type)


def prepared(shape: T) -> T:
    """Resolve a shape's types now, while one thread imports its module.

    msgspec 0.22 resolves them at first use, and a second thread that uses the shape meanwhile reads types that are
    not there yet: the process dies of SIGSEGV. Raises NameError or TypeError where a type cannot be resolved.
    """
    msgspec.json.Decoder(shape)
    return shape
