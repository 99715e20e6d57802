"""The core's migrations and those of a later version."""

import sauro.core.migrations

__path__ = [*__path__, *sauro.core.migrations.__path__]
