"""Ids made from codes, so that loading again finds what stands already."""

import uuid
from uuid import UUID

PACK_IDS = UUID("6f0b6d0e-57a5-5c1f-9c55-5f4d3c7e5700")
"""Their namespace."""


def id_of(code: str) -> UUID:
    """The id of the organisation or position with this code."""
    return uuid.uuid5(PACK_IDS, code)


def indicator_id(code: str) -> UUID:
    """The id under which an indicator is observed: one for all versions of its definition."""
    return uuid.uuid5(PACK_IDS, f"indicator:{code}")
