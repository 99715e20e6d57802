"""Invariant I3: the doer is never the closer, compared by natural person."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID


def may_close(person: UUID, doers: Collection[UUID]) -> bool:
    """Whether this natural person may close what ``doers`` did, under whatever position or delegation."""
    return person not in doers


def all_may_close(persons: Collection[UUID], doers: Collection[UUID]) -> bool:
    """The same of all natural persons behind one act: a deputy, and who they act for."""
    return all(may_close(person, doers) for person in persons)


def closing_organisation(
    chain: Sequence[UUID], signers: Mapping[UUID, Collection[UUID]], doers: Collection[UUID]
) -> UUID | None:
    """The nearest organisation, from the competent one upwards, in which somebody who did not do the work may close.

    ``chain`` lists the competent organisation and its superiors; ``signers`` the persons who may close in each.
    Returns None when nobody is left anywhere.
    """
    for organisation in chain:
        if any(may_close(person, doers) for person in signers.get(organisation, ())):
            return organisation
    return None
