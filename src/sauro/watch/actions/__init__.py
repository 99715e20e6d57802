"""Every change of the watching room; importing this package registers the actions."""

from sauro.watch.actions import editions  # noqa: F401
