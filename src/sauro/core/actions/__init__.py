"""The core's own verbs. Importing this package registers them."""

from sauro.core.actions import (  # noqa: F401
    accounts,
    actors,
    contests,
    definitions,
    delegations,
    erasure,
    gaps,
    grants,
    indicators,
    merging,
    records,
    reorganising,
    timers,
)
