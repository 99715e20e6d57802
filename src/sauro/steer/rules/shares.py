"""What part of the whole a sub-task is: shares in basis points of the parent, multiplied down the cascade."""

from decimal import Decimal

WHOLE = 10_000
"""Basis points of a parent: its sub-tasks together have at most so many."""
DEEPEST = 6
"""Levels of a cascade below the root: Government, ministry or province, department, commune, division, person."""


def whole_of(parent: Decimal, share: int) -> Decimal:
    """The part of the root, exactly: six shares of four digits each."""
    return parent * share / WHOLE
