"""The verbs of the one-stop room. Importing this package registers them with the doorway."""

from sauro.serve.actions import (  # noqa: F401
    deadline,
    decision,
    ending,
    filing,
    handing,
    intake,
    payment,
    steps,
    supplement,
)
