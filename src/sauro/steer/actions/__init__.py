"""Every change to instruments and tasks; importing this package registers the actions."""

from sauro.steer.actions import (  # noqa: F401
    closing,
    deadline,
    drafting,
    handing,
    instruments,
    progress,
    subtasks,
    undoing,
)
