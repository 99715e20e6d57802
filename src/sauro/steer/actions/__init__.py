"""Every change to instruments and tasks; importing this package registers the actions."""

from sauro.steer.actions import closing, deadline, drafting, instruments, progress, subtasks  # noqa: F401
