"""The core's own verbs. Importing this package registers them."""

from sauro.core.actions import actors, definitions, erasure, gaps, grants, indicators, records, timers  # noqa: F401
